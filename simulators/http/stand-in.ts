/**
 * What the stand-ins of vendors' systems have in common: a server with the bad habits of real ones, phones that can be
 * set by hand, and a log of everything that was said, to be held against the vendor's published description.
 */
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { randomFrom } from '../pbx/habits.ts';

/** To where calls go in one case; `to` stays when it is off, as on real systems. */
export interface Slot {
  on: boolean;
  to: string;
}
export interface Phone {
  extension: string;
  /** The system's own. */
  id: string;
  always: Slot;
  busy: Slot;
  unanswered: Slot;
  doNotDisturb: boolean;
}
export type PhoneChange = Partial<Omit<Phone, 'extension' | 'id'>>;

export interface Said {
  method: string;
  path: string;
  query: string;
  headers: http.IncomingHttpHeaders;
  body: unknown;
  status: number;
  answer: unknown;
}

export interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Habits {
  /** Of all requests: 429 with Retry-After, 5xx before or after doing it. */
  busy: number;
  fails: number;
  /** Of writes: success is said and nothing done. */
  loses: number;
  /** Of writes: shown only after so many milliseconds. */
  late: number;
  lateMs: number;
}
export const badHabits: Habits = { busy: 0.04, fails: 0.06, loses: 0.05, late: 0.2, lateMs: 40 };
export const noHabits: Habits = { busy: 0, fails: 0, loses: 0, late: 0, lateMs: 0 };

export interface StandInOptions {
  extensions: readonly string[];
  habits?: Partial<Habits>;
  seed?: number;
  /** How long tokens are good. Milliseconds. */
  tokenMs?: number;
  /** Items a page. */
  page?: number;
}

export interface Request {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  /** Parsed where it is JSON. */
  body: unknown;
  text: string;
  url: string;
}

export interface StandIn {
  url: string;
  said: Said[];
  /** As the system would act on calls now. */
  phone(extension: string): Phone;
  byHand(extension: string, change: PhoneChange): void;
  /** Every token given out so far is refused from now on. */
  expireTokens(): void;
  /** Forgets tokens; what it was told stays, unless it is `losing` what was written within the last second. */
  restart(losing?: boolean): void;
  /** The next so many requests get this. */
  next(count: number, reply: Reply): void;
  stop(): Promise<void>;
}

export interface Phones {
  all(): Phone[];
  byId(id: string): Phone | undefined;
  /** By the client: may be lost or late. */
  set(id: string, change: PhoneChange): void;
}

export interface Tokens {
  give(): { token: string; seconds: number; until: Date };
  isGood(token: string | undefined): boolean;
}

/** @param answer to everything but what the habits answer; undefined: there is nothing at that address. */
export async function startStandIn(
  options: StandInOptions,
  answer: (request: Request, parts: { phones: Phones; tokens: Tokens; url: string }) => Reply | undefined,
): Promise<StandIn> {
  const habits = { ...badHabits, ...options.habits };
  const random = randomFrom(options.seed ?? 1);
  const { tokenMs = 3_600_000 } = options;
  const off = { on: false, to: '' };
  const made = options.extensions.map((extension): Phone => {
    const slots = { always: { ...off }, busy: { ...off }, unanswered: { ...off } };
    return { extension, id: randomUUID(), ...slots, doNotDisturb: false };
  });
  const waiting: { at: number; phone: Phone; change: PhoneChange }[] = [];
  let good = new Map<string, number>();
  const said: Said[] = [];
  const scripted: Reply[] = [];
  /** As it was before each write of the last second. */
  let before: { at: number; phones: Phone[] }[] = [];

  function settle(): void {
    const now = performance.now();
    for (let at = 0; at < waiting.length; )
      if (waiting[at]!.at <= now) {
        const [{ phone, change }] = waiting.splice(at, 1) as [(typeof waiting)[number]];
        Object.assign(phone, structuredClone(change));
      } else at++;
  }
  const phones: Phones = {
    all() {
      settle();
      return made;
    },
    byId: (id) => phones.all().find((phone) => phone.id === id),
    set(id, change) {
      const phone = phones.byId(id);
      if (!phone || random() < habits.loses) return;
      const now = performance.now();
      before = before.filter(({ at }) => now - at < 1_000);
      before.push({ at: now, phones: structuredClone(made) });
      if (random() < habits.late) waiting.push({ at: performance.now() + habits.lateMs, phone, change });
      else Object.assign(phone, structuredClone(change));
    },
  };
  const tokens: Tokens = {
    give() {
      const token = randomUUID();
      good.set(token, performance.now() + tokenMs);
      return { token, seconds: Math.max(1, Math.round(tokenMs / 1_000)), until: new Date(Date.now() + tokenMs) };
    },
    isGood: (token) => token !== undefined && (good.get(token) ?? 0) > performance.now(),
  };

  let url = '';
  const server = http.createServer(async (incoming, response) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    const { pathname, searchParams, search } = new URL(incoming.url ?? '/', 'http://stand-in');
    const { headers, method = 'GET' } = incoming;
    const request = { method, path: pathname, query: searchParams, headers, body: parsed(text), text, url };
    const reply = await respond(request);
    said.push({
      ...{ method, path: pathname, query: search, headers, body: request.body ?? text },
      ...{ status: reply.status, answer: reply.body },
    });
    response.writeHead(reply.status, {
      ...(reply.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...reply.headers,
    });
    response.end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
  });

  async function respond(request: Request): Promise<Reply> {
    const script = scripted.shift();
    if (script) return script;
    const die = random();
    const parts = { phones, tokens, url };
    if (die < habits.busy)
      return { status: 429, headers: { 'retry-after': '0' }, body: { message: 'Too many requests.' } };
    if (die < habits.busy + habits.fails) {
      // Done all the same, or not: nobody can tell from the answer.
      if (random() < 0.5) answer(request, parts);
      return { status: random() < 0.5 ? 500 : 502, body: { message: 'Something broke.' } };
    }
    if (random() < 0.05) await delay(10);
    return answer(request, parts) ?? { status: 404, body: { message: 'There is nothing here.' } };
  }

  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const named = (extension: string) => {
    const phone = phones.all().find((each) => each.extension === extension);
    if (!phone) throw new Error(`There is no extension ${extension}.`);
    return phone;
  };
  return {
    url,
    said,
    phone: (extension) => structuredClone(named(extension)),
    byHand(extension, change) {
      Object.assign(named(extension), structuredClone(change));
    },
    expireTokens() {
      good = new Map();
    },
    restart(losing = false) {
      good = new Map();
      waiting.length = 0;
      const [oldest] = losing ? before : [];
      for (const [at, phone] of made.entries()) Object.assign(phone, structuredClone(oldest?.phones[at] ?? {}));
      before = [];
    },
    next(count, reply) {
      for (let at = 0; at < count; at++) scripted.push(reply);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
