/** iCalendar values (RFC 5545, 3.3) to numbers and text. */
import { dayOf, dayOfWall, daysInMonth, SECONDS_PER_DAY, wallTime } from '../../agenda/civil.ts';
import type { Component, ContentLine } from './content-lines.ts';

/** A DATE or DATE-TIME as written; where a DATE-TIME has neither Z nor a TZID it floats. Seconds and days: civil.ts. */
export type DateValue =
  | { kind: 'date'; day: number }
  | { kind: 'floating'; wall: number }
  | { kind: 'utc'; instant: number }
  | { kind: 'zoned'; wall: number; tzid: string };

/** Says for the calendar's owner what in a component can't be read. */
export class ComponentError extends Error {
  override name = 'ComponentError';
}

export function property(component: Component, name: string): ContentLine | null {
  return component.lines.find((line) => line.name === name) ?? null;
}

export function properties(component: Component, name: string): ContentLine[] {
  return component.lines.filter((line) => line.name === name);
}

/** The property's text, unescaped and trimmed; null where it is missing or empty. Cut at `limit` characters. */
export function textOf(component: Component, name: string, limit = 1000): string | null {
  const line = property(component, name);
  return line ? unescapeText(line.value, limit) || null : null;
}

/** TEXT (3.3.11); control characters such as NUL, which databases refuse, are left out. */
export function unescapeText(value: string, limit: number): string {
  if (value.length <= limit && !/[\\\p{Cc}]/u.test(value)) return value.trim();
  return value
    .slice(0, limit * 2)
    .replace(/\\([\\;,nN])/g, (_, code) => (code === 'n' || code === 'N' ? '\n' : code))
    .replace(/(?![\t\n])\p{Cc}/gu, '')
    .trim()
    .slice(0, limit);
}

/** DTSTART, RECURRENCE-ID and the like. @throws ComponentError */
export function dateOf(line: ContentLine): DateValue {
  return asDeclared(line, parseDate(line.value, line.parameters?.get('TZID') ?? null, line.name));
}

/** EXDATE and RDATE: a list. @throws ComponentError */
export function datesOf(line: ContentLine): DateValue[] {
  const tzid = line.parameters?.get('TZID') ?? null;
  return listOf(line).map((value) => asDeclared(line, parseDate(value, tzid, line.name)));
}

/** Some programs write a day with a time, "VALUE=DATE:20260105T000000": the declaration counts. */
function asDeclared(line: ContentLine, value: DateValue): DateValue {
  return line.parameters?.get('VALUE')?.toUpperCase() === 'DATE' ? { kind: 'date', day: dayOfValue(value) } : value;
}

export function listOf(line: ContentLine): string[] {
  return line.value
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}

/** 20260105, 20260105T080000, 20260105T080000Z; also with the dashes and colons of ISO 8601. VALUE=DATE isn't needed. */
export function parseDate(value: string, tzid: string | null, name: string): DateValue {
  const match = /^(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d)(?::?(\d\d))?(?:\.\d+)?(Z)?)?$/i.exec(value.trim());
  if (!match) throw new ComponentError(`${name} "${value.trim().slice(0, 40)}" is not a date.`);
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month) || Number(match[4] ?? 0) > 24)
    throw new ComponentError(`${name} "${value.trim()}" is a date that doesn't exist.`);
  if (match[4] === undefined) return { kind: 'date', day: dayOf(year, month, day) };
  const wall = wallTime(year, month, day, Number(match[4]), Number(match[5]), Math.min(59, Number(match[6] ?? 0)));
  if (match[7]) return { kind: 'utc', instant: wall };
  return tzid ? { kind: 'zoned', wall, tzid } : { kind: 'floating', wall };
}

/** A duration (3.3.6): days are nominal, a day on the calendar; seconds are exact. Negative ones have both negative. */
export interface Duration {
  days: number;
  seconds: number;
}

/** @throws ComponentError */
export function parseDuration(value: string): Duration {
  const match = /^([+-])?P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,7})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/i.exec(
    value.trim(),
  );
  if (!match) throw new ComponentError(`"${value.trim().slice(0, 40)}" is not a duration.`);
  const sign = match[1] === '-' ? -1 : 1;
  const part = (index: number) => Number(match[index] ?? 0);
  return {
    days: sign * (part(2) * 7 + part(3)),
    seconds: sign * (part(4) * 3600 + part(5) * 60 + part(6)),
  };
}

/** UTC-OFFSET (3.3.14) in seconds, east positive; null for anything else. */
export function parseOffset(value: string): number | null {
  const match = /^([+-])(\d\d):?(\d\d)(?::?(\d\d))?$/.exec(value.trim());
  if (!match) return null;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60 + Number(match[4] ?? 0);
  return match[1] === '-' ? -seconds : seconds;
}

/** The day a value names, for a series of whole days: Exchange writes such a day as midnight in a zone. */
export function dayOfValue(value: DateValue): number {
  if (value.kind === 'date') return value.day;
  return dayOfWall(value.kind === 'utc' ? value.instant : value.wall);
}

/** The wall time a value shows, whatever its zone. */
export function wallOfValue(value: DateValue): number {
  if (value.kind === 'date') return value.day * SECONDS_PER_DAY;
  return value.kind === 'utc' ? value.instant : value.wall;
}
