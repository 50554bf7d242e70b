/**
 * Which days a rule means. RFC 5545's table of parts that "expand" and parts that "limit" says one thing: within its
 * period (a year, a month, a week, a day) a rule means the days that pass every part it has, once the parts it leaves
 * out are taken from DTSTART. So there is one test for a day, and no case of its own for each frequency.
 */
import { civilOf, dayOf, daysInMonth, daysInYear, startOfWeekYear, weekdayOf, weekYearOf } from './civil.ts';
import type { RecurrenceRule, WeekdayPart } from './recurrence-rule.ts';

/** The day parts of a rule with DTSTART's filled in. Bit n of a mask stands for month n, day n, weekday n; 0 for "any". */
export interface DayParts {
  months: number;
  monthDays: number;
  /** Bit n stands for the n-th day from the month's end. */
  monthDaysFromEnd: number;
  yearDays: ReadonlySet<number> | null;
  weekNumbers: ReadonlySet<number> | null;
  weekdays: number;
  ordinalWeekdays: readonly WeekdayPart[];
  /** What "the second Tuesday" is counted in. */
  ordinalsWithin: 'month' | 'year';
  weekStart: number;
}

/** `startDay` is the day of DTSTART. */
export function dayPartsOf(rule: RecurrenceRule, startDay: number): DayParts {
  const start = civilOf(startDay);
  const yearly = rule.frequency === 'YEARLY';
  const namesDays = rule.byDay.length + rule.byMonthDay.length + rule.byYearDay.length > 0;
  const namesWeeks = rule.byWeekNo.length > 0;
  const fromStart = {
    month: yearly && !namesDays && !namesWeeks && rule.byMonth.length === 0,
    monthDay: (yearly || rule.frequency === 'MONTHLY') && !namesDays && !namesWeeks,
    weekday: !namesDays && (yearly ? namesWeeks : rule.frequency === 'WEEKLY' && !namesWeeks),
  };
  // The RFC has "the n-th weekday" only for months and for years without week numbers; elsewhere the number means nothing.
  const ordinalsCount = rule.frequency === 'MONTHLY' || (yearly && !namesWeeks);
  const everyWeekday = rule.byDay.filter((part) => part.ordinal === 0 || !ordinalsCount);
  return {
    months: maskOf(fromStart.month ? [start.month] : rule.byMonth),
    monthDays: maskOf(fromStart.monthDay ? [start.day] : rule.byMonthDay.filter((day) => day > 0)),
    monthDaysFromEnd: maskOf(rule.byMonthDay.filter((day) => day < 0).map((day) => -day)),
    yearDays: rule.byYearDay.length > 0 ? new Set(rule.byYearDay) : null,
    weekNumbers: namesWeeks ? new Set(rule.byWeekNo) : null,
    weekdays: maskOf(fromStart.weekday ? [weekdayOf(startDay)] : everyWeekday.map((part) => part.weekday)),
    ordinalWeekdays: ordinalsCount ? rule.byDay.filter((part) => part.ordinal !== 0) : [],
    ordinalsWithin: rule.frequency === 'MONTHLY' || rule.byMonth.length > 0 ? 'month' : 'year',
    weekStart: rule.weekStart,
  };
}

/** Appends the days of [first, end) that pass every part to `into`, in order. */
export function collectDays(parts: DayParts, first: number, end: number, into: number[]): void {
  let { year, month, day: dayOfMonth } = civilOf(first);
  for (let day = first; day < end; ) {
    const monthLength = daysInMonth(year, month);
    const monthEnd = Math.min(end, day + monthLength - dayOfMonth + 1);
    if (parts.months === 0 || has(parts.months, month)) {
      const yearStart = dayOf(year, 1, 1);
      for (; day < monthEnd; day++, dayOfMonth++)
        if (passes(parts, day, dayOfMonth, monthLength, day - yearStart + 1, year)) into.push(day);
    }
    day = monthEnd;
    dayOfMonth = 1;
    if (++month > 12) {
      month = 1;
      year++;
    }
  }
}

function passes(
  parts: DayParts,
  day: number,
  dayOfMonth: number,
  monthLength: number,
  dayOfYear: number,
  year: number,
): boolean {
  if (
    (parts.monthDays !== 0 || parts.monthDaysFromEnd !== 0) &&
    !has(parts.monthDays, dayOfMonth) &&
    !has(parts.monthDaysFromEnd, monthLength - dayOfMonth + 1)
  )
    return false;
  if (parts.weekdays !== 0 || parts.ordinalWeekdays.length > 0) {
    const weekday = weekdayOf(day);
    const passesOrdinal =
      parts.ordinalsWithin === 'month'
        ? isOrdinal(parts, weekday, dayOfMonth, monthLength)
        : isOrdinal(parts, weekday, dayOfYear, daysInYear(year));
    if (!has(parts.weekdays, weekday) && !passesOrdinal) return false;
  }
  if (
    parts.yearDays !== null &&
    !parts.yearDays.has(dayOfYear) &&
    !parts.yearDays.has(dayOfYear - daysInYear(year) - 1)
  )
    return false;
  return parts.weekNumbers === null || isInWeeks(parts.weekNumbers, day, parts.weekStart);
}

/** The n-th weekday from the front is in the n-th seven days, and likewise from the end. */
function isOrdinal(parts: DayParts, weekday: number, position: number, length: number): boolean {
  for (const part of parts.ordinalWeekdays) {
    if (part.weekday !== weekday) continue;
    const fromFront = Math.floor((position - 1) / 7) + 1;
    const fromEnd = Math.floor((length - position) / 7) + 1;
    if (part.ordinal === fromFront || part.ordinal === -fromEnd) return true;
  }
  return false;
}

function isInWeeks(weekNumbers: ReadonlySet<number>, day: number, weekStart: number): boolean {
  const weekYear = weekYearOf(day, weekStart);
  const first = startOfWeekYear(weekYear, weekStart);
  const week = Math.floor((day - first) / 7) + 1;
  if (weekNumbers.has(week)) return true;
  const weeks = (startOfWeekYear(weekYear + 1, weekStart) - first) / 7;
  return weekNumbers.has(week - weeks - 1);
}

function maskOf(bits: readonly number[]): number {
  return bits.reduce((mask, bit) => mask | (1 << bit), 0);
}

function has(mask: number, bit: number): boolean {
  return ((mask >>> bit) & 1) === 1;
}
