/**
 * Brings the objects themselves: calendar-multiget in batches, a few at a time, and GET for what a server doesn't
 * bring that way (RFC 4791 section 7.9). One object that can't be read costs itself, never its batch.
 */
import { setImmediate } from 'node:timers/promises';
import type { OutboundResponse } from '../../outbound/outbound.ts';
import { ConnectorError } from '../connector.ts';
import { type DavClient, namespaces, readMultistatus, statusError } from './dav-client.ts';
import { type Entry, escapeXml, isPlainPath, keyOf } from './listing.ts';
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
const requestsAtOnce = 2;
/** Batches under way: those being asked for, and answers that wait to be read, which must not pile up. */
const batchesAtOnce = requestsAtOnce + 2;
const getsAtOnce = 8;
/** So many objects that multiget failed on and GET brought, without one batch that worked: it is multiget's fault. */
const multigetChances = 3;

type Wanted = readonly [key: string, entry: Entry];

/**
 * Batch by batch, in no particular order. While answers are read and used the next ones are asked for already.
 * @throws ConnectorError for what concerns the whole account (sign-in, pause, dead server)
 */
export async function* fetchObjects(
  dav: DavClient,
  collection: URL,
  entries: ReadonlyMap<string, Entry>,
  habits: Habits,
): AsyncGenerator<Fetched[]> {
  const wanted = [...entries];
  const tries = { good: 0, rescued: 0 };
  const source: Source = {
    dav,
    collection,
    habits,
    tries,
    multigets: places(requestsAtOnce),
    gets: places(getsAtOnce),
    fatal: null,
  };
  const batches: Wanted[][] = [];
  const size = habits.noMultiget ? getsAtOnce * 2 : batchSize;
  for (let at = 0; at < wanted.length; at += size) batches.push(wanted.slice(at, at + size));
  const running: Promise<Fetched[]>[] = [];
  for (;;) {
    while (batches.length > 0 && running.length < batchesAtOnce) {
      const batch = fetchBatch(source, batches.shift()!);
      // It may fail while an earlier one is awaited; the failure is seen when its turn comes.
      batch.catch((error) => {
        source.fatal ??= error;
      });
      running.push(batch);
    }
    const next = running.shift();
    if (!next) return;
    yield await next;
  }
}

interface Source {
  dav: DavClient;
  collection: URL;
  habits: Habits;
  tries: { good: number; rescued: number };
  /** A place is free again as soon as an answer has arrived: the server needn't wait until it was read. */
  multigets: Places;
  gets: Places;
  /** What ended it all: nothing more is asked then (a refused password sent on and on would lock the user out). */
  fatal: unknown;
}

type Places = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs so much work at once; what comes later waits its turn. */
function places(count: number): Places {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

async function fetchBatch(source: Source, batch: readonly Wanted[]): Promise<Fetched[]> {
  const { habits, tries } = source;
  if (habits.noMultiget) return await getEach(source, batch);
  const answer = await multiget(source, batch);
  if (answer === 'unsupported') {
    habits.noMultiget = true;
    return await getEach(source, batch);
  }
  if (answer === 'failed') {
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      const first = await fetchBatch(source, batch.slice(0, middle));
      return [...first, ...(await fetchBatch(source, batch.slice(middle)))];
    }
    const [got] = await getEach(source, batch);
    if (got?.type === 'object') tries.rescued++;
    if (tries.good === 0 && tries.rescued >= multigetChances) habits.noMultiget = true;
    return got ? [got] : [];
  }
  if (answer.size > 0) tries.good++;
  // Ignored, forgotten or called missing right after it was listed: GET has the last word on whether it exists.
  const missing = batch.filter(([key]) => !answer.has(key));
  if (missing.length === batch.length && batch.length > 2 && tries.good === 0) habits.noMultiget = true;
  return [...answer.values(), ...(await getEach(source, missing))];
}

async function multiget(
  source: Source,
  batch: readonly Wanted[],
): Promise<Map<string, Fetched> | 'unsupported' | 'failed'> {
  const { dav, collection, habits, multigets } = source;
  const hrefs = batch.map(([, entry]) => `<d:href>${escapeXml(pathOf(entry.href, collection))}</d:href>`).join('');
  const body =
    `<?xml version="1.0" encoding="utf-8"?><c:calendar-multiget ${namespaces}><d:prop><d:getetag/><c:calendar-data/></d:prop>` +
    `${hrefs}</c:calendar-multiget>`;
  let response: OutboundResponse | null;
  const found = new Map<string, Fetched>();
  try {
    // Another batch may have learned meanwhile that the server doesn't do it.
    response = await multigets(async () => {
      if (source.fatal) throw source.fatal;
      return habits.noMultiget ? null : await dav.send({ method: 'REPORT', url: collection, depth: 1, body });
    });
    if (response === null) return 'unsupported';
    await setImmediate(); // reading is one long step: the next request goes out before it
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

async function getEach(source: Source, wanted: readonly Wanted[]): Promise<Fetched[]> {
  return await Promise.all(wanted.map(([key, entry]) => source.gets(() => getOne(source, key, entry))));
}

async function getOne({ dav, collection, fatal }: Source, key: string, entry: Entry): Promise<Fetched> {
  if (fatal) throw fatal;
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
  if (isPlainPath(href)) return href;
  const url = URL.parse(href, collection.href.endsWith('/') ? collection : `${collection.href}/`);
  return url ? `${url.pathname}${url.search}` : href;
}
