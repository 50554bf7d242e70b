/** One pull of one CalDAV calendar: what changed, or a full round when nothing else can be relied on. */
import { z } from 'zod';
import type { CalendarObject, Change, PullRequest } from '../connector.ts';
import { calendarObject, unreadableObject } from '../icalendar/calendar-object.ts';
import { readCtag, readOwners } from './collection.ts';
import type { DavClient } from './dav-client.ts';
import { type Fetched, fetchObjects, type Habits } from './fetch-objects.ts';
import { type Entry, type Listing, listMembers, syncCollection } from './listing.ts';
import { addressesOf, withOwners } from './owners.ts';

const cursorSchema = z.object({
  form: z.literal('caldav-1'),
  /** Of sync-collection; null where the server can't do it. */
  token: z.string().nullable(),
  /** Changes with anything in the collection; used where there is no token. */
  ctag: z.string().nullable(),
  /** Mail addresses of the owner as the server knows them. */
  owners: z.array(z.string()),
  noMultiget: z.boolean(),
  /** What changed but could not be read: asked again each time until it can or is gone. */
  retry: z.array(z.tuple([z.string(), z.string()])),
});
type Cursor = z.infer<typeof cursorSchema>;

/** More objects than this that stay unreadable are the server's trouble, and found again by the next full round. */
const longestRetry = 1000;
/** From so many changes on it pays to look which of them are stored already (servers that forgot, and tell all). */
const manyChanges = 100;

/** @throws ConnectorError */
export async function* pullCollection(
  dav: DavClient,
  collection: URL,
  request: PullRequest,
  signal: AbortSignal,
): AsyncGenerator<Change> {
  const cursor = cursorSchema.safeParse(request.cursor).data ?? null;
  if (cursor?.token) {
    const answer = await syncCollection(dav, collection, cursor.token);
    if (answer !== 'invalidToken' && !('unsupported' in answer)) {
      return yield* tellChanges(dav, collection, request, cursor, answer);
    }
  }
  // A server whose sync-collection failed is tried again only when the engine asks for a fresh start.
  const isTokenless = cursor !== null && cursor.token === null;
  const ctag = isTokenless ? await readCtag(dav, collection) : null;
  if (isTokenless && ctag !== null && cursor.ctag === ctag && cursor.retry.length === 0) {
    return yield { type: 'end', cursor };
  }
  signal.throwIfAborted();
  const listing = isTokenless
    ? listMembers(dav, collection).then((found) => ({ ...found, ctag }))
    : listAll(dav, collection);
  const [complete, owners] = await Promise.all([listing, readOwners(dav, collection)]);
  yield* tellAll(dav, collection, request, complete, { owners, noMultiget: cursor?.noMultiget ?? false });
}

/** A round that relies on the token. */
async function* tellChanges(
  dav: DavClient,
  collection: URL,
  request: PullRequest,
  cursor: Cursor,
  listing: Listing,
): AsyncGenerator<Change> {
  for (const key of listing.removed) yield { type: 'remove', key };
  const wanted = new Map<string, Entry>();
  for (const [key, href] of cursor.retry) if (!listing.removed.has(key)) wanted.set(key, { href, etag: null });
  const known = listing.entries.size > manyChanges ? await request.known() : null;
  for (const [key, entry] of listing.entries) {
    if (entry.etag === null || known?.get(key) !== entry.etag) wanted.set(key, entry);
  }
  const habits: Habits = { noMultiget: cursor.noMultiget };
  const retry: Cursor['retry'] = [];
  for await (const batch of fetchObjects(dav, collection, wanted, habits)) {
    for (const fetched of batch) {
      if (fetched.type === 'gone') yield { type: 'remove', key: fetched.key };
      else if (fetched.type === 'object') yield { type: 'upsert', object: toObject(fetched, request, cursor.owners) };
      else {
        retry.push([fetched.key, wanted.get(fetched.key)!.href]);
        // Unreadable never means deleted: what is stored of it stays; of what isn't the reason is shown.
        const isKnown = (await request.known()).has(fetched.key);
        if (!isKnown) yield { type: 'upsert', object: unreadableObject(fetched.key, 'unread', fetched.reason) };
      }
    }
  }
  const next: Cursor = { ...cursor, ...habits, token: listing.token, retry: retry.slice(0, longestRetry) };
  yield { type: 'end', cursor: next };
}

/** A full round: everything there is, of which only what isn't stored in this version is fetched. */
async function* tellAll(
  dav: DavClient,
  collection: URL,
  request: PullRequest,
  listing: Listing & { ctag: string | null },
  learned: Pick<Cursor, 'owners' | 'noMultiget'>,
): AsyncGenerator<Change> {
  const known = await request.known();
  yield { type: 'replaceWindow' };
  const wanted = new Map<string, Entry>();
  for (const [key, entry] of listing.entries) {
    if (entry.etag !== null && known.get(key) === entry.etag) yield { type: 'unchanged', key };
    else wanted.set(key, entry);
  }
  const habits: Habits = { noMultiget: learned.noMultiget };
  const retry: Cursor['retry'] = [];
  for await (const batch of fetchObjects(dav, collection, wanted, habits)) {
    for (const fetched of batch) {
      if (fetched.type === 'gone') continue;
      const { key } = fetched;
      if (fetched.type === 'unreadable') {
        retry.push([key, wanted.get(key)!.href]);
        // Unreadable never means deleted: what is stored of it stays.
        if (known.has(key)) yield { type: 'unchanged', key };
        else yield { type: 'upsert', object: unreadableObject(key, 'unread', fetched.reason) };
        continue;
      }
      const object = toObject(fetched, request, learned.owners);
      if (known.get(key) === object.version) yield { type: 'unchanged', key };
      else yield { type: 'upsert', object };
    }
  }
  const next: Cursor = {
    form: 'caldav-1',
    token: listing.token,
    ctag: listing.ctag,
    owners: learned.owners,
    ...habits,
    retry: retry.slice(0, longestRetry),
  };
  yield { type: 'end', cursor: next };
}

/** Everything there is, and what to compare next time: a token, or a ctag read before the list. */
async function listAll(dav: DavClient, collection: URL): Promise<Listing & { ctag: string | null }> {
  const answer = await syncCollection(dav, collection, null);
  const hasToken = answer !== 'invalidToken' && !('unsupported' in answer);
  if (hasToken && answer.entries.size > 0) return { ...answer, ctag: null };
  const ctag = hasToken ? null : await readCtag(dav, collection);
  const members = await listMembers(dav, collection);
  // An empty answer could delete everything, or hide everything from now on: listing the collection must agree.
  return hasToken && members.entries.size === 0 ? { ...answer, ctag: null } : { ...members, ctag };
}

function toObject(
  fetched: Fetched & { type: 'object' },
  request: PullRequest,
  owners: readonly string[],
): CalendarObject {
  const source = withOwners(fetched.data, owners);
  return calendarObject(
    { key: fetched.key, version: fetched.etag, source },
    { ...request, ownerAddresses: addressesOf(source, request.ownerAddresses) },
  );
}
