/** One client a server, kept as long as the server is set up the same: its gate and its sign-ins are everybody's. */
import { createHash } from 'node:crypto';
import type { Outbound } from '../../outbound/outbound.ts';
import { type Time, wallTime } from '../gate.ts';
import { addressFinder } from './address.ts';
import { ExchangeClient } from './client.ts';
import type { ExchangeServer } from './exchange-server.ts';

export interface ExchangeClients {
  of(server: ExchangeServer): ExchangeClient;
  close(): void;
}

export function exchangeClients(
  outbound: Outbound,
  { time = wallTime, random = Math.random }: { time?: Time; random?: () => number } = {},
): ExchangeClients {
  const known = new Map<string, { key: string; client: ExchangeClient }>();
  return {
    of(server) {
      const key = createHash('sha256').update(JSON.stringify(server)).digest('base64');
      const found = known.get(server.id);
      if (found?.key === key) return found.client;
      found?.client.close();
      const client = new ExchangeClient({
        outbound,
        server,
        time,
        random,
        address: addressFinder(outbound, server, time),
      });
      known.set(server.id, { key, client });
      return client;
    },
    close() {
      for (const { client } of known.values()) client.close();
      known.clear();
    },
  };
}
