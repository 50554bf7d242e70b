/** An item of a calendar as EWS writes it (CalendarItemType): its properties in the order of the schema. */
import type { EventFields, Instance, Item, Person, ResponseType, ShowAs } from '../../microsoft365/mailbox/items.ts';
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import { ianaOf } from '../../microsoft365/mailbox/zones.ts';
import type { Habits } from '../habits.ts';
import { folderIdOf, itemIdOf } from '../mailbox/ids.ts';
import { digest } from '../world.ts';
import { type Element, maybe, t } from '../xml/element.ts';
import { extendedProperties } from './extended.ts';
import { mimeOf } from './mime.ts';
import { recurrenceElement } from './recurrence.ts';
import type { Shape } from './shape.ts';
import { stamp, windowsZone, zoneDefinition } from './time.ts';

/** One thing to be written: a single item, an occurrence, an exception, or the master of a series. */
export interface Shown {
  mailbox: Mailbox;
  item: Item;
  /** null: a single one or a master. */
  date: string | null;
  fields: EventFields;
  start: number;
  end: number;
}
export interface Manner {
  habits: Habits;
  /** IANA zone of the request's TimeZoneContext; null: UTC. */
  zone: string | null;
  /** Answers of FindItem tell less of people, and nothing that is kept in streams of the store. */
  find: boolean;
  /** Of Outlook on the web. */
  outlook: string;
}

const freeBusy: Record<ShowAs, string> = {
  ...{ unknown: 'NoData', free: 'Free', tentative: 'Tentative', busy: 'Busy', oof: 'OOF' },
  workingElsewhere: 'WorkingElsewhere',
};
const responses: Record<ResponseType, string> = {
  ...{ none: 'Unknown', organizer: 'Organizer', tentativelyAccepted: 'Tentative', accepted: 'Accept' },
  ...{ declined: 'Decline', notResponded: 'NoResponseReceived' },
};

export const shownInstance = (mailbox: Mailbox, { item, date, fields, start, end }: Instance): Shown => ({
  ...{ mailbox, item, date, fields, start, end },
});

/** The master of a series: begins and ends with its first occurrence, be it cancelled or not. */
export function shownMaster(mailbox: Mailbox, item: Item): Shown {
  const whole: Item = { ...item, exceptions: new Map(), cancelled: new Set() };
  const { startDate } = item.recurrence!.range;
  const [first] = mailbox.instancesOf(whole, Date.parse(startDate) + 800 * 86_400_000);
  const { fields } = item;
  const at = (local: string) =>
    Temporal.PlainDateTime.from(local).toZonedDateTime(ianaOf(fields.timeZone)).epochMilliseconds;
  return {
    mailbox,
    item,
    date: null,
    fields,
    start: first?.start ?? at(fields.start),
    end: first?.end ?? at(fields.end),
  };
}

export function changeKeyOf({ item, date }: Pick<Shown, 'item' | 'date'>, habits: Habits): string {
  const members =
    habits.changeKeys === 'series'
      ? [...item.occurrenceChanged.values()]
      : [item.occurrenceChanged.get(date ?? '') ?? 0];
  return `DwAAABYA${Buffer.from(digest(`${item.number}.${Math.max(item.changed, ...members)}`, 12)).toString('base64')}`;
}

export const itemIdElement = (shown: Pick<Shown, 'mailbox' | 'item' | 'date'>, habits: Habits): Element =>
  t('ItemId', { Id: itemIdOf(shown.mailbox, shown.item, shown.date), ChangeKey: changeKeyOf(shown, habits) });

export function calendarItem(shown: Shown, shape: Shape, manner: Manner): Element {
  const parts: Array<Element | Element[] | null> = [];
  for (const [path, write] of properties)
    if (path === 'extended') parts.push(extendedProperties(shown, shape.extended));
    else if (shape.has(path)) parts.push(write(shown, manner));
  if (manner.habits.unknownElements) parts.push(t('CoreShapeOfTheFuture', {}, t('Version', {}, 2)));
  return t('CalendarItem', {}, parts);
}

const person = ({ name, address }: Person, find: boolean): Element =>
  t(
    'Mailbox',
    {},
    t('Name', {}, name),
    ...(find ? [] : [t('EmailAddress', {}, address), t('RoutingType', {}, 'SMTP')]),
  );
const attendees = (name: string, people: Person[]) =>
  people.length > 0
    ? t(
        name,
        {},
        people.map((each) => t('Attendee', {}, person(each, false), t('ResponseType', {}, 'Unknown'))),
      )
    : null;

const isException = ({ item, date }: Shown) => date !== null && item.exceptions.has(date);
const isMaster = ({ item, date }: Shown) => item.recurrence !== null && date === null;
const kindOf = (shown: Shown) =>
  isMaster(shown)
    ? 'RecurringMaster'
    : shown.date === null
      ? 'Single'
      : isException(shown)
        ? 'Exception'
        : 'Occurrence';

/** When a member of a series would have begun. */
function originalStart({ item }: Shown, date: string): number {
  const time = Temporal.PlainDateTime.from(item.fields.start).toPlainTime();
  return Temporal.PlainDate.from(date).toPlainDateTime(time).toZonedDateTime(ianaOf(item.fields.timeZone))
    .epochMilliseconds;
}

/** A GlobalObjectId holds the date of an occurrence in its bytes 17 to 20 (MS-OXOCAL 2.2.1.27). */
function uidOf({ item, date }: Shown, { occurrenceUids }: Habits): string {
  if (date === null || occurrenceUids === 'series' || !/^04000000/.test(item.uid)) return item.uid;
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const bytes = Buffer.from([year >> 8, year & 255, month, day])
    .toString('hex')
    .toUpperCase();
  return `${item.uid.slice(0, 32)}${bytes}${item.uid.slice(40)}`;
}

function openLink(shown: Shown, { habits, outlook }: Manner): string {
  const id = encodeURIComponent(itemIdOf(shown.mailbox, shown.item, shown.date));
  return `${habits.openLinks === 'absolute' ? outlook : ''}?ItemID=${id}&exvsurl=1&viewmodel=ICalendarItemDetailsViewModelFactory`;
}

/** An occurrence of a master, with where it is. */
function occurrenceInfo(name: string, shown: Shown, instance: Instance | undefined, { habits, zone }: Manner) {
  if (!instance?.date) return null;
  return t(
    name,
    {},
    itemIdElement({ ...shown, date: instance.date }, habits),
    t('Start', {}, stamp(instance.start, zone)),
    t('End', {}, stamp(instance.end, zone)),
    t('OriginalStart', {}, stamp(originalStart(shown, instance.date), zone)),
  );
}
const far = Date.UTC(2035, 0, 1);
/** Exceptions that a cancelled or shortened series still has. */
const exceptionsOf = ({ mailbox, item }: Shown): Instance[] =>
  mailbox
    .instancesOf(item, Date.parse([...item.exceptions.keys()].sort().at(-1) ?? '1970-01-01') + 2 * 86_400_000)
    .filter(({ date }) => date !== null && item.exceptions.has(date));

const zoneOf =
  (name: string) =>
  (shown: Shown, { habits }: Manner) =>
    zoneDefinition(name, shown.fields.timeZone, habits.zones === 'full', new Date(shown.start).getUTCFullYear());

type Write = (shown: Shown, manner: Manner) => Element | null;
const properties: Array<[path: string, write: Write]> = [
  [
    'item:MimeContent',
    (shown) => t('MimeContent', { CharacterSet: 'UTF-8' }, Buffer.from(mimeOf(shown)).toString('base64')),
  ],
  ['item:ItemId', (shown, { habits }) => itemIdElement(shown, habits)],
  [
    'item:ParentFolderId',
    ({ mailbox, item }) => t('ParentFolderId', { Id: folderIdOf(mailbox, item.calendar), ChangeKey: 'AQAAAA==' }),
  ],
  [
    'item:ItemClass',
    (shown) =>
      t(
        'ItemClass',
        {},
        isException(shown) ? 'IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}' : 'IPM.Appointment',
      ),
  ],
  ['item:Subject', ({ fields }) => maybe('Subject', fields.subject || null)],
  [
    'item:Sensitivity',
    ({ fields }) => t('Sensitivity', {}, fields.sensitivity[0]!.toUpperCase() + fields.sensitivity.slice(1)),
  ],
  ['item:Body', ({ fields }) => t('Body', { BodyType: 'Text' }, fields.joinUrl ? `Join: ${fields.joinUrl}` : '')],
  [
    'item:Categories',
    ({ fields }) =>
      fields.categories.length > 0
        ? t(
            'Categories',
            {},
            fields.categories.map((each) => t('String', {}, each)),
          )
        : null,
  ],
  ['item:Importance', () => t('Importance', {}, 'Normal')],
  ['item:IsDraft', () => t('IsDraft', {}, false)],
  ['item:DateTimeCreated', ({ item }, { zone }) => t('DateTimeCreated', {}, stamp(item.createdAt, zone))],
  ['item:ReminderDueBy', ({ start }, { zone }) => t('ReminderDueBy', {}, stamp(start, zone))],
  ['item:ReminderIsSet', ({ fields }) => t('ReminderIsSet', {}, fields.reminder !== null)],
  ['item:ReminderMinutesBeforeStart', ({ fields }) => t('ReminderMinutesBeforeStart', {}, fields.reminder ?? 15)],
  ['item:HasAttachments', () => t('HasAttachments', {}, false)],
  ['extended', () => null],
  ['item:LastModifiedTime', ({ item }, { zone }) => t('LastModifiedTime', {}, stamp(item.modifiedAt, zone))],
  [
    'item:WebClientReadFormQueryString',
    (shown, manner) => t('WebClientReadFormQueryString', {}, openLink(shown, manner)),
  ],
  ['calendar:UID', (shown, { habits }) => t('UID', {}, uidOf(shown, habits))],
  [
    'calendar:RecurrenceId',
    (shown, { zone }) => (shown.date ? t('RecurrenceId', {}, stamp(originalStart(shown, shown.date), zone)) : null),
  ],
  ['calendar:DateTimeStamp', ({ item }, { zone }) => t('DateTimeStamp', {}, stamp(item.modifiedAt, zone))],
  ['calendar:Start', ({ start }, { zone }) => t('Start', {}, stamp(start, zone))],
  ['calendar:End', ({ end }, { zone }) => t('End', {}, stamp(end, zone))],
  [
    'calendar:OriginalStart',
    (shown, { zone }) => (shown.date ? t('OriginalStart', {}, stamp(originalStart(shown, shown.date), zone)) : null),
  ],
  ['calendar:IsAllDayEvent', ({ fields }) => t('IsAllDayEvent', {}, fields.isAllDay)],
  ['calendar:LegacyFreeBusyStatus', ({ fields }) => t('LegacyFreeBusyStatus', {}, freeBusy[fields.showAs])],
  ['calendar:Location', ({ fields }) => maybe('Location', fields.location || null)],
  [
    'calendar:IsMeeting',
    ({ fields }) => t('IsMeeting', {}, fields.attendees.length > 0 || fields.response !== 'organizer'),
  ],
  ['calendar:IsCancelled', ({ fields }) => t('IsCancelled', {}, fields.isCancelled)],
  ['calendar:IsRecurring', ({ item }) => t('IsRecurring', {}, item.recurrence !== null)],
  ['calendar:MeetingRequestWasSent', ({ fields }) => t('MeetingRequestWasSent', {}, fields.attendees.length > 0)],
  ['calendar:IsResponseRequested', () => t('IsResponseRequested', {}, true)],
  ['calendar:CalendarItemType', (shown) => t('CalendarItemType', {}, kindOf(shown))],
  ['calendar:MyResponseType', ({ fields }) => t('MyResponseType', {}, responses[fields.response])],
  ['calendar:Organizer', ({ fields }, { find }) => t('Organizer', {}, person(fields.organizer, find))],
  ['calendar:RequiredAttendees', ({ fields }) => attendees('RequiredAttendees', fields.attendees)],
  ['calendar:Duration', ({ start, end }) => t('Duration', {}, `PT${Math.round((end - start) / 60_000)}M`)],
  ['calendar:TimeZone', ({ fields }) => t('TimeZone', {}, windowsZone(fields.timeZone))],
  [
    'calendar:AppointmentState',
    ({ fields }) =>
      t(
        'AppointmentState',
        {},
        (fields.attendees.length > 0 ? 1 : 0) +
          (fields.response === 'organizer' ? 0 : 2) +
          (fields.isCancelled ? 4 : 0),
      ),
  ],
  [
    'calendar:Recurrence',
    (shown, { habits }) =>
      isMaster(shown) ? recurrenceElement(shown.item.recurrence!, shown.fields.timeZone, habits.dateSuffix) : null,
  ],
  [
    'calendar:FirstOccurrence',
    (shown, manner) =>
      isMaster(shown)
        ? occurrenceInfo('FirstOccurrence', shown, shown.mailbox.instancesOf(shown.item)[0], manner)
        : null,
  ],
  [
    'calendar:LastOccurrence',
    (shown, manner) =>
      isMaster(shown) && shown.item.recurrence!.range.type !== 'noEnd'
        ? occurrenceInfo('LastOccurrence', shown, shown.mailbox.instancesOf(shown.item, far).at(-1), manner)
        : null,
  ],
  [
    'calendar:ModifiedOccurrences',
    (shown, manner) => {
      const changed = isMaster(shown) ? exceptionsOf(shown) : [];
      return changed.length > 0
        ? t(
            'ModifiedOccurrences',
            {},
            changed.map((each) => occurrenceInfo('Occurrence', shown, each, manner)),
          )
        : null;
    },
  ],
  [
    'calendar:DeletedOccurrences',
    (shown, { zone }) => {
      const dates = isMaster(shown) ? [...shown.item.cancelled].sort() : [];
      return dates.length > 0
        ? t(
            'DeletedOccurrences',
            {},
            dates.map((date) => t('DeletedOccurrence', {}, t('Start', {}, stamp(originalStart(shown, date), zone)))),
          )
        : null;
    },
  ],
  ['calendar:StartTimeZone', zoneOf('StartTimeZone')],
  ['calendar:EndTimeZone', zoneOf('EndTimeZone')],
  ['calendar:IsOnlineMeeting', ({ fields }) => t('IsOnlineMeeting', {}, fields.joinUrl !== null)],
  ['calendar:StartTimeZoneId', ({ fields }) => t('StartTimeZoneId', {}, windowsZone(fields.timeZone))],
  ['calendar:EndTimeZoneId', ({ fields }) => t('EndTimeZoneId', {}, windowsZone(fields.timeZone))],
  ['calendar:JoinOnlineMeetingUrl', ({ fields }) => maybe('JoinOnlineMeetingUrl', fields.joinUrl)],
  ['calendar:IsOrganizer', ({ fields }) => t('IsOrganizer', {}, fields.response === 'organizer')],
];
/** Those that are known here, for asking for all. */
export const knownProperties = properties.map(([path]) => path).filter((path) => path !== 'extended');
