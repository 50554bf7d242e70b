import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceAppointment } from '../../agenda/appointment.ts';
import { calendar, event, january, starts, year, zone } from './calendars.fixture.ts';
import { expandObject, parseFeed } from './objects.ts';

describe('when an appointment is', () => {
  it('keeps zoned, floating and all-day apart', () => {
    const kinds = (line: string) => expandObject(calendar(event('UID:a', line)), january, zone).appointments[0]!.when;
    expect(String(kinds('DTSTART;TZID=America/New_York:20260105T090000').start)).toBe('2026-01-05T14:00:00Z');
    expect(kinds('DTSTART:20260105T090000')).toMatchObject({
      kind: 'floating',
      start: Temporal.PlainDateTime.from('2026-01-05T09:00'),
    });
    expect(kinds('DTSTART:20260105')).toMatchObject({ kind: 'allDay', end: Temporal.PlainDate.from('2026-01-06') });
  });

  const definition = (tzid: string) => [
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    'BEGIN:STANDARD',
    'DTSTART:16010101T030000',
    'TZOFFSETFROM:+0200',
    'TZOFFSETTO:+0100',
    'RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU',
    'END:STANDARD',
    'BEGIN:DAYLIGHT',
    'DTSTART:16010101T020000',
    'TZOFFSETFROM:+0100',
    'TZOFFSETTO:+0200',
    'RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU',
    'END:DAYLIGHT',
    'END:VTIMEZONE',
  ];
  const at = (tzid: string, ...lines: string[]) =>
    starts(calendar(...lines, event('UID:a', `DTSTART;TZID=${tzid}:20260705T090000`)), year)[0];

  it.each([
    ['W. Europe Standard Time', '07'],
    ['"(UTC+07:00) Bangkok, Hanoi, Jakarta"', '02'],
    ['(UTC+07:00) Bangkok, Hanoi, Jakarta', '02'],
    ['/freeassociation.sourceforge.net/Europe/London', '08'],
    ['Eastern', '13'],
    ['Customized Time Zone 1', '07'],
    ['tzone://Microsoft/Custom', '07'],
  ])('understands TZID %s without a definition', (tzid, hour) => {
    expect(at(tzid)).toBe(`2026-07-05T${hour}:00:00Z`);
  });

  it('believes a definition where the name says nothing, or lies', () => {
    expect(at('Customized Time Zone 1', ...definition('Customized Time Zone 1'))).toBe('2026-07-05T07:00:00Z');
    expect(at('GMT', ...definition('GMT'))).toBe('2026-07-05T07:00:00Z');
    expect(at('Asia/Tokyo', ...definition('Asia/Tokyo'))).toBe('2026-07-05T07:00:00Z');
  });

  it('believes a place’s name where the definition is only incomplete', () => {
    const incomplete = [
      'BEGIN:VTIMEZONE',
      'TZID:Europe/Berlin',
      'BEGIN:STANDARD',
      'DTSTART:20201025T030000',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'END:STANDARD',
      'END:VTIMEZONE',
    ];
    expect(at('Europe/Berlin', ...incomplete)).toBe('2026-07-05T07:00:00Z');
  });

  it('takes the only zone a calendar defines, or its own, for one that nothing explains', () => {
    expect(at('Nowhere', ...definition('Somewhere'))).toBe('2026-07-05T07:00:00Z');
    expect(at('Nowhere', 'X-WR-TIMEZONE:Asia/Tokyo')).toBe('2026-07-05T00:00:00Z');
  });

  it('reads EXDATE, RDATE and RECURRENCE-ID of any type', () => {
    const days = calendar(
      event(
        'UID:a',
        'DTSTART;VALUE=DATE:20260105',
        'RRULE:FREQ=DAILY;COUNT=4',
        'EXDATE;TZID=GMT Standard Time:20260106T000000',
      ),
      event('UID:a', 'RECURRENCE-ID;TZID=GMT Standard Time:20260107T000000', 'DTSTART;VALUE=DATE:20260120'),
    );
    expect(starts(days)).toEqual(['2026-01-05', '2026-01-08', '2026-01-20']);
    const periods = calendar(
      event(
        'UID:a',
        'DTSTART:20260105T080000Z',
        'DURATION:PT1H',
        'RDATE;VALUE=PERIOD:20260106T080000Z/20260106T083000Z,20260107T080000Z/PT2H',
      ),
    );
    expect(expandObject(periods, january, zone).appointments.map(({ when }) => String(when.end))).toEqual([
      '2026-01-05T09:00:00Z',
      '2026-01-06T08:30:00Z',
      '2026-01-07T10:00:00Z',
    ]);
  });

  it('changes this and all later ones, and shows an exception whose series is missing', () => {
    const text = calendar(
      event(
        'UID:a',
        'SUMMARY:old',
        'DTSTART;TZID=Europe/Berlin:20260323T090000',
        'DURATION:PT1H',
        'RRULE:FREQ=WEEKLY;COUNT=3',
      ),
      event(
        'UID:a',
        'SUMMARY:new',
        'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260330T090000',
        'DTSTART;TZID=Europe/Berlin:20260331T100000',
        'DURATION:PT2H',
      ),
      event('UID:orphan', 'RECURRENCE-ID:20260505T080000Z', 'DTSTART:20260505T090000Z'),
    );
    const told = ({ title, occurrence, when }: SourceAppointment) => `${title} ${occurrence} ${when.start}/${when.end}`;
    expect(expandObject(text, year, zone).appointments.map(told).sort()).toEqual([
      ' 2026-05-05T08:00:00Z 2026-05-05T09:00:00Z/2026-05-05T09:00:00Z',
      'new 2026-03-30T07:00:00Z 2026-03-31T08:00:00Z/2026-03-31T10:00:00Z',
      'new 2026-04-06T07:00:00Z 2026-04-07T08:00:00Z/2026-04-07T10:00:00Z',
      'old 2026-03-23T08:00:00Z 2026-03-23T08:00:00Z/2026-03-23T09:00:00Z',
    ]);
  });

  it('knows whole days however they are written', () => {
    const when = (...lines: string[]) =>
      expandObject(calendar(event('UID:a', ...lines)), january, zone).appointments[0]!.when;
    const expected = {
      kind: 'allDay',
      start: Temporal.PlainDate.from('2026-01-05'),
      end: Temporal.PlainDate.from('2026-01-06'),
    };
    expect(when('DTSTART;VALUE=DATE:20260105T000000')).toEqual(expected);
    expect(
      when(
        'DTSTART;TZID=Europe/Berlin:20260105T000000',
        'DTEND;TZID=Europe/Berlin:20260106T000000',
        'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE',
      ),
    ).toEqual(expected);
    expect(when('DTSTART;TZID=Europe/Berlin:20260105T090000', 'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE').kind).toBe('zoned');
  });

  it('reads calendars one after another, and one whose end is missing', () => {
    const one = calendar(event('UID:a', 'DTSTART:20260105T080000Z'));
    const two = calendar(event('UID:b', 'DTSTART:20260106T080000Z'));
    expect(parseFeed(one + two).objects.map(({ uid }) => uid)).toEqual(['a', 'b']);
    expect(parseFeed(one.replace('END:VCALENDAR\r\n', '') + two).objects.map(({ uid }) => uid)).toEqual(['a', 'b']);
    const unclosed = calendar(
      event('UID:a', 'DTSTART:20260105T080000Z').replace('END:VEVENT', 'X-A:1'),
      event('UID:b', 'DTSTART:20260106T080000Z'),
    );
    expect(parseFeed(unclosed).objects.map(({ uid }) => uid)).toEqual(['a', 'b']);
  });

  it('goes on at the time as written when the first one is jumped over', () => {
    const text = calendar(event('UID:a', 'DTSTART;TZID=Europe/Berlin:20260329T023000', 'RRULE:FREQ=DAILY;COUNT=2'));
    expect(starts(text, year)).toEqual(['2026-03-29T01:30:00Z', '2026-03-30T00:30:00Z']);
  });

  it('changes all later ones to another zone, and to whole days', () => {
    const master = event(
      'UID:a',
      'DTSTART;TZID=Europe/Berlin:20260323T230000',
      'DURATION:PT1H',
      'RRULE:FREQ=WEEKLY;COUNT=3',
    );
    const change = (line: string) =>
      event('UID:a', 'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260330T230000', line);
    const changed = (line: string) => starts(calendar(master, change(line)), year);
    expect(changed('DTSTART;TZID=America/New_York:20260330T090000')).toEqual([
      '2026-03-23T22:00:00Z',
      '2026-03-30T13:00:00Z',
      '2026-04-06T13:00:00Z',
    ]);
    expect(changed('DTSTART;VALUE=DATE:20260330')).toEqual(['2026-03-23T22:00:00Z', '2026-03-30', '2026-04-06']);
  });

  it('keeps single events apart that share a UID', () => {
    const text = calendar(
      event('UID:a', 'DTSTART:20260105T080000Z'),
      event('UID:a', 'DTSTART:20260112T080000Z'),
      event('UID:a', 'DTSTART:20260112T080000Z'),
    );
    const { appointments } = expandObject(text, january, zone);
    expect(appointments.map(({ occurrence }) => occurrence)).toEqual(['2026-01-05T08:00:00Z', '2026-01-12T08:00:00Z']);
  });

  it('tells the next one after the window', () => {
    const text = calendar(event('UID:a', 'DTSTART;VALUE=DATE:20260105', 'RRULE:FREQ=MONTHLY'));
    expect(String(expandObject(text, january, zone).nextAfterWindow)).toBe('2026-02-04T23:00:00Z');
    expect(
      expandObject(calendar(event('UID:a', 'DTSTART:20260105T080000Z')), january, zone).nextAfterWindow,
    ).toBeNull();
  });

  it('has what overlaps the window, and nothing that only touches it', () => {
    const text = (start: string, end: string) => calendar(event('UID:a', `DTSTART:${start}Z`, `DTEND:${end}Z`));
    expect(starts(text('20251231T230000', '20260101T000000'))).toEqual([]);
    expect(starts(text('20251231T230000', '20260101T000001'))).toHaveLength(1);
    expect(starts(text('20260131T235959', '20260201T010000'))).toHaveLength(1);
    expect(starts(text('20260201T000000', '20260201T010000'))).toEqual([]);
  });
});

describe('laws of an object', () => {
  const day = fc.integer({ min: 0, max: 120 });
  const at = (days: number, hours = 9) =>
    Temporal.PlainDateTime.from('2026-01-05T00:00')
      .add({ hours: days * 24 + hours })
      .toString({ smallestUnit: 'second' })
      .replace(/[-:]/g, '');
  const objects = fc
    .record({
      tzid: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kolkata'),
      rule: fc.constantFrom(
        'FREQ=DAILY',
        'FREQ=DAILY;COUNT=90',
        'FREQ=WEEKLY;BYDAY=MO,TH',
        'FREQ=MONTHLY;BYDAY=-1FR',
        'FREQ=DAILY;UNTIL=20260420',
        'FREQ=YEARLY',
      ),
      hours: fc.integer({ min: 0, max: 70 }),
      removed: fc.array(day, { maxLength: 4 }),
      added: fc.array(day, { maxLength: 3 }),
      moved: fc.array(fc.record({ from: day, by: fc.integer({ min: -300, max: 300 }), future: fc.boolean() }), {
        maxLength: 4,
      }),
    })
    .map(({ tzid, rule, hours, removed, added, moved }) => {
      const stamp = (name: string, time: string) => `${name};TZID=${tzid}:${time}`;
      return calendar(
        event(
          'UID:a',
          stamp('DTSTART', at(0)),
          `DURATION:PT${hours}H`,
          `RRULE:${rule}`,
          ...removed.map((days) => stamp('EXDATE', at(days))),
          ...added.map((days) => stamp('RDATE', at(days, 13))),
        ),
        ...moved.map(({ from, by, future }) =>
          event(
            'UID:a',
            stamp(`RECURRENCE-ID${future ? ';RANGE=THISANDFUTURE' : ''}`, at(from)),
            stamp('DTSTART', at(from, 9 + by)),
            'DURATION:PT2H',
          ),
        ),
      );
    });
  const instant = (days: number) => Temporal.Instant.from('2026-01-01T00:00Z').add({ hours: 24 * days });
  const told = (text: string, from: number, to: number) =>
    expandObject(text, { from: instant(from), to: instant(to) }, zone).appointments.map(
      ({ when, occurrence }) => `${when.start}/${when.end} ${occurrence}`,
    );
  const usual = { numRuns: Number(process.env.WHENABOUTS_RUNS ?? 200) };

  it('two adjoining windows together have what the whole has', () => {
    fc.assert(
      fc.property(objects, day, day, (text, first, second) => {
        const [middle, end] = [first, first + second + 1];
        const parts = new Set([...told(text, -30, middle), ...told(text, middle, end)]);
        expect([...parts].sort()).toEqual(told(text, -30, end).sort());
      }),
      usual,
    );
  });

  it('the next one after the window is the first that begins after it', () => {
    fc.assert(
      fc.property(objects, day, (text, end) => {
        const { nextAfterWindow } = expandObject(text, { from: instant(-30), to: instant(end) }, zone);
        const after = told(text, end, end + 800)
          .map((one) => Temporal.Instant.from(one.split('/')[0]!))
          .filter((start) => Temporal.Instant.compare(start, instant(end)) >= 0);
        expect(String(nextAfterWindow)).toBe(String(after.sort(Temporal.Instant.compare)[0] ?? null));
      }),
      usual,
    );
  });
});
