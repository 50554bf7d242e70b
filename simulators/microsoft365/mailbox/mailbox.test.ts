import { expect, test } from 'vitest';
import { Mailbox } from './mailbox.ts';
import { datesOf } from './recurrence.ts';

const until = Temporal.PlainDate.from('2027-03-01');
const dates = (pattern: Parameters<typeof datesOf>[0]['pattern'], startDate: string, most: number) =>
  datesOf({ pattern, range: { type: 'numbered', startDate, numberOfOccurrences: most } }, until).map(String);

test('patterns take place when Outlook says', () => {
  expect(dates({ type: 'daily', interval: 2 }, '2026-11-22', 3)).toEqual(['2026-11-22', '2026-11-24', '2026-11-26']);
  const weekly = { type: 'weekly', interval: 2, daysOfWeek: ['monday', 'sunday'], firstDayOfWeek: 'monday' } as const;
  expect(dates({ ...weekly, daysOfWeek: [...weekly.daysOfWeek] }, '2026-11-23', 4)).toEqual(
    ['2026-11-23', '2026-11-29', '2026-12-07', '2026-12-13'], // a Sunday ends a week that begins on Monday
  );
  expect(dates({ type: 'absoluteMonthly', interval: 1, dayOfMonth: 31 }, '2026-12-31', 3)).toEqual(
    ['2026-12-31', '2027-01-31', '2027-02-28'], // the last day where there is no 31st
  );
  expect(
    dates(
      { type: 'relativeMonthly', interval: 1, daysOfWeek: ['tuesday', 'thursday'], index: 'last' },
      '2026-11-01',
      2,
    ),
  ).toEqual(['2026-11-26', '2026-12-31']);
  expect(dates({ type: 'absoluteYearly', interval: 1, month: 2, dayOfMonth: 29 }, '2026-01-01', 2)).toEqual([
    '2026-02-28',
    '2027-02-28',
  ]);
});

test('a series keeps its wall time over a change of the clock, without what was cancelled, with what was moved', () => {
  const mailbox = new Mailbox({ id: 'ada', name: 'Ada', address: 'ada@example.org' }, () => Date.UTC(2026, 9, 1));
  const series = mailbox.create(
    { subject: 'Stand-up', start: '2026-10-23T09:00', end: '2026-10-23T09:15' },
    {
      recurrence: {
        pattern: { type: 'daily', interval: 1 },
        range: { type: 'endDate', startDate: '2026-10-23', endDate: '2026-10-27' },
      },
    },
  );
  mailbox.cancelOccurrence(series.number, '2026-10-24');
  mailbox.updateOccurrence(series.number, '2026-10-26', { start: '2026-10-26T11:00', end: '2026-10-26T12:00' });
  const view = mailbox.view('cal1', Date.UTC(2026, 9, 1), Date.UTC(2026, 10, 1));
  expect(view.map(({ date, start }) => [date, new Date(start).toISOString()])).toEqual([
    ['2026-10-23', '2026-10-23T07:00:00.000Z'],
    ['2026-10-25', '2026-10-25T08:00:00.000Z'],
    ['2026-10-26', '2026-10-26T10:00:00.000Z'],
    ['2026-10-27', '2026-10-27T08:00:00.000Z'],
  ]);
  mailbox.update(series.number, { start: '2026-10-23T08:00', end: '2026-10-23T08:15' });
  expect(mailbox.view('cal1', 0, Date.UTC(2027, 0, 1)), 'another time forgets the exceptions').toHaveLength(5);
});
