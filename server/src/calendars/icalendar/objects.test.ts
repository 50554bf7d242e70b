import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendar, event, january, starts, year, zone } from './calendars.fixture.ts';
import { expandObject, parseFeed } from './objects.ts';

/** Processor time, because the machine may have other things to do. */
const cpuMilliseconds = () => process.cpuUsage().user / 1000;

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
