/**
 * The recurrence set (RFC 5545, 3.8.5): rules and dates that add occurrences, rules and dates that take them away.
 *
 * Times that clocks jump over: a rule's 02:30 on the night clocks go forward becomes 03:30, as 3.3.5 reads any such time,
 * and as libical, Outlook, Exchange and Google do. 3.3.10 would drop it; then the appointment its owner sees at 03:30 at
 * the source would be missing here. Times that clocks show twice are the first of the two (3.3.5).
 */
import { dayOfWall, SECONDS_PER_DAY, wallTime } from './civil.ts';
import { RecurrenceError, type RecurrenceRule } from './recurrence-rule.ts';
import { wallTimes } from './recurrence-walk.ts';
import type { Zone } from './zones.ts';

/**
 * Occurrences are seconds: instants in `zone`. Floating and all-day sets have `zone: utc`, their seconds are wall times.
 */
export interface RecurrenceSet {
  /** The wall time of DTSTART. It is an occurrence only where a rule gives it, or where there are no rules. */
  start: number;
  allDay: boolean;
  zone: Zone;
  rules: readonly RecurrenceRule[];
  exceptionRules: readonly RecurrenceRule[];
  /** RDATE, as occurrences, in any order. */
  dates: readonly number[];
  /** EXDATE, as occurrences. */
  exceptions: ReadonlySet<number>;
  /** EXDATE;VALUE=DATE on a timed series: days (civil.ts) in `zone` that have no occurrence. */
  exceptionDays: ReadonlySet<number>;
}

/** RFC 5545 can't write a later year. */
const END_OF_TIME = wallTime(9999, 12, 31);
/** COUNT has to be counted from the start: about 50 ms of counting. */
const MAX_COUNTED = 1_000_000;
/** So many occurrences taken away in a row, one by one, and the set counts as empty from there on. */
const MAX_EXCLUDED = 100_000;

/**
 * The occurrences at or after `from`, ascending and distinct; endless for an endless rule, so take what you need.
 * A rule is not walked from its DTSTART but from `from`, unless it has a COUNT.
 * @throws RecurrenceError where a COUNT is too large to be counted
 */
export function* occurrences(set: RecurrenceSet, from: number): Generator<number, void> {
  const dates = [...set.dates];
  if (set.rules.length === 0) dates.push(set.zone.instantOf(set.start));
  const excluded = set.exceptionRules.map((rule) => membership(ruleOccurrences(set, rule, from)));
  let silent = 0;
  for (const occurrence of merged(
    set.rules.map((rule) => ruleOccurrences(set, rule, from)),
    dates.sort((a, b) => a - b),
  )) {
    if (occurrence < from) continue;
    if (
      set.exceptions.has(occurrence) ||
      (set.exceptionDays.size > 0 && set.exceptionDays.has(dayOfWall(set.zone.wallOf(occurrence)))) ||
      excluded.some((has) => has(occurrence))
    ) {
      if (++silent > MAX_EXCLUDED) return;
      continue;
    }
    silent = 0;
    yield occurrence;
  }
}

/** One rule's occurrences: wall times made instants, ended by COUNT and UNTIL. */
function* ruleOccurrences(set: RecurrenceSet, rule: RecurrenceRule, from: number): Generator<number, void> {
  const { start, allDay, zone } = set;
  const last = lastOccurrence(rule, allDay, zone);
  const fromWall = rule.count === null ? zone.wallOf(from) - SECONDS_PER_DAY : start;
  let left = rule.count ?? Number.POSITIVE_INFINITY;
  let counted = 0;
  for (const occurrence of ascending(wallTimes(rule, start, allDay, fromWall), zone)) {
    if (occurrence > last || left-- === 0) return;
    if (rule.count !== null && occurrence < from && ++counted > MAX_COUNTED)
      throw new RecurrenceError(`The rule has more than ${MAX_COUNTED} occurrences (COUNT) before the time asked for.`);
    yield occurrence;
  }
}

/** What is jumped over comes out later than times that follow on the wall: it waits until those have gone by. */
function* ascending(walls: Iterable<number>, zone: Zone): Generator<number, void> {
  const waiting: number[] = [];
  for (const wall of walls) {
    if (wall > END_OF_TIME) break;
    const instant = zone.exactInstantOf(wall);
    if (Number.isNaN(instant)) {
      waiting.push(zone.instantOf(wall));
      continue;
    }
    while (waiting.length > 0 && waiting[0]! <= instant) {
      const jumped = waiting.shift()!;
      if (jumped !== instant) yield jumped;
    }
    yield instant;
  }
  yield* waiting;
}

/** UNTIL's type ought to be DTSTART's, and often isn't; a date alone means the whole of that day. */
function lastOccurrence({ until }: RecurrenceRule, allDay: boolean, zone: Zone): number {
  switch (until?.kind) {
    case 'date':
      return zone.instantOf(until.day * SECONDS_PER_DAY + (SECONDS_PER_DAY - 1));
    case 'local':
      return allDay ? dayOfWall(until.wall) * SECONDS_PER_DAY : zone.instantOf(until.wall);
    case 'utc':
      return allDay ? dayOfWall(until.instant) * SECONDS_PER_DAY : until.instant;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** Merges ascending sources into one, each value once. */
function* merged(sources: Generator<number, void>[], dates: readonly number[]): Generator<number, void> {
  if (sources.length === 1 && dates.length === 0) return yield* sources[0]!;
  const heads = [...sources, dates.values()].map((source) => new Head(source));
  let previous = Number.NaN;
  for (;;) {
    let earliest = heads[0]!;
    for (const head of heads) if (head.value < earliest.value) earliest = head;
    const { value } = earliest;
    if (value === Number.POSITIVE_INFINITY) return;
    if (value !== previous) yield value;
    previous = value;
    earliest.advance();
  }
}

/** The next value of an ascending source; Infinity when there is no more. */
class Head {
  readonly #source: Iterator<number, unknown>;
  value = 0;

  constructor(source: Iterator<number, unknown>) {
    this.#source = source;
    this.advance();
  }

  advance(): void {
    const next = this.#source.next();
    this.value = next.done ? Number.POSITIVE_INFINITY : next.value;
  }
}

/** Whether an ascending source contains a value, asked with ascending values. */
function membership(source: Generator<number, void>): (value: number) => boolean {
  const head = new Head(source);
  return (value) => {
    while (head.value < value) head.advance();
    return head.value === value;
  };
}
