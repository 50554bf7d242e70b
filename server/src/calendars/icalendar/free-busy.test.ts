/** Text without subjects says the same of when somebody is busy, and nothing else. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceAppointment } from '../../agenda/appointment.ts';
import { calendar, event, january, year, zone } from './calendars.fixture.ts';
import { freeBusyFile, freeBusyText } from './free-busy.ts';
import { expandObject, parseFeed } from './objects.ts';

const owner = 'ada@example.com';
const secret = 'Zanzibar';
const runs = (usual: number) => Number(process.env.WHENABOUTS_RUNS ?? usual);

const withoutSubject = (appointment: SourceAppointment) => ({
  ...appointment,
  ...{ title: '', location: null, organizer: null, organizerAddress: null, attendeeCount: 0, categories: [] },
  ...{ joinUrl: null, openUrl: null },
});
const expanded = (text: string, ownerAddresses = [owner]) => {
  const { appointments, ...rest } = expandObject(text, year, zone, { ownerAddresses });
  return { ...rest, appointments: appointments.map(withoutSubject) };
};

const line = fc.constantFrom(
  `SUMMARY:${secret}`,
  `LOCATION;LANGUAGE=en:${secret}`,
  `DESCRIPTION:See https://meet.google.com/abc-${secret} \\nand`,
  `CATEGORIES:${secret},Work`,
  `URL:https://example.com/${secret}`,
  `COMMENT:${secret}`,
  `X-ALT-DESC;FMTTYPE=text/html:<b>${secret}</b>`,
  `ORGANIZER;CN=${secret}:mailto:${secret}@example.com`,
  `ORGANIZER;CN="${secret}":MAILTO:Ada@Example.com`,
  `ATTENDEE;CN=${secret};PARTSTAT=TENTATIVE:mailto:${owner}`,
  `ATTENDEE;PARTSTAT=DECLINED;EMAIL=${owner}:urn:uuid:1`,
  `ATTENDEE;CN=B;PARTSTAT=ACCEPTED:mailto:${secret}@example.com`,
  `ATTENDEE;CUTYPE=ROOM:mailto:${secret}@example.com`,
  `STATUS:${secret}`,
  'STATUS:CANCELLED',
  'STATUS:TENTATIVE',
  'TRANSP:TRANSPARENT',
  'CLASS:CONFIDENTIAL',
  `CLASS:x ${secret}`,
  'X-MICROSOFT-CDO-BUSYSTATUS:OOF',
  `X-MICROSOFT-CDO-BUSYSTATUS: ${secret} `,
  'SEQUENCE:2',
  `X-${secret.toUpperCase()}:${secret}`,
  `BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:${secret}\r\nTRIGGER;RELATED=END:-PT5M\r\nEND:VALARM`,
  `BEGIN:VALARM\r\nACTION:EMAIL\r\nSUMMARY:${secret}\r\nATTENDEE:mailto:${secret}@x.org\r\nTRIGGER:-PT9M\r\nEND:VALARM`,
  'BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nREPEAT:2\r\nDURATION:PT5M\r\nEND:VALARM',
  `BEGIN:${secret.toUpperCase()}\r\nSUMMARY:${secret}\r\nEND:${secret.toUpperCase()}`,
);
const when = fc.constantFrom(
  ['DTSTART:20260105T090000Z', 'DTEND:20260105T100000Z'],
  ['DTSTART;TZID="Q: Berlin, mine":20260105T090000', 'DURATION:PT1H30M'],
  ['DTSTART;TZID=Europe/Berlin:20260329T013000', 'DTEND;TZID=Europe/Berlin:20260329T033000'],
  ['DTSTART;VALUE=DATE:20260105', 'DTEND;VALUE=DATE:20260107'],
  ['DTSTART:20260105T090000'],
  ['DTSTART:20260105T000000', 'DTEND:20260106T000000', 'X-MICROSOFT-CDO-ALLDAYEVENT:TRUE'],
  [`DTSTART:2026${'0105'}T0900`, 'DTEND:nonsense'],
);
const recurrence = fc.constantFrom(
  [],
  ['RRULE:FREQ=WEEKLY;BYDAY=MO,WE;COUNT=20', 'EXDATE:20260112T090000Z'],
  ['RRULE:FREQ=MONTHLY;BYDAY=-1FR', 'RDATE;VALUE=PERIOD:20260110T090000Z/PT3H'],
  ['RRULE:FREQ=DAILY;UNTIL=20260301T000000Z', 'EXRULE:FREQ=WEEKLY'],
);
const definition = [
  ...['BEGIN:VTIMEZONE', 'TZID:Q: Berlin\\, mine', `X-LIC-LOCATION:${secret}`, `COMMENT:${secret}`, 'BEGIN:STANDARD'],
  ...['DTSTART:16010101T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0500', `TZNAME:${secret}`, 'END:STANDARD'],
  'END:VTIMEZONE',
];
const component = fc
  .record({
    kind: fc.constantFrom('VEVENT', 'VTODO'),
    uid: fc.constantFrom(['UID:a'], ['UID:b'], []),
    when,
    recurrence,
    lines: fc.array(line, { maxLength: 8 }),
    exception: fc.constantFrom(
      [],
      [],
      ['RECURRENCE-ID:20260107T090000Z'],
      ['RECURRENCE-ID;RANGE=THISANDFUTURE:20260114T090000Z'],
    ),
  })
  .map(({ kind, uid, when: times, recurrence: rules, lines, exception }) =>
    [`BEGIN:${kind}`, ...uid, ...times, ...(exception.length > 0 ? exception : rules), ...lines, `END:${kind}`].join(
      '\r\n',
    ),
  );
const text = fc
  .record({
    head: fc.subarray([
      `X-WR-CALNAME:${secret}`,
      `NAME:${secret}`,
      'X-WR-TIMEZONE:Asia/Tokyo',
      ...[definition.join('\r\n')],
    ]),
    components: fc.array(component, { minLength: 1, maxLength: 5 }),
  })
  .map(({ head, components }) => calendar('VERSION:2.0', `PRODID:${secret}`, ...head, ...components));

test('expands to the same times, states and reminders, and holds nothing else', () => {
  fc.assert(
    fc.property(text, (whole) => {
      const reduced = freeBusyText(whole, [owner]);
      expect(reduced).not.toMatch(new RegExp(secret, 'i'));
      expect(expanded(reduced)).toEqual(expanded(whole));
      expect(freeBusyText(reduced, [owner])).toBe(reduced);
    }),
    { numRuns: runs(300) },
  );
});

test('a file keeps the names of its objects, and shrinks no further', () => {
  fc.assert(
    fc.property(text, (whole) => {
      const reduced = freeBusyFile(whole, [owner]);
      expect(reduced).not.toMatch(new RegExp(secret, 'i'));
      expect(parseFeed(reduced).objects.map(({ uid }) => uid)).toEqual(parseFeed(whole).objects.map(({ uid }) => uid));
      expect(freeBusyFile(reduced, [owner])).toBe(reduced);
    }),
    { numRuns: runs(300) },
  );
});

test('an answer under one of the owner’s addresses stays, nobody else’s does', () => {
  const whole = calendar(
    event(
      'UID:a',
      'DTSTART:20260105T090000Z',
      'ATTENDEE;PARTSTAT=ACCEPTED:mailto:ada@work.example',
      'ATTENDEE:mailto:bob@x.org',
    ),
  );
  const reduced = freeBusyText(whole, ['Ada@Work.example']);
  expect(expandObject(reduced, january, zone, { ownerAddresses: ['ada@work.example'] }).appointments[0]!.response).toBe(
    'accepted',
  );
  expect(reduced).not.toContain('bob');
});

test('what is no calendar becomes nothing', () => {
  expect(freeBusyFile('<html>Zanzibar</html>', [owner])).toBe('');
  expect(freeBusyText('Zanzibar', [owner])).toBe('');
});
