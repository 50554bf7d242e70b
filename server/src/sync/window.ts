/** The rolling window: which stretch of every calendar is kept in the store. */
import type { Interval } from '../agenda/appointment.ts';

export interface WindowSettings {
  /** Whole days before today (UTC). */
  daysBack: number;
  /** Whole days after today (UTC). */
  daysAhead: number;
}

export const defaultWindow: WindowSettings = { daysBack: 7, daysAhead: 60 };

/** Longer windows would let one account fill the store; a group's settings are held to these (inclusive). */
export const windowLimits = { daysBack: { least: 0, most: 60 }, daysAhead: { least: 1, most: 366 } } as const;

/**
 * The window that contains `now`. Its edges are UTC midnights, so it rolls on once a day and not with every pull; the
 * last day ahead is whole in every zone.
 */
export function windowAt(now: Temporal.Instant, { daysBack, daysAhead }: WindowSettings = defaultWindow): Interval {
  const today = now.toZonedDateTimeISO('UTC').startOfDay();
  return {
    from: today.subtract({ days: within(daysBack, windowLimits.daysBack) }).toInstant(),
    to: today.add({ days: within(daysAhead, windowLimits.daysAhead) + 1 }).toInstant(),
  };
}

const within = (days: number, { least, most }: { least: number; most: number }) =>
  Math.min(Math.max(Math.trunc(days), least), most);

export const sameInterval = (a: Interval, b: Interval): boolean => a.from.equals(b.from) && a.to.equals(b.to);
export const sameWindow = (a: WindowSettings, b: WindowSettings): boolean =>
  a.daysBack === b.daysBack && a.daysAhead === b.daysAhead;
