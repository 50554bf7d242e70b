/**
 * What a collection holds: by sync-collection (RFC 6578), or by listing it for servers that answer that with an error
 * or ignore parts of it.
 */
import { ConnectorError } from '../connector.ts';
import { type DavClient, namespaces, readMultistatus, statusError } from './dav-client.ts';
import {
  type DavResponse,
  davNamespace,
  type Multistatus,
  parsePreconditions,
  property,
  propertyText,
} from './multistatus.ts';

export interface Entry {
  /** As the server wrote it: what it is asked with. */
  href: string;
  etag: string | null;
}

export interface Listing {
  /** By key. */
  entries: Map<string, Entry>;
  removed: Set<string>;
  token: string | null;
}

/** `invalidToken`: start over. `unsupported`: list the collection instead, for the reason given. */
export type SyncAnswer = Listing | 'invalidToken' | { unsupported: string };

/** A server that goes on for ever with the same truncated answer ends here. */
const maxParts = 10_000;

/** Statuses that say the report isn't known or not allowed here, in the habits of real servers. */
const unsupportedStatuses = new Set([400, 403, 404, 405, 409, 412, 415, 422, 500, 501, 507]);

/**
 * Everything that changed since `token` (null: all there is), however many parts the server cuts it into.
 * @throws ConnectorError
 */
export async function syncCollection(dav: DavClient, collection: URL, token: string | null): Promise<SyncAnswer> {
  const listing: Listing = { entries: new Map(), removed: new Set(), token };
  for (let part = 0; part < maxParts; part++) {
    const answer = await askForPart(dav, collection, listing.token);
    if (answer === 'invalidToken' || 'unsupported' in answer) return answer;
    const truncated = addTo(listing, answer, collection);
    if (answer.syncToken === null) return { unsupported: 'it answers sync-collection without a token' };
    const stuck = truncated && answer.syncToken === listing.token;
    listing.token = answer.syncToken;
    if (!truncated) return listing;
    if (stuck) return { unsupported: 'it repeats the same part of its changes' };
  }
  throw new ConnectorError('malformed', `${collection.host} never comes to the end of its list of changes.`);
}

async function askForPart(
  dav: DavClient,
  collection: URL,
  token: string | null,
): Promise<Multistatus | 'invalidToken' | { unsupported: string }> {
  const body =
    `<?xml version="1.0" encoding="utf-8"?><d:sync-collection ${namespaces}><d:sync-token>${escapeXml(token ?? '')}</d:sync-token>` +
    '<d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>';
  // RFC 6578 section 3.2: Depth is 0, the level stands in the body.
  const response = await dav.send({ method: 'REPORT', url: collection, depth: 0, body });
  if (response.status === 207) {
    assertUnmoved(collection, response.url);
    return readMultistatus(response);
  }
  if (token !== null && [400, 403, 409, 410, 412, 507].includes(response.status)) {
    // RFC 6578 wants 403 with valid-sync-token; others say 409, 410, 412 or 400. A full round is right for all.
    return 'invalidToken';
  }
  if (response.status === 403 && parsePreconditions(response.text()).includes('need-privileges'))
    throw statusError(response);
  if (unsupportedStatuses.has(response.status))
    return { unsupported: `it answers sync-collection with ${response.status}` };
  if (response.status < 300) return { unsupported: 'it does not know sync-collection' };
  throw statusError(response);
}

/** Every member with its ETag, by PROPFIND. @throws ConnectorError also when the server cuts the list off */
export async function listMembers(dav: DavClient, collection: URL): Promise<Listing> {
  const answer = await dav.propfind(collection, 1, '<d:getetag/><d:resourcetype/>');
  assertUnmoved(collection, answer.url.href);
  const listing: Listing = { entries: new Map(), removed: new Set(), token: null };
  if (addTo(listing, answer, collection)) {
    throw new ConnectorError(
      'malformed',
      `${collection.host} cuts off the list of ${collection.pathname}: it can’t be read whole.`,
    );
  }
  return listing;
}

/** After a redirect every key would be another one: the calendars are discovered anew instead. */
function assertUnmoved(collection: URL, answered: string): void {
  if (keyOf(answered, collection)?.replace(/\/$/, '') === keyOf(collection.href, collection)?.replace(/\/$/, ''))
    return;
  const { host, pathname } = new URL(answered);
  throw new ConnectorError(
    'notFound',
    `${collection.host}${collection.pathname} has moved to ${host}${pathname}. The calendars are looked for again.`,
  );
}

/**
 * Adds the members of an answer. True when the server says there is more (507 for the collection itself).
 * @throws ConnectorError when nothing of what is named lies in the collection: that doesn't mean that it is empty
 */
function addTo(listing: Listing, answer: Multistatus, collection: URL): boolean {
  const own = keyOf(collection.href, collection);
  const folder = own?.endsWith('/') ? own : `${own}/`;
  let truncated = false;
  let inside = 0;
  let outside: string | null = null;
  for (const response of answer.responses) {
    const key = keyOf(response.href, collection);
    if (key === own || `${key}/` === own) {
      truncated ||= response.status === 507;
      continue;
    }
    if (!key?.startsWith(folder)) {
      outside ??= response.href;
      continue;
    }
    inside++;
    if (response.status === 404 || response.status === 410) {
      listing.entries.delete(key);
      listing.removed.add(key);
    } else if (isMember(response, key, folder)) {
      listing.removed.delete(key);
      listing.entries.set(key, { href: response.href, etag: propertyText(response, davNamespace, 'getetag') });
    }
  }
  if (inside === 0 && outside !== null) {
    throw new ConnectorError(
      'malformed',
      `${collection.host} lists nothing inside ${collection.pathname} but ${outside.slice(0, 200)}. If it stands behind a reverse proxy, that must tell it the path it is reached by.`,
    );
  }
  return truncated;
}

/** Folders in the calendar, and what lies in them, are not objects of it. */
function isMember(response: DavResponse, key: string, folder: string): boolean {
  if (key.endsWith('/')) return false;
  const types = property(response, davNamespace, 'resourcetype')?.children ?? [];
  if (types.some((type) => type.namespace === davNamespace && type.name === 'collection')) return false;
  return key.startsWith(folder) && !key.slice(folder.length).includes('/');
}

/**
 * The path of an object in one spelling, whatever mixture of absolute, relative and percent-encoded hrefs the server
 * uses; "%2F" stays different from "/". Of absolute hrefs only the path counts: behind a proxy servers write inner
 * names and ports into them, and the collection's own server is asked in any case. Null for what can't be a key.
 */
export function keyOf(href: string, collection: URL): string | null {
  const path = pathIn(href, collection);
  if (path === null || path.length > longestPath) return null;
  return path.split('/').map(canonicalSegment).join('/');
}

function pathIn(href: string, collection: URL): string | null {
  if (isPlainPath(href)) return href;
  return URL.parse(href, collection.href.endsWith('/') ? collection : `${collection.href}/`)?.pathname ?? null;
}

/** What a URL's path would be unchanged. Nearly all are, and a calendar has thousands. */
export const isPlainPath = (href: string): boolean =>
  /^\/(?!\/)[\w\-.~!$&'()*+,;=:@%/]*$/.test(href) && !/\/(?:\.|%2e)/i.test(href);

/** PostgreSQL can't index longer keys (2,704 bytes); percent-encoding makes each byte one. */
const longestPath = 2000;

function canonicalSegment(segment: string): string {
  if (/^[\w\-.~!'()*]*$/.test(segment)) return segment;
  try {
    return encodeURIComponent(decodeURIComponent(segment));
  } catch {
    return segment;
  }
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]!);
}
