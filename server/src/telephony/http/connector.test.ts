/** The templated HTTP connector against a server that does what real ones do. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createOutbound } from '../../outbound/client.ts';
import { httpConnector } from './connector.ts';
import { type HttpSecret, httpSettings } from './settings.ts';

type Answer = { status: number; headers?: Record<string, string>; body?: unknown } | 'silence';
let answers: (request: http.IncomingMessage, body: string) => Answer;
let seen: { method: string; url: string; body: string; headers: http.IncomingHttpHeaders }[] = [];
const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  seen.push({ method: request.method!, url: request.url!, body, headers: request.headers });
  const answer = answers(request, body);
  if (answer === 'silence') return;
  response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
  response.end(JSON.stringify(answer.body ?? {}));
});
const outbound = createOutbound({ allowedNetworks: [] });
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  seen = [];
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await outbound.close();
});

const connect = (more: object = {}, secret: HttpSecret = { kind: 'none' }) => {
  const address = `${base}/users/{{extension}}/forward`;
  const settings = httpSettings.parse({
    set: {
      method: 'POST',
      address,
      body: '{"to":"{{target}}","kind":"{{mode}}","until":"{{until}}","say":"{{note}}"}',
    },
    clear: { address },
    read: { address, target: '/forward/to', mode: '/forward/kind' },
    modes: { off: 'none', all: 'always', external: 'outside' },
    voicemail: '99{{extension}}',
    timeoutMs: 3_000,
    attempts: 2,
    ...more,
  });
  return httpConnector(outbound).connect({ id: 'test', settings, secret });
};
const signal = () => AbortSignal.timeout(10_000);
const context = { status: 'appointment', note: 'back "soon"', until: Temporal.Instant.from('2026-03-02T10:00:00Z') };

test('templates are sent, and the state is understood in the system’s own words', async () => {
  answers = () => ({ status: 200, body: { forward: { to: 99101, kind: 'outside' } } });
  const connection = await connect({}, { kind: 'bearer', token: 'sesame' });
  await connection.apply('101', 'always', { mode: 'all', target: 'voicemail' }, context, signal());
  await connection.apply('101', 'always', { mode: 'off', target: null }, context, signal());
  expect((await connection.read('101', signal())).always).toEqual({ mode: 'external', target: 'voicemail' });
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'POST /users/101/forward',
    'DELETE /users/101/forward',
    'GET /users/101/forward',
  ]);
  expect(JSON.parse(seen[0]!.body)).toEqual({
    to: '99101',
    kind: 'always',
    until: '2026-03-02T10:00:00Z',
    say: 'back "soon"',
  });
  expect(seen[0]!.headers.authorization).toBe('Bearer sesame');
  expect(connection.capabilities.modes).toMatchObject({
    all: true,
    external: true,
    internal: expect.stringContaining('"internal"'),
  });
});

test('a failure is tried again, and a refusal is not', async () => {
  let left = 1;
  answers = () => (left-- > 0 ? { status: 500 } : { status: 200, body: { forward: null } });
  const connection = await connect({ errorMessage: '/why' });
  expect((await connection.read('101', signal())).always).toEqual({ mode: 'off', target: null });
  expect(seen.length).toBe(2);
  answers = () => ({ status: 409, body: { why: 'The line is locked.' } });
  const refused = connection.apply('101', 'always', { mode: 'all', target: '200' }, context, signal());
  await expect(refused).rejects.toMatchObject({
    errorClass: 'refused',
    message: expect.stringContaining('The line is locked'),
  });
  expect(seen.length).toBe(3);
});

test('"come back later" is passed on when it is longer than we can wait', async () => {
  answers = () => ({ status: 429, headers: { 'retry-after': '120' } });
  const connection = await connect();
  const error = await connection.read('101', signal()).catch((thrown) => thrown);
  expect(error.errorClass).toBe('throttled');
  expect(error.retryAt.epochMilliseconds - Date.now()).toBeGreaterThan(100_000);
  expect(seen.length).toBe(1);
});

test('a 200 that isn’t success is an error; 404 means what the administrator says it means', async () => {
  answers = () => ({ status: 200, body: { ok: false } });
  const strict = await connect({ success: { at: '/ok', is: true } });
  await expect(strict.read('101', signal())).rejects.toMatchObject({ errorClass: 'refused' });
  answers = () => ({ status: 404 });
  await expect(strict.read('101', signal())).rejects.toThrow(/doesn't know extension 101/);
  const address = `${base}/users/{{extension}}/forward`;
  const lenient = await connect({ read: { address, target: '/to', notFoundIsOff: true } });
  expect((await lenient.read('101', signal())).always).toEqual({ mode: 'off', target: null });
});

test('one extension that never answers holds up nobody else', async () => {
  answers = ({ url }) =>
    url!.includes('/666/') ? 'silence' : { status: 200, body: { forward: { to: '200', kind: 'always' } } };
  // Long enough for the others on a busy machine.
  const connection = await connect({ timeoutMs: 1_500, attempts: 1 });
  const values = await connection.readAll(['101', '666', '102'], signal());
  expect([...values.keys()].sort()).toEqual(['101', '102']);
  const hasty = await connect({ timeoutMs: 100, attempts: 1 });
  await expect(hasty.read('666', signal())).rejects.toMatchObject({ errorClass: 'unreachable' });
  answers = () => 'silence';
  await expect(hasty.readAll(['101', '102'], signal())).rejects.toMatchObject({ errorClass: 'unreachable' });
});

test('secrets stand in no error', async () => {
  answers = () => ({ status: 401 });
  const connection = await connect({}, { kind: 'basic', username: 'pbx', password: 'sesame-abracadabra' });
  const error = await connection.read('101', signal()).catch((thrown) => thrown);
  expect(error).toMatchObject({ errorClass: 'credentials' });
  expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toMatch(/abracadabra|c2VzYW1l/);
});

test('the budget spreads requests over time', async () => {
  answers = () => ({ status: 200, body: {} });
  const connection = await connect({ requestsPerSecond: 20 });
  const before = Date.now();
  for (let request = 0; request < 25; request++) await connection.read('101', signal());
  // A second's worth at once, the rest at its pace.
  expect(Date.now() - before).toBeGreaterThan(200);
});

test('several requests in order: what one finds is known to the next, as it is', async () => {
  const destination = { kind: 'number', number: '0301', nested: { on: true } };
  answers = ({ method }) => ({
    status: 200,
    body: method === 'GET' ? [{ name: 'a' }, { name: 'busy', id: 7, to: destination }] : {},
  });
  const place = (at: string) => ({ list: '', where: { '/name': '{{mode}}' }, at });
  const connection = await connect({
    modes: { off: 'none', all: 'busy' },
    set: [
      { method: 'GET', address: `${base}/all`, keep: { id: place('/id'), to: place('/to') } },
      {
        address: `${base}/one/{{found.id}}`,
        body: { to: '{{found.to}}', id: '{{found.id}}', text: 'is {{found.id}}', was: ['{{target}}'] },
      },
    ],
  });
  await connection.apply('101', 'always', { mode: 'all', target: '0"30' }, context, signal());
  expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /all', 'PUT /one/7']);
  expect(JSON.parse(seen[1]!.body)).toEqual({ to: destination, id: 7, text: 'is 7', was: ['0"30'] });
  answers = () => ({ status: 200, body: [] });
  const missing = connection.apply('101', 'always', { mode: 'all', target: '0' }, context, signal());
  await expect(missing).rejects.toMatchObject({ errorClass: 'notFound', message: expect.stringContaining('"id"') });
});

test('pages end, stay on their server, and an answer without a list is no empty list', async () => {
  const all = { address: `${base}/all`, list: '/items', extension: '/number' };
  const page = (items: object[], next?: string) => ({ status: 200, body: { items, next } });
  const number = (each: string) => ({ number: each, forward: { to: '200', kind: 'always' } });
  const wanted = ['101', '102', '103'];
  answers = ({ url }) =>
    url!.includes('p=2') ? page([number('103')]) : page([number('101'), number('102')], '/all?p=2');
  const connection = await connect({ readAll: { ...all, paging: { by: 'next', at: '/next' } } });
  expect([...(await connection.readAll(wanted, signal())).keys()]).toEqual(wanted);
  answers = () => page([number('101')], '/all?p=1');
  await expect(connection.readAll(wanted, signal())).rejects.toThrow(/no end/);
  answers = () => page([], 'http://evil.example.com/all');
  await expect(connection.readAll(wanted, signal())).rejects.toThrow(/another server/);
  answers = () => ({ status: 200, body: { error: 'busy' } });
  await expect(connection.readAll(wanted, signal())).rejects.toMatchObject({ errorClass: 'malformed' });
});

test('answers mean what the settings say', async () => {
  const connection = await connect({
    errors: [
      { status: [200], at: '/code', is: 'E42', class: 'throttled' },
      { status: [410], class: 'notFound' },
      { status: [400], at: '/code', is: 7, class: 'credentials' },
    ],
    attempts: 1,
  });
  const classOf = async (status: number, body: object) => {
    answers = () => ({ status, body });
    return connection.read('101', signal()).then(
      () => 'good',
      (error) => error.errorClass,
    );
  };
  expect(await classOf(200, { code: 'E42' })).toBe('throttled');
  expect(await classOf(200, { forward: null })).toBe('good');
  expect(await classOf(410, {})).toBe('notFound');
  expect(await classOf(400, { code: 7 })).toBe('credentials');
  expect(await classOf(400, { code: 8 })).toBe('refused');
  expect(await classOf(503, {})).toBe('throttled');
});
