/** The product and the simulated Exchange server, which it reads by a service account. */
import { systemActor } from '../../server/src/organization/audit.ts';
import { createServer } from '../../server/src/organization/exchange-servers/servers.ts';
import { type Child, startChild } from '../child.ts';
import { type Office, openOffice } from '../company/office.ts';
import type { SimulatedServer } from './server.ts';

export interface ServerOffice extends Office<Child<SimulatedServer>> {
  /** The service account, and the address of EWS. */
  registered: { url: string; principalName: string; password: string };
}

export async function openServerOffice(size: number): Promise<ServerOffice> {
  const source = startChild<SimulatedServer>('exchange/server.ts');
  const { addresses, ...registered } = await source.found({ size, seed: 365 });
  const office = await openOffice({
    ...{ source, addresses },
    async register(transaction, secrets) {
      const serverId = await createServer(transaction, secrets, systemActor, {
        ...{ name: 'Exchange', address: registered.url, mailDomain: null, authority: null },
        ...{ signIn: { kind: 'basic', userName: registered.principalName }, secret: registered.password },
      });
      return { source: 'exchange', exchange: { serverId } };
    },
  });
  return { ...office, registered };
}
