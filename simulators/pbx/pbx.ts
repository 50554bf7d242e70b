/**
 * A small phone system with an HTTP interface, to show and to prove forwarding without buying one. It shares no code
 * with the client. Its interface (JSON, Authorization: Bearer where a token is set):
 *
 *   GET    /api/system                            {"startedAt": …, "bootId": …}
 *   GET    /api/extensions/{extension}/forwarding {"extension", "mode": "off" | "always" | "dnd", "target"}
 *   PUT    the same address                       body {"mode", "target"}
 *   DELETE the same address
 *
 * /hand is what a person does at the phone; it has no bad habits. / shows the phones.
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Habit, habits } from './habits.ts';
import { page } from './page.ts';
import { notForwarded, type PhoneState, PhoneStates } from './state.ts';

export interface PbxOptions {
  /** 0: any free one. Always on 127.0.0.1. */
  port?: number;
  extensions: readonly string[];
  /** Where it keeps its phones over a restart; null: it forgets. */
  file?: string | null;
  token?: string | null;
  /** On unless told otherwise: acknowledges before it is durable, sometimes slow, 500, 429. */
  badHabits?: boolean;
  /** Of the bad habits. */
  seed?: number;
  /** Keeps numbers outside as +49 …, however they were told, as some systems do. */
  spellsNumbers?: boolean;
}

export interface Pbx {
  url: string;
  /** How many requests it has had on /api, by method. */
  requests: Record<string, number>;
  state(extension: string): PhoneState;
  /** What a person sets at the phone. */
  byHand(extension: string, state: PhoneState): void;
  /** Where a call to the extension ends: the extensions it passes, the last one rings; null when it goes in circles. */
  call(extension: string): string | null;
  /** At once; what isn't on its disk is lost. */
  kill(): Promise<void>;
  /** On the same port, with a new boot id. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPbx(options: PbxOptions): Promise<Pbx> {
  const { file = null, token = null, badHabits = true, seed = 1 } = options;
  const known = new Set(options.extensions);
  const requests: Record<string, number> = {};
  const nextHabit = badHabits ? habits(seed) : (): Habit => ({ kind: 'none' });
  let port = options.port ?? 0;
  let server: http.Server | null = null;
  let states = new PhoneStates(file, !badHabits);
  let started = { startedAt: '', bootId: '' };

  async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<http.ServerResponse> {
    const url = new URL(request.url ?? '/', 'http://pbx');
    const method = request.method ?? 'GET';
    if (url.pathname === '/' && method === 'GET')
      return response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
    if (url.pathname === '/hand' && method === 'GET') return send(response, 200, { ...started, phones: all() });
    const [, hand] = /^\/hand\/([^/]+)$/.exec(url.pathname) ?? [];
    if (hand && method === 'POST') return change(decodeURIComponent(hand), await readState(request), response);
    if (!url.pathname.startsWith('/api/')) return send(response, 404, { error: 'There is nothing here.' });

    requests[method] = (requests[method] ?? 0) + 1;
    if (token !== null && request.headers.authorization !== `Bearer ${token}`)
      return send(response, 401, { error: 'The token is missing or wrong.' });
    if (url.pathname === '/api/system' && method === 'GET') return send(response, 200, started);
    const [, part] = /^\/api\/extensions\/([^/]+)\/forwarding$/.exec(url.pathname) ?? [];
    if (!part) return send(response, 404, { error: 'There is nothing here.' });
    const extension = decodeURIComponent(part);
    const wanted = method === 'PUT' ? await readState(request) : method === 'DELETE' ? notForwarded : undefined;

    const habit = nextHabit();
    if (habit.kind === 'slow') await delay(habit.ms);
    if (habit.kind === 'busy') {
      response.setHeader('retry-after', String(habit.seconds));
      return send(response, 429, { error: 'Too many requests.' });
    }
    if (habit.kind === 'error') {
      if (habit.done && wanted && known.has(extension)) states.set(extension, wanted);
      return send(response, 500, { error: 'Something broke.' });
    }
    if (method === 'GET') {
      if (!known.has(extension)) return send(response, 404, { error: `There is no extension ${extension}.` });
      return send(response, 200, { extension, ...states.get(extension) });
    }
    return wanted === undefined
      ? send(response, 405, { error: 'GET, PUT or DELETE.' })
      : change(extension, wanted, response);
  }

  function change(extension: string, state: PhoneState | null, response: http.ServerResponse) {
    if (!known.has(extension)) return send(response, 404, { error: `There is no extension ${extension}.` });
    if (!state) return send(response, 400, { error: 'The body is {"mode": "off" | "always" | "dnd", "target": …}.' });
    const target = options.spellsNumbers ? (state.target?.replace(/^0+(?=[1-9])/, '+49') ?? null) : state.target;
    states.set(extension, { ...state, target });
    return send(response, 200, { extension, ...states.get(extension) });
  }
  const all = () => [...known].map((extension) => ({ extension, ...states.get(extension) }));

  async function start(): Promise<void> {
    states = new PhoneStates(file, !badHabits);
    started = { startedAt: new Date().toISOString(), bootId: randomUUID() };
    const next = http.createServer((request, response) => {
      answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => next.once('error', reject).listen(port, '127.0.0.1', resolve));
    port = (next.address() as AddressInfo).port;
    server = next;
  }
  async function close(): Promise<void> {
    const open = server;
    server = null;
    if (!open) return;
    open.closeAllConnections();
    await new Promise((resolve) => open.close(resolve));
  }

  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    state: (extension) => states.get(extension),
    byHand(extension, state) {
      if (!known.has(extension)) throw new Error(`There is no extension ${extension}.`);
      states.set(extension, state);
      states.flush();
    },
    call(extension) {
      const passed = new Set<string>();
      for (let at = extension; ; ) {
        if (passed.has(at)) return null;
        passed.add(at);
        const { mode, target } = states.get(at);
        if (mode !== 'always' || !target) return at;
        at = target;
      }
    },
    async kill() {
      states.drop();
      await close();
      states = new PhoneStates(file, !badHabits);
    },
    start,
    async stop() {
      states.flush();
      await close();
    },
  };
}

function send(response: http.ServerResponse, status: number, body: unknown): http.ServerResponse {
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function readState(request: http.IncomingMessage): Promise<PhoneState | null> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 10_000) return null;
  }
  try {
    const { mode, target } = JSON.parse(text);
    if (mode === 'off' || mode === 'dnd') return { mode, target: null };
    return mode === 'always' && typeof target === 'string' && target ? { mode, target } : null;
  } catch {
    return null;
  }
}
