/**
 * A calendar item of Exchange becomes a SourceAppointment. Pure.
 * Source: types.xsd (CalendarItemType); MS-OXWSMTGS 2.2.4.4, 2.2.5 (what its words mean).
 */
import type {
  Response,
  Sensitivity,
  ShowAs,
  SkippedComponent,
  SourceAppointment,
  When,
} from '../../agenda/appointment.ts';
import { dayOfWall, dayText, modulo, SECONDS_PER_DAY } from '../../agenda/civil.ts';
import { normalizedUid } from '../../agenda/meeting-key.ts';
import { utc, type Zone } from '../../agenda/zones.ts';
import { zoneNamed } from '../../agenda/zones-names.ts';
import type { Member } from '../kept.ts';
import { meetingLinkIn } from '../meeting-links.ts';
import type { CalendarItem, ExchangePerson } from './operations/calendar-item.ts';
import { zoneOfDefinition } from './zone.ts';

/** Seconds since 1970-01-01T00:00:00Z; `end` exclusive. */
export interface Span {
  start: number;
  end: number;
}

/**
 * @param timeZone of the user: for whole days whose zone the server doesn't tell.
 * @returns what is shown, or why it can't be.
 */
export function appointmentOf(item: CalendarItem, timeZone: string): Member | SkippedComponent {
  const uid = uidOf(item);
  const span = spanOf(item);
  if (span === null) return { uid, reason: 'Its start or its end can’t be read.' };
  return { id: item.itemId.id, appointment: occurrenceOf(item, span, originalOf(item, span, timeZone), timeZone) };
}

/** An occurrence as `item` tells it, at other times. @param original start that the pattern gave it, as text. */
export function occurrenceOf(item: CalendarItem, span: Span, original: string, timeZone: string): SourceAppointment {
  const { organizer } = item;
  const series = isMember(item);
  return {
    kind: 'event',
    uid: uidOf(item),
    occurrence: series ? original : '',
    when:
      item.isAllDayEvent === true
        ? wholeDays(span, zoneOfItem(item, timeZone))
        : { kind: 'zoned', start: instant(span.start), end: instant(span.end) },
    title: item.subject ?? '',
    location: item.location,
    organizer: organizer ? (organizer.name ?? mailOf(organizer)) : null,
    organizerAddress: organizer ? mailOf(organizer) : null,
    // Rooms and other resources aren't people.
    attendeeCount: item.requiredAttendees.length + item.optionalAttendees.length,
    showAs: showAs[item.legacyFreeBusyStatus ?? ''] ?? 'unknown',
    sensitivity: sensitivity[item.sensitivity ?? ''] ?? 'normal',
    response: responses[item.myResponseType ?? ''] ?? 'none',
    cancelled: item.isCancelled === true,
    categories: item.categories,
    joinUrl: webAddress(item.joinOnlineMeetingUrl) ?? meetingLinkIn(item.location ?? ''),
    // Asked for when somebody wants it: see connector.ts, openLink.
    openUrl: null,
    reminders: remindersOf(item),
    series,
    completed: false,
  };
}

export const isSkipped = (value: Member | SkippedComponent): value is SkippedComponent => 'reason' in value;

/** Seconds; null for what is as the pattern has it, or no occurrence. */
export const originalStart = ({ recurrenceId, originalStart: told }: CalendarItem): number | null =>
  instantOf(recurrenceId) ?? instantOf(told);

/** Where nothing is known of the other occurrences: a series of whole days has its places at midnights. */
function originalOf(item: CalendarItem, span: Span, timeZone: string): string {
  const at = originalStart(item) ?? span.start;
  const zone = zoneOfItem(item, timeZone);
  const atMidnight = modulo(zone.wallOf(at), SECONDS_PER_DAY) === 0;
  return item.isAllDayEvent === true && atMidnight ? dateText(at, zone) : instantText(at);
}

export const instantText = (at: number): string => instant(at).toString();
export const dateText = (at: number, zone: Zone): string => dayText(dayAt(at, zone));

export const uidOf = ({ uid, itemId }: Pick<CalendarItem, 'uid' | 'itemId'>): string => normalizedUid(uid ?? itemId.id);

/** One that its owner was invited to alone is stored as a single item, and has the UID of its series. */
const isMember = ({ calendarItemType, recurrenceId }: CalendarItem): boolean =>
  (calendarItemType !== null && calendarItemType !== 'Single') || recurrenceId !== null;

export function spanOf(item: Pick<CalendarItem, 'start' | 'end'>): Span | null {
  const [start, end] = [instantOf(item.start), instantOf(item.end)];
  return start === null || end === null ? null : { start, end };
}

/** Seconds. Answers carry their zone; one without is in UTC, the zone that was asked for. Null: it can't be read. */
export function instantOf(text: string | null): number | null {
  if (text === null) return null;
  try {
    const zoned = /(Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`;
    return Math.floor(Temporal.Instant.from(zoned).epochMilliseconds / 1000);
  } catch {
    return null;
  }
}

/** Whole days are from midnight to midnight of the zone they were made in. */
export function zoneOfItem({ start, startTimeZone, startTimeZoneId }: CalendarItem, timeZone: string): Zone {
  const told = zoneOfDefinition(startTimeZone) ?? (startTimeZoneId === null ? null : zoneNamed(startTimeZoneId));
  if (told) return told;
  // Who writes midnight with an offset has said what zone it was, near enough.
  const [, sign, hours, minutes] = /T00:00:00(?:\.0+)?([+-])(\d\d):(\d\d)$/.exec(start ?? '') ?? [];
  const users = zoneNamed(timeZone) ?? utc;
  const at = instantOf(start);
  if (sign === undefined || at === null) return users;
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  return users.offsetAt(at) === offset ? users : (zoneNamed(`UTC${sign}${hours}:${minutes}`) ?? users);
}

/** The day that begins there; where clocks don't quite say midnight, the nearest one. */
export const dayAt = (at: number, zone: Zone): number => dayOfWall(zone.wallOf(at) + SECONDS_PER_DAY / 2);

function wholeDays({ start, end }: Span, zone: Zone): When {
  const first = dayAt(start, zone);
  const after = Math.max(dayAt(end, zone), first + 1);
  const date = (day: number) => Temporal.PlainDate.from(dayText(day));
  return { kind: 'allDay', start: date(first), end: date(after) };
}

const instant = (seconds: number) => Temporal.Instant.fromEpochMilliseconds(seconds * 1000);

const showAs: Readonly<Record<string, ShowAs>> = {
  Free: 'free',
  Tentative: 'tentative',
  Busy: 'busy',
  OOF: 'outOfOffice',
  WorkingElsewhere: 'workingElsewhere',
};

const sensitivity: Readonly<Record<string, Sensitivity>> = {
  Personal: 'personal',
  Private: 'private',
  Confidential: 'confidential',
};

const responses: Readonly<Record<string, Response>> = {
  Organizer: 'organizer',
  Tentative: 'tentativelyAccepted',
  Accept: 'accepted',
  Decline: 'declined',
  NoResponseReceived: 'notResponded',
};

/** Null for an address that only Exchange understands (/o=Organization/…). */
function mailOf({ address }: ExchangePerson): string | null {
  return address && /^[^\s@/]+@[^\s@]+$/.test(address) ? address.toLowerCase() : null;
}

function remindersOf({ reminderIsSet, reminderMinutesBeforeStart: minutes }: CalendarItem): number[] {
  return reminderIsSet === true && minutes !== null ? [minutes] : [];
}

function webAddress(text: string | null): string | null {
  return text && /^https?:\/\//i.test(text) ? text : null;
}
