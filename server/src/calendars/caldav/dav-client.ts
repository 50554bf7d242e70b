/** WebDAV requests through Outbound: sign-in, throttling and statuses in plain words. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Outbound, OutboundResponse } from '../../outbound/outbound.ts';
import { parseRetryAfter } from '../../outbound/retry-after.ts';
import { ConnectorError } from '../connector.ts';
import { type Multistatus, parseMultistatus } from './multistatus.ts';
import { mayReceiveCredentials } from './trust.ts';

export type CaldavSecret = { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string };

export interface DavRequest {
  method: 'PROPFIND' | 'REPORT' | 'GET';
  url: URL;
  depth?: 0 | 1;
  body?: string;
}

export interface DavClient {
  /** Answers for every status but 401, 429 and 503. @throws ConnectorError */
  send(request: DavRequest): Promise<OutboundResponse>;
  /** @throws ConnectorError for every status but 207 */
  propfind(url: URL, depth: 0 | 1, properties: string): Promise<Multistatus & { url: URL }>;
}

const maxAnswerBytes = 64_000_000;
/** A multiget of large objects from a slow server takes its time. */
const defaultTimeoutMs = 90_000;
/** A server that asks for a short pause gets it within the pull: giving up would never finish a large first sync. */
const longestPauseMs = 20_000;
const pausesInAll = 90_000;

export const namespaces =
  'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:cs="http://calendarserver.org/ns/" xmlns:a="http://apple.com/ns/ical/"';

/** @param typed the address the user gave: whom the credentials are meant for */
export function davClient(
  outbound: Outbound,
  typed: URL,
  secret: CaldavSecret,
  signal: AbortSignal,
  timeoutMs = defaultTimeoutMs,
): DavClient {
  let paused = 0;

  async function sendOnce(request: DavRequest): Promise<OutboundResponse> {
    if (!mayReceiveCredentials(typed, request.url)) throw strangerError(typed, request.url);
    const headers: Record<string, string> = { authorization: authorizationOf(secret) };
    if (request.body !== undefined) headers['content-type'] = 'application/xml; charset=utf-8';
    if (request.depth !== undefined) headers.depth = String(request.depth);
    const response = await outbound.fetch(request.url, {
      method: request.method,
      headers,
      body: request.body,
      typedBy: 'user',
      timeoutMs,
      maxBytes: maxAnswerBytes,
      signal,
    });
    const answered = new URL(response.url);
    if (response.status !== 401 || answered.origin === request.url.origin) return response;
    // A redirect to another origin leaves the credentials behind: decide here whether that origin may have them.
    if (!mayReceiveCredentials(typed, answered)) throw strangerError(typed, answered);
    return await sendOnce({ ...request, url: answered });
  }

  async function send(request: DavRequest): Promise<OutboundResponse> {
    for (;;) {
      const response = await sendOnce(request);
      if (response.status === 401) throw credentialsError(response, secret);
      if (response.status !== 429 && response.status !== 503) return response;
      const now = Temporal.Now.instant();
      const retryAt = parseRetryAfter(response.headers.get('retry-after'), now);
      const pause = retryAt === null ? null : Math.max(retryAt.epochMilliseconds - now.epochMilliseconds, 100);
      if (pause === null || pause > longestPauseMs || paused + pause > pausesInAll) throw throttled(response, retryAt);
      paused += pause;
      await wait(pause, undefined, { signal });
    }
  }

  return {
    send,
    async propfind(url, depth, properties) {
      const body = `<?xml version="1.0" encoding="utf-8"?><d:propfind ${namespaces}><d:prop>${properties}</d:prop></d:propfind>`;
      const response = await send({ method: 'PROPFIND', url, depth, body });
      return { ...readMultistatus(response), url: new URL(response.url) };
    },
  };
}

/** @throws ConnectorError for every status but 207, and when the body is no multistatus */
export function readMultistatus(response: OutboundResponse): Multistatus {
  if (response.status !== 207) throw statusError(response);
  return parseMultistatus(decodeXml(response), new URL(response.url).host);
}

/** Without a charset in Content-Type the XML declaration counts (RFC 7303 section 3.2). */
export function decodeXml(response: OutboundResponse): string {
  if (/charset/i.test(response.headers.get('content-type') ?? '')) return response.text();
  const start = new TextDecoder('latin1').decode(response.body.subarray(0, 200));
  const declared = /^<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']/.exec(start)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(declared).decode(response.body);
  } catch {
    return response.text();
  }
}

/** What any other status than the one hoped for means to the account's owner. */
export function statusError(response: OutboundResponse): ConnectorError {
  const { status } = response;
  const url = new URL(response.url);
  const where = `${url.host}${url.pathname}`;
  if (status === 404 || status === 410) {
    return new ConnectorError(
      'notFound',
      `${where} does not exist (any more). Check the address or choose the calendars again.`,
    );
  }
  if (status === 403) {
    return new ConnectorError(
      'consent',
      `${url.host} does not let this user read ${url.pathname}. Ask its owner to share it.`,
    );
  }
  if (status >= 500) {
    return new ConnectorError('unreachable', `${url.host} answered with an error of its own (status ${status}).`);
  }
  return new ConnectorError(
    'malformed',
    `${where} does not answer like a CalDAV server (status ${status}). Check the address.`,
  );
}

function authorizationOf(secret: CaldavSecret): string {
  if (secret.kind === 'bearer') return `Bearer ${secret.token}`;
  return `Basic ${Buffer.from(`${secret.username}:${secret.password}`, 'utf8').toString('base64')}`;
}

function credentialsError(response: OutboundResponse, secret: CaldavSecret): ConnectorError {
  const { host } = new URL(response.url);
  const offered = response.headers.get('www-authenticate') ?? '';
  const wanted = secret.kind === 'basic' ? 'Basic' : 'Bearer';
  const other = secret.kind === 'basic' ? 'Bearer' : 'Basic';
  if (offered && !new RegExp(`\\b${wanted}\\b`, 'i').test(offered)) {
    const mend = new RegExp(`\\b${other}\\b`, 'i').test(offered)
      ? secret.kind === 'basic'
        ? 'It wants an access token instead of a password'
        : 'It wants a user name and password instead of a token'
      : `It only offers ${offered.split(/[\s,]/)[0]}, which Whenabouts does not know`;
    return new ConnectorError('credentials', `${host} does not take this kind of sign-in. ${mend}.`);
  }
  const what = secret.kind === 'basic' ? 'the user name or the password' : 'the access token';
  return new ConnectorError(
    'credentials',
    `${host} did not accept ${what}. Enter it again; some providers want an app password.`,
  );
}

function throttled(response: OutboundResponse, retryAt: Temporal.Instant | null): ConnectorError {
  const { host } = new URL(response.url);
  const until = retryAt ? ` until ${retryAt.round('second')}` : '';
  return new ConnectorError('throttled', `${host} asks for a pause${until} (status ${response.status}).`, { retryAt });
}

function strangerError(typed: URL, target: URL): ConnectorError {
  return new ConnectorError(
    'refused',
    `${typed.host} leads to ${target.origin}, another server, which does not get the password unasked. If you trust it, enter ${target.origin} as the address.`,
  );
}
