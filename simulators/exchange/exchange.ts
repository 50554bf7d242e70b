/**
 * A stand-in for an Exchange server on premises (2016, 2019): EWS and Autodiscover, to show and to distrust. It shares no
 * code with the connector. Not everything of the real thing is here, and nothing of it was tried beside the real thing.
 *
 *   {address}/EWS/Exchange.asmx   EWS      {address}/autodiscover/…   Autodiscover
 *   {address}/                    a page for people: mailboxes, their calendars, what to do to them
 */
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { askedBy } from '../microsoft365/http.ts';
import { type Clock, wallClock } from '../microsoft365/world.ts';
import { autodiscover } from './autodiscover.ts';
import { ewsService } from './ews/service.ts';
import { type Habits, nasty } from './habits.ts';
import type { Answer, Asked } from './http.ts';
import { people } from './people.ts';
import { bearer, type TrustedIssuer } from './sign-in/bearer.ts';
import { ntlm } from './sign-in/ntlm.ts';
import { basic, signInBy, type Verify } from './sign-in/sign-in.ts';
import { World } from './world.ts';

export interface ExchangeOptions {
  /** 0: any free one. Always on 127.0.0.1. */
  port?: number;
  /** What differs from the bad habits that are on by default; `tame` for a well-behaved one, `gromoxLike` for another server. */
  habits?: Partial<Habits>;
  seed?: number;
  clock?: Clock;
  /** Serves https with these; PEM. */
  tls?: { key: string; cert: string };
  /** Takes tickets of Kerberos (sign-in/kerberos.ts, or a test's own). */
  negotiate?: (world: World) => Verify;
  /** Whose tokens are taken beside those that accounts were given here. */
  issuer?: TrustedIssuer;
  /** Sees every request to EWS and its answer (streams: null), for holding them against the schema. */
  inspect?: (asked: Asked, answer: Answer) => void;
}

export type Exchange = Awaited<ReturnType<typeof startExchange>>;

/** Without a socket: tests, and benchmarks that turn the clock, ask `handle`. @param origin its address, in its links. */
export function openExchange(options: Omit<ExchangeOptions, 'port' | 'tls'>, origin: () => string) {
  const { seed = 1, clock = wallClock, inspect } = options;
  const world = new World({ ...nasty, ...options.habits }, seed, clock);
  const windows = ntlm(world);
  const tickets = options.negotiate?.(world);
  const signIn = signInBy(world, {
    basic: basic(world),
    bearer: bearer(world, options.issuer),
    ntlm: windows.verify,
    negotiate: (credential, asked) =>
      /^TlRMTVNT/.test(credential) ? windows.negotiate(credential, asked) : (tickets?.(credential, asked) ?? null),
    // No header at all: the connection may be signed in.
    '': (_, { connection }) => windows.signed(connection),
  });
  const service = ewsService(world, signIn, origin);
  const discovery = autodiscover(world, signIn, origin);
  const page = people(world, service.counters);

  async function handle(asked: Asked): Promise<Answer> {
    const path = asked.url.pathname.toLowerCase();
    if (path === '/ews/exchange.asmx') {
      const answer = await service.answer(asked);
      inspect?.(asked, answer);
      const closes = world.habits.closesAfterNtlm && windows.signed(asked.connection);
      return closes ? { ...answer, headers: { ...answer.headers, connection: 'close' } } : answer;
    }
    return (await discovery.answer(asked)) ?? page(asked) ?? { status: 404, body: 'There is nothing here.' };
  }

  return { world, handle, ntlm: windows, autodiscover: discovery.settings, ...service };
}

export async function startExchange(options: ExchangeOptions = {}) {
  let url = '';
  const simulated = openExchange(options, () => url);
  const { world, handle } = simulated;
  const listen = (request: http.IncomingMessage, response: http.ServerResponse) =>
    void serve(request, response).catch((error) => {
      // Not for the client to take for a bad connection: what fails here is the simulator.
      if (!request.destroyed) console.error('The simulated Exchange failed.', error);
      response.destroy();
    });
  const server = options.tls ? https.createServer(options.tls, listen) : http.createServer(listen);
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  );
  url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const {
      status,
      headers = {},
      body,
      stream,
    } = await handle({
      ...(await askedBy(request)),
      connection: request.socket,
      onGone: (callback) => void response.once('close', callback),
    });
    response.writeHead(status, headers);
    if (stream) return pour(stream, response);
    const text = body ?? '';
    if (text.length < 100 || !world.chance(world.habits.cuts)) return void response.end(text);
    response.write(text.slice(0, text.length >> 1));
    return void setTimeout(() => response.destroy(), 5);
  }

  /** Envelopes as chunks, cut as the habits say. */
  async function pour(stream: AsyncIterable<string>, response: http.ServerResponse): Promise<void> {
    response.flushHeaders();
    const { chunks, cuts } = world.habits;
    let held = '';
    const flush = () => {
      if (held) response.write(held);
      held = '';
    };
    for await (const text of stream) {
      if (chunks === 'joined') {
        if (!held) setTimeout(flush, 20);
        held += text;
        continue;
      }
      const bytes = Buffer.from(text);
      const size = chunks === 'anywhere' ? 1 + Math.floor(world.random() * bytes.length) : bytes.length;
      for (let at = 0; at < bytes.length; at += size) {
        await new Promise((done) => response.write(bytes.subarray(at, at + size), done));
        if (size < bytes.length) await new Promise((done) => setTimeout(done, 1));
      }
      if (world.chance(cuts)) return void response.destroy();
    }
    flush();
    response.end();
  }

  return {
    ...simulated,
    /** Of the whole; EWS is at `${url}/EWS/Exchange.asmx`. */
    url,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
