/**
 * What a calendar of Exchange has in a stretch of time: ids and change keys, put together to what is stored as one, by
 * UID. A series is one because its rows must always equal one version of it, also while it becomes a single appointment.
 *
 * The change key of an occurrence is that of its series: "If either the recurring master or any of its occurrences
 * change, the ChangeKey changes" (OccurrenceItemIdType.ChangeKey). What changes in an exception alone shows either there
 * or in the exception's own; so all of them together say whether a series is what it was.
 */
import { createHash } from 'node:crypto';
import type { Interval } from '../../agenda/appointment.ts';
import { ConnectorError } from '../connector.ts';
import { uidOf } from './items.ts';
import type { CalendarItem } from './operations/calendar-item.ts';
import type { FoundItem, FoundItems } from './operations/find-calendar-items.ts';
import { findCountReached } from './refusal.ts';

/** A calendar of a mailbox, as it is read. All throw ConnectorError. */
export interface CalendarReader {
  /** What overlaps the interval (FindItem with a CalendarView). */
  view(interval: Interval): Promise<FoundItems>;
  /** All recurring masters (FindItem without a view), told in so many requests. */
  masters(): Promise<{ masters: FoundItem[]; requests: number }>;
  /** In the order of the ids; a text says in the server's words why one can't be read, null that it isn't there. */
  items(ids: readonly string[]): Promise<(CalendarItem | string | null)[]>;
  /** Names the server, for messages. */
  readonly host: string;
  pause(milliseconds: number): Promise<void>;
}

/** A server that doesn't expand series tells their masters, and often only those that began in the stretch. */
export type Expansion = 'server' | 'here';

/** What is stored as one object. */
export interface Entry {
  /** The UID, or the id of one that has none. */
  key: string;
  /** The same while nothing of it has changed; '' where that can't be known. */
  stamp: string;
  items: FoundItem[];
}

export interface Listing {
  entries: Map<string, Entry>;
  /** Null: nothing in it tells. */
  expansion: Expansion | null;
}

/** Raise it when what is kept of an item changes its form: everything is read anew then. */
const revision = 1;
const mostReadings = 5;
const leastSplitMs = 300_000;
/** What the server is too busy to tell it tells soon. */
const pausesMs = [250, 1_000, 3_000];

/** @param expansion what is known of the server so far. @throws ConnectorError */
export async function listCalendar(
  reader: CalendarReader,
  stretch: Interval,
  expansion: Expansion | null,
): Promise<Listing> {
  const items = await untilSame(async () => {
    const parts = { count: 0 };
    return [await splitView(reader, stretch, parts), parts.count];
  });
  const told = expansionIn(items) ?? expansion;
  if (told !== 'server') for (const [id, master] of await mastersOf(reader)) items.set(id, master);
  const entries = new Map<string, Entry>();
  for (const item of items.values()) {
    const key = uidOf({ uid: item.uid, itemId: item });
    const entry = entries.get(key) ?? { key, stamp: '', items: [] };
    entry.items.push(item);
    entries.set(key, entry);
  }
  for (const entry of entries.values()) entry.stamp = stampFor(entry, stretch);
  return { entries, expansion: told };
}

/** An exception alone may be one that its owner was invited to alone. */
function expansionIn(items: ReadonlyMap<string, FoundItem>): Expansion | null {
  const types = new Set([...items.values()].map(({ calendarItemType }) => calendarItemType));
  if (types.has('RecurringMaster')) return 'here';
  return types.has('Occurrence') ? 'server' : null;
}

/** What takes several requests may change between them: it is read until two readings agree. */
async function untilSame(
  read: () => Promise<[Map<string, FoundItem>, requests: number]>,
): Promise<Map<string, FoundItem>> {
  let before: string | null = null;
  for (let readings = 0; readings < mostReadings; readings++) {
    const [items, requests] = await read();
    const now = JSON.stringify([...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
    if (requests === 1 || now === before) return items;
    before = now;
  }
  throw keptChanging();
}

const mastersOf = (reader: CalendarReader): Promise<Map<string, FoundItem>> =>
  untilSame(async () => {
    const { masters, requests } = await reader.masters();
    return [new Map(masters.map((master) => [master.id, master])), requests];
  });

async function splitView(
  reader: CalendarReader,
  { from, to }: Interval,
  parts: { count: number },
): Promise<Map<string, FoundItem>> {
  const { items, isWhole, isCutShort } = await reader.view({ from, to });
  parts.count++;
  if (isWhole) return new Map(items.map((item) => [item.id, item]));
  const length = to.epochMilliseconds - from.epochMilliseconds;
  if (length < 2 * leastSplitMs) {
    if (isCutShort) return await patientView(reader, { from, to });
    throw new ConnectorError(
      'malformed',
      'More appointments lie within ten minutes of this calendar than the server lists.',
    );
  }
  const middle = from.add({ milliseconds: Math.floor(length / 2) });
  // One after the other: where so much is listed, two at once would only get in each other's way.
  const first = await splitView(reader, { from, to: middle }, parts);
  for (const item of (await splitView(reader, { from: middle, to }, parts)).values()) first.set(item.id, item);
  return first;
}

/** Of what can't be split further. @throws ConnectorError where the server goes on telling less than there is */
async function patientView(reader: CalendarReader, interval: Interval): Promise<Map<string, FoundItem>> {
  for (const milliseconds of pausesMs) {
    await reader.pause(milliseconds);
    const { items, isWhole } = await reader.view(interval);
    if (isWhole) return new Map(items.map((item) => [item.id, item]));
  }
  throw new ConnectorError('throttled', findCountReached(reader.host));
}

export const keptChanging = () =>
  new ConnectorError('unreachable', 'The calendar kept changing while it was read. It is read again by itself.');

function stampFor({ items }: Entry, { from, to }: Interval): string {
  if (items.some(({ changeKey }) => changeKey === '')) return '';
  const lines = items.map((item) => {
    const { id, changeKey, calendarItemType, start, end } = item;
    // A master says nothing of the stretch for which it was expanded.
    return [id, changeKey, calendarItemType, ...(isMaster(item) ? [from, to] : [start, end])].join('|');
  });
  const text = [revision, ...lines.sort()].join('\n');
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

export const isMaster = ({ calendarItemType }: FoundItem): boolean => calendarItemType === 'RecurringMaster';
