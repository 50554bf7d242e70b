import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCalendar } from './decode.ts';
import { parseFeed } from './objects.ts';

const text = 'BEGIN:VCALENDAR\r\nX-WR-CALNAME:Bürö\r\nEND:VCALENDAR\r\n';
const utf16 = (given: string) => Buffer.from(`\ufeff${given}`, 'utf16le');

test.each([
  ['UTF-8', Buffer.from(text), null],
  ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`), null],
  ['UTF-16LE, as Outlook saves', utf16(text), null],
  ['UTF-16BE', utf16(text).swap16(), null],
  ['a mark that says otherwise than the header', utf16(text), 'text/calendar; charset=utf-8'],
  ['Latin-1 that says so', Buffer.from(text, 'latin1'), 'text/calendar; charset="ISO-8859-1"; method=PUBLISH'],
  ['Latin-1 that says nothing', Buffer.from(text, 'latin1'), null],
  ['Latin-1 that says UTF-8', Buffer.from(text, 'latin1'), 'text/calendar;charset=utf-8'],
  ['a charset nobody knows', Buffer.from(text), 'text/calendar; charset=x-unknown'],
  ['UTF-16 without a mark that says so', Buffer.from(text, 'utf16le'), 'text/calendar; charset=utf-16le'],
])('%s', (_, bytes, contentType) => {
  expect(decodeCalendar(bytes, contentType)).toBe(text);
});

test('what UTF-8 writes is read back, and nothing makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), fc.option(fc.string()), (given, bytes, charset) => {
      if (!given.startsWith('\ufeff')) expect(decodeCalendar(Buffer.from(given))).toBe(Buffer.from(given).toString());
      const contentType = charset === null ? null : `text/calendar; charset=${charset}`;
      expect(decodeCalendar(bytes, contentType)).toEqual(expect.any(String));
    }),
  );
  expect(decodeCalendar(Buffer.from([0x80, 0x93]))).toBe('€“');
  expect(decodeCalendar(new Uint8Array())).toBe('');
});

test('lines end at CRLF, LF, CR and the CR CR LF of broken copies alike', () => {
  const event = 'BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Lo\r\n ng\r\nDTSTART:20260401T090000Z\r\nEND:VEVENT\r\n';
  const calendar = `BEGIN:VCALENDAR\r\nX-WR-CALNAME:Te\r\n am\r\n${event}END:VCALENDAR\r\n`;
  for (const end of ['\r\n', '\n', '\r', '\r\r\n']) {
    const feed = parseFeed(calendar.replaceAll('\r\n', end));
    expect(feed).toMatchObject({ problem: null, name: 'Team', skipped: [] });
    expect(feed.objects.map(({ uid }) => uid)).toEqual(['a']);
  }
});

test('a long text with one kind of line end is still read in one pass', () => {
  for (const end of ['\n', '\r']) {
    const started = performance.now();
    expect(parseFeed(`BEGIN:VCALENDAR${end}${`X-A:1${end}`.repeat(400_000)}END:VCALENDAR${end}`).problem).toBeNull();
    expect(performance.now() - started).toBeLessThan(10_000);
  }
});
