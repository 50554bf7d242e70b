/** A calendar as text, taken apart into one object a UID, and an object expanded to the appointments in a window. */
import { hash } from 'node:crypto';
import type { Interval, SkippedComponent, SourceAppointment } from '../../agenda/appointment.ts';
import { ianaZone } from '../../agenda/zones.ts';
import { type Component, parseComponents, visitComponents } from './content-lines.ts';
import { expandComponents, type Span, uidOf } from './expansion.ts';
import { CalendarZones } from './time-zones.ts';
import type { Scale } from './timing.ts';
import { parseDuration, textOf } from './values.ts';

/** All components of one UID. */
export interface FeedObject {
  /** Normalised; where a component has none, made from its content (and written into `source`), so that it stays the same. */
  uid: string;
  /** iCalendar text of just these components and the VTIMEZONEs they need. */
  source: string;
  /** Changes when the source does; DTSTAMP, which many servers set to the time of asking, doesn't count. */
  version: string;
}

export interface Feed {
  objects: FeedObject[];
  skipped: SkippedComponent[];
  /** REFRESH-INTERVAL (RFC 7986) or X-PUBLISHED-TTL: how often the publisher wants to be asked at most. */
  refreshInterval: Temporal.Duration | null;
  name: string | null;
  color: string | null;
  /**
   * What is wrong with the text as a whole, in words for its owner: it isn't a calendar, or it is cut off. What could be
   * read is given, but what is missing from it must not count as deleted.
   */
  problem: string | null;
}

const kinds = new Set(['VEVENT', 'VTODO']);

/** Never throws; takes time in proportion to the text. */
export function parseFeed(text: string): Feed {
  const skipped: SkippedComponent[] = [];
  const objects = new Map<string, ObjectParts>();
  const definitions = new Map<string, string>();
  const calendars = visitComponents(text, (component) => {
    const content = text.slice(component.from, component.to);
    if (component.name === 'VTIMEZONE') {
      const tzid = textOf(component, 'TZID');
      if (tzid && !definitions.has(tzid)) definitions.set(tzid, content);
    }
    if (!kinds.has(component.name)) return;
    if (component.complete) addTo(objects, component, ended(withoutStamp(content)));
    else skipped.push({ uid: uidOf(component), reason: 'The calendar is cut off in the middle of it.' });
  });
  const first = <Value>(read: (calendar: Component) => Value | null) =>
    calendars.reduce<Value | null>((found, calendar) => found ?? read(calendar), null);
  const zone = first((calendar) => textOf(calendar, 'X-WR-TIMEZONE', 200));
  return {
    objects: [...objects].map(([uid, parts]) => objectOf(uid, parts, definitions, zone)),
    skipped,
    refreshInterval: first(refreshIntervalOf),
    name: first((calendar) => textOf(calendar, 'NAME', 200) ?? textOf(calendar, 'X-WR-CALNAME', 200)),
    color: first((calendar) => textOf(calendar, 'COLOR', 50) ?? textOf(calendar, 'X-APPLE-CALENDAR-COLOR', 50)),
    problem: problemOf(text, calendars),
  };
}

/** The components of one UID, and the TZIDs they name. */
interface ObjectParts {
  contents: string[];
  tzids: Set<string>;
}

function addTo(objects: Map<string, ObjectParts>, component: Component, content: string): void {
  const given = uidOf(component);
  const uid = given ?? `no-uid-${hash('sha1', content)}`;
  const parts = objects.get(uid) ?? { contents: [], tzids: new Set<string>() };
  objects.set(uid, parts);
  if (given !== null) parts.contents.push(content);
  // One without a UID gets it written in, once however often the same stands in the calendar.
  else parts.contents = [content.replace(/\r?\n|\r/, `\r\nUID:${uid}\r\n`)];
  for (const line of component.lines) {
    const tzid = line.parameters?.get('TZID');
    if (tzid !== undefined) parts.tzids.add(tzid);
  }
}

function objectOf(
  uid: string,
  { contents, tzids }: ObjectParts,
  definitions: ReadonlyMap<string, string>,
  zone: string | null,
): FeedObject {
  const needed = new Set<string>();
  for (const tzid of tzids) {
    if (definitions.has(tzid)) needed.add(tzid);
    // Of a TZID nothing defines, the only definition there is may be meant (time-zones.ts).
    else if (definitions.size === 1) needed.add([...definitions.keys()][0]!);
  }
  const source = [
    'BEGIN:VCALENDAR\r\nVERSION:2.0\r\n',
    zone ? `X-WR-TIMEZONE:${zone}\r\n` : '',
    ...[...needed].map((tzid) => ended(definitions.get(tzid)!)),
    ...contents,
    'END:VCALENDAR\r\n',
  ].join('');
  return { uid, source, version: hash('sha256', source) };
}

function problemOf(text: string, calendars: readonly Component[]): string | null {
  if (calendars.length === 0) {
    const beginning = text
      .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
      .trim()
      .slice(0, 40);
    return beginning === ''
      ? 'The file is empty. A calendar begins with BEGIN:VCALENDAR.'
      : `This is not an iCalendar file: it begins with "${beginning}" instead of BEGIN:VCALENDAR. Check the address or the file.`;
  }
  return calendars.every((calendar) => calendar.complete)
    ? null
    : 'The calendar is cut off: its end (END:VCALENDAR) is missing. Load it again from its source.';
}

function refreshIntervalOf(calendar: Component): Temporal.Duration | null {
  const value = textOf(calendar, 'REFRESH-INTERVAL') ?? textOf(calendar, 'X-PUBLISHED-TTL');
  if (!value) return null;
  try {
    const { days, seconds } = parseDuration(value);
    const total = days * 86_400 + seconds;
    return total > 0 ? Temporal.Duration.from({ seconds: total }) : null;
  } catch {
    return null;
  }
}

function withoutStamp(content: string): string {
  return content.replace(/^DTSTAMP[^\n]*\n?/gim, '');
}

function ended(content: string): string {
  return content.endsWith('\n') ? content : `${content}\r\n`;
}

export interface ExpandOptions {
  /** E-mail addresses of the calendar's owner: whose answer (PARTSTAT) is the appointment's response. */
  ownerAddresses?: readonly string[];
}

/**
 * The appointments of an object that overlap the window, in time order.
 * @param source a FeedObject's source, or what a CalDAV server has of one resource
 * @param timeZone IANA name: where floating times and all-day dates happen
 * @throws RangeError for an unknown `timeZone`; never for what `source` contains
 */
export function expandObject(
  source: string,
  window: Interval,
  timeZone: string,
  options: ExpandOptions = {},
): { appointments: SourceAppointment[]; nextAfterWindow: Temporal.Instant | null; skipped: SkippedComponent[] } {
  const userZone = ianaZone(timeZone);
  if (!userZone) throw new RangeError(`"${timeZone}" is not a time zone.`);
  const instants: Span = { from: secondsOf(window.from), to: secondsOf(window.to) };
  const walls: Span = { from: userZone.wallOf(instants.from), to: userZone.wallOf(instants.to) };
  const ownerAddresses = new Set((options.ownerAddresses ?? []).map((address) => address.toLowerCase()));
  const appointments: SourceAppointment[] = [];
  const skipped: SkippedComponent[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const calendar of parseComponents(source).components) {
    if (calendar.name !== 'VCALENDAR') continue;
    const zones = new CalendarZones(calendar, source, userZone);
    const windowOn = (scale: Scale) => (scale.kind === 'zoned' ? instants : walls);
    for (const components of groupsOf(calendar)) {
      const expansion = expandComponents(components, { windowOn, ownerAddresses, zones, userZone });
      for (const appointment of expansion.appointments) appointments.push(appointment);
      skipped.push(...expansion.skipped);
      next = Math.min(next, expansion.nextAfterWindow ?? next);
    }
  }
  return {
    appointments,
    nextAfterWindow: Number.isFinite(next) ? Temporal.Instant.fromEpochMilliseconds(next * 1000) : null,
    skipped,
  };
}

/** The components of each UID, events and tasks apart; one without a UID stands alone. */
export function groupsOf(calendar: Component): Component[][] {
  const groups = new Map<string, Component[]>();
  for (const component of calendar.components) {
    if (!kinds.has(component.name)) continue;
    const uid = uidOf(component);
    const key = uid === null ? `${component.from}` : `${component.name} ${uid}`;
    const group = groups.get(key);
    if (group) group.push(component);
    else groups.set(key, [component]);
  }
  return [...groups.values()];
}

function secondsOf(instant: Temporal.Instant): number {
  return instant.epochMilliseconds / 1000;
}
