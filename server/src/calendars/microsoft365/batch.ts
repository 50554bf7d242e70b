/**
 * $batch: up to 20 requests in one, each part judged alone. None depends on another: Graph then runs those of a mailbox
 * four at a time, and one that fails fails alone. Source: "Combine multiple HTTP requests using JSON batching".
 */

import { ConnectorError } from '../connector.ts';
import { type GraphAnswer, type GraphClient, GraphRefusal } from './graph-client.ts';
import { isPart, textOf } from './graph-event.ts';

const mostParts = 20;

/**
 * GETs, answered in the order in which they were asked. A part that Graph puts off (429, 5xx) or leaves out is asked
 * for again by itself, with the patience of a single request.
 * @throws ConnectorError
 */
export async function batchGet(
  client: GraphClient,
  paths: readonly string[],
  prefer: readonly string[],
): Promise<GraphAnswer[]> {
  const answers: GraphAnswer[] = [];
  for (let at = 0; at < paths.length; at += mostParts) {
    const some = paths.slice(at, at + mostParts);
    const told = some.length > 1 ? await together(client, some, prefer).catch(noBatch) : new Map<string, GraphAnswer>();
    for (const [index, path] of some.entries()) {
      const answer = told.get(String(index));
      if (answer?.status === 429 && answer.retryAt) client.putOff(answer.retryAt);
      answers.push(answer && !putOff(answer.status) ? answer : await client.answer(path, { prefer }));
    }
  }
  return answers;
}

/** Who can't read a batch is asked one by one. */
function noBatch(error: unknown): Map<string, GraphAnswer> {
  if (error instanceof GraphRefusal && [400, 403, 404, 405, 500, 501].includes(error.status)) return new Map();
  throw error;
}

const putOff = (status: number) => status === 401 || status === 424 || status === 429 || status >= 500;

async function together(
  client: GraphClient,
  paths: readonly string[],
  prefer: readonly string[],
): Promise<Map<string, GraphAnswer>> {
  const requests = paths.map((url, index) => ({
    id: String(index),
    method: 'GET',
    url,
    headers: { Prefer: prefer.join(', '), Accept: 'application/json' },
  }));
  const { responses } = await client.request('/$batch', { method: 'POST', body: { requests } });
  if (!Array.isArray(responses))
    throw new ConnectorError('malformed', `${client.host} answered a batch without its parts.`);
  const told = new Map<string, GraphAnswer>();
  for (const part of responses) {
    if (!isPart(part) || typeof part.status !== 'number') continue;
    const headers = isPart(part.headers) ? part.headers : {};
    const [, wait] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after') ?? [];
    const retryAt = client.retryAfter(textOf(wait));
    told.set(String(part.id), { status: part.status, body: isPart(part.body) ? part.body : null, retryAt });
  }
  return told;
}
