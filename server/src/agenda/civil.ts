/**
 * Proleptic Gregorian calendar arithmetic on plain integers. A day is the number of days since 1970-01-01, a wall time
 * the number of seconds a clock on the wall is past 1970-01-01T00:00:00, whatever its zone. Recurrence is arithmetic on
 * what calendars and clocks show; only its results become instants (zones.ts). Integers make that fast and exact.
 */

export const SECONDS_PER_DAY = 86_400;
/** The Gregorian calendar repeats after 400 years: 146,097 days, which are 20,871 whole weeks. */
export const DAYS_PER_CYCLE = 146_097;

/** Months are 1-12, days of the month 1-31. */
export interface CivilDate {
  year: number;
  month: number;
  day: number;
}

const MARCH_1_OF_YEAR_0 = -719_468;
const monthLengths = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : monthLengths[month]!;
}

export function daysInYear(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

/** Counts from March, so that the leap day is the last of its year and month lengths follow (153 * m + 2) / 5. */
export function dayOf(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const cycle = Math.floor(shifted / 400);
  const yearOfCycle = shifted - cycle * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return MARCH_1_OF_YEAR_0 + cycle * DAYS_PER_CYCLE + dayOfCycle;
}

/** The inverse of `dayOf`. */
export function civilOf(day: number): CivilDate {
  const sinceZero = day - MARCH_1_OF_YEAR_0;
  const cycle = Math.floor(sinceZero / DAYS_PER_CYCLE);
  const dayOfCycle = sinceZero - cycle * DAYS_PER_CYCLE;
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / (DAYS_PER_CYCLE - 1))) /
      365,
  );
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}

/** 0 is Monday, 6 is Sunday. */
export function weekdayOf(day: number): number {
  return modulo(day + 3, 7);
}

/** The first day of the week that `day` is in, for weeks that start on `weekStart` (0 is Monday). */
export function startOfWeek(day: number, weekStart: number): number {
  return day - modulo(weekdayOf(day) - weekStart, 7);
}

/** The year a week belongs to is the year of its fourth day: week 1 is the first with four days (RFC 5545, 3.3.10). */
export function weekYearOf(day: number, weekStart: number): number {
  return civilOf(startOfWeek(day, weekStart) + 3).year;
}

/** The first day of week 1. */
export function startOfWeekYear(year: number, weekStart: number): number {
  return startOfWeek(dayOf(year, 1, 4), weekStart);
}

/** The remainder that is never negative. */
export function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

export function wallTime(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  return dayOf(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
}

export function dayOfWall(wall: number): number {
  return Math.floor(wall / SECONDS_PER_DAY);
}

/** As ISO text without a zone, 2026-01-05T08:00:00; years outside 0-9999 can't occur in iCalendar. */
export function wallText(wall: number): string {
  const second = modulo(wall, SECONDS_PER_DAY);
  return `${dayText(dayOfWall(wall))}T${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}

export function dayText(day: number): string {
  const date = civilOf(day);
  return `${String(date.year).padStart(4, '0')}-${two(date.month)}-${two(date.day)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}
