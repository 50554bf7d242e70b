/**
 * Whether a change of presence came at a time that was known beforehand, or by the user's own doing. Everything else is
 * counted by the guard of phone systems (telephony/trust/guard.ts): when much of it comes at once, something is wrong.
 * Pure.
 */
import type { Origin, Reason } from './presence.ts';

export interface PresenceChangeOf {
  userId: string;
  /** When the segment that was in force was to end, as it was known; null: unknown. Epoch milliseconds. */
  until: number | null;
  /** When the new one begins. Epoch milliseconds. */
  at: number;
  before: Pick<Reason, 'origin' | 'setBy'>;
  after: Pick<Reason, 'origin' | 'setBy'>;
}

const ownOrigins: ReadonlySet<Origin> = new Set(['call', 'manual', 'client']);

export function isForeseen({ userId, until, at, before, after }: PresenceChangeOf): boolean {
  if (until !== null && until <= at) return true;
  // Begun by the user (a choice, a call, the own computer), or what comes to an end is something of that kind.
  return [before, after].some(({ origin, setBy }) => ownOrigins.has(origin) && (setBy ?? userId) === userId);
}
