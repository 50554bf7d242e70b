/**
 * Walks a rule along the wall clock: period by period, in order, from wherever one asks. Zones, COUNT and UNTIL come
 * later (recurrence.ts): here every day has 24 hours.
 */
import {
  civilOf,
  DAYS_PER_CYCLE,
  dayOf,
  dayOfWall,
  modulo,
  SECONDS_PER_DAY,
  startOfWeek,
  startOfWeekYear,
  weekYearOf,
} from './civil.ts';
import { collectDays, type DayParts, dayPartsOf } from './recurrence-days.ts';
import type { RecurrenceRule } from './recurrence-rule.ts';

/** Periods numbered without gaps: a year, month, week or day has a number, and a number has a first day. */
interface Periods {
  /** The period INTERVAL is counted from. */
  first: number;
  numberOf(day: number): number;
  firstDay(period: number): number;
  /** After so many periods the calendar repeats: a rule silent for as many of its own is silent for ever. */
  cycle: number;
}

/** Silent steps of a sub-daily rule before it counts as one that never fires. Each is an O(1) jump: some milliseconds. */
const MAX_SILENT_STEPS = 200_000;

/**
 * Yields the wall times (seconds, see civil.ts) a rule gives at or after DTSTART, ascending and distinct. It may start
 * anywhere at or before `from`, and ends by itself only for a rule that will never fire again.
 * @param start the wall time of DTSTART
 * @param allDay DTSTART is a DATE: parts that speak of times are ignored (RFC 5545, 3.3.10)
 */
export function wallTimes(rule: RecurrenceRule, start: number, allDay: boolean, from: number): Generator<number, void> {
  const parts = dayPartsOf(rule, dayOfWall(start));
  switch (rule.frequency) {
    case 'HOURLY':
      return shortPeriods(rule, parts, start, from, 3600, allDay);
    case 'MINUTELY':
      return shortPeriods(rule, parts, start, from, 60, allDay);
    case 'SECONDLY':
      return shortPeriods(rule, parts, start, from, 1, allDay);
    default:
      return longPeriods(rule, parts, start, from, allDay);
  }
}

/** Years, months, weeks and days: the days of each period that pass, at the rule's times of day. */
function* longPeriods(
  rule: RecurrenceRule,
  parts: DayParts,
  start: number,
  from: number,
  allDay: boolean,
): Generator<number, void> {
  const periods = periodsOf(rule, parts, dayOfWall(start));
  const times = timesWithin(rule, start, SECONDS_PER_DAY, allDay);
  const wanted = Math.max(periods.first, periods.numberOf(dayOfWall(Math.max(start, from))));
  let period = wanted - ((wanted - periods.first) % rule.interval);
  for (let silent = 0; silent <= periods.cycle; silent++, period += rule.interval) {
    const days: number[] = [];
    collectDays(parts, periods.firstDay(period), periods.firstDay(period + 1), days);
    if (days.length === 0) continue;
    if (rule.bySetPos.length > 0) {
      for (const wall of atPositions(rule.bySetPos, days, times)) {
        silent = 0;
        if (wall >= start) yield wall;
      }
    } else {
      silent = 0;
      for (const day of days)
        for (const time of times) {
          const wall = day * SECONDS_PER_DAY + time;
          if (wall >= start) yield wall;
        }
    }
  }
}

/**
 * Hours, minutes and seconds. Each part is tested from the day down to the second; the first that fails says where the
 * next chance is, and the walk jumps there: a rule for 9:30 on leap days doesn't try the seconds between.
 */
function* shortPeriods(
  rule: RecurrenceRule,
  parts: DayParts,
  start: number,
  from: number,
  length: 3600 | 60 | 1,
  allDay: boolean,
): Generator<number, void> {
  const offsets = timesWithin(rule, start, length, allDay);
  const first = Math.floor(start / length);
  const alignedAtOrAfter = (period: number) => first + Math.ceil((period - first) / rule.interval) * rule.interval;
  let period = alignedAtOrAfter(Math.max(first, Math.floor(from / length) - rule.interval));
  const day = new MemorizedDay(parts);
  for (let silent = 0; silent <= MAX_SILENT_STEPS; silent++) {
    const chance = day.passes(dayOfWall(period * length))
      ? nextTimeOfDay(rule, period * length, length, allDay)
      : (dayOfWall(period * length) + 1) * SECONDS_PER_DAY;
    if (chance > period * length) {
      period = alignedAtOrAfter(Math.ceil(chance / length));
      continue;
    }
    const walls =
      rule.bySetPos.length > 0
        ? atPositions(rule.bySetPos, [0], offsets).map((offset) => period * length + offset)
        : offsets.map((offset) => period * length + offset);
    for (const wall of walls) {
      silent = 0;
      // Of days there is one a day, however many hours a rule steps through.
      if (wall >= start) yield allDay ? dayOfWall(wall) * SECONDS_PER_DAY : wall;
    }
    period = allDay
      ? alignedAtOrAfter(((dayOfWall(period * length) + 1) * SECONDS_PER_DAY) / length)
      : period + rule.interval;
  }
}

/** `wall` itself where its hour, minute and second pass the parts that limit periods so short, else where to try next. */
function nextTimeOfDay(rule: RecurrenceRule, wall: number, length: number, allDay: boolean): number {
  if (allDay) return wall;
  const hour = Math.floor(wall / 3600);
  if (rule.byHour.length > 0 && !rule.byHour.includes(modulo(hour, 24))) return (hour + 1) * 3600;
  const minute = Math.floor(wall / 60);
  if (length <= 60 && rule.byMinute.length > 0 && !rule.byMinute.includes(modulo(minute, 60))) return (minute + 1) * 60;
  if (length === 1 && rule.bySecond.length > 0 && !rule.bySecond.includes(modulo(wall, 60))) return wall + 1;
  return wall;
}

/** BYSETPOS: the n-th of all the times of one period, from the front or, negative, from the end. */
function atPositions(positions: readonly number[], days: readonly number[], times: readonly number[]): number[] {
  const size = days.length * times.length;
  const indexes = new Set(positions.map((position) => (position > 0 ? position - 1 : size + position)));
  return [...indexes]
    .filter((index) => index >= 0 && index < size)
    .sort((a, b) => a - b)
    .map((index) => days[Math.floor(index / times.length)]! * SECONDS_PER_DAY + times[index % times.length]!);
}

/** The seconds within a period of `length` at which a rule fires: its own parts, and DTSTART's for those it leaves out. */
function timesWithin(rule: RecurrenceRule, start: number, length: number, allDay: boolean): number[] {
  if (allDay) return [0];
  const hours = length <= 3600 ? [0] : or(rule.byHour, modulo(Math.floor(start / 3600), 24));
  const minutes = length <= 60 ? [0] : or(rule.byMinute, modulo(Math.floor(start / 60), 60));
  const seconds = length <= 1 ? [0] : or(rule.bySecond, modulo(start, 60));
  const times = hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => hour * 3600 + minute * 60 + second)),
  );
  return times.sort((a, b) => a - b);
}

function or(values: readonly number[], fallback: number): readonly number[] {
  return values.length > 0 ? values : [fallback];
}

function periodsOf(rule: RecurrenceRule, parts: DayParts, startDay: number): Periods {
  switch (rule.frequency) {
    case 'YEARLY':
      return rule.byWeekNo.length > 0 && rule.bySetPos.length === 0
        ? weekYears(parts, startDay)
        : {
            first: civilOf(startDay).year,
            numberOf: (day) => civilOf(day).year,
            firstDay: (year) => dayOf(year, 1, 1),
            cycle: 400,
          };
    case 'MONTHLY':
      return {
        first: monthNumber(startDay),
        numberOf: monthNumber,
        firstDay: (period) => dayOf(Math.floor(period / 12), modulo(period, 12) + 1, 1),
        cycle: 4800,
      };
    case 'WEEKLY': {
      const origin = startOfWeek(0, rule.weekStart);
      const numberOf = (day: number) => Math.floor((day - origin) / 7);
      return { first: numberOf(startDay), numberOf, firstDay: (week) => origin + week * 7, cycle: DAYS_PER_CYCLE / 7 };
    }
    default:
      return { first: startDay, numberOf: (day) => day, firstDay: (day) => day, cycle: DAYS_PER_CYCLE };
  }
}

/**
 * With week numbers a year is a year of weeks: 2024-12-30 is in week 1 of 2025, and every third year goes on from there.
 * The RFC doesn't say where that matters, with an INTERVAL or BYSETPOS; this is what libical and dateutil agree on: a
 * DTSTART that the rule doesn't give counts from its calendar year, and BYSETPOS counts in calendar years.
 */
function weekYears(parts: DayParts, startDay: number): Periods {
  const { weekStart } = parts;
  const given: number[] = [];
  collectDays(parts, startDay, startDay + 1, given);
  return {
    first: given.length > 0 ? weekYearOf(startDay, weekStart) : civilOf(startDay).year,
    numberOf: (day) => weekYearOf(day, weekStart),
    firstDay: (year) => startOfWeekYear(year, weekStart),
    cycle: 400,
  };
}

function monthNumber(day: number): number {
  const { year, month } = civilOf(day);
  return year * 12 + month - 1;
}

/** Remembers the last answer: a rule by the second asks for the same day 86,400 times. */
class MemorizedDay {
  readonly #parts: DayParts;
  #day = Number.NaN;
  #passes = false;

  constructor(parts: DayParts) {
    this.#parts = parts;
  }

  passes(day: number): boolean {
    if (day !== this.#day) {
      const found: number[] = [];
      collectDays(this.#parts, day, day + 1, found);
      this.#day = day;
      this.#passes = found.length > 0;
    }
    return this.#passes;
  }
}
