/**
 * A Graph event becomes a SourceAppointment. Pure.
 * Source: resource types "event", "dateTimeTimeZone", "patternedRecurrence", Microsoft Graph v1.0; MS-OXOCAL 2.2.1.27.
 */
import type {
  Interval,
  Response,
  Sensitivity,
  ShowAs,
  SkippedComponent,
  SourceAppointment,
  When,
} from '../../agenda/appointment.ts';
import { responseValues, sensitivityValues } from '../../agenda/appointment.ts';
import { normalizedUid } from '../../agenda/meeting-key.ts';
import { zoneNamed } from '../../agenda/zones-names.ts';
import type { Member } from '../kept.ts';
import { type GraphEvent, isPart, type Part, textOf } from './graph-event.ts';

/** What is asked for where `$select` is allowed. Delta rounds don't know it and tell everything. */
export const eventFields = [
  ...['id', 'type', 'seriesMasterId', 'iCalUId', 'subject', 'start', 'end', 'originalStart', 'isAllDay'],
  ...['showAs', 'sensitivity', 'responseStatus', 'isOrganizer', 'isCancelled', 'categories', 'location', 'organizer'],
  ...['attendees', 'onlineMeeting', 'onlineMeetingUrl', 'isReminderOn', 'reminderMinutesBeforeStart'],
  'lastModifiedDateTime',
].join(',');

export const windowQuery = ({ from, to }: Interval): string =>
  `startDateTime=${encodeURIComponent(from.toString())}&endDateTime=${encodeURIComponent(to.toString())}`;

/**
 * @param ownersZone IANA name of the zone of the mailbox's owner.
 * @returns what is shown, or why it can't be.
 */
export function appointmentOf(event: GraphEvent, ownersZone: string): Member | SkippedComponent {
  const { raw } = event;
  const uids = [raw.uid, raw.iCalUId, event.seriesMasterId].map((each) => normalizedUid(textOf(each) ?? ''));
  const uid = uids.find((each) => each !== '') ?? event.id;
  const when = whenOf(raw, ownersZone);
  if (typeof when === 'string') return { uid, reason: when };
  const series = event.seriesMasterId !== null || event.type === 'occurrence' || event.type === 'exception';
  const [organizer, organizerAddress] = personOf(raw.organizer);
  const appointment: SourceAppointment = {
    kind: 'event',
    uid,
    occurrence: series ? occurrenceOf(event, when) : '',
    when,
    title: textOf(raw.subject) ?? '',
    location: isPart(raw.location) ? textOf(raw.location.displayName) : null,
    organizer,
    organizerAddress: organizerAddress?.toLowerCase() ?? null,
    attendeeCount: Array.isArray(raw.attendees) ? raw.attendees.filter(isPerson).length : 0,
    showAs: showAs[textOf(raw.showAs) ?? ''] ?? 'unknown',
    sensitivity: oneOf(sensitivityValues, raw.sensitivity, 'normal') satisfies Sensitivity,
    response: responseOf(raw),
    cancelled: raw.isCancelled === true,
    categories: Array.isArray(raw.categories) ? raw.categories.filter((each) => typeof each === 'string') : [],
    joinUrl:
      webAddress(isPart(raw.onlineMeeting) ? raw.onlineMeeting.joinUrl : null) ?? webAddress(raw.onlineMeetingUrl),
    // webLink names the ordinary id and breaks with immutable ones: see connector.ts, openLink.
    openUrl: null,
    reminders:
      raw.isReminderOn === true && Number.isFinite(raw.reminderMinutesBeforeStart)
        ? [raw.reminderMinutesBeforeStart as number]
        : [],
    series,
    completed: false,
  };
  return { id: event.id, appointment };
}

export const isSkipped = (value: Member | SkippedComponent): value is SkippedComponent => 'reason' in value;

const showAs: Readonly<Record<string, ShowAs>> = {
  free: 'free',
  tentative: 'tentative',
  busy: 'busy',
  oof: 'outOfOffice',
  workingElsewhere: 'workingElsewhere',
};

function oneOf<T extends string>(values: readonly T[], value: unknown, standard: T): T {
  return values.find((each) => each === value) ?? standard;
}

function responseOf(raw: Part): Response {
  const told = isPart(raw.responseStatus) ? raw.responseStatus.response : null;
  const response = oneOf(responseValues, told, 'none');
  return response === 'none' && raw.isOrganizer === true ? 'organizer' : response;
}

/** A room is an attendee of type "resource": it is no person. */
const isPerson = (attendee: unknown): boolean => isPart(attendee) && attendee.type !== 'resource';

function personOf(value: unknown): [name: string | null, address: string | null] {
  const address = isPart(value) && isPart(value.emailAddress) ? value.emailAddress : {};
  return [textOf(address.name) ?? textOf(address.address), textOf(address.address)];
}

function webAddress(value: unknown): string | null {
  const text = textOf(value);
  return text && /^https?:\/\//i.test(text) ? text : null;
}

/** A text says why it has none. */
function whenOf(raw: Part, ownersZone: string): When | string {
  const [from, to] = [raw.start, raw.end].map((side) => (isPart(side) ? side : {})) as [Part, Part];
  try {
    if (raw.isAllDay === true) {
      // Midnight to midnight whatever zone was asked for: dates, not instants.
      const [start, end] = [nearestDate(localOf(from)), nearestDate(localOf(to))];
      const next = start.add({ days: 1 });
      return { kind: 'allDay', start, end: Temporal.PlainDate.compare(end, start) > 0 ? end : next };
    }
    return { kind: 'zoned', start: instantOf(from, ownersZone), end: instantOf(to, ownersZone) };
  } catch {
    return 'Its start or its end can’t be read.';
  }
}

/** "2026-11-23T10:00:00.0000000", with an offset in some answers. @throws RangeError */
const localOf = ({ dateTime }: Part): Temporal.PlainDateTime =>
  Temporal.PlainDateTime.from(String(dateTime).replace(/(Z|[+-]\d\d:\d\d)$/i, ''));

/**
 * UTC is asked for (Prefer: outlook.timezone); who answers in another zone says which.
 * @param ownersZone IANA name, for zones that somebody drew up; null: those can't be read.
 * @throws RangeError
 */
export function instantOf(side: Part, ownersZone: string | null = null): Temporal.Instant {
  const text = String(side.dateTime);
  if (/(Z|[+-]\d\d:\d\d)$/i.test(text)) return Temporal.Instant.from(text);
  const zone = textOf(side.timeZone) ?? 'UTC';
  const local = localOf(side);
  if (/^(utc|gmt|etc\/(utc|gmt))$/i.test(zone)) return local.toZonedDateTime('UTC').toInstant();
  const named = zoneNamed(zone)?.name ?? (drawnUpByHand.test(zone) ? ownersZone : null);
  if (named === null) throw new RangeError('The zone is unknown.');
  return local.toZonedDateTime(named).toInstant();
}

/** A zone that somebody drew up has no other name; most often it is meant to be the one where they live. */
const drawnUpByHand = /^(tzone:\/\/microsoft\/custom|customized time zone)/i;

/** The original start, by which copies of the same occurrence are known to be the same. */
function occurrenceOf({ type, raw }: GraphEvent, when: When): string {
  const original = instantIn(raw.originalStart);
  if (when.kind === 'allDay') {
    // originalStart is an instant, and midnight in whose zone it doesn't say: the date in the iCalUId is exact.
    if (type === 'occurrence') return when.start.toString();
    return (
      dateInUid(raw.iCalUId) ??
      (original ? nearestDate(original.toZonedDateTimeISO('UTC').toPlainDateTime()).toString() : when.start.toString())
    );
  }
  return (original ?? (when.kind === 'zoned' ? when.start : null))?.toString() ?? '';
}

function instantIn(value: unknown): Temporal.Instant | null {
  const text = textOf(value);
  if (!text) return null;
  try {
    return Temporal.Instant.from(/(Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`);
  } catch {
    return null;
  }
}

/** Zones lie from 12 hours behind UTC to 14 hours ahead: midnight there, told in UTC, is the nearest midnight or nearly so. */
const nearestDate = (local: Temporal.PlainDateTime): Temporal.PlainDate => local.add({ hours: 12 }).toPlainDate();

/** Bytes 16 to 19 of a GlobalObjectId: year, month and day of the occurrence (MS-OXOCAL 2.2.1.27). */
function dateInUid(value: unknown): string | null {
  const [, year, month, day] =
    /^040000008200E00074C5B7101A82E008([0-9A-F]{4})([0-9A-F]{2})([0-9A-F]{2})/i.exec(textOf(value) ?? '') ?? [];
  try {
    return Temporal.PlainDate.from(
      { year: Number.parseInt(year!, 16), month: Number.parseInt(month!, 16), day: Number.parseInt(day!, 16) },
      { overflow: 'reject' },
    ).toString();
  } catch {
    return null;
  }
}
