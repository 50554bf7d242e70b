import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredCopy } from './agenda.queries.ts';
import { responseValues } from './appointment.ts';
import { dueIn, parseReminderId, type ReminderState, remindersOfCopies } from './reminders.ts';

const at = Temporal.Instant.from;
const base: StoredCopy = {
  id: 1,
  kind: 'event',
  uid: 'a',
  occurrence: '',
  start: at('2026-03-02T09:00:00Z'),
  end: at('2026-03-02T10:00:00Z'),
  startDate: null,
  endDate: null,
  title: 'Meeting',
  location: null,
  organizer: null,
  attendeeCount: 0,
  showAs: 'busy',
  sensitivity: 'normal',
  response: 'accepted',
  cancelled: false,
  completed: false,
  categories: [],
  joinUrl: null,
  openUrl: null,
  reminders: [15],
  series: false,
  calendarId: 'c1',
  objectKey: 'o1',
  source: 'caldav',
};
const copy = (over: Partial<StoredCopy> = {}): StoredCopy => ({ ...base, ...over });
const reminders = (copies: StoredCopy[], states: ReminderState[] = [], zone = 'Europe/Berlin') =>
  remindersOfCopies(copies, states, zone).map(({ due, minutesBefore }) => `${due} ${minutesBefore}`);
const state = (over: Partial<ReminderState> = {}): ReminderState => ({
  uid: 'a',
  occurrence: '',
  minutesBefore: 15,
  due: at('2026-03-02T08:45:00Z'),
  snoozedUntil: null,
  dismissedAt: null,
  ...over,
});

test('copies of one meeting remind once for each of their minutes, also after the start', () => {
  const copies = [copy({ reminders: [15, 60] }), copy({ id: 2, objectKey: 'o2', reminders: [15, -5] })];
  expect(reminders(copies)).toEqual(['2026-03-02T08:00:00Z 60', '2026-03-02T08:45:00Z 15', '2026-03-02T09:05:00Z -5']);
});

test('declined, cancelled and completed ones do not remind', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          response: fc.constantFrom(...responseValues),
          cancelled: fc.boolean(),
          completed: fc.boolean(),
          kind: fc.constantFrom('event' as const, 'task' as const),
          reminders: fc.array(fc.integer({ min: -60, max: 10_000 }), { maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      (changes) => {
        const copies = changes.map((change, index) => copy({ ...change, id: index + 1, objectKey: `o${index}` }));
        const live = copies.filter((one) => !one.cancelled);
        const answered = live.some((one) => ['organizer', 'accepted', 'tentativelyAccepted'].includes(one.response));
        const silent =
          live.length === 0 ||
          (!answered && live.some((one) => one.response === 'declined')) ||
          copies.some((one) => one.kind === 'task' && one.completed);
        const expected = silent ? [] : [...new Set(live.flatMap((one) => one.reminders))].sort((a, b) => a - b);
        const found = remindersOfCopies(copies, [], 'UTC').map(({ minutesBefore }) => minutesBefore);
        expect(found.sort((a, b) => a - b)).toEqual(expected);
      },
    ),
  );
});

test('an all-day one reminds before the user’s midnight, a task before it is due', () => {
  const day = { startDate: Temporal.PlainDate.from('2026-03-29'), endDate: Temporal.PlainDate.from('2026-03-31') };
  const times = { start: at('2026-03-28T23:00:00Z'), end: at('2026-03-30T22:00:00Z') };
  expect(reminders([copy({ ...day, ...times, reminders: [60] })])).toEqual(['2026-03-28T22:00:00Z 60']);
  // Due on the 30th: its midnight is in summer time already.
  expect(reminders([copy({ ...day, ...times, kind: 'task', reminders: [60] })])).toEqual(['2026-03-29T21:00:00Z 60']);
  expect(reminders([copy({ kind: 'task', reminders: [60] })])).toEqual(['2026-03-02T09:00:00Z 60']);
});

test('snoozed until then, dismissed and kept, and both void when the meeting has moved', () => {
  const snoozed = state({ snoozedUntil: at('2026-03-02T08:55:00Z') });
  expect(reminders([copy()], [snoozed])).toEqual(['2026-03-02T08:55:00Z 15']);
  const dismissed = state({ dismissedAt: at('2026-03-02T08:46:00Z') });
  expect(remindersOfCopies([copy()], [dismissed], 'UTC')[0]!.dismissedAt).toEqual(dismissed.dismissedAt);
  const moved = copy({ start: at('2026-03-03T09:00:00Z'), end: at('2026-03-03T10:00:00Z') });
  for (const one of [snoozed, dismissed])
    expect(remindersOfCopies([moved], [one], 'UTC')[0]).toMatchObject({
      due: at('2026-03-03T08:45:00Z'),
      snoozedUntil: null,
      dismissedAt: null,
    });
});

test('due in a half-open interval', () => {
  const all = remindersOfCopies([copy({ reminders: [0, 15, 30] })], [], 'UTC');
  const interval = { from: at('2026-03-02T08:30:00Z'), to: at('2026-03-02T09:00:00Z') };
  expect(dueIn(all, interval).map(({ minutesBefore }) => minutesBefore)).toEqual([30, 15]);
});

test('only what a reminder can be named is read as a name', () => {
  expect(parseReminderId(remindersOfCopies([copy({ id: 77, reminders: [-5] })], [], 'UTC')[0]!.id)).toEqual({
    appointmentId: 77,
    minutesBefore: -5,
  });
  for (const id of ['', '1', '0.5', '1.x', '1.5; drop table', '99999999999999999999.1', '1.1.1'])
    expect(parseReminderId(id)).toBeNull();
});
