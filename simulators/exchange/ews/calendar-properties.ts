/** Properties that items of calendars have beside (CalendarItemType), in the order of the schema. */
import type { Person, ResponseType, ShowAs } from '../../microsoft365/mailbox/items.ts';
import type { Habits } from '../habits.ts';
import { type Element, maybe, t } from '../xml/element.ts';
import { seriesProperties } from './series-properties.ts';
import { kindOf, type Manner, originalStart, type Property, type Shown } from './shown.ts';
import { stamp, windowsZone, zoneDefinition } from './time.ts';

const freeBusy: Record<ShowAs, string> = {
  ...{ unknown: 'NoData', free: 'Free', tentative: 'Tentative', busy: 'Busy', oof: 'OOF' },
  workingElsewhere: 'WorkingElsewhere',
};
const responses: Record<ResponseType, string> = {
  ...{ none: 'Unknown', organizer: 'Organizer', tentativelyAccepted: 'Tentative', accepted: 'Accept' },
  ...{ declined: 'Decline', notResponded: 'NoResponseReceived' },
};

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

/** A GlobalObjectId holds the date of an occurrence in its bytes 17 to 20 (MS-OXOCAL 2.2.1.27). */
function uidOf({ item, date }: Shown, { occurrenceUids }: Habits): string {
  if (date === null || occurrenceUids === 'series' || !/^04000000/.test(item.uid)) return item.uid;
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const bytes = Buffer.from([year >> 8, year & 255, month, day])
    .toString('hex')
    .toUpperCase();
  return `${item.uid.slice(0, 32)}${bytes}${item.uid.slice(40)}`;
}

const zoneOf =
  (name: string) =>
  (shown: Shown, { habits }: Manner) =>
    zoneDefinition(name, shown.fields.timeZone, habits.zones === 'full', new Date(shown.start).getUTCFullYear());

export const calendarProperties: Property[] = [
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
  ...seriesProperties,
  ['calendar:StartTimeZone', zoneOf('StartTimeZone')],
  ['calendar:EndTimeZone', zoneOf('EndTimeZone')],
  ['calendar:IsOnlineMeeting', ({ fields }) => t('IsOnlineMeeting', {}, fields.joinUrl !== null)],
  ['calendar:StartTimeZoneId', ({ fields }) => t('StartTimeZoneId', {}, windowsZone(fields.timeZone))],
  ['calendar:EndTimeZoneId', ({ fields }) => t('EndTimeZoneId', {}, windowsZone(fields.timeZone))],
  ['calendar:JoinOnlineMeetingUrl', ({ fields }) => maybe('JoinOnlineMeetingUrl', fields.joinUrl)],
  ['calendar:IsOrganizer', ({ fields }) => t('IsOrganizer', {}, fields.response === 'organizer')],
];
