/** Calls in progress, as a phone system lists them. */
import type { Call } from '../connector.ts';
import type { Client } from './client.ts';
import type { Directory } from './directory.ts';
import { readList } from './pages.ts';
import { atPointer, textOf } from './places.ts';
import type { HttpSettings } from './settings.ts';

/**
 * All that are going on now. A call without an id, or of nobody that is known, is left out.
 * @throws ConnectorError, also where the answer has no list: "no calls" is an empty one.
 */
export async function callsInProgress(
  client: Client,
  settings: NonNullable<HttpSettings['calls']>,
  directory: Directory | null,
  signal: AbortSignal,
): Promise<Call[]> {
  const { elements } = await readList(client, settings, {}, signal);
  const calls: Call[] = [];
  for (const element of elements) {
    const { only } = settings;
    if (only && !only.is.includes(textOf(atPointer(element, only.at)) ?? '')) continue;
    const id = textOf(atPointer(element, settings.id));
    if (id === null) continue;
    const said = settings.since === null ? null : instantOf(textOf(atPointer(element, settings.since)));
    // Where nothing tells, a call that is new to whoever asks begins now.
    const since = said ?? Temporal.Now.instant();
    for (const extension of await extensionsOf(element)) calls.push({ id, extension, since });
  }
  return calls;

  async function extensionsOf(element: unknown): Promise<readonly string[]> {
    const user = settings.user === null ? null : textOf(atPointer(element, settings.user));
    if (user !== null) return directory?.extensionsOf(user, signal) ?? [];
    const extension = settings.extension === null ? null : textOf(atPointer(element, settings.extension));
    return extension === null ? [] : [extension];
  }
}

/** ISO 8601; without a zone UTC is meant. */
function instantOf(text: string | null): Temporal.Instant | null {
  for (const each of text === null ? [] : [text, `${text}Z`])
    try {
      return Temporal.Instant.from(each);
    } catch {}
  return null;
}
