/** A calendar item in EWS' own words (MS-OXWSMTGS, CalendarItemType): what they mean is decided elsewhere. */
import type { XmlElement } from '../../xml.ts';
import { booleanAt, childNamed, childrenNamed, integerAt, textAt, wordAt } from '../soap/reading.ts';
import type { ServerVersion } from '../soap/request.ts';
import { type ItemId, idAt } from './item-id.ts';
import { type OccurrenceInfo, type Recurrence, readOccurrences, readRecurrence } from './recurrence.ts';
import { readTimeZoneDefinition, type TimeZoneDefinition } from './time-zone-definition.ts';

export interface ExchangePerson {
  name: string | null;
  /** As told; not always an SMTP address (RoutingType EX). */
  address: string | null;
  /** Null for the organizer; Unknown, Organizer, Tentative, Accept, Decline, NoResponseReceived. */
  responseType: string | null;
}

/** Null is untold. Times are xs:dateTime, in UTC unless the server writes an offset. */
export interface CalendarItem {
  itemId: ItemId;
  /** Single, Occurrence, Exception, RecurringMaster. */
  calendarItemType: string | null;
  uid: string | null;
  recurrenceId: string | null;
  originalStart: string | null;
  subject: string | null;
  location: string | null;
  start: string | null;
  end: string | null;
  isAllDayEvent: boolean | null;
  startTimeZone: TimeZoneDefinition | null;
  endTimeZone: TimeZoneDefinition | null;
  /** Of Windows; where the whole definition isn't told. */
  startTimeZoneId: string | null;
  /** Free, Tentative, Busy, OOF, WorkingElsewhere, NoData. */
  legacyFreeBusyStatus: string | null;
  /** Normal, Personal, Private, Confidential. */
  sensitivity: string | null;
  /** Unknown, Organizer, Tentative, Accept, Decline, NoResponseReceived. */
  myResponseType: string | null;
  isMeeting: boolean | null;
  isCancelled: boolean | null;
  isRecurring: boolean | null;
  organizer: ExchangePerson | null;
  requiredAttendees: ExchangePerson[];
  optionalAttendees: ExchangePerson[];
  resources: ExchangePerson[];
  categories: string[];
  reminderIsSet: boolean | null;
  reminderMinutesBeforeStart: number | null;
  joinOnlineMeetingUrl: string | null;
  lastModifiedTime: string | null;
  /** After the address of Outlook on the web, it opens the item. */
  webClientReadFormQueryString: string | null;
  /** Of a master only. */
  recurrence: Recurrence | null;
  modifiedOccurrences: OccurrenceInfo[];
  deletedOccurrences: OccurrenceInfo[];
  /** iCalendar text, where it was asked for. */
  mime: string | null;
}

const fields = [
  ...['item:Subject', 'item:Sensitivity', 'item:Categories', 'item:ReminderIsSet', 'item:ReminderMinutesBeforeStart'],
  ...['item:LastModifiedTime', 'item:WebClientReadFormQueryString'],
  ...['calendar:UID', 'calendar:RecurrenceId', 'calendar:Start', 'calendar:End', 'calendar:OriginalStart'],
  ...['calendar:IsAllDayEvent', 'calendar:LegacyFreeBusyStatus', 'calendar:Location', 'calendar:IsMeeting'],
  ...['calendar:IsCancelled', 'calendar:IsRecurring', 'calendar:CalendarItemType', 'calendar:MyResponseType'],
  ...['calendar:Organizer', 'calendar:RequiredAttendees', 'calendar:OptionalAttendees', 'calendar:Resources'],
  ...['calendar:Recurrence', 'calendar:ModifiedOccurrences', 'calendar:DeletedOccurrences'],
  ...['calendar:StartTimeZone', 'calendar:EndTimeZone'],
];
/** Exchange 2010 refuses a request that names them. */
const since2013 = ['calendar:StartTimeZoneId', 'calendar:JoinOnlineMeetingUrl'];

export const calendarItemFields = (version: ServerVersion): readonly string[] =>
  version === 'Exchange2010_SP1' ? fields : [...fields, ...since2013];

/** Null where it has no id. */
export function readCalendarItem(item: XmlElement): CalendarItem | null {
  const itemId = idAt(item, 'ItemId');
  if (itemId === null) return null;
  return {
    itemId,
    calendarItemType: wordAt(item, 'CalendarItemType'),
    uid: wordAt(item, 'UID'),
    recurrenceId: wordAt(item, 'RecurrenceId'),
    originalStart: wordAt(item, 'OriginalStart'),
    subject: textAt(item, 'Subject'),
    location: textAt(item, 'Location'),
    start: wordAt(item, 'Start'),
    end: wordAt(item, 'End'),
    isAllDayEvent: booleanAt(item, 'IsAllDayEvent'),
    startTimeZone: readTimeZoneDefinition(childNamed(item, 'StartTimeZone')),
    endTimeZone: readTimeZoneDefinition(childNamed(item, 'EndTimeZone')),
    startTimeZoneId: wordAt(item, 'StartTimeZoneId'),
    legacyFreeBusyStatus: wordAt(item, 'LegacyFreeBusyStatus'),
    sensitivity: wordAt(item, 'Sensitivity'),
    myResponseType: wordAt(item, 'MyResponseType'),
    isMeeting: booleanAt(item, 'IsMeeting'),
    isCancelled: booleanAt(item, 'IsCancelled'),
    isRecurring: booleanAt(item, 'IsRecurring'),
    organizer: readPerson(childNamed(item, 'Organizer')),
    requiredAttendees: readPeople(item, 'RequiredAttendees'),
    optionalAttendees: readPeople(item, 'OptionalAttendees'),
    resources: readPeople(item, 'Resources'),
    categories: childrenNamed(childNamed(item, 'Categories'), 'String').map(({ text }) => text.trim()),
    reminderIsSet: booleanAt(item, 'ReminderIsSet'),
    reminderMinutesBeforeStart: integerAt(item, 'ReminderMinutesBeforeStart'),
    joinOnlineMeetingUrl: wordAt(item, 'JoinOnlineMeetingUrl'),
    lastModifiedTime: wordAt(item, 'LastModifiedTime'),
    webClientReadFormQueryString: wordAt(item, 'WebClientReadFormQueryString'),
    recurrence: readRecurrence(childNamed(item, 'Recurrence')),
    modifiedOccurrences: readOccurrences(childNamed(item, 'ModifiedOccurrences')),
    deletedOccurrences: readOccurrences(childNamed(item, 'DeletedOccurrences')),
    mime: readMime(childNamed(item, 'MimeContent')),
  };
}

const readPeople = (item: XmlElement, name: string): ExchangePerson[] =>
  childrenNamed(childNamed(item, name), 'Attendee')
    .map(readPerson)
    .filter((person) => person !== null);

/** @param element with a Mailbox in it. */
function readPerson(element: XmlElement | null): ExchangePerson | null {
  const mailbox = childNamed(element, 'Mailbox');
  if (mailbox === null) return null;
  const [name, address] = [wordAt(mailbox, 'Name'), wordAt(mailbox, 'EmailAddress')];
  return { name, address, responseType: wordAt(element, 'ResponseType') };
}

/** Base64 of text whose charset is told beside it. */
function readMime(element: XmlElement | null): string | null {
  if (element === null || element.text.trim() === '') return null;
  const bytes = Buffer.from(element.text, 'base64');
  const latin = /^(?:iso-8859-1|us-ascii|windows-1252)$/i.test(element.attributes.CharacterSet ?? '');
  return new TextDecoder(latin ? 'windows-1252' : 'utf-8').decode(bytes);
}
