/**
 * The occurrences of a series from its Recurrence element, for servers that answer a CalendarView with the recurring
 * master in place of its occurrences. Pure.
 * Source: MS-OXWSMTGS 2.2.4 (RecurrenceType); MS-OXOCAL 2.2.1.44.1 for what the patterns mean.
 */
import type { Interval } from '../../agenda/appointment.ts';
import { dayOf, modulo, SECONDS_PER_DAY } from '../../agenda/civil.ts';
import { occurrences } from '../../agenda/recurrence.ts';
import {
  type Frequency,
  RecurrenceError,
  type RecurrenceRule,
  type Until,
  type WeekdayPart,
} from '../../agenda/recurrence-rule.ts';
import { utc, type Zone } from '../../agenda/zones.ts';
import type { Recurrence } from './operations/recurrence.ts';

type Pattern = Recurrence['pattern'];

export interface SeriesTimes {
  recurrence: Recurrence;
  /** Of the first occurrence. Instants in seconds; of a series of whole days too. */
  start: number;
  allDay: boolean;
  zone: Zone;
}

/** More within the stretch that is kept aren't appointments but a fault. */
const most = 5_000;

/**
 * The starts of the occurrences that the pattern gives in the stretch, those that were moved or deleted among them:
 * instants in seconds, or wall times of midnights for whole days; ascending.
 * @throws RecurrenceError for a pattern that can't be followed
 */
export function patternStarts({ recurrence, start, allDay, zone }: SeriesTimes, { from, to }: Interval): number[] {
  const wall = zone.wallOf(start);
  const firstDay = dateOf(recurrence.range.startDate) ?? Math.floor(wall / SECONDS_PER_DAY);
  const set = {
    start: firstDay * SECONDS_PER_DAY + (allDay ? 0 : modulo(wall, SECONDS_PER_DAY)),
    ...{ allDay, zone: allDay ? utc : zone, rules: [ruleOf(recurrence)] },
    ...{ exceptionRules: [], dates: [], exceptions: new Set<number>(), exceptionDays: new Set<number>() },
  };
  // Whole days have no zone here: a day more on each side.
  const slack = allDay ? SECONDS_PER_DAY : 0;
  const end = to.epochMilliseconds / 1000 + slack;
  const starts: number[] = [];
  for (const occurrence of occurrences(set, from.epochMilliseconds / 1000 - slack)) {
    if (occurrence >= end || starts.length >= most) break;
    starts.push(occurrence);
  }
  return starts;
}

/** @throws RecurrenceError */
export function ruleOf({ pattern, range }: Recurrence): RecurrenceRule {
  return { ...nothing, ...patternOf(pattern), ...endOf(range), interval: Math.max(1, pattern.interval) };
}

const nothing: RecurrenceRule = {
  ...{ frequency: 'DAILY', interval: 1, count: null, until: null, weekStart: 6 },
  ...{ bySecond: [], byMinute: [], byHour: [], byDay: [], byMonthDay: [], byYearDay: [], byWeekNo: [] },
  ...{ byMonth: [], bySetPos: [] },
};

type Part = Partial<RecurrenceRule> & { frequency: Frequency };

function patternOf(pattern: Pattern): Part {
  switch (pattern.type) {
    case 'DailyRecurrence':
      return { frequency: 'DAILY' };
    case 'WeeklyRecurrence':
      // Sunday is what Exchange begins weeks with where the series doesn't say.
      return {
        frequency: 'WEEKLY',
        byDay: weekdaysOf(pattern).map(each),
        weekStart: Math.max(0, weekdayNames.indexOf(pattern.firstDayOfWeek ?? 'Sunday')),
      };
    case 'AbsoluteMonthlyRecurrence':
      return { frequency: 'MONTHLY', ...dayOfMonth(pattern) };
    case 'RelativeMonthlyRecurrence':
      return { frequency: 'MONTHLY', ...relativeDay(pattern) };
    case 'AbsoluteYearlyRecurrence':
      return { frequency: 'YEARLY', byMonth: [monthOf(pattern)], ...dayOfMonth(pattern) };
    case 'RelativeYearlyRecurrence':
      return { frequency: 'YEARLY', byMonth: [monthOf(pattern)], ...relativeDay(pattern) };
    default:
      throw new RecurrenceError(`Its pattern is not known (${pattern.type.slice(0, 60)}).`);
  }
}

/** A day that a month doesn't have is its last one (MS-OXOCAL 2.2.1.44.1.3), where RFC 5545 leaves the month out. */
function dayOfMonth({ dayOfMonth: day, type }: Pattern): Partial<RecurrenceRule> {
  if (day === null || day < 1 || day > 31)
    throw new RecurrenceError(`Its pattern names no day of the month (${type}).`);
  if (day <= 28) return { byMonthDay: [day] };
  return { byMonthDay: Array.from({ length: day - 27 }, (_, index) => 28 + index), bySetPos: [-1] };
}

const indices: Readonly<Record<string, number>> = { First: 1, Second: 2, Third: 3, Fourth: 4, Last: -1 };

function relativeDay(pattern: Pattern): Partial<RecurrenceRule> {
  const index = indices[pattern.dayOfWeekIndex ?? ''];
  if (index === undefined) throw new RecurrenceError('Its pattern doesn’t say which day of the month.');
  const days = weekdaysOf(pattern);
  if (days.length === 1) return { byDay: [{ weekday: days[0]!, ordinal: index }] };
  return { byDay: days.map(each), bySetPos: [index] };
}

/** As in agenda/recurrence-rule.ts: 0 is Monday. */
const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const groupsOfDays: Readonly<Record<string, number[]>> = {
  Day: [0, 1, 2, 3, 4, 5, 6],
  Weekday: [0, 1, 2, 3, 4],
  WeekendDay: [5, 6],
};
const each = (weekday: number): WeekdayPart => ({ weekday, ordinal: 0 });

function weekdaysOf({ daysOfWeek }: Pattern): number[] {
  const days = new Set<number>();
  for (const name of daysOfWeek) {
    for (const day of groupsOfDays[name] ?? []) days.add(day);
    if (weekdayNames.includes(name)) days.add(weekdayNames.indexOf(name));
  }
  if (days.size === 0) throw new RecurrenceError('Its pattern names no day of the week.');
  return [...days].sort((a, b) => a - b);
}

const monthNames = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July'],
  ...['August', 'September', 'October', 'November', 'December'],
];

function monthOf({ month }: Pattern): number {
  const index = monthNames.indexOf(month ?? '');
  if (index < 0) throw new RecurrenceError('Its pattern names no month.');
  return index + 1;
}

function endOf({ type, endDate, numberOfOccurrences: count }: Recurrence['range']): {
  count: number | null;
  until: Until | null;
} {
  if (type === 'NumberedRecurrence') {
    if (count === null || count < 1) throw new RecurrenceError('Its number of occurrences can’t be read.');
    return { count, until: null };
  }
  if (type !== 'EndDateRecurrence') return { count: null, until: null };
  const day = dateOf(endDate);
  if (day === null) throw new RecurrenceError('Its last day can’t be read.');
  return { count: null, until: { kind: 'date', day } };
}

/** A date of the series' own zone, whatever offset is written behind it. */
function dateOf(text: string | null): number | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text?.trim() ?? '') ?? [];
  return year === undefined ? null : dayOf(Number(year), Number(month), Number(day));
}
