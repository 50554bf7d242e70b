/**
 * Who sees what of an agenda (DESIGN.md, rule 7). The owner sees all. Everybody else sees what the owner's group allows
 * for what they are to the owner (organization/relationships). Whoever administers the owner sees no subjects, whatever
 * they are: they could allow it themselves. What a viewer may not see isn't loaded, and private subjects leave for nobody.
 */
import type { Sensitivity } from './appointment.ts';
import type { CalendarDetail, PrivacySettings, RelationshipLevel } from './privacy-settings.ts';

/** own: everything. nothing: not even when the user is busy. status: that and when, no subjects. */
export type Visibility = 'own' | CalendarDetail;

/** What somebody else sees. Pure. @param administers whether the viewer administers the owner. */
export function detailFor(level: RelationshipLevel, { detail }: PrivacySettings, administers: boolean): CalendarDetail {
  return administers && showsSubjects(detail[level]) ? 'status' : detail[level];
}

/** Whether any subject at all is for the viewer. */
export const showsSubjects = (visibility: Visibility): boolean =>
  visibility === 'own' || visibility === 'public' || visibility === 'allButPrivate';

/**
 * Whether this appointment's subject is for the viewer. `public`: only what its owner marked in no way. `allButPrivate`:
 * what is marked personal too, which in the calendars that know the mark hides nothing. Private and confidential never.
 */
export const showsSubject = (visibility: Visibility, sensitivity: Sensitivity): boolean =>
  visibility === 'own' ||
  (sensitivity === 'normal' && showsSubjects(visibility)) ||
  (sensitivity === 'personal' && visibility === 'allButPrivate');

/** The owner shows this agenda to nobody of the viewer's kind. */
export class AgendaHidden extends Error {
  constructor(displayName: string) {
    super(`${displayName}’s agenda isn’t shown to you: that follows from what you are to each other.`);
    this.name = 'AgendaHidden';
  }
}
