/**
 * A pause of forwarding: for a user, a group or a phone system, by somebody, for a reason, perhaps until a time. One of
 * two kinds: what is ours on the phones is given back first, or everything stays as it is. Pure.
 */

export const pauseLevels = ['user', 'group', 'phoneSystem'] as const;
export type PauseLevel = (typeof pauseLevels)[number];

/** What a pause is of; `all`: every phone system. */
export type PauseScope = { kind: PauseLevel; id: string } | { kind: 'all' };

/** As it is stored beside what it pauses (users and configuration_group: forwarding_pause; phone_system: paused_reason). */
export interface StoredPause {
  by: { id: string | null; name: string };
  /** Whoever paused it says why; null: said nothing. */
  reason: string | null;
  /** Whether nothing is wanted of the phones any more, or they are left as they are. */
  giveBack: boolean;
  /** ISO text in UTC; null: until somebody resumes. */
  until: string | null;
  /** How many phones had something of ours when it began: what progress is told against. */
  inForce: number;
  /** Of a phone system: that it paused itself because too much would have changed (guard.ts). */
  guard?: true;
  /** Of a phone system: what it does when it is resumed. */
  nextMode?: 'active' | 'observe';
  /** Of a phone system: a company file says so, and ends it. */
  byFile?: true;
  /** Of a phone system: it goes on to `nextMode` by itself once everything is given back. */
  untilGivenBack?: true;
}

/** A pause as people read it. */
export interface Pause extends Pick<StoredPause, 'by' | 'reason' | 'giveBack'> {
  level: PauseLevel;
  since: Temporal.Instant;
  until: Temporal.Instant | null;
  guard: boolean;
}

export const pauseOf = (level: PauseLevel, since: Temporal.Instant, stored: StoredPause): Pause => ({
  level,
  since,
  by: stored.by,
  reason: stored.reason,
  giveBack: stored.giveBack,
  until: stored.until === null ? null : Temporal.Instant.from(stored.until),
  guard: stored.guard === true,
});

/**
 * Which of several pauses is in force for a phone: one that gives back counts before one that leaves things as they are,
 * so that "give everything back" means everything; then the wider one, whose end the narrower one would have to wait for.
 */
export function strongest(pauses: readonly Pause[]): Pause | null {
  const rank = ({ giveBack, level }: Pause) => (giveBack ? 10 : 0) + pauseLevels.indexOf(level);
  return pauses.reduce<Pause | null>((best, pause) => (best && rank(best) >= rank(pause) ? best : pause), null);
}
