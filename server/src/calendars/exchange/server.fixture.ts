/** An Exchange server that tests talk to: the simulator, and a client for it. */
import { afterEach } from 'vitest';
import { type ExchangeOptions, startExchange } from '../../../../simulators/exchange/exchange.ts';
import { type Habits, tame } from '../../../../simulators/exchange/habits.ts';
import { createOutbound } from '../../outbound/client.ts';
import type { Outbound, OutboundAnswer, OutboundSession } from '../../outbound/outbound.ts';
import { type Time, wallTime } from '../gate.ts';
import { ExchangeClient } from './client.ts';
import type { ExchangeServer } from './exchange-server.ts';

export const mailboxName = 'anna@contoso.example';
export const password = 'Simulated-1';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function outboundOfTest(): Outbound {
  const outbound = createOutbound({ allowedNetworks: ['127.0.0.0/8'] });
  cleanups.push(() => outbound.close());
  return outbound;
}

/** Each request of a session passes through `send`. */
export const passing = (
  outbound: Outbound,
  send: (session: OutboundSession, ...of: Parameters<OutboundSession['send']>) => Promise<OutboundAnswer>,
): Outbound => ({
  ...outbound,
  session(options) {
    const session = outbound.session(options);
    return { close: () => session.close(), send: (url, request) => send(session, url, request) };
  },
});

/** With one mailbox and one service account that may act for everybody. */
export async function simulated(habits: Partial<Habits> = {}, options: Omit<ExchangeOptions, 'habits'> = {}) {
  const simulator = await startExchange({ habits: { ...tame, ...habits }, ...options });
  cleanups.push(() => simulator.stop());
  const account = simulator.world.addAccount({ password });
  const { mailbox } = simulator.world.addUser({
    name: 'Anna',
    address: mailboxName,
    aliases: ['anna.b@contoso.example'],
  });
  return { simulator, account, mailbox };
}

export const serverAt = (url: string, part: Partial<ExchangeServer> = {}): ExchangeServer => ({
  ...{ id: 'server', name: 'Contoso', address: `${url}/EWS/Exchange.asmx`, mailDomain: null, authority: null },
  signIn: { kind: 'basic', userName: 'CONTOSO\\svc-whenabouts', password },
  ...part,
});

export function clientOf(server: ExchangeServer, { outbound = outboundOfTest(), time = wallTime as Time } = {}) {
  const address = new URL(server.address!);
  const client = new ExchangeClient({ outbound, server, time, random: () => 0.5, address: async () => address });
  cleanups.push(() => client.close());
  return client;
}
