/**
 * A small CalDAV server in plain node:http with the habits of habits.ts. It shares no code with the client: requests
 * are read with regular expressions, answers are written by hand.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatedCalendar } from './calendars.ts';
import { type Habits, nasty } from './habits.ts';
import { answerReport } from './report.ts';
import { calendarResponse, homeResponse, principalResponse, writeMultistatus } from './xml.ts';

export interface CaldavSimulator {
  address: string;
  user: string;
  password: string;
  token: string;
  /** Change them at any time. */
  habits: Habits;
  calendars: Map<string, SimulatedCalendar>;
  calendar(name: string): SimulatedCalendar;
  /** `METHOD path` of every request, in order. */
  requests: string[];
  stop(): Promise<void>;
}

export const base = '/dav';

export async function startCaldavSimulator(habits: Partial<Habits> = {}): Promise<CaldavSimulator> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => answer(simulator, request, Buffer.concat(chunks).toString('utf8'), response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const simulator: CaldavSimulator = {
    address: `http://127.0.0.1:${port}/`,
    user: 'ben',
    password: 'pä:ss wörd',
    token: 'tok-123',
    habits: { ...nasty, ...habits },
    calendars: new Map(),
    calendar(name) {
      const known = this.calendars.get(name) ?? new SimulatedCalendar(name);
      this.calendars.set(name, known);
      return known;
    },
    requests: [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return simulator;
}

function answer(simulator: CaldavSimulator, request: IncomingMessage, body: string, response: ServerResponse) {
  const { habits } = simulator;
  const path = decodeURIComponent(request.url ?? '/').replace(`${base}/2/`, habits.moved ? `${base}/` : `${base}/2/`);
  simulator.requests.push(`${request.method} ${path}`);
  const send = (status: number, text: string, headers: Record<string, string> = {}) => {
    if (habits.dieAtAnswer !== null && --habits.dieAtAnswer <= 0) {
      habits.dieAtAnswer = null;
      response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) + 10_000 });
      response.write(text.slice(0, text.length / 2), () => response.destroy());
      return;
    }
    response.writeHead(status, headers).end(text);
  };
  const multistatus = (text: string) => {
    const bomb = habits.entityBomb ? entityBomb : '';
    send(207, text.replace('?>', `?>${bomb}`), { 'content-type': 'application/xml; charset=utf-8' });
  };

  if (path === '/.well-known/caldav') {
    if (habits.wellKnown === 'missing') return send(404, '<html>Not found</html>', { 'content-type': 'text/html' });
    const location = habits.wellKnown === 'stranger' ? 'http://localhost:9/dav/' : `${base}/`;
    return send(301, 'moved', { location });
  }
  if (habits.moved && request.url?.startsWith(`${base}/calendars/`)) {
    return send(301, 'moved', { location: (request.url ?? '').replace(base, `${base}/2`) });
  }
  const challenge = whatIsWrongWith(request.headers.authorization ?? '', simulator);
  if (challenge) return send(401, 'Who are you?', { 'www-authenticate': challenge });
  const { throttle } = habits;
  if (throttle && simulator.requests.length % throttle.every === 0) {
    const date = new Date(Date.now() + throttle.seconds * 1000).toUTCString();
    const value = throttle.retryAfter === 'date' ? date : String(throttle.seconds);
    return send(throttle.status, 'slow down', throttle.retryAfter === 'none' ? {} : { 'retry-after': value });
  }

  const [, name = '', object = ''] = new RegExp(`^${base}/calendars/${simulator.user}/([^/]+)/?(.*)$`).exec(path) ?? [];
  const calendar = simulator.calendars.get(name);
  if (request.method === 'PROPFIND') {
    const deep = request.headers.depth === '1';
    if (path === `${base}/`) return multistatus(writeMultistatus([principalResponse(simulator, path, base)]));
    if (path === `${base}/principals/${simulator.user}/`) {
      return multistatus(writeMultistatus([principalResponse(simulator, path, base)]));
    }
    if (path === `${base}/calendars/${simulator.user}/`)
      return multistatus(writeMultistatus(homeResponse(simulator, base, deep)));
    if (calendar && object === '')
      return multistatus(writeMultistatus(calendarResponse(simulator, calendar, path, deep)));
    return send(path === '/' ? 405 : 404, '<html>It works!</html>', { 'content-type': 'text/html' });
  }
  if (request.method === 'REPORT' && calendar && object === '') {
    const { status, text } = answerReport(simulator, calendar, path, body);
    return status === 207 ? multistatus(text) : send(status, text);
  }
  if (request.method === 'GET' && calendar) {
    const stored = calendar.objects.get(object);
    if (!stored) return send(404, 'no such object');
    if (habits.unreadable !== null && object.startsWith(habits.unreadable)) return send(500, 'disk error');
    const headers: Record<string, string> = { 'content-type': 'text/calendar; charset=utf-8' };
    if (habits.etags !== 'missing') headers.etag = `${habits.etags === 'weak' ? 'W/' : ''}"r${stored.revision}"`;
    return send(200, stored.data, headers);
  }
  send(405, '<html>Not allowed</html>', { 'content-type': 'text/html' });
}

/** Null when the request may pass; else the challenge. */
function whatIsWrongWith(authorization: string, simulator: CaldavSimulator): string | null {
  const { auth } = simulator.habits;
  if (auth === 'bearer') return authorization === `Bearer ${simulator.token}` ? null : 'Bearer realm="calendars"';
  if (auth === 'digest') return 'Digest realm="calendars", nonce="x"';
  const expected = Buffer.from(`${simulator.user}:${simulator.password}`, 'utf8').toString('base64');
  return authorization === `Basic ${expected}` ? null : 'Basic realm="calendars", charset="UTF-8"';
}

const entityBomb =
  '<!DOCTYPE lolz [<!ENTITY a "lollollollollollol">' +
  'bcdefgh'
    .split('')
    .map((name, at) => `<!ENTITY ${name} "${`&${'abcdefg'[at]};`.repeat(10)}">`)
    .join('') +
  ']>';
