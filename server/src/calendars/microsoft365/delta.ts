/**
 * One round of calendarView/delta: what is in the window, or what changed in it since the last round. Pages may be
 * empty, come in any order, tell things twice or again, and speak of what was never there.
 * Source: "Get incremental changes to events in a calendar view", "event: delta", Microsoft Graph v1.0.
 */
import type { Interval } from '../../agenda/appointment.ts';
import { ConnectorError } from '../connector.ts';
import { type GraphClient, GraphRefusal, preferImmutable, preferUtc, valuesOf } from './graph-client.ts';
import { type GraphEvent, graphEvent, isOlder, isRemoved, textOf } from './graph-event.ts';

export interface Round {
  /** All of the window was told, not only what changed. */
  full: boolean;
  /** By id, the newest where several were told. */
  present: Map<string, GraphEvent>;
  /** Ids of what is no longer in the window, known or not. */
  removed: Set<string>;
  /** Where the next round goes on. */
  link: string;
  /** What it told of, now and from now on: the link holds it. */
  window: Interval;
}

/** A larger page is a slower one; this holds a quarter of a year of most mailboxes. */
const pageSize = 250;
const mostPages = 5_000;
const mostRepeats = 20;
const mostRestarts = 3;

const prefer = [`odata.maxpagesize=${pageSize}`, preferUtc, preferImmutable];
export const preferEvents = [preferUtc, preferImmutable];

/**
 * @param last round's link with its window; null, or one that Graph has forgotten, makes a full round.
 * @param anew the window of a full round
 * @throws ConnectorError
 */
export async function readRound(
  client: GraphClient,
  calendar: string,
  last: Pick<Round, 'link' | 'window'> | null,
  anew: Interval,
): Promise<Round> {
  if (last !== null)
    try {
      return { ...(await readPages(client, last.link)), full: false, window: last.window };
    } catch (error) {
      if (!isForgotten(error)) throw error;
    }
  const first = `${calendar}/calendarView/delta?${windowQuery(anew)}`;
  for (let restarts = 0; ; restarts++) {
    try {
      return { ...(await readPages(client, first)), full: true, window: anew };
    } catch (error) {
      if (!isForgotten(error) || restarts >= mostRestarts) throw error;
    }
  }
}

export const windowQuery = ({ from, to }: Interval): string =>
  `startDateTime=${encodeURIComponent(from.toString())}&endDateTime=${encodeURIComponent(to.toString())}`;

async function readPages(client: GraphClient, start: string): Promise<Pick<Round, 'present' | 'removed' | 'link'>> {
  const present = new Map<string, GraphEvent>();
  const removed = new Set<string>();
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
    const deltaLink = textOf(page['@odata.deltaLink']);
    if (deltaLink) return { present, removed, link: deltaLink };
    const nextLink = textOf(page['@odata.nextLink']);
    if (!nextLink)
      throw new ConnectorError('malformed', `${client.host} broke the list of appointments off before its end.`);
    if (nextLink === next && ++repeats > mostRepeats) break;
    next = nextLink;
  }
  throw new ConnectorError('malformed', `The list of appointments at ${client.host} has no end.`);
}

/** Graph no longer knows what it has told us: everything is told anew then. */
function isForgotten(error: unknown): boolean {
  if (!(error instanceof GraphRefusal) || error.status < 400 || error.status > 499) return false;
  return error.status === 410 || /syncState|resync|fullSync/i.test(error.code);
}
