/** RRULE text (RFC 5545, 3.3.10) to data. Reads what real calendars contain, not only what the RFC allows. */
import { dayOf, daysInMonth, wallTime } from './civil.ts';

export const frequencies = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY', 'MINUTELY', 'SECONDLY'] as const;
export type Frequency = (typeof frequencies)[number];

/** A weekday (0 is Monday) and which of its kind: 2 the second, -1 the last, 0 every one. */
export interface WeekdayPart {
  weekday: number;
  ordinal: number;
}

/** The last moment of a rule, inclusive: a day, a time on the wall of the series' zone, or an instant. */
export type Until = { kind: 'date'; day: number } | { kind: 'local'; wall: number } | { kind: 'utc'; instant: number };

/** Lists are empty where the rule has no such part. */
export interface RecurrenceRule {
  frequency: Frequency;
  interval: number;
  count: number | null;
  until: Until | null;
  bySecond: number[];
  byMinute: number[];
  byHour: number[];
  byDay: WeekdayPart[];
  byMonthDay: number[];
  byYearDay: number[];
  byWeekNo: number[];
  byMonth: number[];
  bySetPos: number[];
  weekStart: number;
}

/** Says in words for the calendar's owner why a rule can't be followed. */
export class RecurrenceError extends Error {
  override name = 'RecurrenceError';
}

const weekdayNames = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** No honest rule is longer; a hostile one must not cost more than this. */
const MAX_RULE_LENGTH = 5000;

/**
 * Lenient where the meaning is plain: lower case, blanks, empty parts and list items, unknown X- parts, list items that
 * can't exist (BYDAY=0MO, BYMONTH=13) beside ones that can. Of a part given twice the last one counts.
 * @throws RecurrenceError
 */
export function parseRule(text: string): RecurrenceRule {
  if (text.length > MAX_RULE_LENGTH) throw new RecurrenceError(`The rule is ${text.length} characters long.`);
  const parts = new Map<string, string>();
  for (const part of text.toUpperCase().split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) parts.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
    else if (part.trim() !== '') throw new RecurrenceError(`"${part.trim().slice(0, 40)}" is not part of a rule.`);
  }
  refuseUnknown(parts);
  const frequency = frequencies.find((name) => name === parts.get('FREQ'));
  if (!frequency) throw new RecurrenceError(`The rule has no known frequency (FREQ=${parts.get('FREQ') ?? ''}).`);
  const until = parts.get('UNTIL');
  return {
    frequency,
    interval: positive(parts, 'INTERVAL') ?? 1,
    count: positive(parts, 'COUNT'),
    until: until ? parseUntil(until) : null,
    // A leap second is the second before it on clocks that have none (RFC 5545, 3.3.12).
    bySecond: [...new Set(numbers(parts, 'BYSECOND', 0, 60).map((second) => Math.min(second, 59)))],
    byMinute: numbers(parts, 'BYMINUTE', 0, 59),
    byHour: numbers(parts, 'BYHOUR', 0, 23),
    byDay: weekdays(parts),
    byMonthDay: numbers(parts, 'BYMONTHDAY', -31, 31, 'not zero'),
    byYearDay: numbers(parts, 'BYYEARDAY', -366, 366, 'not zero'),
    byWeekNo: numbers(parts, 'BYWEEKNO', -53, 53, 'not zero'),
    byMonth: numbers(parts, 'BYMONTH', 1, 12),
    bySetPos: numbers(parts, 'BYSETPOS', -366, 366, 'not zero'),
    weekStart: Math.max(0, weekdayNames.indexOf(parts.get('WKST') ?? 'MO')),
  };
}

const knownByParts = ['SECOND', 'MINUTE', 'HOUR', 'DAY', 'MONTHDAY', 'YEARDAY', 'WEEKNO', 'MONTH', 'SETPOS'];

/** RFC 7529's other calendars and moved dates, or BYEASTER, would be expanded to wrong days: better to say so. */
function refuseUnknown(parts: ReadonlyMap<string, string>): void {
  for (const name of parts.keys())
    if (name.startsWith('BY') && !knownByParts.includes(name.slice(2)))
      throw new RecurrenceError(`The rule has a part that is not known (${name.slice(0, 20)}).`);
  const calendar = parts.get('RSCALE') ?? 'GREGORIAN';
  if (calendar !== 'GREGORIAN') throw new RecurrenceError(`The rule counts in the ${calendar} calendar.`);
  const skip = parts.get('SKIP') ?? 'OMIT';
  if (skip !== 'OMIT') throw new RecurrenceError(`The rule moves dates that don't exist (SKIP=${skip}).`);
}

function positive(parts: ReadonlyMap<string, string>, name: string): number | null {
  const text = parts.get(name);
  if (!text) return null;
  const value = integer(text);
  if (value === null || value < 1) throw new RecurrenceError(`${name}=${text.slice(0, 20)} is not a positive number.`);
  return value;
}

function numbers(
  parts: ReadonlyMap<string, string>,
  name: string,
  min: number,
  max: number,
  zero?: 'not zero',
): number[] {
  const text = parts.get(name);
  if (!text) return [];
  const values = text.split(',').map((item) => integer(item.trim()));
  const possible = values.filter(
    (value): value is number => value !== null && value >= min && value <= max && !(zero && value === 0),
  );
  if (possible.length === 0) throw new RecurrenceError(`${name}=${text.slice(0, 40)} names nothing that exists.`);
  return [...new Set(possible)].sort((a, b) => a - b);
}

function weekdays(parts: ReadonlyMap<string, string>): WeekdayPart[] {
  const text = parts.get('BYDAY');
  if (!text) return [];
  const days: WeekdayPart[] = [];
  for (const item of text.split(',')) {
    const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(item.trim());
    if (!match) continue;
    const ordinal = match[1] === undefined ? 0 : Number(match[1]);
    // "0SA" asks for no Saturday at all; "SA" for every one.
    if (match[1] !== undefined && (ordinal === 0 || Math.abs(ordinal) > 53)) continue;
    days.push({ weekday: weekdayNames.indexOf(match[2]!), ordinal });
  }
  if (days.length === 0) throw new RecurrenceError(`BYDAY=${text.slice(0, 40)} names no weekday.`);
  return days;
}

function parseUntil(text: string): Until {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d))?(Z)?)?$/.exec(text);
  if (!match) throw new RecurrenceError(`UNTIL=${text.slice(0, 30)} is not a date.`);
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    throw new RecurrenceError(`UNTIL=${text} is not a date that exists.`);
  if (match[4] === undefined) return { kind: 'date', day: dayOf(year, month, day) };
  const wall = wallTime(year, month, day, Number(match[4]), Number(match[5]), Number(match[6] ?? 0));
  return match[7] ? { kind: 'utc', instant: wall } : { kind: 'local', wall };
}

function integer(text: string): number | null {
  return /^[+-]?\d{1,9}$/.test(text) ? Number(text) : null;
}
