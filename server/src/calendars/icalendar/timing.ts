/** When a component is: its start, its length and its recurrence set, on one scale of seconds. */
import type { When } from '../../agenda/appointment.ts';
import { modulo, SECONDS_PER_DAY, wallText } from '../../agenda/civil.ts';
import type { RecurrenceSet } from '../../agenda/recurrence.ts';
import { parseRule, type RecurrenceRule } from '../../agenda/recurrence-rule.ts';
import { utc, type Zone } from '../../agenda/zones.ts';
import type { Component, ContentLine } from './content-lines.ts';
import type { CalendarZones } from './time-zones.ts';
import {
  ComponentError,
  type DateValue,
  type Duration,
  dateOf,
  datesOf,
  dayOfValue,
  listOf,
  parseDate,
  parseDuration,
  properties,
  property,
  wallOfValue,
} from './values.ts';

/** What kind of time a component has; its occurrences are instants, or wall times where `zone` is no matter. */
export interface Scale {
  kind: When['kind'];
  /** utc for floating and all-day times: their seconds are wall times. */
  zone: Zone;
}

export interface Timing extends Scale {
  /** The first occurrence: DTSTART, or DUE of a task that has no other. */
  start: number;
  /** The same as written on the wall, which clocks may jump over. */
  startWall: number;
  /** From an occurrence to its end (of a task: to its due time). */
  length: Duration;
}

/** @returns null for a task without a due time: it has no place on an agenda. @throws ComponentError */
export function timingOf(component: Component, zones: CalendarZones): Timing | null {
  const task = component.name === 'VTODO';
  const endLine = property(component, task ? 'DUE' : 'DTEND');
  const duration = property(component, 'DURATION');
  if (task && !endLine && !duration) return null;
  const startLine = property(component, 'DTSTART') ?? property(component, 'RECURRENCE-ID') ?? (task ? endLine : null);
  if (!startLine) throw new ComponentError('It has no start (DTSTART).');
  const value = isWholeDays(component)
    ? { kind: 'date' as const, day: dayOfValue(dateOf(startLine)) }
    : dateOf(startLine);
  const scale = scaleOf(value, zones);
  const start = onScale(value, scale, zones);
  const end = endLine && endLine.value.trim() !== '' ? onScale(dateOf(endLine), scale, zones) : null;
  // Some exporters swap start and end.
  const swapped = end !== null && end < start;
  return {
    ...scale,
    start: swapped ? end : start,
    startWall: swapped ? scale.zone.wallOf(end) : wallOfValue(value),
    length: lengthOf(scale, task, end === null ? null : Math.abs(end - start), duration),
  };
}

/** Exchange may write whole days as midnights in a zone, and says so (MS-OXCICAL 2.1.3.1.1.20.28). */
function isWholeDays(component: Component): boolean {
  if (property(component, 'X-MICROSOFT-CDO-ALLDAYEVENT')?.value.trim().toUpperCase() !== 'TRUE') return false;
  const ends = [property(component, 'DTSTART'), property(component, 'DTEND')];
  return ends.every((line) => line !== null && /T000000$/.test(line.value.trim()));
}

export function scaleOf(value: DateValue, zones: CalendarZones): Scale {
  if (value.kind === 'date') return { kind: 'allDay', zone: utc };
  if (value.kind === 'floating') return { kind: 'floating', zone: utc };
  return { kind: 'zoned', zone: value.kind === 'utc' ? utc : zones.zone(value.tzid) };
}

/** A value of any type as an occurrence on the scale of its series. Types ought to agree, and often don't. */
export function onScale(value: DateValue, scale: Scale, zones: CalendarZones, timeOfDay = 0): number {
  if (scale.kind === 'allDay') return dayOfValue(value) * SECONDS_PER_DAY;
  if (scale.kind === 'floating')
    return value.kind === 'date' ? value.day * SECONDS_PER_DAY + timeOfDay : wallOfValue(value);
  switch (value.kind) {
    case 'utc':
      return value.instant;
    case 'zoned':
      return zones.zone(value.tzid).instantOf(value.wall);
    case 'floating':
      return scale.zone.instantOf(value.wall);
    case 'date':
      return scale.zone.instantOf(value.day * SECONDS_PER_DAY + timeOfDay);
  }
}

/** The exact length where an end is given, a nominal one where a duration is (RFC 5545, 3.8.5.3). */
function lengthOf(scale: Scale, task: boolean, seconds: number | null, duration: ContentLine | null): Duration {
  let length: Duration = { days: 0, seconds: seconds ?? 0 };
  if (seconds === null && duration) {
    const nominal = parseDuration(duration.value);
    length = { days: Math.abs(nominal.days), seconds: Math.abs(nominal.seconds) };
  }
  if (scale.kind !== 'allDay') return length;
  // A day is the least an event of whole days can take; a task may be due the day it starts.
  return { days: Math.max(task ? 0 : 1, length.days + Math.ceil(length.seconds / SECONDS_PER_DAY)), seconds: 0 };
}

/** Moves an occurrence by days on the wall and by exact seconds. */
export function moved(scale: Scale, occurrence: number, by: Duration): number {
  const day =
    by.days === 0 ? occurrence : scale.zone.instantOf(scale.zone.wallOf(occurrence) + by.days * SECONDS_PER_DAY);
  return day + by.seconds;
}

/** The recurrence set, and the occurrences (RDATE;VALUE=PERIOD) that have an end of their own. @throws ComponentError */
export function recurrenceOf(
  component: Component,
  timing: Timing,
  zones: CalendarZones,
): { set: RecurrenceSet; recurring: boolean; ends: ReadonlyMap<number, number> } {
  const timeOfDay = modulo(timing.startWall, SECONDS_PER_DAY);
  const rules = rulesOf(component, 'RRULE');
  const ends = new Map<number, number>();
  const dates = properties(component, 'RDATE').flatMap((line) =>
    listOf(line).map((item) => {
      const [from, to] = item.split('/');
      const tzid = line.parameters?.get('TZID') ?? null;
      const start = onScale(parseDate(from!, tzid, 'RDATE'), timing, zones, timeOfDay);
      if (to !== undefined) ends.set(start, endOfPeriod(to, tzid, start, timing, zones));
      return start;
    }),
  );
  const exceptions = new Set<number>();
  const exceptionDays = new Set<number>();
  for (const line of properties(component, 'EXDATE'))
    for (const value of datesOf(line)) {
      if (value.kind === 'date' && timing.kind !== 'allDay') exceptionDays.add(value.day);
      else exceptions.add(onScale(value, timing, zones));
    }
  return {
    set: {
      start: timing.startWall,
      allDay: timing.kind === 'allDay',
      zone: timing.zone,
      rules,
      exceptionRules: rulesOf(component, 'EXRULE'),
      // DTSTART is an occurrence beside RDATEs, but beside rules only where they give it (3.8.5.3).
      dates: rules.length === 0 ? [timing.start, ...dates] : dates,
      exceptions,
      exceptionDays,
    },
    recurring: rules.length + dates.length > 0,
    ends,
  };
}

function endOfPeriod(text: string, tzid: string | null, start: number, timing: Timing, zones: CalendarZones): number {
  const end = /^[+-]?P/i.test(text)
    ? moved(timing, start, parseDuration(text))
    : onScale(parseDate(text, tzid, 'RDATE'), timing, zones);
  return Math.max(start, end);
}

/** More rules than any program writes; each more makes every occurrence dearer. */
const MAX_RULES = 20;

/** Some programs write the same rule twice. */
function rulesOf(component: Component, name: string): RecurrenceRule[] {
  const texts = new Set(properties(component, name).map((line) => line.value));
  if (texts.size > MAX_RULES) throw new ComponentError(`It has ${texts.size} rules (${name}).`);
  return [...texts].map(parseRule);
}

/** An occurrence as ISO text: an instant, a date-time for a floating and a date for an all-day one. */
export function occurrenceText(kind: When['kind'], occurrence: number): string {
  const text = wallText(occurrence);
  return kind === 'allDay' ? text.slice(0, 10) : kind === 'zoned' ? `${text}Z` : text;
}

export function whenOf(kind: When['kind'], start: number, end: number): When {
  if (kind === 'zoned')
    return {
      kind,
      start: Temporal.Instant.fromEpochMilliseconds(start * 1000),
      end: Temporal.Instant.fromEpochMilliseconds(end * 1000),
    };
  if (kind === 'floating')
    return {
      kind,
      start: Temporal.PlainDateTime.from(wallText(start)),
      end: Temporal.PlainDateTime.from(wallText(end)),
    };
  return {
    kind,
    start: Temporal.PlainDate.from(wallText(start).slice(0, 10)),
    end: Temporal.PlainDate.from(wallText(end).slice(0, 10)),
  };
}
