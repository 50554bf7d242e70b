import type { AuditEntry } from '../../../../server/src/api/schemas/access.ts';

export const special = [
  'leavingStep',
  'invited',
  'reset',
  'letIn',
  'signedIn',
  'refused',
  'refusedUnknown',
  'presence',
  'import',
  'applied',
] as const;

/**
 * Which sentence fits better than "somebody did something to a thing"; null where that one does. A step of a leaving
 * comes by its name. Pure.
 */
export function sentenceOf({ action, subject, after }: AuditEntry): (typeof special)[number] | null {
  if (action === 'signIn') return 'signedIn';
  if (action === 'refuse' && subject.kind === 'signIn') return subject.name === '' ? 'refusedUnknown' : 'refused';
  if (action !== 'run') return null;
  if (after && 'step' in after && 'leaving' in after) return 'leavingStep';
  if (subject.kind === 'user' && after?.reset) return 'reset';
  if (subject.kind === 'user' && after?.invited) return 'invited';
  if (subject.kind === 'signIn') return 'letIn';
  if (subject.kind === 'presence') return 'presence';
  if (subject.kind === 'importSource') return 'import';
  return subject.kind === 'configuration' ? 'applied' : null;
}

/** What the sentence says already, and ids of what has no page of its own. */
const told = new Set(['leaving', 'run', 'step', 'invited', 'id', 'key']);
export const isTold = (path: string): boolean => told.has(path);
