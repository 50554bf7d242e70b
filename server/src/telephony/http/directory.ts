/** Which of the system's own ids belongs to an extension: asked for once and remembered for a while. */
import { ConnectorError } from '../../calendars/connector.ts';
import type { Client } from './client.ts';
import { readList } from './pages.ts';
import { allAtPointer, atPointer, textOf } from './places.ts';
import type { HttpSettings } from './settings.ts';

export interface Directory {
  /** @throws ConnectorError 'notFound' for an extension nobody has, 'refused' for one that several have. */
  idOf(extension: string, signal: AbortSignal): Promise<string>;
  /** The extensions of an id; only where the whole list is read. @throws ConnectorError */
  extensionsOf(id: string, signal: AbortSignal): Promise<readonly string[]>;
  /** What was found is no longer true. */
  forget(extension: string): void;
}

/** How soon the whole list is read again for an extension that wasn't in it. Milliseconds. */
const missingAgain = 30_000;

export function directory(client: Client, lookup: NonNullable<HttpSettings['lookup']>): Directory {
  const each = /\{\{\s*extension\s*\}\}/.test(lookup.address);
  const kept = new Map<string, { ids: Set<string>; at: number }>();
  let extensions = new Map<string, string[]>();
  let readAt = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | null = null;
  const old = (at: number) => performance.now() - at > lookup.minutes * 60_000;

  async function read(values: { extension?: string }, signal: AbortSignal): Promise<Map<string, Set<string>>> {
    const { elements } = await readList(client, lookup, values, signal);
    const found = new Map<string, Set<string>>();
    for (const element of elements) {
      const id = textOf(atPointer(element, lookup.id));
      if (id)
        for (const value of allAtPointer(element, lookup.extension)) {
          const extension = textOf(value);
          if (extension) found.set(extension, (found.get(extension) ?? new Set()).add(id));
        }
    }
    return found;
  }
  function readWhole(signal: AbortSignal): Promise<void> {
    reading ??= (async () => {
      const found = await read({}, signal);
      readAt = performance.now();
      kept.clear();
      extensions = new Map();
      for (const [extension, ids] of found) {
        kept.set(extension, { ids, at: readAt });
        for (const id of ids) extensions.set(id, [...(extensions.get(id) ?? []), extension]);
      }
    })().finally(() => {
      reading = null;
    });
    return reading;
  }

  return {
    async idOf(extension, signal) {
      let entry = kept.get(extension);
      if (each) {
        if (!entry || old(entry.at)) {
          const found = (await read({ extension }, signal)).get(extension) ?? new Set<string>();
          entry = { ids: found, at: performance.now() };
          // Nobody's extension is asked for again next time: it may be somebody's by then.
          if (found.size > 0) kept.set(extension, entry);
          else kept.delete(extension);
        }
      } else if (old(readAt) || (!entry && performance.now() - readAt > missingAgain)) {
        await readWhole(signal);
        entry = kept.get(extension);
      }
      const [id, another] = entry?.ids ?? [];
      if (another !== undefined)
        throw new ConnectorError(
          'refused',
          `Several users of the phone system have the extension ${extension}: it can't be told whose forwarding to set.`,
        );
      if (id === undefined)
        throw new ConnectorError('notFound', `The phone system doesn't know extension ${extension}.`);
      return id;
    },
    async extensionsOf(id, signal) {
      if (old(readAt) || (!extensions.has(id) && performance.now() - readAt > missingAgain)) await readWhole(signal);
      return extensions.get(id) ?? [];
    },
    forget(extension) {
      kept.delete(extension);
      readAt = Math.min(readAt, performance.now() - missingAgain - 1);
    },
  };
}
