/** Listings of calendars that are written here, also such as change between two requests. */
import { expect, test } from 'vitest';
import type { Interval } from '../../agenda/appointment.ts';
import { type CalendarReader, listCalendar } from './listing.ts';
import type { FoundItem } from './operations/find-calendar-items.ts';

const stretch = { from: Temporal.Instant.from('2026-11-01T00:00Z'), to: Temporal.Instant.from('2026-12-01T00:00Z') };
const item = (id: string, more: Partial<FoundItem> = {}): FoundItem => ({
  ...{ id, changeKey: '1', calendarItemType: 'Single', uid: id },
  ...{ start: '2026-11-10T10:00:00Z', end: '2026-11-10T11:00:00Z', ...more },
});
const onDay = (day: number, more: Partial<FoundItem> = {}) => {
  const date = `2026-11-${String(day).padStart(2, '0')}`;
  return item(`item ${day}`, { start: `${date}T10:00:00Z`, end: `${date}T11:00:00Z`, ...more });
};

/**
 * @param most items an answer has. @param now what the calendar has, at each request.
 * @param taken by others of what an answer may have, at each request for something.
 */
function calendar(
  now: () => readonly FoundItem[],
  most = 1_000,
  masters: readonly FoundItem[] = [],
  taken: number[] = [],
) {
  const asked: Interval[] = [];
  const listedMasters = { times: 0 };
  const pauses: number[] = [];
  const reader: CalendarReader = {
    async view(interval) {
      asked.push(interval);
      const { from, to } = interval;
      const within = now().filter(
        ({ start, end }) =>
          Temporal.Instant.compare(Temporal.Instant.from(start!), to) < 0 &&
          Temporal.Instant.compare(Temporal.Instant.from(end!), from) > 0,
      );
      const left = most - ((within.length > 0 && taken.shift()) || 0);
      const isWhole = within.length <= left;
      return { items: within.slice(0, left), isWhole, isCutShort: !isWhole };
    },
    async masters() {
      listedMasters.times++;
      return { masters: [...masters], requests: 1 };
    },
    host: 'mail.contoso.example',
    pause: async (milliseconds) => void pauses.push(milliseconds),
    items: () => Promise.reject(new Error('Nothing is read by listing.')),
  };
  return { reader, asked, listedMasters, pauses };
}

test('what is too much for an answer is asked for in parts until two listings agree', async () => {
  const all = Array.from({ length: 30 }, (_, index) => onDay(index + 1));
  const { reader, asked } = calendar(() => all, 7);
  const { entries } = await listCalendar(reader, stretch, 'server');
  expect(entries.size).toBe(30);
  const parts = asked.length / 2;
  expect(asked.slice(0, parts)).toEqual(asked.slice(parts));
  // One that reaches over the edge of two parts is one.
  const long = item('long', { start: '2026-11-02T00:00:00Z', end: '2026-11-29T00:00:00Z' });
  expect((await listCalendar(calendar(() => [...all, long], 7).reader, stretch, 'server')).entries.size).toBe(31);
});

test('a calendar that changes all the time is a fault, and so is a moment with more than is ever listed', async () => {
  let changes = 0;
  const moody = () => [
    ...Array.from({ length: 9 }, (_, index) => onDay(index + 1)),
    onDay(20, { changeKey: `${changes++}` }),
  ];
  await expect(listCalendar(calendar(moody, 3).reader, stretch, 'server')).rejects.toMatchObject({
    errorClass: 'unreachable',
  });
  const crowd = Array.from({ length: 5 }, (_, index) => item(`at once ${index}`));
  await expect(listCalendar(calendar(() => crowd, 3).reader, stretch, 'server')).rejects.toMatchObject({
    errorClass: 'throttled',
    message: expect.stringContaining('EWSFindCountLimit'),
  });
});

test('what others take of an answer for a moment is waited for, and isn’t taken for missing', async () => {
  const crowd = Array.from({ length: 5 }, (_, index) => item(`at once ${index}`));
  // As often as it takes to split the stretch down to some minutes, and once more.
  const taken = Array.from({ length: 15 }, () => 5);
  const { reader, pauses } = calendar(() => crowd, 5, [], taken);
  expect((await listCalendar(reader, stretch, 'server')).entries.size).toBe(5);
  expect(pauses).toHaveLength(2);
});

test('masters are listed until something shows that the server expands series', async () => {
  const master = item('master', { calendarItemType: 'RecurringMaster', uid: 'old series' });
  const look = async (shown: FoundItem[], known: 'server' | 'here' | null) => {
    const { reader, listedMasters } = calendar(() => shown, 1_000, [master]);
    const { entries, expansion } = await listCalendar(reader, stretch, known);
    return [expansion, listedMasters.times, [...entries.keys()].sort()];
  };
  const occurrence = item('one', { calendarItemType: 'Occurrence', uid: 'series' });
  expect(await look([occurrence], null)).toEqual(['server', 0, ['series']]);
  expect(await look([occurrence], 'here')).toEqual(['server', 0, ['series']]);
  expect(await look([item('single')], null)).toEqual([null, 1, ['old series', 'single']]);
  expect(await look([item('single')], 'server')).toEqual(['server', 0, ['single']]);
  // An invitation to one occurrence alone: gromox calls it so.
  const alone = item('alone', { calendarItemType: 'Exception', uid: 'series' });
  expect(await look([alone], null)).toEqual([null, 1, ['old series', 'series']]);
  expect(await look([master, alone], null)).toEqual(['here', 1, ['old series', 'series']]);
});

test('what has one UID is one, and its stamp says whether anything of it has changed', async () => {
  const stampOf = async (items: FoundItem[]) => {
    const { entries } = await listCalendar(calendar(() => items).reader, stretch, 'server');
    return [...entries.values()].map(({ stamp }) => stamp);
  };
  const series = [1, 2, 3].map((day) => onDay(day, { uid: 'series', calendarItemType: 'Occurrence' }));
  const [before, ...none] = await stampOf(series);
  expect(none).toEqual([]);
  expect(await stampOf(series.toReversed())).toEqual([before]);
  expect(await stampOf(series.slice(1))).not.toEqual([before]);
  expect(await stampOf([...series.slice(1), { ...series[0]!, changeKey: '2' }])).not.toEqual([before]);
  // Without a change key nothing can be known.
  expect(await stampOf([item('single', { changeKey: '' })])).toEqual(['']);
});
