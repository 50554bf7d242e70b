import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wallText } from './civil.ts';
import { bruteForce } from './recurrence.oracle.ts';
import { occurrences, type RecurrenceSet } from './recurrence.ts';
import { parseRule, RecurrenceError } from './recurrence-rule.ts';
import { ianaZone, utc, type Zone } from './zones.ts';

/** More under npm run soak. */
const runs = (usual: number) => Number(process.env.WHENABOUTS_RUNS ?? usual);
/** Processor time, because the machine may have other things to do. */
const cpuMilliseconds = () => process.cpuUsage().user / 1000;
const seconds = (text: string) => Date.parse(text.endsWith('Z') ? text : `${text}Z`) / 1000;

function setOf(rules: string[], start: string, more: Partial<RecurrenceSet> = {}): RecurrenceSet {
  return {
    start: seconds(start.length === 10 ? `${start}T00:00:00` : start),
    allDay: start.length === 10,
    zone: utc,
    rules: rules.map(parseRule),
    exceptionRules: [],
    dates: [],
    exceptions: new Set(),
    exceptionDays: new Set(),
    ...more,
  };
}

function take(set: RecurrenceSet, count: number, from = -62_000_000_000): string[] {
  return [...occurrences(set, from).take(count)].map((occurrence) => wallText(occurrence));
}

function between(set: RecurrenceSet, from: number, to: number): number[] {
  const found: number[] = [];
  for (const occurrence of occurrences(set, from)) {
    if (occurrence >= to) break;
    found.push(occurrence);
  }
  return found;
}

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Asia/Tehran', 'UTC'];
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const someOf = (arbitrary: fc.Arbitrary<number | string>, maxLength = 3) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constant<string | null>(null) },
    { weight: 1, arbitrary: fc.uniqueArray(arbitrary, { minLength: 1, maxLength }).map((list) => list.join(',')) },
  );
const nonZero = (limit: number) => fc.integer({ min: -limit, max: limit }).filter((value) => value !== 0);

function ruleText(parts: Record<string, string | number | null>): string {
  return Object.entries(parts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`)
    .join(';');
}

/** Rules with only the parts the RFC's table has for their frequency. */
const calendarRule = fc.constantFrom('YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY').chain((frequency) => {
  const ordinal = frequency === 'YEARLY' ? 53 : 5;
  const day = fc
    .tuple(fc.constantFrom('', '', nonZero(ordinal)), fc.constantFrom(...weekdays))
    .chain(([number, name]) =>
      typeof number === 'string' || frequency === 'WEEKLY' || frequency === 'DAILY'
        ? fc.constant(name)
        : number.map((value) => `${value}${name}`),
    );
  return fc
    .record({
      FREQ: fc.constant(frequency),
      INTERVAL: fc.constantFrom(1, 1, 1, 2, 3, 5),
      WKST: fc.constantFrom(...weekdays),
      BYMONTH: someOf(fc.integer({ min: 1, max: 12 })),
      BYWEEKNO: frequency === 'YEARLY' ? someOf(nonZero(53)) : fc.constant(null),
      BYYEARDAY: frequency === 'YEARLY' ? someOf(nonZero(366), 6) : fc.constant(null),
      BYMONTHDAY: frequency === 'WEEKLY' ? fc.constant(null) : someOf(nonZero(31), 6),
      BYDAY: someOf(day),
      BYHOUR: someOf(fc.integer({ min: 0, max: 23 })),
      BYMINUTE: someOf(fc.integer({ min: 0, max: 59 }), 2),
      BYSETPOS: someOf(nonZero(6), 2),
    })
    .map((parts) => {
      // Which year a week counts in is undefined with these (docs/recurrence.md), and a number needs no week numbers.
      if (parts.BYWEEKNO === null) return ruleText(parts);
      return ruleText({ ...parts, INTERVAL: 1, BYSETPOS: null, BYDAY: parts.BYDAY?.replace(/-?\d+/g, '') ?? null });
    });
});

const clockRule = fc
  .record({
    FREQ: fc.constantFrom('HOURLY', 'MINUTELY', 'SECONDLY'),
    INTERVAL: fc.constantFrom(1, 2, 7, 25, 90, 1441),
    BYMONTHDAY: someOf(nonZero(31), 15),
    BYYEARDAY: someOf(nonZero(366), 30),
    BYDAY: someOf(fc.constantFrom(...weekdays)),
    BYHOUR: someOf(fc.integer({ min: 0, max: 23 }), 8),
    BYMINUTE: someOf(fc.integer({ min: 0, max: 59 }), 8),
    BYSECOND: someOf(fc.integer({ min: 0, max: 59 }), 4),
    BYSETPOS: someOf(nonZero(5), 2),
  })
  .map(ruleText);

const startTime = fc
  .record({
    year: fc.integer({ min: 1990, max: 2040 }),
    day: fc.integer({ min: 0, max: 365 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
  })
  .map(({ year, day, hour, minute }) => new Temporal.PlainDateTime(year, 1, 1, hour, minute).add({ days: day }));

function checkAgainstOracle(rule: string, start: Temporal.PlainDateTime, end: Temporal.PlainDateTime): void {
  const set = setOf([rule], start.toString({ smallestUnit: 'second' }));
  const found = between(set, set.start, seconds(end.toString({ smallestUnit: 'second' })));
  const iso = (text: string) => (text.length === 16 ? `${text}:00` : text);
  expect(found.map(wallText), rule).toEqual(bruteForce(parseRule(rule), start, end).map(iso));
}

describe('a rule gives what the RFC’s table says', () => {
  it('by years, months, weeks and days', () => {
    fc.assert(
      fc.property(calendarRule, startTime, (rule, start) => checkAgainstOracle(rule, start, start.add({ years: 3 }))),
      { numRuns: runs(60) },
    );
  });

  it('by hours, minutes and seconds', () => {
    fc.assert(
      fc.property(clockRule, startTime, (rule, start) =>
        checkAgainstOracle(rule, start, start.add(rule.includes('SECONDLY') ? { minutes: 40 } : { days: 2 })),
      ),
      { numRuns: runs(60) },
    );
  });
});

describe('laws of a recurrence set', () => {
  const zone = fc.constantFrom(...zones).map((name) => ianaZone(name)!);
  const day = 86_400;

  it('two adjoining windows together give what the whole gives', () => {
    fc.assert(
      fc.property(calendarRule, startTime, zone, fc.nat(1000), fc.nat(1000), (rule, start, where, first, second) => {
        const set = setOf([rule], start.toString({ smallestUnit: 'second' }), { zone: where });
        const [from, middle, to] = [
          set.start - 100 * day,
          set.start + (first - 100) * day,
          set.start + (first + second) * day,
        ];
        expect([...between(set, from, middle), ...between(set, middle, to)]).toEqual(between(set, from, to));
      }),
      { numRuns: runs(60) },
    );
  });

  it('occurrences ascend, each once, and exist on their zone’s clocks', () => {
    fc.assert(
      fc.property(calendarRule, startTime, zone, (rule, start, where) => {
        const set = setOf([rule], start.toString({ smallestUnit: 'second' }), { zone: where });
        const found = between(set, set.start - day, set.start + 800 * day);
        expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
        for (const occurrence of found)
          expect(where.instantOf(where.wallOf(occurrence))).toBeLessThanOrEqual(occurrence);
      }),
      { numRuns: runs(60) },
    );
  });

  it('EXDATE takes one away, RDATE puts it back, COUNT counts what the rule gives', () => {
    fc.assert(
      fc.property(calendarRule, startTime, zone, fc.nat(20), (rule, start, where, index) => {
        const at = start.toString({ smallestUnit: 'second' });
        const set = setOf([rule], at, { zone: where });
        const found = between(set, set.start - day, set.start + 1000 * day);
        fc.pre(found.length > 0);
        const chosen = found[index % found.length]!;
        const without = { ...set, exceptions: new Set([chosen]) };
        expect(between(without, set.start - day, set.start + 1000 * day)).toEqual(
          found.filter((one) => one !== chosen),
        );
        const moved = { ...set, dates: [chosen, chosen + 17, chosen] };
        const expected = [...new Set([...found, chosen + 17])].sort((a, b) => a - b);
        expect(between(moved, set.start - day, set.start + 1000 * day)).toEqual(expected);
        const counted = setOf([`${rule};COUNT=${index + 1}`], at, { zone: where });
        expect(between(counted, set.start - day, set.start + 1000 * day)).toEqual(found.slice(0, index + 1));
      }),
      { numRuns: runs(60) },
    );
  });

  it('EXRULE takes away what it gives', () => {
    const set = setOf(['FREQ=DAILY'], '2026-01-01T09:00:00', {
      exceptionRules: [parseRule('FREQ=WEEKLY;BYDAY=SA,SU')],
    });
    expect(take(set, 4)).toEqual([
      '2026-01-01T09:00:00',
      '2026-01-02T09:00:00',
      '2026-01-05T09:00:00',
      '2026-01-06T09:00:00',
    ]);
  });

  it('several rules are one set', () => {
    const set = setOf(['FREQ=WEEKLY;BYDAY=MO', 'FREQ=MONTHLY;BYMONTHDAY=1,5'], '2026-01-05T09:00:00');
    expect(take(set, 4).map((text) => text.slice(0, 10))).toEqual([
      '2026-01-05',
      '2026-01-12',
      '2026-01-19',
      '2026-01-26',
    ]);
    expect(take(set, 6).at(-1)).toBe('2026-02-02T09:00:00');
  });
});

describe('clocks that change', () => {
  const berlin = ianaZone('Europe/Berlin')!;
  const inZone = (rule: string, start: string, zone: Zone, count: number) =>
    [...occurrences(setOf([rule], start, { zone }), 0).take(count)].map((one) =>
      new Date(one * 1000).toISOString().slice(0, 16),
    );

  it('keeps the time on the wall', () => {
    expect(inZone('FREQ=DAILY', '2026-03-28T09:00:00', berlin, 2)).toEqual(['2026-03-28T08:00', '2026-03-29T07:00']);
  });

  it('reads a time that is jumped over with the offset before', () => {
    expect(inZone('FREQ=DAILY', '2026-03-28T02:30:00', berlin, 3)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
  });

  it('takes the first of a time that comes twice', () => {
    expect(inZone('FREQ=DAILY', '2026-10-24T02:30:00', berlin, 2)).toEqual(['2026-10-24T00:30', '2026-10-25T00:30']);
  });

  it('puts a jumped time in its place among real ones, and once', () => {
    const rule = 'FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45';
    expect(inZone(rule, '2026-03-29T00:00:00', berlin, 3)).toEqual([
      '2026-03-29T01:00',
      '2026-03-29T01:45',
      '2026-03-30T00:00',
    ]);
  });
});

describe('rules that never fire or never end', () => {
  it.each([
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2',
    'FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=SECONDLY;INTERVAL=60;BYSECOND=30',
    'FREQ=MINUTELY;INTERVAL=60;BYMINUTE=30',
    'FREQ=HOURLY;INTERVAL=24;BYHOUR=5',
    'FREQ=YEARLY;INTERVAL=400;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=DAILY;INTERVAL=7;BYDAY=MO',
  ])('%s costs milliseconds', (rule) => {
    const began = cpuMilliseconds();
    expect(take(setOf([rule], '2026-01-01T00:00:00'), 1)).toEqual([]);
    expect(cpuMilliseconds() - began).toBeLessThan(1000);
  });

  it('finds what is rare', () => {
    expect(take(setOf(['FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO'], '2026-01-01'), 2)).toEqual([
      '2044-02-29T00:00:00',
      '2072-02-29T00:00:00',
    ]);
    expect(
      take(setOf(['FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=29;BYHOUR=9;BYMINUTE=30;BYSECOND=7'], '2097-01-01T00:00:00'), 1),
    ).toEqual(['2104-02-29T09:30:07']);
  });

  it('doesn’t walk an endless rule from its beginning', () => {
    const began = cpuMilliseconds();
    const set = setOf(['FREQ=SECONDLY'], '1970-01-01T00:00:00');
    expect(take(set, 2, seconds('2026-01-01T00:00:00'))).toEqual(['2026-01-01T00:00:00', '2026-01-01T00:00:01']);
    expect(cpuMilliseconds() - began).toBeLessThan(500);
  });

  it('gives up counting with a reason', () => {
    const set = setOf(['FREQ=SECONDLY;COUNT=900000000'], '1990-01-01T00:00:00');
    expect(() => take(set, 1, seconds('2026-01-01T00:00:00'))).toThrow(RecurrenceError);
  });

  it('ends where years have five digits', () => {
    expect(take(setOf(['FREQ=YEARLY'], '9998-05-05'), 9)).toHaveLength(2);
  });

  it('ends when everything is taken away again', () => {
    const set = setOf(['FREQ=DAILY'], '2026-01-01T09:00:00', { exceptionRules: [parseRule('FREQ=DAILY')] });
    expect(take(set, 1)).toEqual([]);
  });
});

describe('rules as people’s programs write them', () => {
  it.each([
    ['FREQ=WEEKLY;BYDAY=MO;', '2026-01-05T00:00:00'],
    ['freq=weekly;byday=mo', '2026-01-05T00:00:00'],
    ['FREQ=WEEKLY;BYDAY=MO;X-THING=1;FREQ=WEEKLY', '2026-01-05T00:00:00'],
    ['FREQ=MONTHLY;BYMONTHDAY=5,,', '2026-01-05T00:00:00'],
    ['FREQ=WEEKLY;BYDAY=0TU,MO', '2026-01-05T00:00:00'],
    ['FREQ=DAILY;UNTIL=20260105', '2026-01-05T00:00:00'],
  ])('%s', (rule, first) => {
    expect(take(setOf([rule], '2026-01-05T00:00:00'), 1)).toEqual([first]);
  });

  it.each([
    '',
    'FREQ=FORTNIGHTLY',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;COUNT=x',
    'FREQ=DAILY;BYHOUR=25',
    'FREQ=DAILY;UNTIL=never',
    'FREQ=DAILY;UNTIL=20260231',
    'RSCALE=HEBREW;FREQ=YEARLY',
    'FREQ=YEARLY;BYEASTER=0',
    'nonsense',
    `FREQ=DAILY;BYDAY=${'MO,'.repeat(9000)}`,
  ])('refuses %j with a reason', (rule) => {
    expect(() => parseRule(rule)).toThrow(RecurrenceError);
  });

  it('steps through days by hours, a day at most once', () => {
    const days = (rule: string) => take(setOf([rule], '2026-01-05'), 3).map((text) => text.slice(0, 10));
    expect(days('FREQ=HOURLY;BYHOUR=9')).toEqual(['2026-01-05', '2026-01-06', '2026-01-07']);
    expect(days('FREQ=HOURLY;INTERVAL=36')).toEqual(['2026-01-05', '2026-01-06', '2026-01-08']);
    expect(days('FREQ=DAILY;BYHOUR=9,10;BYMINUTE=5')).toEqual(['2026-01-05', '2026-01-06', '2026-01-07']);
  });

  it('ends a timed series on the whole day of a dated UNTIL, and a series of days on the day of a timed one', () => {
    expect(take(setOf(['FREQ=DAILY;UNTIL=20260106'], '2026-01-05T09:00:00'), 9)).toHaveLength(2);
    expect(take(setOf(['FREQ=DAILY;UNTIL=20260106T080000Z'], '2026-01-05'), 9)).toHaveLength(2);
  });
});
