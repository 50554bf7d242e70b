/**
 * One round of calendarView/delta: what is in the window, or what changed in it since the last round. Pages may be
 * empty, come in any order, tell things twice or again, and speak of what was never there.
 * Calendars that know no delta are told whole each time.
 * Source: "Get incremental changes to events in a calendar view", "event: delta", Microsoft Graph v1.0.
 */
import type { Interval } from '../../agenda/appointment.ts';
import { ConnectorError } from '../connector.ts';
import { windowQuery } from './events.ts';
import { type GraphClient, GraphRefusal, preferEvents, valuesOf } from './graph-client.ts';
import { type GraphEvent, graphEvent, isOlder, isRemoved, textOf } from './graph-event.ts';
import { readView } from './series.ts';

export interface Round {
  /** All of the window was told, not only what changed. */
  full: boolean;
  /** By id, the newest where several were told. */
  present: Map<string, GraphEvent>;
  /** Ids of what is no longer in the window, known or not. */
  removed: Set<string>;
  /** Where the next round goes on; null: this calendar knows no delta. */
  link: string | null;
  /** What it told of, now and from now on: the link holds it. */
  window: Interval;
  /** Every occurrence in it, where that is what was read. */
  view: readonly GraphEvent[] | null;
}

/** A larger page is a slower one; this holds a quarter of a year of most mailboxes. */
const pageSize = 250;
const mostPages = 5_000;
const mostRepeats = 20;
const mostRestarts = 3;
/** So calendars that others share are said to refuse it. One that is gone, or closed, refuses the view as well. */
const knowsNoDelta = [400, 403, 404, 405, 501];

const prefer = [`odata.maxpagesize=${pageSize}`, ...preferEvents];

/**
 * @param last round's link with its window; null, or one that Graph no longer takes, makes a full round.
 * @param anew the window of a full round
 * @throws ConnectorError
 */
export async function readRound(
  client: GraphClient,
  calendar: string,
  last: Pick<Round, 'link' | 'window'> | null,
  anew: Interval,
): Promise<Round> {
  if (last?.link === null) return readWhole(client, calendar, anew);
  if (last)
    try {
      return { ...(await readPages(client, last.link)), full: false, window: last.window, view: null };
    } catch (error) {
      // A link that is refused or leads nowhere any more: whether the calendar is there a full round shows.
      if (!isForgotten(error) && !isRefusal(error, [400, 404])) throw error;
    }
  const first = `${calendar}/calendarView/delta?${windowQuery(anew)}`;
  for (let restarts = 0; restarts <= mostRestarts; restarts++) {
    try {
      return { ...(await readPages(client, first)), full: true, window: anew, view: null };
    } catch (error) {
      if (isForgotten(error)) continue;
      if (isRefusal(error, knowsNoDelta)) return readWhole(client, calendar, anew);
      throw error;
    }
  }
  throw new ConnectorError('unreachable', `${client.host} keeps forgetting what it has told.`);
}

async function readWhole(client: GraphClient, calendar: string, window: Interval): Promise<Round> {
  const view = (await readView(client, calendar, window, true)) ?? [];
  const present = new Map(view.map((event) => [event.id, event]));
  return { full: true, present, removed: new Set(), link: null, window, view };
}

type Pages = Pick<Round, 'present' | 'removed'> & { link: string };

async function readPages(client: GraphClient, start: string): Promise<Pages> {
  const present = new Map<string, GraphEvent>();
  const removed = new Set<string>();
  const seen = new Set<string>();
  let next = start;
  let repeats = 0;
  for (let pages = 0; pages < mostPages; pages++) {
    const page = await client.request(next, { prefer });
    for (const value of valuesOf(page, client.host)) {
      const event = graphEvent(value);
      if (!event) throw new ConnectorError('malformed', `${client.host} told of an event without an id.`);
      if (isRemoved(event)) removed.add(event.id);
      else {
        const before = present.get(event.id);
        if (!before || !isOlder(event.modified, before.modified)) present.set(event.id, event);
      }
    }
    const nextLink = textOf(page['@odata.nextLink']);
    const deltaLink = textOf(page['@odata.deltaLink']);
    if (deltaLink && !nextLink) return { present, removed, link: deltaLink };
    if (!nextLink)
      throw new ConnectorError('malformed', `${client.host} broke the list of appointments off before its end.`);
    // Some pages come twice; a circle has no end.
    if (seen.has(nextLink) && ++repeats > mostRepeats) break;
    seen.add(nextLink);
    next = nextLink;
  }
  throw new ConnectorError('malformed', `The list of appointments at ${client.host} has no end.`);
}

const isRefusal = (error: unknown, statuses: readonly number[]): boolean =>
  error instanceof GraphRefusal && statuses.includes(error.status);

/** Graph no longer knows what it has told us: everything is told anew then. */
function isForgotten(error: unknown): boolean {
  if (!(error instanceof GraphRefusal) || error.status < 400 || error.status > 499) return false;
  return error.status === 410 || error.codes.some((code) => /syncState|resync|fullSync/i.test(code));
}
