/** Reading all mailboxes for the first time: the least that Exchange can be asked, and the bare loop. */
import { Pool } from 'undici';
import { type FirstSync, measureFirstSync, replayAll } from '../company/first-sync.ts';
import type { ServerOffice } from './server-office.ts';

/** Requests at a time: as many as the product sends to one server. */
const atOnce = 10;
/** Of GetItem. */
const itemsInRequest = 10;

export async function measureFirstSyncOfServer(
  office: ServerOffice,
  runs: number,
): Promise<FirstSync & { least: number; byOperation: Record<string, number> }> {
  const { source, size, disconnect } = office;
  const items = await source.items();
  const before: Record<string, number> = await source.byOperation();
  let byOperation: Record<string, number> = {};
  let read = 0;
  const told = await measureFirstSync(
    office,
    {
      disconnect,
      replay: (recorded) => replay(office, recorded),
      async recorded() {
        read = (await source.items()) - items;
        const after = Object.entries(await source.byOperation());
        byOperation = Object.fromEntries(after.map(([name, count]) => [name, count - (before[name] ?? 0)]));
        return source.recorded();
      },
    },
    runs,
  );
  // Of a mailbox: which calendars there are, one listing, and its items, ten at a time.
  const least = size * (2 + Math.ceil(read / size / itemsInRequest));
  return { ...told, least, byOperation };
}

/** Of the answers nothing is parsed. */
async function replay({ registered }: ServerOffice, recorded: readonly string[][]): Promise<number> {
  const { origin, pathname: path } = new URL(registered.url);
  const { principalName, password } = registered;
  const authorization = `Basic ${Buffer.from(`${principalName}:${password}`).toString('base64')}`;
  const pool = new Pool(origin, { connections: atOnce });
  const began = performance.now();
  await replayAll(recorded, atOnce, async (body) => {
    const headers = { authorization, 'content-type': 'text/xml; charset=utf-8' };
    const answer = await pool.request({ method: 'POST', path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`The simulated Exchange answered ${answer.statusCode}: ${text}`);
  });
  const took = performance.now() - began;
  await pool.close();
  return took;
}
