/** Reading all mailboxes for the first time, beside a bare loop that sends the very same requests. */
import { Pool } from 'undici';
import { windowAt } from '../../server/src/sync/window.ts';
import type { Sent } from './cloud.ts';
import type { Office } from './office.ts';

/** Mailboxes at a time: as many as the product reads. */
const atOnce = 32;

export interface FirstSync {
  /** Milliseconds of each run. */
  whole: number[];
  bare: number[];
  /** What Graph was asked in one run, tokens left out. */
  requests: number;
  least: number;
}

export async function measureFirstSync(office: Office, runs: number): Promise<FirstSync> {
  const { cloud, size } = office;
  await office.disconnect();
  const before = await cloud.requests();
  await cloud.record();
  await office.firstSync(); // warms both, and tells what the bare loop has to send
  const recorded = await cloud.recorded();
  const requests = (await cloud.requests()) - before;
  const { from, to } = windowAt(Temporal.Now.instant());
  // Beside the pages of changes: which calendars there are, the window with its series in full, a subscription, and
  // zone and hours.
  const least = (await cloud.pages({ from: from.epochMilliseconds, to: to.epochMilliseconds })) + 4 * size;
  const [whole, bare]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    await cloud.forgetSubscriptions();
    bare.push(await replay(office, recorded));
    await office.disconnect();
    whole.push(await office.firstSync());
  }
  return { whole, bare, requests, least };
}

/** One mailbox's requests one after the other, several mailboxes at a time; of the answers the JSON is parsed. */
async function replay({ registered: { url, tenantId, clientId, secret } }: Office, recorded: readonly Sent[][]) {
  const pool = new Pool(url, { connections: atOnce });
  const began = performance.now();
  const credentials = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
  const { access_token: token } = (await asked(pool, {
    ...{ method: 'POST', url: `/${tenantId}/oauth2/v2.0/token`, prefer: '' },
    body: new URLSearchParams({ ...credentials, scope: `${url}/.default` }).toString(),
  })) as { access_token: string };
  const rest = [...recorded];
  const work = async () => {
    for (let mailbox = rest.shift(); mailbox; mailbox = rest.shift())
      for (const sent of mailbox) await asked(pool, sent, token);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const took = performance.now() - began;
  await pool.close();
  return took;
}

async function asked(pool: Pool, { method, url, prefer, body }: Sent, token?: string): Promise<unknown> {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(prefer && { prefer }) };
  const answer = await pool.request({ method: method as 'GET', path: url, headers, body: body || null });
  const text = await answer.body.text();
  if (answer.statusCode > 299) throw new Error(`The simulated Graph answered ${answer.statusCode}: ${text}`);
  return text === '' ? null : JSON.parse(text);
}
