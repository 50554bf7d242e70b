import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createOutbound } from '../../outbound/client.ts';
import type { CalendarConnector, Change } from '../connector.ts';
import { connectors } from '../connectors.ts';
import { icalendarAddressConnector, icalendarFileConnector } from './connector.ts';

type Answer = { status?: number; headers?: Record<string, string>; body?: string | Buffer; cut?: boolean };
let answer: Answer;
let requests: http.IncomingHttpHeaders[];
const server = http.createServer((request, response) => {
  requests.push(request.headers);
  const { status = 200, headers = {}, body = '', cut } = answer;
  if (headers.etag && request.headers['if-none-match'] === headers.etag) return response.writeHead(304).end();
  if (headers['last-modified'] && request.headers['if-modified-since'] === headers['last-modified']) {
    return response.writeHead(304).end();
  }
  response.writeHead(status, { ...headers, ...(cut ? { 'content-length': body.length + 1000 } : {}) });
  if (cut) response.write(body, () => response.destroy());
  else response.end(body);
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
const outbound = createOutbound({ allowedNetworks: ['127.0.0.1'] });
afterAll(async () => {
  await outbound.close();
  server.close();
});
beforeEach(() => {
  requests = [];
});

const signal = new AbortController().signal;
const connector = icalendarAddressConnector(outbound);
const account = { id: 'a', settings: { url: `http://${host}/private-3f9a/basic.ics` }, secret: null };

const event = (uid: string, title: string) =>
  `BEGIN:VEVENT\r\nUID:${uid}\r\nDTSTAMP:20260301T000000Z\r\nDTSTART:20260401T090000Z\r\nDTEND:20260401T100000Z\r\nSUMMARY:${title}\r\nEND:VEVENT\r\n`;
const feed = (events: string, head = '') =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\n${head}${events}END:VCALENDAR\r\n`;

async function pull<S, T>(
  from: CalendarConnector<S, T>,
  as: { id: string; settings: S; secret: T },
  cursor: unknown = null,
  known: [string, string][] = [],
) {
  const changes: Change[] = [];
  const window = {
    from: Temporal.Instant.from('2026-03-01T00:00:00Z'),
    to: Temporal.Instant.from('2026-05-01T00:00:00Z'),
  };
  const request = {
    calendar: { remoteId: 'feed' },
    cursor,
    window,
    timeZone: 'UTC',
    known: async () => new Map(known),
    signal,
  };
  for await (const change of from.pull(as, request)) changes.push(change);
  const end = changes.at(-1);
  if (end?.type !== 'end') throw new Error('the pull did not end');
  const versions = changes.flatMap((change): [string, string][] =>
    change.type === 'upsert' ? [[change.object.key, change.object.version]] : [],
  );
  return { types: changes.map(({ type }) => type), changes, end, versions };
}

test('a feed is a full round; what is stored already is only named', async () => {
  answer = { body: feed(event('a', 'one') + event('b', 'two')) };
  const first = await pull(connector, account);
  expect(first.types).toEqual(['replaceWindow', 'upsert', 'upsert', 'end']);
  answer = { body: feed(event('a', 'one') + event('b', 'changed') + event('c', 'three')) };
  const next = await pull(connector, account, first.end.cursor, first.versions);
  expect(next.types).toEqual(['replaceWindow', 'unchanged', 'upsert', 'upsert', 'end']);
});

test.each([{ etag: '"v1"' }, { 'last-modified': 'Sun, 22 Nov 2026 08:00:00 GMT' }, {}])(
  'an unchanged feed costs one request and changes nothing (%j)',
  async (headers) => {
    answer = { headers: headers as Record<string, string>, body: feed(event('a', 'one')) };
    const first = await pull(connector, account);
    const next = await pull(connector, account, JSON.parse(JSON.stringify(first.end.cursor)), first.versions);
    expect(next.types).toEqual(['end']);
    expect(requests).toHaveLength(2);
    // Another address must not be asked with this one's validators.
    const moved = { ...account, settings: { url: `http://${host}/other.ics` } };
    expect((await pull(connector, moved, next.end.cursor, first.versions)).types).toEqual([
      'replaceWindow',
      'unchanged',
      'end',
    ]);
  },
);

test.each([
  ['REFRESH-INTERVAL;VALUE=DURATION:PT1H', 3600],
  ['X-PUBLISHED-TTL:PT30S', 300],
  ['X-PUBLISHED-TTL:P4W', 86_400],
])('%s is kept within five minutes and a day, also on 304', async (line, seconds) => {
  answer = { headers: { etag: '"x"' }, body: feed(event('a', 'one'), `${line}\r\n`) };
  const first = await pull(connector, account);
  expect(first.end.pollAfter?.total('seconds')).toBe(seconds);
  expect((await pull(connector, account, first.end.cursor)).end.pollAfter?.total('seconds')).toBe(seconds);
});

test.each([
  ['a login page', { body: '<!DOCTYPE html><html><body>Sign in</body></html>' }, 'malformed', 'web page'],
  ['half a feed', { body: feed(event('a', 'one') + event('b', 'two')).slice(0, -60) }, 'malformed', 'cut off'],
  ['an answer that breaks off', { body: feed(event('a', 'one')), cut: true }, 'unreachable', 'closed the connection'],
  ['nothing', { body: '' }, 'malformed', 'empty'],
  ['an image', { body: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]) }, 'malformed', 'not an iCalendar'],
  ['401', { status: 401 }, 'credentials', 'user name and password'],
  ['403', { status: 403 }, 'consent', 'share'],
  ['404', { status: 404 }, 'notFound', 'Copy the address again'],
  ['410', { status: 410 }, 'notFound', 'any more'],
  ['429', { status: 429, headers: { 'retry-after': '60' } }, 'throttled', 'pause'],
  ['500', { status: 500 }, 'unreachable', '500'],
  ['204', { status: 204 }, 'malformed', '204'],
] as [string, Answer, string, string][])(
  '%s: nothing is deleted, the reason is told, the address is not',
  async (_, given, errorClass, words) => {
    answer = given;
    const error = await pull(connector, account, null, [['a', 'x']]).catch((reason) => reason);
    expect(error).toMatchObject({ errorClass, message: expect.stringContaining(words) });
    expect(error.message).toContain(host);
    expect(error.message).not.toContain('private-3f9a');
    const steps = await connector.check(account, signal);
    expect(steps.at(-1)).toMatchObject({ ok: false, message: error.message, errorClass: error.errorClass });
  },
);

test('sign-in, name and colour; a byte order mark and NULs do no harm', async () => {
  answer = { body: `\ufeff${feed(event('a', 'o\0ne'), 'X-WR-CALNAME:Team\r\nX-APPLE-CALENDAR-COLOR:#112233\r\n')}` };
  const signedIn = { ...account, secret: { username: 'anna', password: 'gehe1m' } };
  expect(await connector.discover(signedIn, signal)).toEqual([
    { remoteId: 'feed', name: 'Team', color: '#112233', selectedByDefault: true },
  ]);
  expect(requests[0]!.authorization).toBe(`Basic ${btoa('anna:gehe1m')}`);
  const { changes } = await pull(connector, signedIn);
  expect(JSON.stringify(changes)).not.toContain('\\u0000');
  expect(await connector.check(signedIn, signal)).toEqual([
    { name: 'server', ok: true, message: expect.any(String) },
    { name: 'calendars', ok: true, message: '“Team” holds one appointment or series.' },
  ]);
});

test.each([
  ['text/calendar', 'latin1'],
  ['text/calendar; charset=iso-8859-15', 'latin1'],
  ['text/calendar; charset=utf-8', 'utf16le'],
] as const)('%s in %s is read as its bytes say', async (type, encoding) => {
  const mark = encoding === 'utf16le' ? '\ufeff' : '';
  const body = Buffer.from(`${mark}${feed(event('a', 'x'), 'X-WR-CALNAME:Büro\r\n')}`, encoding);
  answer = { body, headers: { 'content-type': type } };
  expect(await connector.discover(account, signal)).toMatchObject([{ name: 'Büro' }]);
});

test('a hostile UID becomes a key that can be stored', async () => {
  answer = { body: feed(event('u'.repeat(100_000), 'one')) };
  const { versions } = await pull(connector, account);
  expect(versions[0]![0].length).toBeLessThan(100);
});

test('what is typed is checked before it is stored', () => {
  const { settingsSchema, secretSchema } = connector;
  for (const url of ['webcal://example.com/a.ics', 'https://example.com/a.ics', ' http://example.com/?x=1 ']) {
    expect(settingsSchema.safeParse({ url }).success, url).toBe(true);
  }
  for (const url of ['ftp://example.com', 'example.com', '', 'https://a:b@example.com/a.ics', 'javascript:alert(1)']) {
    expect(settingsSchema.safeParse({ url }).success, url).toBe(false);
  }
  for (const secret of [null, undefined, { username: 'a', password: '' }])
    expect(secretSchema.safeParse(secret).success).toBe(true);
  expect(secretSchema.safeParse({ username: 'a:b', password: 'x' }).success).toBe(false);
});

test('a file is read once, refused when it is no whole calendar, and named after itself', async () => {
  const file = icalendarFileConnector();
  const good = { id: 'f', settings: { fileName: 'holidays.ics' }, secret: { text: feed(event('a', 'one')) } };
  expect(await file.discover(good, signal)).toMatchObject([{ remoteId: 'feed', name: 'holidays' }]);
  const first = await pull(file, good);
  expect(first.types).toEqual(['replaceWindow', 'upsert', 'end']);
  expect((await pull(file, good, first.end.cursor, first.versions)).types).toEqual(['end']);
  const bad = { ...good, secret: { text: good.secret.text.slice(0, -20) } };
  await expect(pull(file, bad)).rejects.toMatchObject({
    errorClass: 'malformed',
    message: expect.stringContaining('holidays.ics'),
  });
  expect(await file.check(bad, signal)).toMatchObject([{ ok: false }]);
});

test('every kind is there under its name', () => {
  expect([...connectors(outbound).keys()]).toEqual([
    'caldav',
    'icalendar-address',
    'icalendar-file',
    'microsoft365',
    'exchange',
  ]);
});
