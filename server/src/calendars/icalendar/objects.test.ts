import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceAppointment } from '../../agenda/appointment.ts';
import { expandObject, parseFeed } from './objects.ts';

const zone = 'Europe/Berlin';
const january = { from: Temporal.Instant.from('2026-01-01T00:00Z'), to: Temporal.Instant.from('2026-02-01T00:00Z') };
const year = { from: Temporal.Instant.from('2026-01-01T00:00Z'), to: Temporal.Instant.from('2027-01-01T00:00Z') };

/** Processor time, because the machine may have other things to do. */
const cpuMilliseconds = () => process.cpuUsage().user / 1000;
const calendar = (...lines: string[]) => ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');
const single = (...lines: string[]) =>
  expandObject(calendar(event('UID:a', 'DTSTART:20260105T080000Z', 'DURATION:PT1H', ...lines)), january, zone, {
    ownerAddresses: ['Me@Example.com'],
  }).appointments[0]!;

function starts(text: string, window = january): string[] {
  return expandObject(text, window, zone)
    .appointments.map(({ when }) => String(when.start))
    .sort();
}

describe('what an appointment says', () => {
  it.each([
    [[], 'busy'],
    [['TRANSP:TRANSPARENT'], 'free'],
    [['STATUS:TENTATIVE'], 'tentative'],
    [['TRANSP:OPAQUE', 'X-MICROSOFT-CDO-BUSYSTATUS:OOF'], 'outOfOffice'],
    [['TRANSP:OPAQUE', 'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE'], 'tentative'],
    [['X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE'], 'workingElsewhere'],
    [['TRANSP:TRANSPARENT', 'X-MICROSOFT-CDO-BUSYSTATUS:BUSY'], 'busy'],
  ])('%j shows as %s', (lines, showAs) => {
    expect(single(...lines).showAs).toBe(showAs);
  });

  it.each([
    ['CLASS:PRIVATE', 'private'],
    ['CLASS:CONFIDENTIAL', 'confidential'],
    ['CLASS:PUBLIC', 'normal'],
    ['CLASS:', 'normal'],
    ['CLASS:X-SECRET', 'private'],
  ])('%s is %s', (line, sensitivity) => {
    expect(single(line).sensitivity).toBe(sensitivity);
  });

  it.each([
    ['ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com', 'declined'],
    ['ATTENDEE;CN="Me: myself";PARTSTAT=TENTATIVE:MAILTO:ME@example.com', 'tentativelyAccepted'],
    ['ATTENDEE:mailto:me@example.com', 'notResponded'],
    ['ATTENDEE;PARTSTAT=ACCEPTED:mailto:somebody@example.com', 'none'],
    ['ORGANIZER:mailto:me@example.com', 'organizer'],
  ])('%s: the owner’s response is %s', (line, response) => {
    expect(single(line).response).toBe(response);
  });

  it('reads text, people, categories and links', () => {
    const said = single(
      'SUMMARY:One\\, two\\n three',
      'CATEGORIES:Red;Blue,Green\\, dark',
      'CATEGORIES:Red',
      'ORGANIZER;CN="Ann: the \\"boss\\"":mailto:ann@example.com',
      'ATTENDEE:mailto:b@example.com',
      'ATTENDEE;CUTYPE=ROOM:mailto:room@example.com',
      'LOCATION:Room 4',
      'URL:https://calendar.example.com/1',
      'DESCRIPTION:See https://example.com and join https://us02web.zoom.us/j/123?pwd=x\\, or call.',
      'STATUS:CANCELLED',
    );
    expect(said).toMatchObject({
      title: 'One, two three',
      categories: ['Red', 'Blue', 'Green, dark'],
      attendeeCount: 1,
      location: 'Room 4',
      openUrl: 'https://calendar.example.com/1',
      joinUrl: 'https://us02web.zoom.us/j/123?pwd=x',
      cancelled: true,
    });
  });

  it('takes only web addresses as links', () => {
    expect(single('URL:javascript:alert(1)', 'X-GOOGLE-CONFERENCE:file:///etc/passwd')).toMatchObject({
      openUrl: null,
      joinUrl: null,
    });
    expect(
      single('CONFERENCE;VALUE=URI;FEATURE=AUDIO:tel:+49', 'CONFERENCE;VALUE=URI:https://meet.example/x').joinUrl,
    ).toBe('https://meet.example/x');
  });

  it('unwraps UIDs as Exchange writes them', () => {
    const uid = (text: string) =>
      expandObject(calendar(event(`UID:${text}`, 'DTSTART:20260105T080000Z')), january, zone).appointments[0]!.uid;
    const start = '040000008200E00074C5B7101A82E008';
    expect(uid(`${start}07EA0105AABB`)).toBe(`${start}00000000AABB`);
    const foreign = `${Buffer.from('vCal-Uid').toString('hex')}01000000${Buffer.from('abc@example.com\0').toString('hex')}`;
    expect(uid(`${start}000000000000000000000000000000000000000033000000${foreign}`)).toBe('abc@example.com');
  });

  const alarm = (...lines: string[]) => ['BEGIN:VALARM', 'ACTION:DISPLAY', ...lines, 'END:VALARM'];
  it.each([
    [alarm('TRIGGER:-PT15M'), [15]],
    [alarm('TRIGGER:-P1DT1H'), [1500]],
    [alarm('TRIGGER;RELATED=END:-PT10M'), [-50]],
    [alarm('TRIGGER:-PT15M', 'REPEAT:2', 'DURATION:PT5M'), [15, 10, 5]],
    [alarm('TRIGGER;VALUE=DATE-TIME:20260105T073000Z'), [30]],
    [['BEGIN:VALARM', 'ACTION:NONE', 'TRIGGER:-PT5M', 'END:VALARM'], []],
    [alarm('TRIGGER:soon'), []],
  ])('%j reminds at %j minutes before', (lines, reminders) => {
    expect(single(...lines).reminders).toEqual(reminders);
  });

  it('has tasks when they are due', () => {
    const todo = (...lines: string[]) =>
      expandObject(calendar('BEGIN:VTODO', 'UID:t', ...lines, 'END:VTODO'), january, zone).appointments;
    expect(
      todo('DTSTART:20251201T080000Z', 'DUE:20260110T120000Z', ...alarm('TRIGGER;RELATED=END:-PT1H')),
    ).toMatchObject([
      { kind: 'task', when: { start: Temporal.Instant.from('2026-01-10T12:00Z') }, reminders: [60], completed: false },
    ]);
    expect(todo('DUE;VALUE=DATE:20260110', 'STATUS:COMPLETED')).toMatchObject([
      { when: { kind: 'allDay', start: Temporal.PlainDate.from('2026-01-10') }, completed: true },
    ]);
    expect(todo('DTSTART:20260110T120000Z')).toEqual([]);
  });
});

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

describe('a feed', () => {
  it('is taken apart by UID, with the zones each part needs', () => {
    const feed = parseFeed(
      calendar(
        'X-WR-CALNAME:Holidays\\, all',
        'REFRESH-INTERVAL;VALUE=DURATION:PT6H',
        'COLOR:navy',
        'BEGIN:VTIMEZONE\r\nTZID:Mine\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\nEND:STANDARD\r\nEND:VTIMEZONE',
        event('UID:a', 'DTSTAMP:20260101T000000Z', 'DTSTART;TZID=Mine:20260105T090000'),
        event('UID:b', 'DTSTART:20260105T080000Z'),
        event('UID:a', 'RECURRENCE-ID:20260105T053000Z', 'DTSTART:20260106T080000Z'),
      ),
    );
    expect(feed).toMatchObject({ name: 'Holidays, all', color: 'navy', problem: null, skipped: [] });
    expect(feed.refreshInterval?.total('hours')).toBe(6);
    expect(feed.objects.map(({ uid }) => uid)).toEqual(['a', 'b']);
    expect(feed.objects[0]!.source).toContain('TZID:Mine');
    expect(feed.objects[1]!.source).not.toContain('TZID:Mine');
    expect(starts(feed.objects[0]!.source)).toEqual(['2026-01-06T08:00:00Z']);
  });

  it('has the same version however often it is stamped anew', () => {
    const version = (stamp: string, title: string) =>
      parseFeed(calendar(event('UID:a', `DTSTAMP:${stamp}`, 'DTSTART:20260105T080000Z', `SUMMARY:${title}`)))
        .objects[0]!.version;
    expect(version('20260101T000000Z', 'x')).toBe(version('20260102T000000Z', 'x'));
    expect(version('20260101T000000Z', 'x')).not.toBe(version('20260101T000000Z', 'y'));
  });

  it('gives a component without UID one that stays', () => {
    const read = (...titles: string[]) =>
      parseFeed(calendar(...titles.map((title) => event(`SUMMARY:${title}`, 'DTSTART:20260105T080000Z')))).objects;
    const [first, second] = read('x', 'y');
    expect(first!.uid).not.toBe(second!.uid);
    expect(read('y')[0]!.uid).toBe(second!.uid);
    expect(expandObject(first!.source, january, zone).appointments[0]!.uid).toBe(first!.uid);
  });

  it('loses one bad component and not the rest', () => {
    const text = calendar(
      event('UID:good', 'DTSTART:20260105T080000Z'),
      event('UID:no-start', 'SUMMARY:x'),
      event('UID:bad-start', 'DTSTART:20260231T080000Z'),
      event('UID:bad-rule', 'DTSTART:20260105T080000Z', 'RRULE:FREQ=SOMETIMES'),
      event('UID:never', 'DTSTART:20260105T080000Z', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30'),
      event('UID:endless', 'DTSTART:20260105T080000Z', 'RRULE:FREQ=SECONDLY'),
      event('UID:half', 'DTSTART:20260105T080000Z', 'RRULE:FREQ=DAILY;COUNT=2'),
      event('UID:half', 'RECURRENCE-ID:20260106T080000Z', 'DTSTART:tomorrow'),
    );
    const expanded = parseFeed(text).objects.map(({ uid, source }) => ({
      uid,
      ...expandObject(source, january, zone),
    }));
    const told = Object.fromEntries(
      expanded.map(({ uid, appointments, skipped }) => [
        uid,
        [appointments.length, skipped.map(({ reason }) => reason)],
      ]),
    );
    expect(told).toEqual({
      good: [1, []],
      'no-start': [0, ['It has no start (DTSTART).']],
      'bad-start': [0, ['DTSTART "20260231T080000Z" is a date that doesn\'t exist.']],
      'bad-rule': [0, ['The rule has no known frequency (FREQ=SOMETIMES).']],
      never: [0, ['Its recurrence rule never gives an occurrence.']],
      endless: [0, ['It has more than 10000 occurrences in this time, and is left out.']],
      half: [2, ['DTSTART "tomorrow" is not a date.']],
    });
    expect(expanded.at(-1)!.skipped[0]).toMatchObject({ uid: 'half', recurrenceId: '20260106T080000Z' });
  });

  it('says what is wrong with a text that is no calendar, or half of one', () => {
    expect(parseFeed('<!doctype html><title>Sign in</title>').problem).toContain('not an iCalendar file');
    expect(parseFeed('').problem).toContain('empty');
    const cut = parseFeed(
      calendar(event('UID:a', 'DTSTART:20260105T080000Z'), event('UID:b', 'DTSTART:20260105T080000Z')).slice(0, 130),
    );
    expect(cut.problem).toContain('cut off');
    expect(cut.objects.map(({ uid }) => uid)).toEqual(['a']);
    expect(cut.skipped).toMatchObject([{ uid: 'b' }]);
  });

  it('survives whatever it is given', () => {
    const whole = calendar(
      'BEGIN:VTIMEZONE\r\nTZID:Mine\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0330\r\nTZOFFSETTO:+0330\r\nRRULE:FREQ=YEARLY\r\nEND:STANDARD\r\nEND:VTIMEZONE',
      event(
        'UID:a',
        'DTSTART;TZID="Mine":20260105T090000',
        'RRULE:FREQ=MONTHLY;BYDAY=2MO;COUNT=9',
        'EXDATE;TZID=Mine:20260209T090000',
        'RDATE;VALUE=PERIOD:20260301T080000Z/PT1H',
        'ATTENDEE;CN="x;y:z":mailto:a@b',
        'SUMMARY:folded',
        '  line',
        'BEGIN:VALARM',
        'TRIGGER:-PT5M',
        'END:VALARM',
      ),
      event(
        'UID:a',
        'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Mine:20260309T090000',
        'DTSTART;TZID=Mine:20260310T090000',
        'DTEND;TZID=Mine:20260310T080000',
      ),
    );
    const damage = fc.record({
      at: fc.nat(whole.length),
      length: fc.nat(40),
      text: fc.oneof(
        fc.string(),
        fc.constantFrom('\0', '\r', '\n ', '"', ':', ';', 'END:VEVENT\r\n', 'BEGIN:VEVENT\r\n', '99999999'),
      ),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 6 }), (damages) => {
        let text = whole;
        for (const { at, length, text: instead } of damages)
          text = text.slice(0, at) + instead + text.slice(at + length);
        for (const { source } of parseFeed(text).objects) expandObject(source, year, zone);
        expandObject(text, year, zone);
      }),
      { numRuns: Number(process.env.WHENABOUTS_RUNS ?? 500) },
    );
  });

  const long = 10_000_000;
  it.each([
    [
      'one line of 10 MB',
      () => calendar(event('UID:a', 'DTSTART:20260105T080000Z', `DESCRIPTION:${'x'.repeat(long)}`)),
    ],
    [
      'one folded line of 10 MB',
      () =>
        calendar(
          event('UID:a', 'DTSTART:20260105T080000Z', `DESCRIPTION:${`${'x'.repeat(70)}\r\n `.repeat(long / 73)}`),
        ),
    ],
    ['quotes without end', () => calendar(event('UID:a', 'DTSTART:20260105T080000Z', `X-A;B=${'"'.repeat(long)}`))],
    [
      'quotes and colons without end',
      () => calendar(event('UID:a', 'DTSTART:20260105T080000Z', `X-A;B=${'":'.repeat(long / 2)}`)),
    ],
    [
      'parameters without end',
      () => calendar(event('UID:a', 'DTSTART:20260105T080000Z', `X-A;${'B=1;'.repeat(long / 4)}:x`)),
    ],
    [
      'components without end',
      () =>
        calendar(event('UID:a', 'DTSTART:20260105T080000Z'), 'BEGIN:A\n'.repeat(500_000), 'END:B\n'.repeat(500_000)),
    ],
    ['line breaks only', () => calendar(event('UID:a', 'DTSTART:20260105T080000Z'), '\r\n'.repeat(long / 2))],
    [
      'a million dates',
      () => calendar(event('UID:a', 'DTSTART:20260105T080000Z', `RDATE:${'20260106T080000Z,'.repeat(500_000)}`)),
    ],
    [
      'a million exceptions',
      () =>
        calendar(
          event(
            'UID:a',
            'DTSTART:20260105T080000Z',
            'RRULE:FREQ=DAILY',
            `EXDATE:${'20260106T080000Z,'.repeat(500_000)}`,
          ),
        ),
    ],
    ['NULs', () => calendar(event('UID:a', 'DTSTART:20260105T080000Z', `SUMMARY:${'\0'.repeat(long)}`))],
  ])('reads %s in the time its size deserves', (_, make) => {
    const text = make();
    const began = cpuMilliseconds();
    const feed = parseFeed(text);
    expect(feed.objects.map(({ uid }) => uid)).toEqual(['a']);
    expect(expandObject(feed.objects[0]!.source, january, zone).appointments.length).toBeGreaterThan(0);
    expect(cpuMilliseconds() - began).toBeLessThan(8000);
  });
});
