import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf, nextUp, nowIn, startOfWeek } from '../../web/src/agenda/days.ts';
import { strengthOf } from '../../web/src/setup/password-strength.ts';
import { addDays, clockIn, dateIn, instantAt, minutesUntil, startOfDay } from '../../web/src/shell/time.ts';

type Appointment = Parameters<typeof dayOf>[0][number];

const appointment = (start: string, end: string, more: Partial<Appointment> = {}): Appointment => ({
  id: `${start}-${end}`,
  uid: 'u',
  occurrence: '',
  kind: 'event',
  start: new Date(start).toISOString(),
  end: new Date(end).toISOString(),
  allDay: false,
  title: 'A',
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
  series: false,
  sources: [],
  ...more,
});

describe('days and clock times in a zone', () => {
  it('agree with Temporal at any instant and zone', () => {
    const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'America/Santiago', 'UTC'];
    fc.assert(
      fc.property(fc.integer({ min: 946_684_800, max: 2_524_608_000 }), fc.constantFrom(...zones), (seconds, zone) => {
        const instant = Temporal.Instant.fromEpochMilliseconds(seconds * 1000);
        const zoned = instant.toZonedDateTimeISO(zone);
        const at = new Date(seconds * 1000);
        expect(dateIn(at, zone)).toBe(zoned.toPlainDate().toString());
        expect(clockIn(at, zone)).toBe(zoned.toPlainTime().toString().slice(0, 5));
        const date = zoned.toPlainDate();
        const dayStart = startOfDay(date.toString(), zone).getTime();
        expect(dayStart).toBe(date.toZonedDateTime({ timeZone: zone, plainTime: '00:00' }).epochMilliseconds);
        expect(addDays(date.toString(), 40)).toBe(date.add({ days: 40 }).toString());
        const time = clockIn(at, zone);
        const expected = date.toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds;
        expect(instantAt(date.toString(), time, zone).getTime()).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('counts begun minutes as whole ones', () => {
    expect(minutesUntil(new Date(0), new Date(20_000))).toBe(1);
    expect(minutesUntil(new Date(0), new Date(60_000))).toBe(1);
    expect(minutesUntil(new Date(20_000), new Date(0))).toBe(-0);
  });

  it('begins a week where the locale does', () => {
    expect(startOfWeek('2026-11-22', 1)).toBe('2026-11-16');
    expect(startOfWeek('2026-11-22', 7)).toBe('2026-11-22');
  });
});

describe('a day of the agenda', () => {
  const zone = 'Europe/Berlin';
  it('puts overlapping appointments side by side and shows free time between others', () => {
    const day = dayOf(
      [
        appointment('2026-11-23T08:00Z', '2026-11-23T09:00Z'),
        appointment('2026-11-23T08:30Z', '2026-11-23T10:00Z'),
        appointment('2026-11-23T08:30Z', '2026-11-23T10:00Z', { id: 'declined', response: 'declined' }),
        appointment('2026-11-23T12:00Z', '2026-11-23T12:30Z'),
      ],
      '2026-11-23',
      zone,
    );
    const rows = day.rows.filter((row) => row.kind === 'appointment');
    expect(rows.map((row) => [row.lane, row.lanes, row.overlaps.length])).toEqual([
      [0, 2, 1],
      [1, 2, 1],
      [0, 1, 0],
      [0, 1, 0],
    ]);
    expect(day.rows.filter((row) => row.kind === 'gap')).toEqual([
      { kind: 'gap', start: new Date('2026-11-23T10:00Z'), end: new Date('2026-11-23T12:00Z') },
    ]);
  });

  it('shows an all-day appointment on each of its days, one that crosses midnight on both', () => {
    const trip = appointment('2026-11-22T23:00Z', '2026-11-24T23:00Z', {
      allDay: true,
      startDate: '2026-11-23',
      endDate: '2026-11-25',
    });
    const night = appointment('2026-11-23T22:00Z', '2026-11-24T01:00Z');
    const days = ['2026-11-22', '2026-11-23', '2026-11-24', '2026-11-25'].map((date) =>
      dayOf([trip, night], date, zone),
    );
    expect(days.map((day) => day.allDay.length)).toEqual([0, 1, 1, 0]);
    expect(days.map((day) => day.rows.length)).toEqual([0, 1, 1, 0]);
    expect(days[1]!.rows[0]).toMatchObject({ continued: false, continues: true });
    expect(days[2]!.rows[0]).toMatchObject({ continued: true, continues: false });
  });

  it('places the now-line through what is running, in free time, before the first and after the last', () => {
    const { rows } = dayOf(
      [appointment('2026-11-23T08:00Z', '2026-11-23T09:00Z'), appointment('2026-11-23T10:00Z', '2026-11-23T11:00Z')],
      '2026-11-23',
      zone,
    );
    const at = (time: string) => nowIn(rows, new Date(`2026-11-23T${time}Z`));
    expect(at('07:00')).toEqual({ index: 0, through: null });
    expect(at('08:15')).toEqual({ index: 0, through: 0.25 });
    expect(at('09:30')).toEqual({ index: 1, through: 0.5 });
    expect(at('12:00')).toEqual({ index: 3, through: null });
  });

  it('tells next what takes the user’s time and is not long begun', () => {
    const list = [
      appointment('2026-11-23T08:00Z', '2026-11-23T12:00Z', { id: 'long' }),
      appointment('2026-11-23T09:00Z', '2026-11-23T10:00Z', { id: 'free', showAs: 'free' }),
      appointment('2026-11-23T09:30Z', '2026-11-23T10:00Z', { id: 'next' }),
    ];
    expect(nextUp(list, new Date('2026-11-23T08:45Z'))?.id).toBe('next');
    expect(nextUp(list, new Date('2026-11-23T08:05Z'))?.id).toBe('long');
    expect(nextUp(list, new Date('2026-11-23T13:00Z'))).toBeUndefined();
  });
});

describe('the hint at a password’s strength', () => {
  it.each([
    ['short', 'tooShort'],
    ['aaaaaaaaaaaaaaaa', 'weak'],
    ['password2026', 'weak'],
    ['mountain river', 'fair'],
    ['correct horse battery staple', 'strong'],
  ])('%s is %s', (password, strength) => expect(strengthOf(password)).toBe(strength));
});
