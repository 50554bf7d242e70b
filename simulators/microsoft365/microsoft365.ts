/**
 * A stand-in for the identity platform and Graph on one address, to show and to distrust. It shares no code with the
 * connector; what it answers is held against Microsoft's own metadata (schema/). Not everything of the real thing is
 * here, and nothing of it was tried beside the real thing.
 *
 *   {address}/{tenant}/oauth2/v2.0/…   the identity platform      {address}/v1.0/…   Graph
 *   {address}/                         a page for people: users, their calendars, what to do to them
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { graph } from './graph/graph.ts';
import type { Send } from './graph/subscriptions.ts';
import { type Habits, nasty } from './habits.ts';
import { type Answer, type Asked, askedBy } from './http.ts';
import { identityPlatform } from './identity/platform.ts';
import { Tokens } from './identity/tokens.ts';
import { people } from './people.ts';
import { type Clock, World, wallClock } from './world.ts';

export interface Microsoft365Options {
  /** 0: any free one. Always on 127.0.0.1. */
  port?: number;
  /** What differs from the bad habits that are on by default; `tame` for a well-behaved one. */
  habits?: Partial<Habits>;
  seed?: number;
  clock?: Clock;
  /** Sees every answer that Graph gives, for holding it against the schema. */
  inspect?: (asked: Asked, answer: Answer) => void;
  /** How notices go out; over HTTP unless something else is said. */
  send?: Send;
}

export type Microsoft365 = Awaited<ReturnType<typeof startMicrosoft365>>;

/** Without a socket: tests, and benchmarks that turn the clock, ask `handle`. @param origin its address, in its links. */
export function openMicrosoft365(options: Omit<Microsoft365Options, 'port'>, origin: () => string) {
  const { seed = 1, clock = wallClock, inspect, send = sendByHttp } = options;
  const world = new World({ ...nasty, ...options.habits }, seed, clock);
  const tokens = new Tokens(world);
  const identity = identityPlatform(world, tokens, origin);
  const service = graph(world, tokens, send, origin);
  const page = people(world, service);

  async function handle(asked: Asked): Promise<Answer> {
    if (asked.url.pathname.startsWith('/v1.0/')) {
      const answer = await service.answer(asked);
      inspect?.(asked, answer);
      return answer;
    }
    return (
      page(asked) ??
      identity.answer(asked) ?? {
        status: 404,
        body: { error: { code: 'NotFound', message: 'There is nothing here.' } },
      }
    );
  }

  return {
    world,
    tokens,
    handle,
    approveDevice: identity.approveDevice,
    nativeClient: identity.nativeClient,
    rounds: service.rounds,
    subscriptions: service.subscriptions,
    throttling: service.throttling,
    counters: service.counters,
    /** Signs a user in without a browser: what the pages would lead to, for tests that are about something else. */
    grant(clientId: string, address: string, scopes: string[]) {
      const application = world.applications.find((each) => each.clientId === clientId)!;
      const user = world.userBy(address)!;
      user.consents.set(clientId, new Set(scopes));
      const refresh = tokens.refreshToken(application, user, scopes);
      return { ...tokens.accessToken(application, user, scopes), refresh_token: refresh, scope: scopes.join(' ') };
    },
  };
}

export async function startMicrosoft365(options: Microsoft365Options = {}) {
  let url = '';
  const simulated = openMicrosoft365(options, () => url);
  const { world, handle } = simulated;
  const server = http.createServer((request, response) => {
    void askedBy(request).then(
      async (asked) => {
        const { status, headers = {}, body } = await handle(asked);
        const text = body === null ? '' : typeof body === 'string' ? body : JSON.stringify(body);
        const cut = asked.url.pathname.startsWith('/v1.0/') && text.length > 100 && world.chance(world.habits.cuts);
        response.writeHead(status, {
          'content-type': 'application/json; charset=utf-8',
          'content-length': Buffer.byteLength(text),
          ...headers,
        });
        if (!cut) return response.end(text);
        response.write(text.slice(0, text.length >> 1));
        return setTimeout(() => response.destroy(), 5);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve),
  );
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    ...simulated,
    url,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Notices go out as Graph sends them; no answer in time is status 0. */
export const sendByHttp: Send = async (url, body, timeoutMs) => {
  const started = performance.now();
  const took = () => performance.now() - started;
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': body === null ? 'text/plain; charset=utf-8' : 'application/json' },
      body: body ?? '',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: answer.status, body: await answer.text(), ms: took() };
  } catch {
    return { status: 0, body: '', ms: took() };
  }
};
