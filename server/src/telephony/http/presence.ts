/** Users' presence told to a phone system that shows it. */
import { ConnectorError } from '../../calendars/connector.ts';
import type { PhonePresence } from '../connector.ts';
import type { Client } from './client.ts';
import { requestsOf } from './request-settings.ts';
import type { HttpSettings } from './settings.ts';
import type { Values } from './templates.ts';

const concurrent = 4;

/**
 * Says only what it hasn't said before on this connection: what somebody sets there by hand stays until something else is
 * wanted. After a new connection it is said again, because nothing tells what stands there.
 * @param valuesFor with `extension` (and `id`).
 */
export function presenceTeller(
  client: Client,
  settings: NonNullable<HttpSettings['presence']>,
  valuesFor: (extension: string, signal: AbortSignal) => Promise<Values>,
) {
  const told = new Map<string, string>();

  async function tell(extension: string, presence: PhonePresence | null, signal: AbortSignal): Promise<void> {
    const { status, message } = presence ?? { status: 'available', message: null };
    const mark = JSON.stringify([presence === null, status, message]);
    if (told.get(extension) === mark) return;
    const values = { ...(await valuesFor(extension, signal)), status, note: message ?? '', until: '' };
    const requests = presence === null && settings.clear ? settings.clear : settings.set;
    await client.sendAll(requestsOf(requests), { ...values, presence: settings.words[status] ?? status }, signal);
    told.set(extension, mark);
  }

  /**
   * @param all what was told of others on this connection is taken back.
   * @throws ConnectorError the first one; extensions that the system doesn't know are passed over.
   */
  return async (
    wanted: ReadonlyMap<string, PhonePresence | null>,
    all: boolean,
    signal: AbortSignal,
  ): Promise<void> => {
    const others = all ? [...told.keys()].filter((extension) => !wanted.has(extension)) : [];
    const queue: [string, PhonePresence | null][] = [
      ...wanted,
      ...others.map((extension): [string, null] => [extension, null]),
    ];
    let first: unknown = null;
    const worker = async () => {
      for (let next = queue.shift(); next; next = queue.shift())
        try {
          await tell(...next, signal);
        } catch (error) {
          if (!(error instanceof ConnectorError && error.errorClass === 'notFound')) first ??= error;
        }
    };
    await Promise.all(Array.from({ length: concurrent }, worker));
    if (first !== null) throw first;
  };
}
