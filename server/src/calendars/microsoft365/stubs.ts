/**
 * What is told as a stub is read in full: a single event by itself, a member of a series with what its master says.
 * Which of them come as stubs, and where, Microsoft doesn't say; users report it of delta rounds.
 */
import { ConnectorError } from '../connector.ts';
import { batchGet } from './batch.ts';
import type { Round } from './delta.ts';
import { eventFields } from './events.ts';
import { type GraphClient, preferEvents } from './graph-client.ts';
import { type GraphEvent, graphEvent, isStub, masterOf } from './graph-event.ts';

/** @param calendar path of it. @returns the round without stubs of single events. @throws ConnectorError */
export async function withSingles(client: GraphClient, calendar: string, round: Round): Promise<Round> {
  const stubs = [...round.present.values()].filter((event) => masterOf(event) === null && isStub(event));
  if (stubs.length === 0) return round;
  const read = await readEvents(
    client,
    calendar,
    stubs.map(({ id }) => id),
  );
  const present = new Map(round.present);
  const removed = new Set(round.removed);
  for (const [index, event] of read.entries()) {
    const { id } = stubs[index]!;
    // By the id it was told by: its removal will be told by that one too.
    if (event) present.set(id, { ...event, id });
    // Not found by its id: told as good as whole it is believed until its removal is told.
    else if (!('subject' in stubs[index]!.raw && 'start' in stubs[index]!.raw)) {
      present.delete(id);
      removed.add(id);
    }
  }
  return { ...round, present, removed };
}

/** What every member has of its own. */
const own = new Set(['id', 'type', 'seriesMasterId', 'start', 'end', 'originalStart', 'recurrence']);

/** Members without more than their times, filled in from their masters; those of a master that is gone are left out. */
export async function filledIn(
  client: GraphClient,
  calendar: string,
  events: readonly GraphEvent[],
): Promise<GraphEvent[]> {
  const ids = [...new Set(events.flatMap((event) => (isStub(event) ? (event.seriesMasterId ?? []) : [])))];
  if (ids.length === 0) return [...events];
  const read = await readEvents(client, calendar, ids);
  const masters = new Map(ids.map((id, index) => [id, read[index]!]));
  return events.flatMap((event) => {
    const { seriesMasterId } = event;
    if (!isStub(event) || seriesMasterId === null) return [event];
    const master = masters.get(seriesMasterId);
    if (!master) return [];
    const common = Object.entries(master.raw).filter(([name]) => !own.has(name));
    return graphEvent({ ...Object.fromEntries(common), ...event.raw }) ?? [];
  });
}

/** Each by itself, in this order; null for what isn't there any more. @throws ConnectorError */
export async function readEvents(
  client: GraphClient,
  calendar: string,
  ids: readonly string[],
): Promise<(GraphEvent | null)[]> {
  const paths = ids.map((id) => `${calendar}/events/${encodeURIComponent(id)}?$select=${eventFields}`);
  const answers = await batchGet(client, paths, preferEvents);
  return answers.map(({ status, body, retryAt }) => {
    if (status === 404) return null;
    if (status !== 200) throw client.refusal(status, body, retryAt);
    const event = graphEvent(body);
    if (!event) throw new ConnectorError('malformed', `${client.host} told of an event without an id.`);
    return event;
  });
}
