/**
 * One calendar of a mailbox, once: what it has in the stretch that is kept is listed by ids, and only what is new or has
 * changed is read. What was read counts when it is of the version that was listed: the change keys say so, or a second
 * listing that is the same as the one before.
 */
import type { Interval } from '../../agenda/appointment.ts';
import type { Change, PullRequest } from '../connector.ts';
import { objectOf, slackDays, stampOf } from '../kept.ts';
import { pollAfter } from '../poll.ts';
import {
  type CalendarReader,
  type Entry,
  type Expansion,
  isMaster,
  keptChanging,
  type Listing,
  listCalendar,
} from './listing.ts';
import { type Read, readEntries } from './reading.ts';

/** What a good pull ends with. */
interface Cursor {
  /** The stretch that is kept, longer than what is shown: days roll on from it without a request. */
  from: string;
  to: string;
  expansion: Expansion | null;
  /** Pulls in a row that found nothing new. */
  quiet: number;
}

const mostRounds = 5;
/** So much must lie beyond what is shown, or the next day would be missing when it comes. */
const leastBeyondMs = 24 * 3_600_000;

/** @throws ConnectorError */
export async function* pullCalendar(
  reader: CalendarReader,
  request: PullRequest,
  /** What other calendars of the server have shown. */
  expansion: Expansion | null = null,
): AsyncIterable<Change> {
  const cursor = cursorOf(request.cursor, request.window);
  const stretch = cursor?.stretch ?? widened(request.window);
  const known = await request.known();
  const { listing, news } = await readNews(reader, {
    ...{ stretch, known, timeZone: request.timeZone },
    expansion: cursor?.expansion ?? expansion,
  });
  const view = { window: request.window, timeZone: request.timeZone };
  yield { type: 'replaceWindow' };
  for (const { key } of listing.entries.values()) {
    const read = news.get(key);
    // Unreadable never means deleted: what was read before stays, and is tried again with the next pull.
    if (!read || (read.unread.length > 0 && known.has(key))) {
      yield { type: 'unchanged', key };
      continue;
    }
    const skipped = [...read.skipped, ...read.unread];
    // Half of a series is no version of it.
    if (read.unread.length > 0) yield { type: 'upsert', object: objectOf(key, [], skipped, '', view) };
    else yield { type: 'upsert', object: objectOf(key, read.members, skipped, read.stamp, view) };
  }
  const gone = [...known.keys()].some((key) => !listing.entries.has(key));
  const quiet = gone || news.size > 0 ? 0 : (cursor?.quiet ?? 0) + 1;
  const next: Cursor = {
    ...{ from: stretch.from.toString(), to: stretch.to.toString(), quiet },
    expansion: listing.expansion ?? expandedHere(listing, news),
  };
  const unsettled = [...news.values()].some(({ unread }) => unread.length > 0);
  yield { type: 'end', cursor: next, pollAfter: pollAfter(quiet), unsettled };
}

/** Null for none, and for one whose stretch no longer reaches far enough. */
function cursorOf(value: unknown, { from, to }: Interval) {
  if (typeof value !== 'object' || value === null) return null;
  const cursor = value as Cursor;
  const stretch = { from: Temporal.Instant.from(cursor.from), to: Temporal.Instant.from(cursor.to) };
  const reaches =
    stretch.from.epochMilliseconds <= from.epochMilliseconds &&
    stretch.to.epochMilliseconds >= to.epochMilliseconds + leastBeyondMs;
  return reaches ? { stretch, expansion: cursor.expansion, quiet: cursor.quiet } : null;
}

/** A day before: whole days of other zones begin there. */
const widened = ({ from, to }: Interval): Interval => ({
  from: from.subtract({ hours: 24 }),
  to: to.add({ hours: 24 * slackDays }),
});

/** A master that has appointments where the server lists none of them: it doesn't expand series. */
function expandedHere({ entries }: Listing, news: ReadonlyMap<string, Read>): Expansion | null {
  for (const [key, { members }] of news)
    if (members.length > 0 && entries.get(key)?.items.every(isMaster)) return 'here';
  return null;
}

interface NewsRequest {
  stretch: Interval;
  known: ReadonlyMap<string, string>;
  timeZone: string;
  expansion: Expansion | null;
}

/** @returns the last listing, and of all in it that isn't stored already what was read, by key. */
async function readNews(
  reader: CalendarReader,
  { stretch, known, timeZone, expansion }: NewsRequest,
): Promise<{ listing: Listing; news: Map<string, Read> }> {
  const isKnown = ({ key, stamp }: Entry) => stamp !== '' && stampOf(known.get(key) ?? '') === stamp;
  let before = new Map<string, Read>();
  for (let rounds = 0; rounds < mostRounds; rounds++) {
    const listing = await listCalendar(reader, stretch, expansion);
    const wanted = [...listing.entries.values()].filter((entry) => !isKnown(entry));
    // The listing is the same before and after the reading: so is what was read.
    const still = (entry: Entry) => {
      const read = before.get(entry.key);
      return read?.stamp === entry.stamp && entry.stamp !== '' ? { ...read, certain: true } : null;
    };
    const news = new Map(wanted.flatMap((entry) => (still(entry) ? [[entry.key, still(entry)!] as const] : [])));
    const entries = wanted.filter(({ key }) => !news.has(key));
    const fresh = await readEntries(reader, entries, stretch, timeZone);
    for (const [key, read] of fresh) news.set(key, read);
    // A series that was made between the two requests of a listing looks like one that the server doesn't expand.
    const isClear = listing.expansion !== null || expandedHere(listing, fresh) === null;
    if (isClear && [...news.values()].every(({ certain }) => certain)) return { listing, news };
    before = news;
  }
  throw keptChanging();
}
