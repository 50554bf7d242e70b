/** Reading all mailboxes for the first time: the least that Graph can be asked, and the bare loop. */
import { Pool } from 'undici';
import { windowAt } from '../../server/src/sync/window.ts';
import { type FirstSync, measureFirstSync, replayAll } from '../company/first-sync.ts';
import type { Sent } from './cloud.ts';
import type { CloudOffice } from './cloud-office.ts';

/** Mailboxes at a time: as many as the product reads. */
const atOnce = 32;

export async function measureFirstSyncOfCloud(
  office: CloudOffice,
  runs: number,
): Promise<FirstSync & { least: number }> {
  const { source: cloud, size, disconnect } = office;
  const told = await measureFirstSync(
    office,
    { recorded: cloud.recorded, replay: (recorded) => replay(office, recorded), disconnect },
    runs,
  );
  const { from, to } = windowAt(Temporal.Now.instant());
  // Beside the pages of changes: which calendars there are, the window with its series in full, a subscription, and
  // zone and hours.
  const least = (await cloud.pages({ from: from.epochMilliseconds, to: to.epochMilliseconds })) + 4 * size;
  return { ...told, least };
}

/** Of the answers the JSON is parsed. */
async function replay({ source: cloud, registered }: CloudOffice, recorded: readonly Sent[][]): Promise<number> {
  const { url, tenantId, clientId, secret } = registered;
  await cloud.forgetSubscriptions();
  const pool = new Pool(url, { connections: atOnce });
  const began = performance.now();
  const credentials = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
  const { access_token: token } = (await asked(pool, {
    ...{ method: 'POST', url: `/${tenantId}/oauth2/v2.0/token`, prefer: '' },
    body: new URLSearchParams({ ...credentials, scope: `${url}/.default` }).toString(),
  })) as { access_token: string };
  await replayAll(recorded, atOnce, (sent) => asked(pool, sent, token));
  const took = performance.now() - began;
  await pool.close();
  await cloud.forgetSubscriptions();
  return took;
}

async function asked(pool: Pool, { method, url, prefer, body }: Sent, token?: string): Promise<unknown> {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(prefer && { prefer }) };
  const answer = await pool.request({ method: method as 'GET', path: url, headers, body: body || null });
  const text = await answer.body.text();
  if (answer.statusCode > 299) throw new Error(`The simulated Graph answered ${answer.statusCode}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}
