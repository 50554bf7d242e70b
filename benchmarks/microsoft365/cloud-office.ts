/** The product and the simulated Microsoft 365, which it knows as a Graph application. */
import { systemActor } from '../../server/src/organization/audit.ts';
import { createApplication } from '../../server/src/organization/graph-applications/applications.ts';
import { type Child, startChild } from '../child.ts';
import { type Office, openOffice } from '../company/office.ts';
import type { Cloud } from './cloud.ts';

export interface CloudOffice extends Office<Child<Cloud>> {
  /** How to sign in at the cloud. */
  registered: { url: string; tenantId: string; clientId: string; secret: string };
}

export async function openCloudOffice(size: number): Promise<CloudOffice> {
  const source = startChild<Cloud>('microsoft365/cloud.ts');
  const { addresses, ...registered } = await source.found({ size, seed: 365 });
  const office = await openOffice({
    ...{ source, addresses },
    async register(transaction, secrets) {
      const { clientId, tenantId, url, secret } = registered;
      const graphApplicationId = await createApplication(transaction, secrets, systemActor, {
        ...{ name: 'Calendars', clientId, tenantId, cloud: 'custom', loginAddress: url, graphAddress: url },
        credential: { kind: 'secret', secret },
      });
      return { source: 'microsoft365', microsoft365: { graphApplicationId, mailboxSettings: true } };
    },
  });
  return {
    ...{ ...office, registered },
    async disconnect() {
      await office.disconnect();
      await source.forgetSubscriptions();
    },
  };
}
