/**
 * One calendar of a mailbox, once: what it has in the stretch that is kept is listed by ids, and only what is new or has
 * changed is read. What was read counts when it is of the version that was listed: the change keys say so, or a second
 * listing that is the same as the one before.
 */
import type { Interval, SkippedComponent } from '../../agenda/appointment.ts';
import type { Change, PullRequest } from '../connector.ts';
import { type Member, objectOf, slackDays, stampOf } from '../kept.ts';
import { pollAfter } from '../poll.ts';
import { appointmentOf, isSkipped } from './items.ts';
import {
  type CalendarReader,
  type Entry,
  type Expansion,
  keptChanging,
  type Listing,
  listCalendar,
} from './listing.ts';
import type { CalendarItem } from './operations/calendar-item.ts';
import { exceptionsIn, idsToRead, type Members, membersExpanded, membersListed } from './series.ts';

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
  for (const [key, { members }] of news) if (entries.get(key)?.kind === 'master' && members.length > 0) return 'here';
  return null;
}

interface Read extends Members {
  stamp: string;
  /** The change keys are those that were listed. */
  certain: boolean;
  /** Listed, and not to be had. */
  unread: SkippedComponent[];
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
    for (const [key, read] of await readEntries(reader, entries, stretch, timeZone)) news.set(key, read);
    if ([...news.values()].every(({ certain }) => certain)) return { listing, news };
    before = news;
  }
  throw keptChanging();
}

async function readEntries(
  reader: CalendarReader,
  entries: readonly Entry[],
  stretch: Interval,
  timeZone: string,
): Promise<Map<string, Read>> {
  const answers = await readAll(reader, entries.flatMap(idsOf));
  const exceptionsOf = (entry: Entry): string[] =>
    mastersOf(entry, answers).flatMap((master) => exceptionsIn(master, stretch).flatMap(({ id }) => id ?? []));
  const exceptions = await readAll(reader, entries.flatMap(exceptionsOf));
  const all = new Map<string, Read>();
  for (const entry of entries) {
    const asked = idsOf(entry);
    const listed = new Map(entry.items.map((item) => [item.id, item.changeKey]));
    const isListed = (id: string) => {
      const answer = answers.get(id);
      return isItem(answer) ? answer.itemId.changeKey === listed.get(id) : typeof answer === 'string';
    };
    const masters = mastersOf(entry, answers);
    const modified = exceptionsOf(entry);
    const members =
      entry.kind === 'master'
        ? joined(masters.map((master) => membersExpanded(master, onlyItems(exceptions), stretch, timeZone)))
        : entry.kind === 'series'
          ? membersListed(entry.items, onlyItems(answers), timeZone)
          : joined(asked.flatMap((id) => singleOf(answers.get(id), timeZone)));
    const unread = [
      ...asked.flatMap((id) => unreadOf(id, answers.get(id))),
      // Servers that list masters don't always have their exceptions: those have what the master has.
      ...modified.flatMap((id) => (exceptions.get(id) === null ? [] : unreadOf(id, exceptions.get(id)))),
    ];
    const certain = entry.stamp === '' || (asked.every(isListed) && modified.length === 0);
    all.set(entry.key, { ...members, stamp: entry.stamp, certain, unread });
  }
  return all;
}

const idsOf = ({ kind, items }: Entry): string[] => (kind === 'series' ? idsToRead(items) : items.map(({ id }) => id));

type Answers = ReadonlyMap<string, CalendarItem | string | null>;

async function readAll(reader: CalendarReader, ids: readonly string[]): Promise<Answers> {
  if (ids.length === 0) return new Map();
  const answers = await reader.items(ids);
  return new Map(ids.map((id, index) => [id, answers[index] ?? null]));
}

const isItem = (answer: CalendarItem | string | null | undefined): answer is CalendarItem =>
  typeof answer === 'object' && answer !== null;

const onlyItems = (answers: Answers): Map<string, CalendarItem> =>
  new Map([...answers].flatMap(([id, answer]) => (isItem(answer) ? [[id, answer] as const] : [])));

const mastersOf = ({ kind, items }: Entry, answers: Answers): CalendarItem[] =>
  kind === 'master' ? items.map(({ id }) => answers.get(id)).filter(isItem) : [];

const joined = (parts: readonly Members[]): Members => ({
  members: parts.flatMap(({ members }) => members),
  skipped: parts.flatMap(({ skipped }) => skipped),
});

function singleOf(answer: CalendarItem | string | null | undefined, timeZone: string): Members[] {
  if (!isItem(answer)) return [];
  const one: Member | SkippedComponent = appointmentOf(answer, timeZone);
  return [isSkipped(one) ? { members: [], skipped: [one] } : { members: [one], skipped: [] }];
}

function unreadOf(id: string, answer: CalendarItem | string | null | undefined): SkippedComponent[] {
  if (isItem(answer)) return [];
  const reason = answer ? `Exchange can’t give it: ${answer}` : 'Exchange lists it, and doesn’t find it.';
  return [{ uid: id, reason }];
}
