/** A group's working day as instants, in a user's zone. Instants are epoch milliseconds, intervals half-open. */
import type { WorkingDay } from './settings.ts';

/**
 * The first end of a working day after the instant. Where a change of the clock skips that time of day it is the
 * instant an hour later on the wall, where it comes twice the first one (Temporal's "compatible").
 * @throws RangeError for an unknown zone.
 */
export function endOfWorkingDay(after: number, workingDay: WorkingDay, timeZone: string): number {
  // One day back, because a night shift that started yesterday may not have ended yet.
  for (let date = localDate(after, timeZone).subtract({ days: 1 }); ; date = date.add({ days: 1 })) {
    if (!workingDay.days.includes(date.dayOfWeek)) continue;
    const { end } = shift(date, workingDay, timeZone);
    if (end > after) return end;
  }
}

/** The stretches of [from, to) that no working day covers, in order. They may begin before `from` and end after `to`. */
export function outsideWorkingDays(
  from: number,
  to: number,
  workingDay: WorkingDay,
  timeZone: string,
): Array<{ start: number; end: number }> {
  const works = (date: Temporal.PlainDate) => workingDay.days.includes(date.dayOfWeek);
  const free: Array<{ start: number; end: number }> = [];
  // From the last working day that has ended by then, so that the first stretch begins where it really does.
  let date = localDate(from, timeZone);
  while (!works(date) || shift(date, workingDay, timeZone).end > from) date = date.subtract({ days: 1 });
  for (let start = Number.NaN; ; date = date.add({ days: 1 })) {
    if (!works(date)) continue;
    const working = shift(date, workingDay, timeZone);
    if (start < working.start && start < to && working.start > from) free.push({ start, end: working.start });
    if (working.start >= to) return free;
    start = working.end;
  }
}

/** Whether a part of [start, end) lies within a working day. @throws RangeError for an unknown zone. */
export function touchesWorkingDay(start: number, end: number, workingDay: WorkingDay, timeZone: string): boolean {
  // One day back for a night shift; every week has a working day, so nine days are enough of a longer one.
  let date = localDate(start, timeZone).subtract({ days: 1 });
  for (let day = 0; day < 9; day++, date = date.add({ days: 1 })) {
    if (!workingDay.days.includes(date.dayOfWeek)) continue;
    const working = shift(date, workingDay, timeZone);
    if (working.start >= end) return false;
    if (working.end > start && working.start < working.end) return true;
  }
  return false;
}

const localDate = (instant: number, timeZone: string) =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).toPlainDate();

function shift(date: Temporal.PlainDate, { start, end }: WorkingDay, timeZone: string) {
  const at = (day: Temporal.PlainDate, time: string) =>
    day.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
  return { start: at(date, start), end: at(end > start ? date : date.add({ days: 1 }), end) };
}
