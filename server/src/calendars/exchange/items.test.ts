/** Items as Exchange 2016 and gromox write them, to appointments; and series that are expanded here. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import type { SourceAppointment } from '../../agenda/appointment.ts';
import { ianaZone } from '../../agenda/zones.ts';
import { appointmentOf, isSkipped } from './items.ts';
import type { CalendarItem } from './operations/calendar-item.ts';
import type { Recurrence } from './operations/recurrence.ts';
import type { TimeZoneDefinition } from './operations/time-zone-definition.ts';
import { membersExpanded } from './series.ts';
import { zoneOfDefinition } from './zone.ts';

const seed = seedOfThisRun();
console.log(`Exchange items: WHENABOUTS_SEED=${seed}`);

const named = (id: string): TimeZoneDefinition => ({ id, name: null, periods: [], groups: [], transitions: [] });
const item = (more: Partial<CalendarItem>): CalendarItem => ({
  ...{ itemId: { id: 'AAMk1', changeKey: 'DwAA' }, calendarItemType: 'Single', uid: 'u@example.com' },
  ...{ start: '2026-11-24T09:00:00Z', end: '2026-11-24T10:00:00Z', isAllDayEvent: false },
  ...{ originalStart: null, recurrenceId: null, subject: 'Review', sensitivity: 'Normal', categories: [] },
  ...{ reminderIsSet: false, reminderMinutesBeforeStart: 15, legacyFreeBusyStatus: 'Busy', location: null },
  ...{ isCancelled: false, myResponseType: 'Organizer', organizer: null, requiredAttendees: [] },
  ...{ optionalAttendees: [], resources: [], isMeeting: null, isRecurring: null, lastModifiedTime: null },
  ...{ joinOnlineMeetingUrl: null, webClientReadFormQueryString: null, startTimeZone: null, endTimeZone: null },
  ...{ startTimeZoneId: null, recurrence: null, modifiedOccurrences: [], deletedOccurrences: [], mime: null, ...more },
});
function shown(more: Partial<CalendarItem>, timeZone = 'Europe/Berlin'): SourceAppointment {
  const made = appointmentOf(item(more), timeZone);
  if (isSkipped(made)) throw new Error(made.reason);
  return made.appointment;
}
const dates = ({ when }: SourceAppointment) => [when.kind, when.start.toString(), when.end.toString()];

test('the words of Exchange become those of the house', () => {
  const appointment = shown({
    ...{ legacyFreeBusyStatus: 'OOF', sensitivity: 'Private', myResponseType: 'NoResponseReceived' },
    ...{ isCancelled: true, reminderIsSet: true, categories: ['Red'] },
    organizer: { name: 'Grace', address: 'Grace@Contoso.example', responseType: null },
    requiredAttendees: [{ name: 'Ada', address: 'ada@contoso.example', responseType: 'Unknown' }],
    resources: [{ name: 'Room', address: 'room@contoso.example', responseType: 'Accept' }],
    location: 'Online: https://teams.microsoft.com/l/meetup-join/19%3ameeting',
  });
  expect(appointment).toMatchObject({
    ...{ showAs: 'outOfOffice', sensitivity: 'private', response: 'notResponded', cancelled: true, reminders: [15] },
    ...{ organizer: 'Grace', organizerAddress: 'grace@contoso.example', attendeeCount: 1, categories: ['Red'] },
    ...{ occurrence: '', series: false, joinUrl: 'https://teams.microsoft.com/l/meetup-join/19%3ameeting' },
  });
  expect(shown({ legacyFreeBusyStatus: 'NoData', myResponseType: 'Unknown', sensitivity: null })).toMatchObject({
    ...{ showAs: 'unknown', response: 'none', sensitivity: 'normal' },
  });
  const inside = { name: 'Grace', address: '/O=CONTOSO/OU=EXCHANGE/CN=GRACE', responseType: null };
  expect(shown({ organizer: inside })).toMatchObject({ organizer: 'Grace', organizerAddress: null });
});

test('one UID for all copies, and an occurrence that came alone belongs to its series', () => {
  const start = '040000008200E00074C5B7101A82E008';
  const uid = `${start}07EA0B180000000000000000000000000000000010000000AABBCCDDEEFF00112233445566778899`;
  expect(shown({ uid }).uid).toBe(`${start}00000000${uid.slice(40)}`);
  expect(shown({ recurrenceId: '2026-11-24T09:00:00Z', start: '2026-11-24T11:00:00Z' })).toMatchObject({
    ...{ series: true, occurrence: '2026-11-24T09:00:00Z' },
  });
});

test('whole days are those of the zone they were made in, whatever zone the answer is in', () => {
  const tokyo = { isAllDayEvent: true, start: '2026-11-23T15:00:00Z', end: '2026-11-24T15:00:00Z' };
  const day = ['allDay', '2026-11-24', '2026-11-25'];
  expect(dates(shown({ ...tokyo, startTimeZone: named('Tokyo Standard Time') }, 'America/New_York'))).toEqual(day);
  const written = { isAllDayEvent: true, start: '2026-11-24T00:00:00+09:00', end: '2026-11-25T00:00:00+09:00' };
  expect(dates(shown(written, 'America/New_York'))).toEqual(day);
  // Nobody says the zone: it is likely the user's.
  expect(dates(shown(tokyo, 'Asia/Tokyo'))).toEqual(day);
  const spring = { isAllDayEvent: true, start: '2026-03-28T23:00:00Z', end: '2026-03-29T22:00:00Z' };
  expect(dates(shown({ ...spring, startTimeZone: named('W. Europe Standard Time') }))).toEqual([
    ...['allDay', '2026-03-29', '2026-03-30'],
  ]);
});

const transition = { dateTime: null, timeOffset: null, month: null, day: null, dayOfWeek: null, occurrence: null };
/** The zone of Berlin as somebody's own definition, without a name that says anything. */
const custom: TimeZoneDefinition = {
  ...{ id: 'Customized Time Zone', name: 'Customized Time Zone' },
  periods: [
    { id: 'std', name: null, bias: '-PT60M' },
    { id: 'dlt', name: null, bias: '-PT2H' },
  ],
  groups: [
    {
      id: '0',
      transitions: [
        {
          ...transition,
          ...{ type: 'RecurringDayTransition', to: { kind: 'Period', id: 'dlt' }, timeOffset: 'PT2H', month: 3 },
          ...{ dayOfWeek: 'Sunday', occurrence: -1 },
        },
        {
          ...transition,
          ...{ type: 'RecurringDayTransition', to: { kind: 'Period', id: 'std' }, timeOffset: 'PT3H', month: 10 },
          ...{ dayOfWeek: 'Sunday', occurrence: -1 },
        },
      ],
    },
  ],
  transitions: [{ ...transition, type: 'Transition', to: { kind: 'Group', id: '0' } }],
};

test('a zone that only its definition explains is the zone that it defines', () => {
  const zone = zoneOfDefinition(custom)!;
  const berlin = ianaZone('Europe/Berlin')!;
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2000, 0) / 1000, max: Date.UTC(2090, 0) / 1000 }), (at) => {
      expect(zone.offsetAt(at)).toBe(berlin.offsetAt(at));
    }),
    { seed, numRuns: 500 },
  );
  expect(zoneOfDefinition(named('nowhere that is known'))).toBeNull();
  const fixed = { ...custom, periods: [{ id: 'std', name: null, bias: 'PT3H30M' }], groups: [], transitions: [] };
  expect(zoneOfDefinition(fixed)!.offsetAt(0)).toBe(-3.5 * 3600);
});

const pattern = {
  interval: 1,
  daysOfWeek: [] as string[],
  firstDayOfWeek: null,
  dayOfMonth: null,
  dayOfWeekIndex: null,
  month: null,
};
const range = { type: 'NoEndRecurrence', startDate: '2026-01-01+01:00', endDate: null, numberOfOccurrences: null };
const days = (from: string, to: string) => ({
  from: Temporal.Instant.from(`${from}T00:00Z`),
  to: Temporal.Instant.from(`${to}T00:00Z`),
});

function startsOf(
  recurrence: Recurrence,
  stretch: { from: Temporal.Instant; to: Temporal.Instant },
  more: Partial<CalendarItem> = {},
) {
  const startDate = recurrence.range.startDate!.slice(0, 10);
  const master = item({
    ...{ calendarItemType: 'RecurringMaster', recurrence, startTimeZone: named('W. Europe Standard Time') },
    ...{ start: `${startDate}T09:00:00+01:00`, end: `${startDate}T10:00:00+01:00`, ...more },
  });
  const { members, skipped } = membersExpanded(master, new Map(), stretch, 'Europe/Berlin');
  const within = members.filter(
    ({ appointment: { when } }) =>
      Temporal.Instant.compare(when.start as Temporal.Instant, stretch.from) >= 0 &&
      Temporal.Instant.compare(when.start as Temporal.Instant, stretch.to) < 0,
  );
  return [
    ...skipped.map(({ reason }) => reason),
    ...within.map(({ appointment: { when } }) => when.start.toString().slice(0, 13)),
  ];
}

test('each pattern gives the days that Exchange gives', () => {
  const of = (type: string, more: Partial<Recurrence['pattern']>, ended: Partial<Recurrence['range']> = {}) => ({
    pattern: { ...pattern, type, ...more },
    range: { ...range, ...ended },
  });
  expect(startsOf(of('DailyRecurrence', { interval: 2 }), days('2026-03-27', '2026-04-01'))).toEqual([
    // Two days on is the same time on the wall: 09:00 in winter and in summer.
    ...['2026-03-28T08', '2026-03-30T07'],
  ]);
  expect(
    startsOf(
      of('WeeklyRecurrence', { daysOfWeek: ['Monday', 'Weekday'], firstDayOfWeek: 'Monday' }),
      days('2026-01-09', '2026-01-13'),
    ),
  ).toEqual(['2026-01-09T08', '2026-01-12T08']);
  // Every other week, counted from the week of the first one; weeks begin on Sunday unless told otherwise.
  expect(
    startsOf(
      of('WeeklyRecurrence', { interval: 2, daysOfWeek: ['Sunday', 'Thursday'] }),
      days('2026-01-01', '2026-01-19'),
    ),
  ).toEqual(['2026-01-01T08', '2026-01-11T08', '2026-01-15T08']);
  expect(startsOf(of('AbsoluteMonthlyRecurrence', { dayOfMonth: 31 }), days('2026-01-01', '2026-05-01'))).toEqual([
    '2026-01-31T08',
    '2026-02-28T08',
    '2026-03-31T07',
    '2026-04-30T07',
  ]);
  expect(
    startsOf(
      of('RelativeMonthlyRecurrence', { daysOfWeek: ['Tuesday'], dayOfWeekIndex: 'Last' }),
      days('2026-01-01', '2026-03-01'),
    ),
  ).toEqual(['2026-01-27T08', '2026-02-24T08']);
  expect(
    startsOf(
      of('RelativeMonthlyRecurrence', { daysOfWeek: ['Weekday'], dayOfWeekIndex: 'First' }),
      days('2026-01-01', '2026-03-01'),
    ),
  ).toEqual(['2026-01-01T08', '2026-02-02T08']);
  expect(
    startsOf(of('AbsoluteYearlyRecurrence', { dayOfMonth: 29, month: 'February' }), days('2026-01-01', '2029-01-01')),
  ).toEqual(['2026-02-28T08', '2027-02-28T08', '2028-02-29T08']);
  expect(
    startsOf(
      of('RelativeYearlyRecurrence', { daysOfWeek: ['Sunday'], dayOfWeekIndex: 'Second', month: 'May' }),
      days('2026-01-01', '2028-01-01'),
    ),
  ).toEqual(['2026-05-10T07', '2027-05-09T07']);
  expect(
    startsOf(
      of('DailyRecurrence', {}, { type: 'NumberedRecurrence', numberOfOccurrences: 2 }),
      days('2026-01-01', '2026-02-01'),
    ),
  ).toEqual(['2026-01-01T08', '2026-01-02T08']);
  expect(
    startsOf(
      of('DailyRecurrence', {}, { type: 'EndDateRecurrence', endDate: '2026-01-02Z' }),
      days('2026-01-01', '2026-02-01'),
    ),
  ).toEqual(['2026-01-01T08', '2026-01-02T08']);
  expect(startsOf(of('DailyRegeneration', {}), days('2026-01-01', '2026-02-01'))).toEqual([
    'Its pattern is not known (DailyRegeneration).',
  ]);
});

test('what was deleted and moved is taken out, and comes where it was moved to', () => {
  const daily = { pattern: { ...pattern, type: 'DailyRecurrence' }, range };
  const deleted = (start: string) => ({ itemId: null, start, end: null, originalStart: null });
  const moved = (itemId: string, original: string, start: string) => ({
    itemId,
    originalStart: original,
    start,
    end: start.replace(/T(\d\d):00/, 'T$1:30'),
  });
  const changed = {
    deletedOccurrences: [deleted('2026-01-05T08:00:00Z')],
    modifiedOccurrences: [
      moved('x', '2026-01-06T08:00:00Z', '2026-01-06T12:00:00Z'),
      moved('far', '2025-12-31T08:00:00Z', '2026-01-07T13:00:00Z'),
      moved('away', '2026-01-08T08:00:00Z', '2026-02-08T08:00:00Z'),
    ],
  };
  expect(startsOf(daily, days('2026-01-04', '2026-01-10'), changed)).toEqual([
    ...['2026-01-04T08', '2026-01-07T08', '2026-01-09T08', '2026-01-06T12', '2026-01-07T13'],
  ]);
  // A server that tells of what was moved only on what day it was: midnight in Berlin.
  const onDay = { modifiedOccurrences: [moved('x', '2026-01-05T23:00:00Z', '2026-01-06T12:00:00Z')] };
  expect(startsOf(daily, days('2026-01-05', '2026-01-08'), onDay)).toEqual([
    ...['2026-01-05T08', '2026-01-07T08', '2026-01-06T12'],
  ]);
  // Also where the one of the evening before is nearer.
  const late = { ...onDay, start: '2026-01-01T22:00:00+01:00', end: '2026-01-01T23:00:00+01:00' };
  expect(startsOf(daily, days('2026-01-05', '2026-01-08'), late)).toEqual([
    ...['2026-01-05T21', '2026-01-07T21', '2026-01-06T12'],
  ]);
  // A server that reads all of them with the offset of the first occurrence: in summer it is an hour off.
  const summer = {
    deletedOccurrences: [deleted('2026-07-01T08:00:00Z')],
    modifiedOccurrences: [moved('x', '2026-07-02T08:00:00Z', '2026-07-02T12:00:00Z')],
  };
  expect(startsOf(daily, days('2026-07-01', '2026-07-04'), summer)).toEqual(['2026-07-03T07', '2026-07-02T11']);
  const inSummer = { modifiedOccurrences: [moved('x', '2026-07-01T23:00:00Z', '2026-07-02T12:00:00Z')] };
  expect(startsOf(daily, days('2026-07-01', '2026-07-04'), inSummer)).toEqual([
    ...['2026-07-01T07', '2026-07-03T07', '2026-07-02T11'],
  ]);
});

test('whatever stands in an item, it is an appointment or it is said why not', () => {
  const text = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.constantFrom('true', '2026-11-24T09:00:00Z', '2026-02-30T00:00:00Z', '-1', 'Busy'),
  );
  const names = [
    'uid',
    'start',
    'end',
    'originalStart',
    'recurrenceId',
    'subject',
    'location',
    'calendarItemType',
  ] as const;
  fc.assert(
    fc.property(fc.record(Object.fromEntries(names.map((name) => [name, text]))), (more) => {
      const made = appointmentOf(item(more as Partial<CalendarItem>), 'Europe/Berlin');
      expect(isSkipped(made) ? made.reason : made.appointment.when.kind).toMatch(
        /^(zoned|allDay|Its start or its end can’t be read\.)$/,
      );
    }),
    { seed, numRuns: 500 },
  );
});
