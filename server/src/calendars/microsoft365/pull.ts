/** One calendar of a mailbox, once: a delta round, what it touched read in full, and the objects that come of it. */
import { createHash } from 'node:crypto';
import type { Interval, SkippedComponent } from '../../agenda/appointment.ts';
import type { Change, PullRequest } from '../connector.ts';
import { type Member, objectOf, slackDays, stampOf } from '../kept.ts';
import { pollAfter } from '../poll.ts';
import { type Round, readRound } from './delta.ts';
import { appointmentOf, isSkipped } from './events.ts';
import type { GraphClient } from './graph-client.ts';
import { type GraphEvent, isOlder, isPart, masterOf, type Part, textOf } from './graph-event.ts';
import { readSeries, readView, type SeriesNow } from './series.ts';
import { readEvents, withSingles } from './stubs.ts';

/** What a good pull ends with. */
interface Cursor {
  revision: number;
  /** Null: the calendar knows no delta, and is read whole each time. */
  link: string | null;
  from: string;
  to: string;
  /** By master: its members in the window, as short hashes, so that the removal of one leads to its series. */
  series: Record<string, string>;
  /** Pulls in a row that found nothing new. */
  quiet: number;
}

/** Raise it when what is kept changes its form: everything is read anew then. */
const revision = 1;
/** From so many series on one reading of the whole window costs less than one each. */
const manySeries = 4;
const day = 24 * 3_600_000;
/** So much must lie beyond what is shown, or the next day would be missing when it comes. */
const leastBeyond = day;

/** @throws ConnectorError */
export async function* pullCalendar(client: GraphClient, request: PullRequest): AsyncIterable<Change> {
  const calendar = `${client.root}/calendars/${encodeURIComponent(request.calendar.remoteId)}`;
  const cursor = cursorOf(request.cursor, request.window);
  const last = cursor && { link: cursor.link, window: { from: instant(cursor.from), to: instant(cursor.to) } };
  const told = await readRound(client, calendar, last, widened(request.window));
  const round = await withSingles(client, calendar, told);
  const { window } = round;
  const members = new Map(round.full ? [] : Object.entries(cursor?.series ?? {}));
  const touched = touchedBy(round, members);
  const view = { window: request.window, timeZone: request.timeZone };

  if (round.full) yield { type: 'replaceWindow' };
  const now = await readTouched(client, calendar, round, touched);
  const singly = touched.gone.size + touched.singles.length > 0;
  const known = round.link === null || (!round.full && singly) ? await request.known() : null;
  let changes = 0;
  const upsert = (key: string, events: readonly GraphEvent[]): Change => {
    const object = seriesObject(key, events, view);
    if (known?.get(key) !== object.version) changes++;
    return { type: 'upsert', object };
  };
  for (const key of touched.gone) {
    members.delete(key);
    if (known?.has(key)) changes++;
    yield { type: 'remove', key };
  }
  for (const master of touched.series) {
    const events = now.series.get(master) ?? [];
    if (events.length === 0) {
      changes++;
      members.delete(master);
      if (!round.full) yield { type: 'remove', key: master };
      continue;
    }
    members.set(master, hashesOf(master, events, round, members.get(master)));
    yield upsert(master, events);
  }
  for (const id of touched.singles) {
    const events = now.singles ? (now.singles.get(id) ?? []) : [round.present.get(id)!];
    const [event] = events;
    if (!event) {
      if (!round.full) yield { type: 'remove', key: id };
      continue;
    }
    // A round may tell again what it told before: what is stored already mustn't become what it was.
    if (known && !round.full && isOlder(event.modified, stampOf(known.get(id) ?? ''))) continue;
    if (masterOf(event) === null)
      members.delete(id); // of a series that is one no longer
    else members.set(id, hashesOf(id, events, round));
    yield upsert(id, events);
  }
  const quiet = changes > 0 ? 0 : (cursor?.quiet ?? 0) + 1;
  const next: Cursor = {
    ...{ revision, link: round.link, from: window.from.toString(), to: window.to.toString() },
    ...{ series: Object.fromEntries(members), quiet },
  };
  yield { type: 'end', cursor: next, pollAfter: pollAfter(quiet) };
}

/** Null for none, one of another form, and one whose window no longer reaches far enough. */
function cursorOf(value: unknown, { from, to }: Interval): Cursor | null {
  if (
    !isPart(value) ||
    value.revision !== revision ||
    !(value.link === null || textOf(value.link)) ||
    !isPart(value.series)
  )
    return null;
  const cursor = value as Part as unknown as Cursor;
  const reaches =
    instant(cursor.from).epochMilliseconds <= from.epochMilliseconds &&
    instant(cursor.to).epochMilliseconds >= to.epochMilliseconds + leastBeyond;
  return reaches ? cursor : null;
}

const instant = (text: string) => Temporal.Instant.from(text);

/** What lies across the beginning is asked for by some answers and not by others: a day before is enough for it. */
const widened = ({ from, to }: Interval): Interval => ({
  from: from.subtract({ hours: 24 }),
  to: to.add({ hours: 24 * slackDays }),
});

interface Touched {
  /** Masters' ids. */
  series: Set<string>;
  singles: string[];
  /** Keys that are certainly gone. */
  gone: Set<string>;
  /** Something was said to be there and to be gone: the window itself decides. */
  doubtful: boolean;
}

/** Pure. @param members as in the cursor. */
function touchedBy(round: Round, members: ReadonlyMap<string, string>): Touched {
  const series = new Set<string>();
  const singles: string[] = [];
  const gone = new Set<string>();
  let doubtful = false;
  for (const event of round.present.values()) {
    const master = masterOf(event);
    if (master === null) singles.push(event.id);
    else series.add(master);
    // An id that was removed and is there, in whatever order it was told.
    if (round.removed.has(event.id) || (master !== null && round.removed.has(master))) doubtful = true;
  }
  const removedHashes = new Set([...round.removed].map(shortHash));
  for (const [master, hashes] of members) {
    if (series.has(master) || round.present.has(master)) continue;
    if (round.removed.has(master)) gone.add(master);
    else {
      const all = splitHashes(hashes);
      const left = all.filter((hash) => !removedHashes.has(hash));
      // All it had is gone and nothing came: it has left the window, or the calendar.
      if (left.length === 0 && all.length > 0) gone.add(master);
      else if (left.length < all.length) series.add(master);
    }
  }
  for (const id of round.removed) if (!round.present.has(id) && !series.has(id)) gone.add(id);
  return { series, singles, gone, doubtful };
}

interface Now {
  series: SeriesNow;
  /** By the id they were told by, what they are now; null where the round itself is what counts. */
  singles: SeriesNow | null;
}

async function readTouched(client: GraphClient, calendar: string, round: Round, touched: Touched): Promise<Now> {
  const { window, view: whole } = round;
  const { series, doubtful } = touched;
  if (whole) return { series: bySeries(whole), singles: null };
  const view = series.size >= manySeries || doubtful ? await readView(client, calendar, window, doubtful) : null;
  const shown = view && bySeries(view);
  const read = [...series].filter((master) => !shown?.has(master));
  const now = new Map([...(shown ?? []), ...(await readSeries(client, calendar, read, window))]);
  // Told of a moment ago, and not found by its id: what the window shows is believed, not an error.
  const missing = shown ? [] : read.filter((master) => !now.has(master));
  const late = missing.length > 0 ? bySeries((await readView(client, calendar, window, true)) ?? []) : null;
  for (const master of missing) now.set(master, late?.get(master) ?? []);
  return { series: now, singles: shown && doubtful ? await singlesNow(client, calendar, touched, round, shown) : null };
}

/** What the window doesn't show, or under another id, is asked for by its own. */
async function singlesNow(
  client: GraphClient,
  calendar: string,
  { singles }: Touched,
  { present }: Round,
  shown: SeriesNow,
): Promise<SeriesNow> {
  const now = new Map(shown);
  const read = singles.filter((id) => !shown.has(id));
  for (const [at, event] of (await readEvents(client, calendar, read)).entries()) {
    const id = read[at]!;
    // One that has become a series with nothing to show is left as it was told: the next round tells the rest.
    if (event) now.set(id, [masterOf(event) === null ? { ...event, id } : present.get(id)!]);
  }
  return now;
}

/** A single one stands under its own id: what was a series may be one event now. */
function bySeries(view: readonly GraphEvent[]): SeriesNow {
  const all: SeriesNow = new Map();
  for (const event of view) {
    const key = masterOf(event) ?? event.id;
    all.set(key, [...(all.get(key) ?? []), event]);
  }
  return all;
}

function seriesObject(key: string, events: readonly GraphEvent[], view: { window: Interval; timeZone: string }) {
  const members: Member[] = [];
  const skipped: SkippedComponent[] = [];
  let modified = '';
  for (const event of events) {
    if (modified === '' || isOlder(modified, event.modified)) modified = event.modified;
    const appointment = appointmentOf(event, view.timeZone);
    if (isSkipped(appointment)) skipped.push(appointment);
    else members.push(appointment);
  }
  return objectOf(key, members, skipped, modified, view);
}

/** By whichever id a member's removal is told: that of its series' reading, of this round, or of one before. */
function hashesOf(master: string, events: readonly GraphEvent[], round: Round, before = ''): string {
  const hashes = new Set(events.map(({ id }) => shortHash(id)));
  for (const event of round.present.values())
    if (event.id !== master && masterOf(event) === master) hashes.add(shortHash(event.id));
  const removed = new Set([...round.removed].map(shortHash));
  for (const hash of splitHashes(before)) if (!removed.has(hash)) hashes.add(hash);
  return [...hashes].join('');
}

const hashLength = 8;
/** Long enough that two of a mailbox are hardly ever the same; then a series is read once too often. */
const shortHash = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, hashLength);
const splitHashes = (hashes: string): string[] =>
  Array.from({ length: Math.floor(hashes.length / hashLength) }, (_, at) =>
    hashes.slice(at * hashLength, (at + 1) * hashLength),
  );
