/**
 * Brings the objects themselves: calendar-multiget in batches, a few at a time, and GET for what a server doesn't
 * bring that way (RFC 4791 section 7.9). One object that can't be read costs itself, never its batch.
 */
import type { OutboundResponse } from '../../outbound/outbound.ts';
import { ConnectorError } from '../connector.ts';
import { type DavClient, namespaces, readMultistatus, statusError } from './dav-client.ts';
import { type Entry, escapeXml, keyOf } from './listing.ts';
import { caldavNamespace, davNamespace, property, propertyText } from './multistatus.ts';

export type Fetched =
  | { key: string; type: 'object'; data: string; etag: string | null }
  | { key: string; type: 'gone' }
  /** Neither there nor gone: to be asked again next time. */
  | { key: string; type: 'unreadable'; reason: string };

/** What was learned of the server, kept from pull to pull. */
export interface Habits {
  /** It doesn't do calendar-multiget. */
  noMultiget: boolean;
}

/** 10,000 objects are 50 requests; a batch of usual objects is under a megabyte. */
export const batchSize = 200;
const batchesAtOnce = 2;
const getsAtOnce = 4;
/** So many objects that multiget failed on and GET brought, without one batch that worked: it is multiget's fault. */
const multigetChances = 3;

type Wanted = readonly [key: string, entry: Entry];

/** In no particular order. @throws ConnectorError for what concerns the whole account (sign-in, pause, dead server) */
export async function* fetchObjects(
  dav: DavClient,
  collection: URL,
  entries: ReadonlyMap<string, Entry>,
  habits: Habits,
): AsyncGenerator<Fetched> {
  const wanted = [...entries];
  const tries = { good: 0, rescued: 0 };
  const batches: Wanted[][] = [];
  const size = habits.noMultiget ? getsAtOnce * 4 : batchSize;
  for (let at = 0; at < wanted.length; at += size) batches.push(wanted.slice(at, at + size));
  const running: Promise<Fetched[]>[] = [];
  for (;;) {
    while (batches.length > 0 && running.length < batchesAtOnce) {
      const batch = fetchBatch(dav, collection, batches.shift()!, habits, tries);
      // It may fail while an earlier one is awaited; the failure is seen when its turn comes.
      batch.catch(() => {});
      running.push(batch);
    }
    const next = running.shift();
    if (!next) return;
    yield* await next;
  }
}

async function fetchBatch(
  dav: DavClient,
  collection: URL,
  batch: readonly Wanted[],
  habits: Habits,
  tries: { good: number; rescued: number },
): Promise<Fetched[]> {
  if (habits.noMultiget) return await getEach(dav, collection, batch);
  const answer = await multiget(dav, collection, batch);
  if (answer === 'unsupported') {
    habits.noMultiget = true;
    return await getEach(dav, collection, batch);
  }
  if (answer === 'failed') {
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      const first = await fetchBatch(dav, collection, batch.slice(0, middle), habits, tries);
      return [...first, ...(await fetchBatch(dav, collection, batch.slice(middle), habits, tries))];
    }
    const [got] = await getEach(dav, collection, batch);
    if (got?.type === 'object') tries.rescued++;
    if (tries.good === 0 && tries.rescued >= multigetChances) habits.noMultiget = true;
    return got ? [got] : [];
  }
  if (answer.size > 0) tries.good++;
  // Ignored, forgotten or called missing right after it was listed: GET has the last word on whether it exists.
  const missing = batch.filter(([key]) => !answer.has(key));
  if (missing.length === batch.length && batch.length > 2 && tries.good === 0) habits.noMultiget = true;
  return [...answer.values(), ...(await getEach(dav, collection, missing))];
}

async function multiget(
  dav: DavClient,
  collection: URL,
  batch: readonly Wanted[],
): Promise<Map<string, Fetched> | 'unsupported' | 'failed'> {
  const hrefs = batch.map(([, entry]) => `<d:href>${escapeXml(pathOf(entry.href, collection))}</d:href>`).join('');
  const body =
    `<?xml version="1.0" encoding="utf-8"?><c:calendar-multiget ${namespaces}><d:prop><d:getetag/><c:calendar-data/></d:prop>` +
    `${hrefs}</c:calendar-multiget>`;
  let response: OutboundResponse;
  const found = new Map<string, Fetched>();
  try {
    response = await dav.send({ method: 'REPORT', url: collection, depth: 1, body });
    if (response.status >= 500 && response.status !== 501) return 'failed';
    if (response.status === 413) return 'failed';
    if (response.status !== 207) return 'unsupported';
    for (const each of readMultistatus(response).responses) {
      const key = keyOf(each.href, collection);
      const data = property(each, caldavNamespace, 'calendar-data')?.text;
      if (key === null || !data) continue;
      found.set(key, { key, type: 'object', data, etag: propertyText(each, davNamespace, 'getetag') });
    }
  } catch (error) {
    // Too large, or made unreadable by one of its objects: halves will tell which.
    if (error instanceof ConnectorError && error.errorClass === 'malformed') return 'failed';
    throw error;
  }
  const asked = new Set(batch.map(([key]) => key));
  for (const key of found.keys()) if (!asked.has(key)) found.delete(key);
  return found;
}

async function getEach(dav: DavClient, collection: URL, wanted: readonly Wanted[]): Promise<Fetched[]> {
  const results: Fetched[] = [];
  const queue = [...wanted];
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results.push(await getOne(dav, collection, ...next));
  };
  await Promise.all(Array.from({ length: Math.min(getsAtOnce, queue.length) }, work));
  return results;
}

async function getOne(dav: DavClient, collection: URL, key: string, entry: Entry): Promise<Fetched> {
  try {
    const response = await dav.send({ method: 'GET', url: new URL(pathOf(entry.href, collection), collection) });
    if (response.status === 404 || response.status === 410) return { key, type: 'gone' };
    if (response.status !== 200) return { key, type: 'unreadable', reason: statusError(response).message };
    return { key, type: 'object', data: response.text(), etag: response.headers.get('etag') };
  } catch (error) {
    if (error instanceof ConnectorError && error.errorClass === 'malformed') {
      return { key, type: 'unreadable', reason: error.message };
    }
    throw error;
  }
}

/** Path only: the origin is the collection's, whatever a server behind a proxy believes its own to be. */
function pathOf(href: string, collection: URL): string {
  const url = URL.parse(href, collection.href.endsWith('/') ? collection : `${collection.href}/`);
  return url ? `${url.pathname}${url.search}` : href;
}
