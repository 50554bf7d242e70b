import { describe, expect, it } from 'vitest';
import { calendar, event, january, zone } from './calendars.fixture.ts';
import { expandObject } from './objects.ts';

const single = (...lines: string[]) =>
  expandObject(calendar(event('UID:a', 'DTSTART:20260105T080000Z', 'DURATION:PT1H', ...lines)), january, zone, {
    ownerAddresses: ['Me@Example.com'],
  }).appointments[0]!;

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
      organizerAddress: 'ann@example.com',
      location: 'Room 4',
      openUrl: 'https://calendar.example.com/1',
      joinUrl: 'https://us02web.zoom.us/j/123?pwd=x',
      cancelled: true,
    });
  });

  it.each([
    ['ORGANIZER:MAILTO:Ann@Example.com', 'ann@example.com'],
    ['ORGANIZER;EMAIL=ann@example.com:urn:uuid:7f3c', 'ann@example.com'],
    ['ORGANIZER;CN=Ann:urn:uuid:7f3c', null],
    ['ORGANIZER:invalid:nomail', null],
    ['SUMMARY:Mine', null],
  ])('%s: the organizer’s address is %s', (line, address) => {
    expect(single(line).organizerAddress).toBe(address);
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
