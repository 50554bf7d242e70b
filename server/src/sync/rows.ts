/**
 * What a connector says of an object becomes rows that the store surely takes, whatever the source wrote: PostgreSQL
 * refuses NUL and unpaired surrogates in text, dates outside its range and index entries over 2,704 bytes, and one
 * refused row would cost the whole round. What can't be kept is listed as skipped. Pure.
 */
import { createHash } from 'node:crypto';
import { type Interval, instantsOf, type SkippedComponent, type SourceAppointment } from '../agenda/appointment.ts';
import type { CalendarObject } from '../calendars/connector.ts';
import { isStorableText } from '../store/storable-text.ts';

/** Columns of `appointment`, as they go to the store in JSON. */
export interface AppointmentRow {
  object_key: string;
  kind: 'event' | 'task';
  uid: string;
  occurrence: string;
  starts_at: string;
  ends_at: string;
  start_date: string | null;
  end_date: string | null;
  title: string;
  location: string | null;
  organizer: string | null;
  organizer_address: string | null;
  attendee_count: number;
  show_as: string;
  sensitivity: string;
  response: string;
  cancelled: boolean;
  categories: string[];
  join_url: string | null;
  open_url: string | null;
  reminders: number[];
  series: boolean;
  completed: boolean;
}

/** Columns of `calendar_object`, and the rows of its appointments. */
export interface ObjectRow {
  key: string;
  version: string;
  source: string | null;
  next_after_window: string | null;
  skipped: SkippedComponent[] | null;
  appointments: AppointmentRow[];
}

/** More occurrences of one object in one window (75 a day) aren't appointments but a fault or an attack. */
export const mostOccurrences = 5_000;
const mostSkipped = 50;
const longestName = 800;
const longestUrl = 4_000;
/** Years 0001 to 9999: what ISO text, PostgreSQL and Temporal all write alike. */
const earliest = Date.parse('0001-01-01T00:00:00Z');
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Text that PostgreSQL takes. */
export const storable = (text: string): string => text.replaceAll('\u0000', '').toWellFormed();

/** As `storable`, and short enough for an index: what had to be changed gets a hash, so that two names never become one. */
export function storableName(name: string): string {
  if (name.length * 3 <= longestName && isStorableText(name)) return name;
  const clean = storable(name);
  if (clean === name && Buffer.byteLength(clean) <= longestName) return name;
  return `${clean.slice(0, 150)}#${createHash('sha256').update(name, 'utf16le').digest('hex')}`;
}

/** JSON text that PostgreSQL's jsonb takes. */
export const storableJson = (value: unknown): string => JSON.stringify(value ?? null, storablePart) ?? 'null';

function storablePart(_: string, part: unknown): unknown {
  if (typeof part === 'string') return storable(part);
  if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, inner]) => [storable(name), inner]));
}

/** @param timeZone the user's: floating times and all-day dates happen there. */
export function objectRow(object: CalendarObject, window: Interval, timeZone: string): ObjectRow {
  const key = storableName(object.key);
  const skipped: SkippedComponent[] = object.skipped.map(storableSkipped);
  const rows = new Map<string, AppointmentRow>();
  for (const appointment of object.appointments) {
    const row = appointmentRow(key, appointment, window, timeZone);
    if (row === null) continue;
    if (typeof row === 'string') {
      skipped.push(storableSkipped({ uid: appointment.uid, recurrenceId: appointment.occurrence, reason: row }));
      continue;
    }
    if (rows.size >= mostOccurrences) {
      const reason = `More than ${mostOccurrences} occurrences within the window: the first ${mostOccurrences} are shown.`;
      skipped.push(storableSkipped({ uid: appointment.uid, reason }));
      break;
    }
    rows.set(`${row.uid}\n${row.occurrence}`, row);
  }
  return {
    key,
    version: storable(object.version).slice(0, 1_000),
    source: object.source === null ? null : storable(object.source),
    next_after_window: object.nextAfterWindow && inRange(object.nextAfterWindow) ? iso(object.nextAfterWindow) : null,
    skipped: skipped.length > 0 ? skipped.slice(0, mostSkipped) : null,
    appointments: [...rows.values()],
  };
}

/** Null: outside the window. A text: why it can't be kept. */
function appointmentRow(
  key: string,
  appointment: SourceAppointment,
  window: Interval,
  timeZone: string,
): AppointmentRow | string | null {
  let start: Temporal.Instant;
  let end: Temporal.Instant;
  try {
    ({ start, end } = instantsOf(appointment.when, timeZone));
  } catch {
    return 'Its date lies outside of what a calendar can hold.';
  }
  if (!inRange(start) || !inRange(end)) return 'Its date lies outside of the years 1 to 9999.';
  const length = Temporal.Instant.compare(end, start);
  if (length < 0) return 'It ends before it starts.';
  if (Temporal.Instant.compare(start, window.to) >= 0) return null;
  if (Temporal.Instant.compare(end, window.from) <= 0 && !(length === 0 && start.equals(window.from))) return null;
  const { when } = appointment;
  return {
    object_key: key,
    kind: appointment.kind,
    uid: storableName(appointment.uid),
    occurrence: storable(appointment.occurrence).slice(0, 100),
    starts_at: iso(start),
    ends_at: iso(end),
    start_date: when.kind === 'allDay' ? when.start.toString() : null,
    end_date: when.kind === 'allDay' ? when.end.toString() : null,
    title: text(appointment.title, 1_000),
    location: textOrNull(appointment.location, 1_000),
    organizer: textOrNull(appointment.organizer, 500),
    organizer_address: textOrNull(appointment.organizerAddress, 320),
    attendee_count: integer(appointment.attendeeCount, 0, 1_000_000),
    show_as: appointment.showAs,
    sensitivity: appointment.sensitivity,
    response: appointment.response,
    cancelled: appointment.cancelled,
    categories: appointment.categories.slice(0, 50).map((category) => text(category, 200)),
    join_url: webAddress(appointment.joinUrl),
    open_url: webAddress(appointment.openUrl),
    reminders: remindersOf(appointment.reminders),
    series: appointment.series,
    completed: appointment.completed,
  };
}

const iso = (instant: Temporal.Instant) => instant.toString();

const inRange = ({ epochMilliseconds }: Temporal.Instant) =>
  epochMilliseconds >= earliest && epochMilliseconds <= latest;

/** Cutting may halve a surrogate pair, so the text is mended after it. */
const text = (value: string, longest: number): string => storable(value.slice(0, longest));

const textOrNull = (value: string | null, longest: number): string | null => (value ? text(value, longest) : null);

const integer = (value: number, least: number, most: number): number =>
  Number.isFinite(value) ? Math.min(Math.max(Math.trunc(value), least), most) : least;

/** The face of connectors promises http(s); a `javascript:` address that slips through would run in a browser. */
function webAddress(value: string | null): string | null {
  if (!value || value.length > longestUrl || !isStorableText(value)) return null;
  return /^https?:\/\//i.test(value) ? value : null;
}

const year = 366 * 24 * 60;
function remindersOf(minutes: readonly number[]): number[] {
  const kept = new Set<number>();
  for (const value of minutes) if (Number.isFinite(value) && Math.abs(value) <= year) kept.add(Math.trunc(value));
  return [...kept].sort((a, b) => a - b).slice(0, 20);
}

const storableSkipped = ({ uid, recurrenceId, reason }: SkippedComponent): SkippedComponent => ({
  uid: uid === null ? null : text(uid, 300),
  ...(recurrenceId ? { recurrenceId: text(recurrenceId, 100) } : {}),
  reason: text(reason, 500),
});
