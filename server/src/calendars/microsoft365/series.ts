/**
 * What a touched series looks like now. Delta rounds tell of its members as stubs and of a cancelled or moved one often
 * not at all, so it is read whole, through its calendar: /me/events/{id} doesn't find what somebody shares.
 * Source: "event: instances", "calendar: list calendarView".
 */
import type { Interval } from '../../agenda/appointment.ts';
import { ConnectorError } from '../connector.ts';
import { batchGet } from './batch.ts';
import { eventFields, windowQuery } from './events.ts';
import { type GraphClient, GraphRefusal, preferEvents, valuesOf } from './graph-client.ts';
import { type GraphEvent, graphEvent, masterOf, type Part, textOf } from './graph-event.ts';
import { filledIn, readEvents } from './stubs.ts';

/** Instances in the window, by the master's id; no entry for a series that isn't there any more. */
export type SeriesNow = Map<string, GraphEvent[]>;

const mostAtOnce = 1_000;
const mostReadings = 5;

/** @param calendar path of it. @throws ConnectorError */
export async function readSeries(
  client: GraphClient,
  calendar: string,
  masters: readonly string[],
  window: Interval,
): Promise<SeriesNow> {
  const paths = masters.map(
    (id) =>
      `${calendar}/events/${encodeURIComponent(id)}/instances?${windowQuery(window)}&$select=${eventFields}&$top=${mostAtOnce}`,
  );
  const answers = await batchGet(client, paths, preferEvents);
  const series: SeriesNow = new Map();
  for (const [index, { status, body, retryAt }] of answers.entries()) {
    const [master, path] = [masters[index]!, paths[index]!];
    if (status === 404 || status === 403) continue; // gone or closed: what the window shows of it is believed
    if (status === 400) {
      // It became a single event.
      const [event] = await readEvents(client, calendar, [master]);
      if (event && masterOf(event) === null) series.set(master, [{ ...event, id: master }]);
      continue;
    }
    if (status !== 200) throw client.refusal(status, body, retryAt);
    if (!body) throw new ConnectorError('malformed', `${client.host} answered with something that isn’t JSON.`);
    const values = textOf(body['@odata.nextLink'])
      ? await steady(client, path).catch(goneMeanwhile)
      : valuesOf(body, client.host);
    if (values) series.set(master, await filledIn(client, calendar, eventsOf(client, values)));
  }
  return series;
}

/** It went, or became a single event, between two of its pages. */
function goneMeanwhile(error: unknown): null {
  if (error instanceof GraphRefusal && (error.status === 404 || error.status === 400)) return null;
  throw error;
}

/**
 * The whole window, every occurrence in full: for a first round one request in place of one for each series.
 * @returns null where it takes several pages, between which a series may change, unless `insist`.
 * @throws ConnectorError
 */
export async function readView(
  client: GraphClient,
  calendar: string,
  window: Interval,
  insist: boolean,
): Promise<GraphEvent[] | null> {
  const path = `${calendar}/calendarView?${windowQuery(window)}&$select=${eventFields}&$top=${mostAtOnce}`;
  const page: Part = await client.request(path, { prefer: preferEvents });
  const whole = !textOf(page['@odata.nextLink']);
  if (!whole && !insist) return null;
  const values = whole ? valuesOf(page, client.host) : await steady(client, path);
  return filledIn(client, calendar, eventsOf(client, values));
}

/** What takes several pages may change between them: it is read until two readings agree. @throws ConnectorError */
async function steady(client: GraphClient, path: string): Promise<unknown[]> {
  let before: string | null = null;
  for (let readings = 0; readings < mostReadings; readings++) {
    const { values, pages } = await client.list(path, preferEvents);
    const now = JSON.stringify(values);
    if (pages === 1 || now === before) return values;
    before = now;
  }
  throw new ConnectorError(
    'unreachable',
    'A series of appointments kept changing while it was read. It is read again.',
  );
}

function eventsOf(client: GraphClient, values: readonly unknown[]): GraphEvent[] {
  const events = new Map<string, GraphEvent>();
  for (const value of values) {
    const event = graphEvent(value);
    if (!event) throw new ConnectorError('malformed', `${client.host} told of an event without an id.`);
    events.set(event.id, event);
  }
  return [...events.values()];
}
