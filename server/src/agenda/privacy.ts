/**
 * Who sees what of an agenda (DESIGN.md, rule 7). The owner sees all. Everybody else, administrators too, sees when the
 * user is busy and nothing more, unless the user's group lets colleagues read subjects; private ones stay busy even
 * then. What a viewer may not see is never loaded for `busy`, and never leaves this file for `subjects`.
 */
import type { Role } from '../store/schema.ts';
import type { Sensitivity } from './appointment.ts';

export type Visibility = 'own' | 'subjects' | 'busy';

export interface AgendaViewer {
  userId: string;
  role?: Role;
}

/** @param groupSettings in force for the owner's group: `privacy.detail.employee: 'allButPrivate'` raises what others see. */
export function visibilityFor(
  viewer: AgendaViewer,
  ownerId: string,
  groupSettings: Record<string, unknown>,
): Visibility {
  if (viewer.userId === ownerId) return 'own';
  return othersSeeSubjects(groupSettings) && viewer.role !== 'administrator' ? 'subjects' : 'busy';
}

export function othersSeeSubjects(groupSettings: Record<string, unknown>): boolean {
  const privacy = groupSettings.privacy as { detail?: Record<string, unknown> | null } | null | undefined;
  return privacy?.detail?.employee === 'allButPrivate';
}

/** Whether this appointment's subject is for the viewer. Any sensitivity but normal is private. */
export const showsSubject = (visibility: Visibility, sensitivity: Sensitivity): boolean =>
  visibility === 'own' || (visibility === 'subjects' && sensitivity === 'normal');
