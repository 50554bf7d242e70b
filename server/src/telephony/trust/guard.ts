/**
 * The guard: when more of a phone system's forwardings would change outside the times that were known beforehand than
 * its share allows, something is wrong (a calendar that came back empty, an import, a setting, a program in a loop), and
 * nothing more is written until an administrator has looked. Pure.
 *
 * Known beforehand is the time at which the segment in force was to end anyway, however many do so at once; and what a
 * user does about their own presence or phone. Everything else counts: synchronized changes, settings, profiles,
 * numbers, deactivated users, new extensions, choices for others, programs (presence/foreseen.ts).
 */

/** Changes of the last quarter of an hour count together: a change of many calendars arrives calendar by calendar. */
export const guardWindow = Temporal.Duration.from({ minutes: 15 });
/** So few changes never trip it: in a small office two people are 20 %. */
export const fewestChanges = 5;
export const defaultGuardShare = 20;

export interface GuardSituation {
  /** Phones that would change now, outside known times. */
  pending: number;
  /** Phones that have changed so within the window, without those that are pending. */
  recent: number;
  /** Phones of the system that belong to users. */
  phones: number;
  /** Percent, 0 to 100. 0 switches the guard off; at 100 it never trips, because no more than all can change. */
  share: number;
}

export function trips({ pending, recent, phones, share }: GuardSituation): boolean {
  if (share === 0 || pending === 0) return false;
  const changes = pending + recent;
  return changes >= fewestChanges && changes * 100 > share * phones;
}
