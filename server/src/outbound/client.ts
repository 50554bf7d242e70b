/** The Outbound on undici: limits, redirects and address rules around every exchange. */
import { Agent, type Client, type Dispatcher, request as send } from 'undici';
import { ConnectorError } from '../calendars/connector.ts';
import { type Network, parseNetwork } from './address-rules.ts';
import { acceptEncoding, asHeaders, makeResponse, readBody } from './answer.ts';
import {
  bareHost,
  checkAddresses,
  connectorFor,
  type Resolve,
  type Route,
  systemResolve,
  trust,
} from './connection.ts';
import { explain } from './failure.ts';
import type { Outbound, OutboundRequest, OutboundResponse } from './outbound.ts';
import { followRedirect, type Hop, isRedirect } from './redirects.ts';
import { openSession } from './session.ts';
import { connectSocket } from './socket.ts';

export interface NetworkSettings {
  /** CIDR or single addresses that users may name although they are not public. */
  allowedNetworks: string[] | (() => Promise<string[]>);
  /** http(s) address of the company's proxy; targets with internal addresses are still reached directly. */
  proxy?: string | null;
  /** Leave names to the proxy where this machine's DNS doesn't know them. The proxy's own rules then decide. */
  proxyResolvesNames?: boolean;
  /** The company's certificate authorities as PEM, trusted beside those of the system. */
  ca?: string[];
  /** DNS, for tests. */
  resolve?: Resolve;
}

const defaultTimeoutMs = 30_000;
const defaultMaxBytes = 20_000_000;
const repeatable = new Set(['GET', 'HEAD', 'OPTIONS', 'PROPFIND', 'REPORT']);

/** `settings` as a function is asked at every request, so that a change holds at once; keep it cheap. */
export function createOutbound(settings: NetworkSettings | (() => Promise<NetworkSettings>)): Outbound {
  let current: { key: string; routes: Routes } | null = null;

  const routes = async (): Promise<Routes> => {
    const now = typeof settings === 'function' ? await settings() : settings;
    const networks = typeof now.allowedNetworks === 'function' ? await now.allowedNetworks() : now.allowedNetworks;
    const key = JSON.stringify([networks, now.proxy, now.proxyResolvesNames, now.ca]);
    if (current?.key === key) return current.routes;
    // Kept-alive connections were checked by the old rules: they end with them.
    void current?.routes.close();
    current = { key, routes: openRoutes(now, networks) };
    return current.routes;
  };

  return {
    async fetch(url, request) {
      const start = parseAddress(url);
      const deadline = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs);
      const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline;
      request.signal?.throwIfAborted();
      let hop = start;
      try {
        const ways = await routes();
        return await exchange(firstHop(start, request, ways.near), request, ways, signal, (next) => {
          hop = next;
        });
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        if (!deadline.aborted) throw explain(error, hop);
        const seconds = (request.timeoutMs ?? defaultTimeoutMs) / 1000;
        const message = `${hop.host} did not finish its answer within ${seconds} seconds.`;
        throw new ConnectorError('unreachable', message, { cause: error });
      }
    },
    session({ typedBy, authority }) {
      let opened: Routes | null = null;
      return openSession(
        async () => {
          opened = await routes();
          return opened.route(typedBy, authority ?? null);
        },
        (client) => opened?.endWith(client),
      );
    },
    async connect(host, port, { typedBy, timeoutMs = 15_000, signal }) {
      return connectSocket(host, port, (await routes()).route(typedBy), timeoutMs, signal);
    },
    async close() {
      await current?.routes.close();
      current = null;
    },
  };
}

interface Routes {
  near: Set<string>;
  /** The same for the same, and always another one after a change of the settings. */
  route(typedBy: Route['typedBy'], authority?: string | null): Route;
  dispatcher(typedBy: Route['typedBy'], authority: string | null): Dispatcher;
  /** A session's client is destroyed with the routes. */
  endWith(client: Client): void;
  close(): Promise<void>;
}

/** Users and administrators never share connections: one that an administrator may open could be forbidden to a user. */
function openRoutes(settings: NetworkSettings, networks: string[]): Routes {
  const allowedNetworks: Network[] = networks.map(parseNetwork);
  const near = new Set<string>();
  const known = new Map<string, { route: Route; agent: Agent | null }>();
  const sessions = new Set<Client>();
  const entry = (typedBy: Route['typedBy'], authority: string | null) => {
    const key = `${typedBy} ${authority ?? ''}`;
    let found = known.get(key);
    if (!found) {
      let secureContext: ReturnType<typeof trust> | null = null;
      const route: Route = {
        typedBy,
        near,
        allowedNetworks,
        proxy: settings.proxy ? new URL(settings.proxy) : null,
        proxyResolvesNames: settings.proxyResolvesNames ?? false,
        get secureContext() {
          secureContext ??= trust([...(settings.ca ?? []), ...(authority === null ? [] : [authority])]);
          return secureContext;
        },
        resolve: settings.resolve ?? systemResolve,
      };
      found = { route, agent: null };
      known.set(key, found);
    }
    return found;
  };
  return {
    near,
    route: (typedBy, authority = null) => entry(typedBy, authority).route,
    dispatcher(typedBy, authority) {
      const found = entry(typedBy, authority);
      found.agent ??= new Agent({ connect: connectorFor(found.route), connections: 16, keepAliveTimeout: 4_000 });
      return found.agent;
    },
    endWith(client) {
      for (const each of sessions) if (each.destroyed) sessions.delete(each);
      sessions.add(client);
    },
    async close() {
      for (const each of sessions) void each.destroy();
      await Promise.all([...known.values()].map(({ agent }) => agent?.close()));
    },
  };
}

async function exchange(
  first: Hop,
  request: OutboundRequest,
  routes: Routes,
  signal: AbortSignal,
  onHop: (url: URL) => void,
): Promise<OutboundResponse> {
  const maxRedirects = request.maxRedirects ?? 5;
  const maxBytes = request.maxBytes ?? defaultMaxBytes;
  let hop = first;
  for (let redirects = 0; ; redirects++) {
    onHop(hop.url);
    const host = bareHost(hop.url.hostname);
    // undici asks no lookup for literals, so these are checked here; names are checked where they are looked up.
    if (/^[\d.]+$|:/.test(host)) checkAddresses(host, [{ address: host, family: 0 }], routes.route(request.typedBy));
    const answer = await sendOnce(hop, routes.dispatcher(request.typedBy, request.authority ?? null), signal);
    const headers = asHeaders(answer.headers);
    const location = headers.get('location');
    if (isRedirect(answer.statusCode) && location !== null && maxRedirects > 0) {
      // undici keeps the socket when the rest of the body is short, else closes it.
      await answer.body.dump({ limit: 65_536, signal }).catch(() => {});
      if (redirects >= maxRedirects) {
        throw new ConnectorError('malformed', `${first.url.host} redirects more than ${maxRedirects} times.`);
      }
      const next = followRedirect(hop, answer.statusCode, location);
      if ('refused' in next) {
        throw new ConnectorError('refused', `A redirect of ${hop.url.host} was refused: ${next.refused}.`);
      }
      hop = next;
      continue;
    }
    const announced = hop.method === 'HEAD' ? 0 : Number(headers.get('content-length') ?? 0);
    const encoding = headers.get('content-encoding') ?? '';
    const body = await readBody(answer.body, { encoding, announced, maxBytes, host: hop.url.host });
    return makeResponse(answer.statusCode, headers, hop.url.href, body);
  }
}

/** A kept-alive socket may be closed by the server just as it is used again: what only asks is asked once more. */
async function sendOnce(hop: Hop, dispatcher: Dispatcher, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const options = {
    method: hop.method as Dispatcher.HttpMethod,
    headers: hop.headers,
    body: hop.body ?? null,
    dispatcher,
    signal,
    // The deadline around the whole exchange is the limit.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  try {
    return await send(hop.url, options);
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    const closed = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE';
    if (!closed || !repeatable.has(hop.method) || signal.aborted) throw error;
    return await send(hop.url, options);
  }
}

function parseAddress(text: string | URL): URL {
  const url = URL.parse(text);
  if (!url?.hostname)
    throw new ConnectorError('refused', 'This is not an address. Write it like https://example.com/.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new ConnectorError('refused', `Only http and https addresses are fetched, not ${url.protocol}`);
  }
  if (url.username || url.password) {
    throw new ConnectorError(
      'refused',
      `Write the user name and password for ${url.host} into their own fields, not into the address.`,
    );
  }
  return url;
}

function firstHop(url: URL, request: OutboundRequest, near: ReadonlySet<string>): Hop {
  const encoding = near.has(bareHost(url.hostname)) ? 'identity' : acceptEncoding;
  return {
    url,
    method: request.method ?? 'GET',
    headers: { 'user-agent': 'Whenabouts', 'accept-encoding': encoding, ...request.headers },
    body: request.body,
  };
}
