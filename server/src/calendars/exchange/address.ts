/** Where a server's EWS is: typed, or found by Autodiscover and kept for a while. */
import type { Outbound } from '../../outbound/outbound.ts';
import { ConnectorError } from '../connector.ts';
import type { Time } from '../gate.ts';
import { type Discovered, discoverExchange } from './autodiscover/autodiscover.ts';
import type { ExchangeServer } from './exchange-server.ts';

/** Long enough to be no load, short enough for a move to another server. */
const keptMs = 24 * 3_600_000;
/** After a search in vain the same answer is given for so long. */
const vainMs = 60_000;

/** @returns where EWS is, asked for a mailbox. @throws ConnectorError, then and for whoever asks within a minute */
export function addressFinder(
  outbound: Outbound,
  server: ExchangeServer,
  time: Time,
): (mailbox: string) => Promise<URL> {
  if (server.address !== null) {
    const typed = URL.parse(server.address);
    return async () => {
      if (typed) return typed;
      throw new ConnectorError('refused', `The address of the Exchange server "${server.name}" can’t be read.`);
    };
  }
  let search: { until: number; found: Promise<Discovered> } | null = null;
  return async (mailbox) => {
    if (search === null || search.until <= time.now()) {
      // Without anybody's signal: one mailbox that is given up mustn't take it from the others.
      const mine = { until: time.now() + keptMs, found: discoverExchange({ outbound, server, mailbox, time }) };
      mine.found.catch(() => {
        mine.until = time.now() + vainMs;
      });
      search = mine;
    }
    return (await search.found).address;
  };
}
