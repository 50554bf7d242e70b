/**
 * One connection to one origin, held by whoever opened it: for sign-ins that let a connection in and not a request
 * (NTLM), and for answers that go on for minutes.
 */
import net from 'node:net';
import { TLSSocket } from 'node:tls';
import { type buildConnector, Client, type Dispatcher } from 'undici';
import { ConnectorError } from '../calendars/connector.ts';
import { asHeaders } from './answer.ts';
import { bareHost, checkAddresses, connectorFor, type Route } from './connection.ts';
import { explain } from './failure.ts';
import type { OutboundAnswer, OutboundConnection, OutboundSession, OutboundSessionRequest } from './outbound.ts';

/** Servers close what is idle after two minutes (IIS); a sign-in per connection is dear enough to keep it until then. */
const keepAliveMs = 100_000;

interface Open {
  route: Route;
  origin: string;
  client: Client;
  connection: OutboundConnection;
}

/**
 * @param current the route as the network settings are now; a connection that was made by others isn't used again.
 * @param onOpen told of each connection's client, so that it ends when its route does.
 */
export function openSession(current: () => Promise<Route>, onOpen: (client: Client) => void): OutboundSession {
  let open: Open | null = null;
  let connections = 0;

  const clientFor = (route: Route, origin: string): Open => {
    if (open?.route === route && open.origin === origin && !open.client.destroyed) return open;
    void open?.client.destroy();
    const connect = connectorFor(route);
    const connected: buildConnector.connector = (options, callback) =>
      connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        if (error !== null) return callback(error, null);
        next.connection = {
          number: ++connections,
          certificate: socket instanceof TLSSocket ? (socket.getPeerCertificate().raw ?? null) : null,
        };
        callback(null, socket);
      });
    const client = new Client(origin, { connect: connected, pipelining: 1, keepAliveTimeout: keepAliveMs });
    const next: Open = { route, origin, client, connection: { number: 0, certificate: null } };
    open = next;
    onOpen(client);
    return next;
  };

  return {
    async send(url, request) {
      request.signal?.throwIfAborted();
      try {
        const route = await current();
        const host = bareHost(url.hostname);
        if (net.isIP(host)) checkAddresses(host, [{ address: host, family: 0 }], route);
        const used = clientFor(route, url.origin);
        const answer = await used.client.request(options(url, request));
        return {
          status: answer.statusCode,
          headers: asHeaders(answer.headers),
          connection: used.connection,
          body: pieces(answer, url, request.signal),
        };
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        throw explain(error, url);
      }
    },
    close() {
      void open?.client.destroy();
      open = null;
    },
  };
}

const options = (url: URL, request: OutboundSessionRequest): Dispatcher.RequestOptions => ({
  path: `${url.pathname}${url.search}`,
  method: request.method as Dispatcher.HttpMethod,
  headers: { 'user-agent': 'Whenabouts', 'accept-encoding': 'identity', ...request.headers },
  body: request.body ?? null,
  headersTimeout: request.timeoutMs ?? 30_000,
  bodyTimeout: request.silenceMs ?? 30_000,
  ...(request.signal && { signal: request.signal }),
});

/** Whoever stops reading early closes the connection. */
async function* pieces(answer: Dispatcher.ResponseData, url: URL, signal?: AbortSignal): OutboundAnswer['body'] {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  try {
    if (encoding !== 'identity')
      throw new ConnectorError('malformed', `${url.host} packs its answer in a way that wasn’t asked for.`);
    for await (const piece of answer.body) yield piece as Buffer;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw explain(error, url);
  } finally {
    answer.body.on('error', () => {}).destroy();
  }
}
