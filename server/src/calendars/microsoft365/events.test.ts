import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { instantsOf, responseValues, sensitivityValues, showAsValues } from '../../agenda/appointment.ts';
import { expandKept, type Member, membersOf, objectOf, withoutSubjects } from '../kept.ts';
import { appointmentOf, isSkipped } from './events.ts';
import { graphEvent } from './graph-event.ts';

const seed = seedOfThisRun();
const parameters = { seed, numRuns: Number(process.env.WHENABOUTS_RUNS ?? 500) };
console.log(`Microsoft 365 events: WHENABOUTS_SEED=${seed}`);

const read = (raw: object) => appointmentOf(graphEvent({ id: 'i', type: 'singleInstance', ...raw })!, 'Europe/Berlin');
const shown = (raw: object) => (read(raw) as Member).appointment;
const at = (dateTime: string, timeZone = 'UTC') => ({ dateTime, timeZone });
const times = { start: at('2026-11-23T10:00:00.0000000'), end: at('2026-11-23T11:00:00.0000000') };

test('reads what Microsoft’s documentation shows of an event', () => {
  const sample = {
    ...{ subject: 'Let’s go for lunch', showAs: 'oof', sensitivity: 'private', isAllDay: false, isCancelled: false },
    ...{ categories: ['Red'], isReminderOn: true, reminderMinutesBeforeStart: 15, ...times },
    iCalUId: '040000008200E00074C5B7101A82E00807EA0B17A0F5D8B4B9E2DC010000000000000000100000008D7E4B32',
    responseStatus: { response: 'tentativelyAccepted', time: '0001-01-01T00:00:00Z' },
    location: { displayName: 'Harry’s Bar', locationType: 'default' },
    attendees: [
      { type: 'required', emailAddress: { name: 'Alan', address: 'alan@contoso.example' } },
      { type: 'resource', emailAddress: { name: 'Room 1', address: 'room1@contoso.example' } },
    ],
    organizer: { emailAddress: { name: 'Grace', address: 'Grace@Contoso.example' } },
    onlineMeeting: { joinUrl: 'https://teams.example/join' },
    webLink: 'https://outlook.example/owa/?itemid=immutable',
  };
  expect(shown(sample)).toEqual({
    kind: 'event',
    uid: '040000008200E00074C5B7101A82E00800000000A0F5D8B4B9E2DC010000000000000000100000008D7E4B32',
    occurrence: '',
    when: {
      kind: 'zoned',
      start: Temporal.Instant.from('2026-11-23T10:00:00Z'),
      end: Temporal.Instant.from('2026-11-23T11:00:00Z'),
    },
    title: 'Let’s go for lunch',
    location: 'Harry’s Bar',
    organizer: 'Grace',
    organizerAddress: 'grace@contoso.example',
    attendeeCount: 1,
    showAs: 'outOfOffice',
    sensitivity: 'private',
    response: 'tentativelyAccepted',
    cancelled: false,
    categories: ['Red'],
    joinUrl: 'https://teams.example/join',
    openUrl: null,
    reminders: [15],
    series: false,
    completed: false,
  });
});

test('who tells a blank uid tells none', () => {
  expect(shown({ ...times, uid: ' ', iCalUId: 'of the item' }).uid).toBe('of the item');
  expect(shown({ ...times, iCalUId: ' ' }).uid).toBe('i');
});

test('times in a zone that somebody drew up are taken for those of the owner; all-day ones for dates, however told', () => {
  const [start, end] = ['2026-11-23T10:00:00', '2026-11-23T11:00:00'];
  for (const zone of ['tzone://Microsoft/Custom', 'Customized Time Zone'])
    expect(shown({ start: at(start, zone), end: at(end, zone) }).when).toEqual({
      kind: 'zoned',
      start: Temporal.Instant.from('2026-11-23T09:00:00Z'),
      end: Temporal.Instant.from('2026-11-23T10:00:00Z'),
    });
  expect(isSkipped(read({ start: at(start, 'Nowhere'), end: at(end, 'Nowhere') }))).toBe(true);
  const allDay = (from: string, to: string, zone = 'UTC') =>
    shown({ isAllDay: true, start: at(from, zone), end: at(to, zone) }).when;
  const dates = {
    kind: 'allDay',
    start: Temporal.PlainDate.from('2026-11-23'),
    end: Temporal.PlainDate.from('2026-11-24'),
  };
  expect(allDay('2026-11-23T00:00:00', '2026-11-24T00:00:00', 'Pacific Standard Time')).toEqual(dates);
  expect(allDay('2026-11-22T23:00:00', '2026-11-23T23:00:00'), 'midnight in Berlin').toEqual(dates);
  expect(allDay('2026-11-23T05:00:00', '2026-11-24T05:00:00'), 'midnight in New York').toEqual(dates);
  expect(allDay('2026-11-23', '2026-11-24')).toEqual(dates);
});

test('all occurrences of a series share a uid; a foreign one is unwrapped', () => {
  const uid = (date: string) =>
    `040000008200E00074C5B7101A82E008${date}A0F5D8B4B9E2DC010000000000000000100000008D7E4B32`;
  const [one, other] = ['07EA0B17', '07EA0B1E'].map((date) => shown({ ...times, iCalUId: uid(date) }).uid);
  expect(one).toBe(other);
  const foreign = Buffer.from('vCal-Uid\u0001\0\0\0me@example\0').toString('hex');
  const wrapped = `040000008200E00074C5B7101A82E008${'0'.repeat(48)}${foreign}`;
  expect(shown({ ...times, iCalUId: wrapped }).uid).toBe('me@example');
});

test('an all-day event is dates whatever zone it is told in, and a member of a series keeps its original date', () => {
  for (const zone of ['UTC', 'W. Europe Standard Time', 'tzone://Microsoft/Custom'])
    expect(
      shown({
        isAllDay: true,
        start: at('2026-11-24T00:00:00.0000000', zone),
        end: at('2026-11-26T00:00:00.0000000', zone),
      }).when,
    ).toEqual({
      kind: 'allDay',
      start: Temporal.PlainDate.from('2026-11-24'),
      end: Temporal.PlainDate.from('2026-11-26'),
    });
  const exception = {
    ...{ isAllDay: true, type: 'exception', seriesMasterId: 'm' },
    ...{ start: at('2026-11-28T00:00:00.0000000'), end: at('2026-11-29T00:00:00.0000000') },
  };
  const uid = `040000008200E00074C5B7101A82E00807EA0B18${'0'.repeat(40)}`;
  expect(shown({ ...exception, iCalUId: uid }).occurrence).toBe('2026-11-24');
  // Midnight in Auckland and in New York, as instants.
  for (const originalStart of ['2026-11-23T11:00:00Z', '2026-11-24T05:00:00Z', '2026-11-24T00:00:00Z'])
    expect(shown({ ...exception, originalStart }).occurrence.slice(0, 8)).toBe('2026-11-');
  expect(shown({ ...exception, originalStart: '2026-11-23T13:00:00Z' }).occurrence).toBe('2026-11-24');
});

test('who answers in another zone than UTC is understood by its name or its offset, else the event is shown as unread', () => {
  const start = (side: object) => read({ start: side, end: side });
  const winter = { kind: 'zoned', start: Temporal.Instant.from('2026-11-23T10:00:00Z') };
  for (const side of [
    at('2026-11-23T10:00:00.0000000Z', ''),
    at('2026-11-23T11:00:00.0000000', 'W. Europe Standard Time'),
    at('2026-11-23T11:00:00.0000000', 'Europe/Berlin'),
    at('2026-11-23T11:00:00+01:00', 'tzone://Microsoft/Custom'),
  ])
    expect((start(side) as Member).appointment.when).toMatchObject(winter);
  expect(start(at('2026-11-23T11:00:00', 'Nowhere Standard Time'))).toEqual({
    uid: 'i',
    reason: 'Its start or its end can’t be read.',
  });
  expect(isSkipped(read({}) as Member)).toBe(true);
});

const anything = fc.anything({ withNullPrototype: false });
const dateTime = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 19));
const side = fc.oneof(fc.record({ dateTime, timeZone: fc.constantFrom('UTC', 'Eastern Standard Time', '') }), anything);
const anEvent = fc.record(
  {
    id: fc.stringMatching(/^[\w-]{1,9}$/),
    type: fc.oneof(fc.constantFrom('singleInstance', 'occurrence', 'exception', 'seriesMaster'), anything),
    seriesMasterId: fc.oneof(fc.string(), anything),
    start: side,
    end: side,
    isAllDay: fc.oneof(fc.boolean(), anything),
    originalStart: fc.oneof(
      dateTime.map((text) => `${text}Z`),
      anything,
    ),
    ...Object.fromEntries(
      [
        ...[
          'subject',
          'iCalUId',
          'uid',
          'showAs',
          'sensitivity',
          'responseStatus',
          'categories',
          'location',
          'organizer',
        ],
        ...['attendees', 'onlineMeeting', 'isReminderOn', 'reminderMinutesBeforeStart', 'lastModifiedDateTime'],
      ].map((name) => [name, anything]),
    ),
  },
  { requiredKeys: ['id'] },
);

test('whatever a page holds, an event is an appointment of known words, or it is said why not', () => {
  fc.assert(
    fc.property(anEvent, (raw) => {
      const result = appointmentOf(graphEvent(raw)!, 'UTC');
      if (isSkipped(result)) {
        expect(result.reason).not.toBe('');
        return;
      }
      const { appointment } = result;
      expect(showAsValues).toContain(appointment.showAs);
      expect(sensitivityValues).toContain(appointment.sensitivity);
      expect(responseValues).toContain(appointment.response);
      expect(appointment.uid).not.toBe('');
      instantsOf(appointment.when, 'Europe/Berlin');
    }),
    parameters,
  );
});

test('what is kept says the same for every window, with or without subjects', () => {
  const instant = (day: number) => Temporal.Instant.from('2026-11-01T00:00:00Z').add({ hours: 24 * day });
  fc.assert(
    fc.property(
      fc.array(anEvent, { maxLength: 6 }),
      fc.integer({ min: -300, max: 60 }),
      fc.integer({ min: 1, max: 90 }),
      (raws, from, length) => {
        const members = raws.flatMap((raw) => {
          const member = appointmentOf(graphEvent(raw)!, 'UTC');
          return isSkipped(member) ? [] : [member];
        });
        const window = { from: instant(from), to: instant(from + length) };
        const { source, appointments, nextAfterWindow } = objectOf('k', members, [], '', { window, timeZone: 'UTC' });
        const told = (list: readonly Member[]) =>
          list
            .map(({ id, appointment: { when, ...rest } }) => ({
              id,
              ...rest,
              when: `${when.kind} ${when.start} ${when.end}`,
            }))
            .sort((a, b) => (`${a.when} ${a.id}` < `${b.when} ${b.id}` ? -1 : 1));
        expect(told(membersOf(source!).members)).toEqual(told(members));
        const always = { from: instant(-10_000), to: instant(10_000) };
        expect(expandKept(source!, always, 'UTC').appointments).toHaveLength(members.length);
        for (const { when } of appointments) {
          const { start, end } = instantsOf(when, 'UTC');
          expect(Temporal.Instant.compare(start, window.to)).toBe(-1);
          if (Temporal.Instant.compare(end, start) >= 0)
            expect(Temporal.Instant.compare(end, window.from)).toBeGreaterThanOrEqual(0);
        }
        if (nextAfterWindow) expect(Temporal.Instant.compare(nextAfterWindow, window.to)).toBeGreaterThanOrEqual(0);
        const bare = expandKept(withoutSubjects(source!), window, 'UTC');
        expect(String(bare.nextAfterWindow)).toBe(String(nextAfterWindow));
        const starts = (list: typeof appointments) => list.map(({ when }) => String(when.start));
        expect(starts(bare.appointments)).toEqual(starts(appointments));
        for (const { title, location, organizer, categories, joinUrl } of bare.appointments)
          expect({ title, location, organizer, categories, joinUrl }).toEqual({
            ...{ title: '', location: null, organizer: null, categories: [], joinUrl: null },
          });
      },
    ),
    parameters,
  );
});
