/**
 * What EWS tells of a calendar item, as far as it is read here. Texts as they were sent; null for an element that is
 * missing or empty. Operations fill it in, items.ts and recurrence.ts read it.
 * Source: types.xsd, CalendarItemType, RecurrenceType, TimeZoneDefinitionType (MS-OXWSMTGS 2.2.4, MS-OXWSGTZ 2.2.4).
 */

/** What FindItem tells: enough to know what is new. */
export interface ListedItem {
  id: string;
  changeKey: string;
  /** Single, Occurrence, Exception or RecurringMaster. */
  calendarItemType: string | null;
  uid: string | null;
  start: string | null;
  end: string | null;
}

export interface CalendarItem extends ListedItem {
  isAllDayEvent: string | null;
  /** Of an occurrence that was moved. */
  originalStart: string | null;
  /** Of an exception, and of a single one that is an occurrence of a series its owner wasn't invited to as a whole. */
  recurrenceId: string | null;
  subject: string | null;
  sensitivity: string | null;
  categories: string[];
  reminderIsSet: string | null;
  reminderMinutesBeforeStart: string | null;
  legacyFreeBusyStatus: string | null;
  location: string | null;
  isCancelled: string | null;
  myResponseType: string | null;
  organizer: MailAddress | null;
  /** RequiredAttendees and OptionalAttendees; rooms and other resources aren't people. */
  attendees: MailAddress[];
  joinOnlineMeetingUrl: string | null;
  /** A whole address, or what comes after that of Outlook on the web. */
  webClientReadFormQueryString: string | null;
  startTimeZone: TimeZoneDefinition | null;
  /** Of a RecurringMaster. */
  recurrence: Recurrence | null;
  modifiedOccurrences: ModifiedOccurrence[];
  /** Their original starts. */
  deletedOccurrences: string[];
}

export interface MailAddress {
  name: string | null;
  address: string | null;
  /** SMTP; EX for an address that is only known inside of Exchange. */
  routingType: string | null;
}

export interface ModifiedOccurrence {
  id: string;
  start: string | null;
  end: string | null;
  originalStart: string | null;
}

export interface Recurrence {
  pattern: RecurrencePattern;
  range: RecurrenceRange;
}

export interface RecurrencePattern {
  /** Name of the element: DailyRecurrence, WeeklyRecurrence, AbsoluteMonthlyRecurrence, RelativeYearlyRecurrence … */
  kind: string;
  interval: string | null;
  /** Names parted by white space; also Day, Weekday and WeekendDay. */
  daysOfWeek: string | null;
  firstDayOfWeek: string | null;
  dayOfMonth: string | null;
  /** First, Second, Third, Fourth or Last. */
  dayOfWeekIndex: string | null;
  /** January … December. */
  month: string | null;
}

export interface RecurrenceRange {
  /** Name of the element: NoEndRecurrence, EndDateRecurrence, NumberedRecurrence. */
  kind: string;
  startDate: string | null;
  endDate: string | null;
  numberOfOccurrences: string | null;
}

/** Known zones come with their id (a Windows name) alone, others with all that their clocks do. */
export interface TimeZoneDefinition {
  id: string | null;
  name: string | null;
  /** bias: an xs:duration, "PT8H" for 8 hours behind UTC. */
  periods: { id: string; bias: string | null }[];
  groups: { id: string; transitions: ZoneTransition[] }[];
  /** From group to group; the first has no date. */
  transitions: ZoneTransition[];
}

export interface ZoneTransition {
  /** Name of the element: Transition, AbsoluteDateTransition, RecurringDayTransition, RecurringDateTransition. */
  kind: string;
  to: { kind: 'Period' | 'Group'; id: string };
  dateTime: string | null;
  /** From midnight, an xs:duration. */
  timeOffset: string | null;
  month: string | null;
  day: string | null;
  dayOfWeek: string | null;
  /** 1 to 4; -1 for the last one. */
  occurrence: string | null;
}
