/** One calendar of a mailbox, once: a delta round, what it touched read in full, and the objects that come of it. */
import { createHash } from 'node:crypto';
import type { Interval, SkippedComponent } from '../../agenda/appointment.ts';
import type { Change, PullRequest } from '../connector.ts';
import { ConnectorError } from '../connector.ts';
import { type Member, objectOf, slackDays, stampOf } from '../kept.ts';
import { batchGet } from './batch.ts';
import { preferEvents, type Round, readRound } from './delta.ts';
import { appointmentOf, isSkipped } from './events.ts';
import type { GraphClient } from './graph-client.ts';
import { type GraphEvent, graphEvent, isOlder, isPart, type Part, textOf } from './graph-event.ts';
import { pollAfter } from './poll.ts';
import { readSeries, readView, type SeriesNow } from './series.ts';

/** What a good pull ends with. */
interface Cursor {
  revision: number;
  link: string;
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
  const round = await hydrated(client, calendar, told);
  const { window } = round;
  const members = new Map(round.full ? [] : Object.entries(cursor?.series ?? {}));
  const touched = touchedBy(round, members);
  const view = { window: request.window, timeZone: request.timeZone };

  if (round.full) yield { type: 'replaceWindow' };
  const now = await readTouched(client, calendar, window, touched);
  const singly = touched.gone.size + touched.singles.length > 0;
  const known = !round.full && singly ? await request.known() : null;
  let changes = 0;
  for (const key of touched.gone) {
    members.delete(key);
    if (known?.has(key)) changes++;
    yield { type: 'remove', key };
  }
  for (const master of touched.series) {
    const events = now.series.get(master) ?? [];
    changes++;
    if (events.length === 0) {
      members.delete(master);
      if (!round.full) yield { type: 'remove', key: master };
      continue;
    }
    members.set(master, events.map(({ id }) => shortHash(id)).join(''));
    yield { type: 'upsert', object: seriesObject(master, events, view) };
  }
  const singles = touched.singles.map((id) => now.singles?.get(id) ?? (now.singles ? id : round.present.get(id)!));
  for (const event of singles) {
    if (typeof event === 'string') {
      if (!round.full) yield { type: 'remove', key: event };
      continue;
    }
    // A round may tell again what it told before: what is stored already mustn't become what it was.
    if (known && isOlder(event.modified, stampOf(known.get(event.id) ?? ''))) continue;
    changes++;
    members.delete(event.id); // of a series that is one no longer
    yield { type: 'upsert', object: seriesObject(event.id, [event], view) };
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
  if (!isPart(value) || value.revision !== revision || !textOf(value.link) || !isPart(value.series)) return null;
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

/** Null for an appointment of its own. */
const masterOf = ({ id, type, seriesMasterId }: GraphEvent): string | null =>
  type === 'seriesMaster' ? id : seriesMasterId;

interface Now {
  series: SeriesNow;
  /** What the window has; null where the round itself is what counts. */
  singles: Map<string, GraphEvent> | null;
}

async function readTouched(
  client: GraphClient,
  calendar: string,
  window: Interval,
  { series, doubtful }: Touched,
): Promise<Now> {
  if (series.size >= manySeries || doubtful) {
    const view = await readView(client, calendar, window, doubtful);
    if (view)
      return { series: bySeries(view), singles: doubtful ? new Map(view.map((event) => [event.id, event])) : null };
  }
  if (series.size === 0) return { series: new Map(), singles: null };
  const now = await readSeries(client, calendar, [...series], window);
  const missing = [...series].filter((master) => !now.has(master));
  // Told of a moment ago, and not found by its id: what the window shows is believed, not an error.
  const view = missing.length > 0 ? bySeries((await readView(client, calendar, window, true)) ?? []) : null;
  for (const master of missing) now.set(master, view?.get(master) ?? []);
  return { series: now, singles: null };
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

/** Single ones that were told as stubs are read in full. */
async function hydrated(client: GraphClient, calendar: string, round: Round): Promise<Round> {
  const stubs = [...round.present.values()].filter(
    (event) => masterOf(event) === null && !('showAs' in event.raw && 'start' in event.raw),
  );
  if (stubs.length === 0) return round;
  const paths = stubs.map(({ id }) => `${calendar}/events/${encodeURIComponent(id)}`);
  const answers = await batchGet(client, paths, preferEvents);
  const present = new Map(round.present);
  const removed = new Set(round.removed);
  for (const [index, { status, body, retryAt }] of answers.entries()) {
    const { id } = stubs[index]!;
    present.delete(id);
    if (status === 404) removed.add(id);
    else if (status !== 200) throw client.refusal(status, body, retryAt);
    else {
      const event = graphEvent(body);
      if (!event) throw new ConnectorError('malformed', `${client.host} told of an event without an id.`);
      present.set(event.id, event);
    }
  }
  return { ...round, present, removed };
}

function seriesObject(key: string, events: readonly GraphEvent[], view: { window: Interval; timeZone: string }) {
  const members: Member[] = [];
  const skipped: SkippedComponent[] = [];
  let modified = '';
  for (const event of events) {
    if (modified === '' || isOlder(modified, event.modified)) modified = event.modified;
    const appointment = appointmentOf(event);
    if (isSkipped(appointment)) skipped.push(appointment);
    else members.push(appointment);
  }
  return objectOf(key, members, skipped, modified, view);
}

const hashLength = 8;
/** Long enough that two of a mailbox are hardly ever the same; then a series is read once too often. */
const shortHash = (id: string): string => createHash('sha256').update(id).digest('base64url').slice(0, hashLength);
const splitHashes = (hashes: string): string[] =>
  Array.from({ length: Math.floor(hashes.length / hashLength) }, (_, at) =>
    hashes.slice(at * hashLength, (at + 1) * hashLength),
  );
