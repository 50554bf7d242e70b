/** Fetching an iCalendar address: conditional requests (RFC 9110 section 13) and statuses in plain words. */
import type { Outbound, OutboundResponse } from '../../outbound/outbound.ts';
import { parseRetryAfter } from '../../outbound/retry-after.ts';
import { ConnectorError } from '../connector.ts';
import { decodeCalendar } from './decode.ts';

export interface FeedCredentials {
  username: string;
  password: string;
}

/** What the last answer said about itself. */
export interface Validators {
  etag: string | null;
  lastModified: string | null;
}

export interface Downloaded extends Validators {
  text: string;
}

const defaultTimeoutMs = 60_000;
const maxBytes = 50_000_000;

/** webcal:// is what calendar programs call https:// (webcals:// too). Null when it is no address that can be fetched. */
export function feedUrl(address: string): URL | null {
  const url = URL.parse(address.trim().replace(/^webcals?:\/\//i, 'https://'));
  return url?.hostname && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null;
}

/** Null: it has not changed since `validators`. @throws ConnectorError */
export async function downloadFeed(
  outbound: Outbound,
  url: URL,
  credentials: FeedCredentials | null,
  validators: Validators | null,
  signal: AbortSignal,
  timeoutMs = defaultTimeoutMs,
): Promise<Downloaded | null> {
  const headers: Record<string, string> = { accept: 'text/calendar, */*;q=0.5' };
  if (credentials) {
    const pair = `${credentials.username}:${credentials.password}`;
    headers.authorization = `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  }
  if (validators?.etag) headers['if-none-match'] = validators.etag;
  // Both are sent: a server that knows ETags ignores the date (RFC 9110 section 13.1.3).
  if (validators?.lastModified) headers['if-modified-since'] = validators.lastModified;
  const response = await outbound.fetch(url, { headers, typedBy: 'user', timeoutMs, maxBytes, signal });
  if (response.status === 304 && validators) return null;
  if (response.status !== 200) throw statusError(response, credentials !== null);
  return {
    text: decodeCalendar(response.body, response.headers.get('content-type')),
    etag: response.headers.get('etag'),
    lastModified: response.headers.get('last-modified'),
  };
}

function statusError(response: OutboundResponse, signedIn: boolean): ConnectorError {
  const { status } = response;
  // The path is often the secret of such an address: messages name the host only.
  const { host } = new URL(response.url);
  switch (status) {
    case 401:
      return new ConnectorError(
        'credentials',
        signedIn
          ? `${host} did not accept the user name or the password. Enter them again.`
          : `${host} wants a user name and password for this address. Enter them, or use the calendar’s secret address.`,
      );
    case 403:
      return new ConnectorError(
        'consent',
        `${host} does not let this address be read. Ask the calendar’s owner to share it.`,
      );
    case 404:
    case 410:
      return new ConnectorError(
        'notFound',
        `${host} has no calendar at this address (any more). Copy the address again.`,
      );
    case 429:
    case 503: {
      const retryAt = parseRetryAfter(response.headers.get('retry-after'), Temporal.Now.instant());
      return new ConnectorError('throttled', `${host} asks for a pause (status ${status}).`, { retryAt });
    }
    default:
      return status >= 500
        ? new ConnectorError('unreachable', `${host} answered with an error of its own (status ${status}).`)
        : new ConnectorError('malformed', `${host} answered with status ${status} instead of a calendar.`);
  }
}
