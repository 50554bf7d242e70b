/** The connections by which the connector alone listens to a whole company, over HTTP to the simulated server. */
import { exchangeConnector } from '../../server/src/calendars/exchange/connector.ts';
import { createOutbound } from '../../server/src/outbound/client.ts';
import { startChild } from '../child.ts';
import { until } from '../company/office.ts';
import type { SimulatedServer } from './server.ts';

const askedAtOnce = 10;

/** @returns connections that were held at the same time, and seconds until all mailboxes were listened to. */
export async function holdConnections(size: number): Promise<{ connections: number; seconds: number }> {
  const simulated = startChild<SimulatedServer>('exchange/server.ts');
  const outbound = createOutbound({ allowedNetworks: ['127.0.0.0/8'] });
  const ending = new AbortController();
  const { signal } = ending;
  try {
    const { url, principalName, password, addresses } = await simulated.found({ size, seed: 365 });
    const server = { id: 'exchange', name: 'Exchange', address: url, mailDomain: null, authority: null };
    const connector = exchangeConnector(outbound, {
      server: async () => ({ ...server, signIn: { kind: 'basic', userName: principalName, password } }),
    });
    const calendars = new Map<string, string[]>();
    const accountOf = (mailbox: string) => ({
      ...{ id: mailbox, settings: { mailbox }, secret: null, exchangeServerId: server.id },
    });
    const rest = [...addresses];
    const discover = async () => {
      for (let mailbox = rest.shift(); mailbox; mailbox = rest.shift()) {
        const found = await connector.discover(accountOf(mailbox), signal);
        calendars.set(mailbox, [found.find(({ selectedByDefault }) => selectedByDefault)!.remoteId]);
      }
    };
    await Promise.all(Array.from({ length: askedAtOnce }, discover));
    const told = new Set<string>();
    const watch = connector.watch!(
      server.id,
      ({ accountId, what }) => void (what === 'untold' ? told.delete(accountId) : told.add(accountId)),
      signal,
    );
    const began = performance.now();
    watch.keep(addresses.map((mailbox) => ({ account: accountOf(mailbox), calendars: calendars.get(mailbox)! })));
    await until(async () => told.size === size, 'all mailboxes are listened to');
    const seconds = (performance.now() - began) / 1_000;
    const { most: connections, heard } = await simulated.streams();
    if (heard !== size) throw new Error(`Of ${size} mailboxes ${heard} are listened to.`);
    ending.abort();
    await watch.closed;
    return { connections, seconds };
  } finally {
    ending.abort();
    await outbound.close();
    await simulated.stop();
  }
}
