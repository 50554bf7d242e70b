/** An instance of a mailbox as Graph writes it (resource type "event", v1.0). */
import type { EventFields, Instance, Item, Person } from '../mailbox/items.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import { ianaOf, instantOf, wallTime } from '../mailbox/zones.ts';
import { idOf } from './ids.ts';

export interface Manner {
  /** Prefer: IdType="ImmutableId". */
  immutable: boolean;
  /** Prefer: outlook.timezone. */
  timeZone: string;
  /** Calendars.ReadBasic: nothing but when and how busy. */
  basic: boolean;
  /** In somebody else's calendar what is private stays so. */
  hidePrivate: boolean;
  /** Origin of Graph and of Outlook on the web. */
  outlook: string;
}

export type GraphEvent = Record<string, unknown>;

const recipient = ({ name, address }: Person) => ({ emailAddress: { name, address } });
const etag = (item: Item, changed: number) => `W/"${Buffer.from(`${item.number}.${changed}`).toString('base64')}"`;
const utc = (milliseconds: number) => Temporal.Instant.fromEpochMilliseconds(milliseconds).toString();

export function times(fields: EventFields, start: number, end: number, manner: Manner) {
  // All-day events span midnight to midnight whatever zone was asked for.
  const at = (local: string, instant: number) => ({
    dateTime: fields.isAllDay
      ? Temporal.PlainDateTime.from(local).toString({ fractionalSecondDigits: 7 })
      : wallTime(instant, manner.timeZone),
    timeZone: manner.timeZone,
  });
  return { start: at(fields.start, start), end: at(fields.end, end) };
}

/** A single appointment, an occurrence or an exception, in full. */
export function wholeEvent(mailbox: Mailbox, instance: Instance, manner: Manner): GraphEvent {
  const { item, date, fields } = instance;
  const type = !item.recurrence ? 'singleInstance' : date && item.exceptions.has(date) ? 'exception' : 'occurrence';
  return {
    ...common(mailbox, item, date, fields, manner, instance.changed),
    type,
    seriesMasterId: item.recurrence ? idOf(mailbox, item, null, manner.immutable) : null,
    ...(item.recurrence && date && { originalStart: utc(originalStart(item, date, fields)) }),
    recurrence: null,
    ...times(fields, instance.start, instance.end, manner),
  };
}

/** What a delta round says of an occurrence. */
export function stub(mailbox: Mailbox, instance: Instance, manner: Manner): GraphEvent {
  const { item, date, fields } = instance;
  return {
    '@odata.type': '#microsoft.graph.event',
    '@odata.etag': etag(item, instance.changed),
    id: idOf(mailbox, item, date, manner.immutable),
    type: 'occurrence',
    seriesMasterId: idOf(mailbox, item, null, manner.immutable),
    ...times(fields, instance.start, instance.end, manner),
  };
}

/** The master of a series. */
export function masterEvent(mailbox: Mailbox, item: Item, manner: Manner): GraphEvent {
  const { fields, recurrence } = item;
  const { pattern, range } = recurrence!;
  const only: Item = {
    ...{ ...item, exceptions: new Map(), cancelled: new Set() },
    recurrence: { pattern, range: { type: 'numbered', startDate: range.startDate, numberOfOccurrences: 1 } },
  };
  const [first] = mailbox.instancesOf(only);
  return {
    ...common(mailbox, item, null, fields, manner, item.changed),
    type: 'seriesMaster',
    seriesMasterId: null,
    recurrence: {
      pattern: {
        type: pattern.type,
        interval: pattern.interval,
        month: pattern.month ?? 0,
        dayOfMonth: pattern.dayOfMonth ?? 0,
        daysOfWeek: pattern.daysOfWeek ?? [],
        firstDayOfWeek: pattern.firstDayOfWeek ?? 'sunday',
        index: pattern.index ?? 'first',
      },
      range: {
        type: range.type,
        startDate: range.startDate,
        endDate: range.endDate ?? '0001-01-01',
        recurrenceTimeZone: fields.timeZone,
        numberOfOccurrences: range.numberOfOccurrences ?? 0,
      },
    },
    cancelledOccurrences: [...item.cancelled]
      .sort()
      .map((date) => `OID.${idOf(mailbox, item, null, manner.immutable)}.${date}`),
    ...(first
      ? times(fields, first.start, first.end, manner)
      : times(fields, instantOf(fields.start, fields.timeZone), instantOf(fields.end, fields.timeZone), manner)),
  };
}

/** The instant at which a member of a series would have begun. */
function originalStart(item: Item, date: string, fields: EventFields): number {
  const time = Temporal.PlainDateTime.from(item.fields.start).toPlainTime();
  const local = Temporal.PlainDate.from(date).toPlainDateTime(time);
  return local.toZonedDateTime(fields.isAllDay ? 'UTC' : ianaOf(item.fields.timeZone)).epochMilliseconds;
}

/** A GlobalObjectId holds the date of an occurrence in its bytes 17 to 20 (MS-OXOCAL 2.2.1.27): year, month, day. */
function uidOn(uid: string, date: string): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const bytes = [year >> 8, year & 255, month, day].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase());
  return `${uid.slice(0, 32)}${bytes.join('')}${uid.slice(40)}`;
}

function common(
  mailbox: Mailbox,
  item: Item,
  date: string | null,
  fields: EventFields,
  { basic, hidePrivate, immutable, outlook }: Manner,
  changed: number,
): GraphEvent {
  const id = idOf(mailbox, item, date, immutable);
  const hidden = basic || (hidePrivate && fields.sensitivity !== 'normal');
  return {
    '@odata.type': '#microsoft.graph.event',
    '@odata.etag': etag(item, changed),
    id,
    createdDateTime: utc(item.createdAt),
    lastModifiedDateTime: utc(item.modifiedAt),
    changeKey: etag(item, changed).slice(3, -1),
    categories: hidden ? [] : fields.categories,
    transactionId: null,
    originalStartTimeZone: fields.timeZone,
    originalEndTimeZone: fields.timeZone,
    iCalUId: date ? uidOn(item.uid, date) : item.uid,
    reminderMinutesBeforeStart: fields.reminder ?? 15,
    isReminderOn: fields.reminder !== null,
    hasAttachments: false,
    subject: basic ? '' : hidden ? 'Private appointment' : fields.subject,
    bodyPreview: '',
    importance: 'normal',
    sensitivity: fields.sensitivity,
    isAllDay: fields.isAllDay,
    isCancelled: fields.isCancelled,
    isOrganizer: fields.response === 'organizer',
    responseRequested: true,
    showAs: fields.showAs,
    // Of the old Outlook on the web; it opens nothing where the id is an immutable one.
    webLink: `${outlook}/owa/?itemid=${encodeURIComponent(id)}&exvsurl=1&path=/calendar/item`,
    onlineMeetingUrl: null,
    isOnlineMeeting: fields.joinUrl !== null,
    onlineMeetingProvider: fields.joinUrl ? 'teamsForBusiness' : 'unknown',
    onlineMeeting: fields.joinUrl && !hidden ? { joinUrl: fields.joinUrl } : null,
    allowNewTimeProposals: true,
    isDraft: false,
    hideAttendees: false,
    responseStatus: { response: fields.response, time: '0001-01-01T00:00:00Z' },
    body: { contentType: 'html', content: '' },
    location: { displayName: hidden ? '' : fields.location, locationType: 'default' },
    locations: [],
    attendees: hidden
      ? []
      : fields.attendees.map((person) => ({
          type: 'required',
          status: { response: 'none', time: '0001-01-01T00:00:00Z' },
          ...recipient(person),
        })),
    organizer: recipient(fields.organizer),
  };
}
