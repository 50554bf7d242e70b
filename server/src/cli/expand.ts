/**
 * `whenabouts expand`: answers recurrence cases, one JSON line each. A case has `rrules` and `dtstart`, or `ics`: a whole
 * calendar. This is how the expander is compared with others (docs/recurrence.md).
 */
import readline from 'node:readline';
import { instantsOf } from '../agenda/appointment.ts';
import { SECONDS_PER_DAY } from '../agenda/civil.ts';
import { occurrences, type RecurrenceSet } from '../agenda/recurrence.ts';
import { parseRule } from '../agenda/recurrence-rule.ts';
import { utc, type Zone } from '../agenda/zones.ts';
import { zoneNamed } from '../agenda/zones-names.ts';
import { parseComponents } from '../calendars/icalendar/content-lines.ts';
import { expandComponents, type Span } from '../calendars/icalendar/expansion.ts';
import { groupsOf } from '../calendars/icalendar/objects.ts';
import { CalendarZones } from '../calendars/icalendar/time-zones.ts';
import type { Scale } from '../calendars/icalendar/timing.ts';
import { parseDate, wallOfValue } from '../calendars/icalendar/values.ts';
import { parseUsage } from './usage.ts';

const help = `Usage: whenabouts expand < cases.jsonl > results.jsonl

Each line of stdin is a case, each line of stdout its answer: {"id", "starts": ["2026-01-05T08:00:00Z", ...]}, of whole
days dates, or {"id", "error"} for a case that can't be read or can't be followed.

  A rule      {"id", "rrules": ["FREQ=..."], "dtstart": "2026-01-05T09:00:00", "valueType": "DATE-TIME" | "DATE",
              "tzid": "Europe/Berlin" | "floating" | null, "rdates", "exdates", "window": {"from", "to", "toInclusive"},
              "take": n}
  A calendar  {"id", "ics": "BEGIN:VCALENDAR...", "window": {"from", "to", "localTo": "event" | "utc"},
              "zoneHint": "Europe/Berlin"}

An endless rule without window and take is answered with its first 1000 occurrences. A rule that never fires has none.
`;

const MAX_STARTS = 1000;
const MAX_STARTS_IN_WINDOW = 100_000;

/** @returns the exit code: 0, because a case that can't be answered is answered with its error */
export async function expandCommand(parameters: string[]): Promise<number> {
  const { values } = parseUsage({ args: parameters, options: { help: { type: 'boolean', short: 'h' } } });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  let first = true;
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
    // Editors of Windows begin a file with a byte order mark.
    const answer = `${JSON.stringify(answerTo(first ? line.replace(/^\ufeff/, '') : line))}\n`;
    first = false;
    if (!process.stdout.write(answer)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  return 0;
}

export type Answer = { id: unknown; starts: string[] } | { id: unknown; error: string };

/** Never throws: what can't be answered is an answer too. */
export function answerTo(line: string): Answer {
  let id: unknown = null;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) throw new Error('A case is a JSON object.');
    const given = value as Record<string, unknown>;
    id = given.id ?? null;
    return { id, starts: typeof given.ics === 'string' ? calendarStarts(given, given.ics) : ruleStarts(given) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

function ruleStarts(given: Record<string, unknown>): string[] {
  const allDay = given.valueType === 'DATE';
  const tzid = allDay || given.tzid === 'floating' ? null : textOrNull(given.tzid, 'tzid');
  const zone = tzid === null ? utc : zoneNamed(tzid);
  if (!zone) throw new Error(`"${tzid}" is not a time zone.`);
  const dtstart = textOrNull(given.dtstart, 'dtstart');
  if (dtstart === null) throw new Error('"dtstart" is missing.');
  const start = wallOfValue(parseDate(dtstart.replace(/Z$/, ''), null, 'dtstart'));
  const set: RecurrenceSet = {
    start,
    allDay,
    zone,
    rules: texts(given.rrules, 'rrules').map((rule) => parseRule(rule.replace(/^RRULE:/i, ''))),
    exceptionRules: texts(given.exrules, 'exrules').map((rule) => parseRule(rule.replace(/^EXRULE:/i, ''))),
    dates: texts(given.rdates, 'rdates').map((date) => occurrenceOf(date, zone)),
    exceptions: new Set(texts(given.exdates, 'exdates').map((date) => occurrenceOf(date, zone))),
    exceptionDays: new Set(),
  };
  const window = windowOf(given.window);
  const from = window.from === null ? start - 2 * SECONDS_PER_DAY : occurrenceOf(window.from, zone);
  const to =
    window.to === null ? Number.POSITIVE_INFINITY : occurrenceOf(window.to, zone) + (window.toInclusive ? 1 : 0);
  const take = typeof given.take === 'number' ? given.take : Number.POSITIVE_INFINITY;
  const endless = window.to === null && set.rules.some((rule) => rule.count === null && rule.until === null);
  const limit = Math.min(take, endless ? MAX_STARTS : MAX_STARTS_IN_WINDOW);
  const starts: string[] = [];
  if (limit < 1) return starts;
  for (const occurrence of occurrences(set, earliest(from, set))) {
    if (occurrence >= to) break;
    if (occurrence < from) continue;
    starts.push(textOfStart(occurrence, allDay));
    if (starts.length >= limit) break;
  }
  return starts;
}

/** RDATEs may be before DTSTART. */
function earliest(from: number, set: RecurrenceSet): number {
  return Math.min(from, ...set.dates.slice(0, 1000));
}

/** An instant with Z, otherwise a wall time of the zone. Floating times are written with Z, too: they have zone utc. */
function occurrenceOf(text: string, zone: Zone): number {
  const value = parseDate(text, null, 'date');
  return value.kind === 'utc' ? value.instant : zone.instantOf(wallOfValue(value));
}

function textOfStart(occurrence: number, allDay: boolean): string {
  const text = new Date(occurrence * 1000).toISOString();
  return allDay ? text.slice(0, 10) : `${text.slice(0, 19)}Z`;
}

/** All that overlaps the window, each component on its own; what can't be read in the calendar is passed over. */
function calendarStarts(given: Record<string, unknown>, ics: string): string[] {
  const { from, to, localTo } = windowOf(given.window);
  if (from === null || to === null) throw new Error('A calendar case needs window.from and window.to.');
  // A case that hints at a zone wants its floating times as instants there; any other wants them as they are.
  const hint = textOrNull(given.zoneHint, 'zoneHint');
  const userZone = hint === null ? null : zoneNamed(hint);
  const calendars = parseComponents(ics).components.filter((component) => component.name === 'VCALENDAR');
  if (calendars.length === 0) throw new Error('The calendar has no BEGIN:VCALENDAR.');
  const starts: string[] = [];
  for (const calendar of calendars) {
    const zones = new CalendarZones(calendar, ics, userZone ?? utc);
    const windowOn = windowFor(from, to, localTo, zones.calendarZone, userZone);
    for (const components of groupsOf(calendar)) {
      const events = components.filter((component) => component.name === 'VEVENT');
      const request = {
        windowOn,
        zones,
        ownerAddresses: new Set<string>(),
        userZone: userZone ?? utc,
        maxOccurrences: MAX_STARTS_IN_WINDOW,
      };
      for (const { when } of expandComponents(events, request).appointments)
        starts.push(
          when.kind === 'floating' && hint !== null && userZone
            ? instantsOf(when, userZone.name).start.toString()
            : when.start.toString(),
        );
    }
  }
  return starts.sort();
}

/**
 * A window of instants is the same for every zoned event; a naive one is in each event's own zone, of UTC times the
 * calendar's. Dates without any zone to place them in count wherever on Earth it is that day.
 */
function windowFor(from: string, to: string, localTo: string | null, calendarZone: Zone | null, userZone: Zone | null) {
  const walls = span(wallOfValue(parseDate(from, null, 'window.from')), wallOfValue(parseDate(to, null, 'window.to')));
  const naive = localTo === 'event' || !from.endsWith('Z');
  return (scale: Scale): Span => {
    const own = scale.zone === utc ? (calendarZone ?? utc) : scale.zone;
    if (scale.kind === 'zoned') return naive ? { from: own.instantOf(walls.from), to: own.instantOf(walls.to) } : walls;
    if (naive) return walls;
    const place = calendarZone ?? userZone;
    if (place) return { from: place.wallOf(walls.from), to: place.wallOf(walls.to) };
    return scale.kind === 'allDay' ? { from: walls.from - 12 * 3600, to: walls.to + 14 * 3600 } : walls;
  };
}

/** A window without length asks what is going on at a moment. */
function span(from: number, to: number): Span {
  return { from, to: Math.max(to, from + 1) };
}

function windowOf(value: unknown): {
  from: string | null;
  to: string | null;
  toInclusive: boolean;
  localTo: string | null;
} {
  const window = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return {
    from: textOrNull(window.from, 'window.from'),
    to: textOrNull(window.to, 'window.to'),
    toInclusive: window.toInclusive === true,
    localTo: textOrNull(window.localTo, 'window.localTo'),
  };
}

function textOrNull(value: unknown, name: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw new Error(`"${name}" is not text.`);
  return value;
}

function texts(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new Error(`"${name}" is not a list of texts.`);
  return value;
}
