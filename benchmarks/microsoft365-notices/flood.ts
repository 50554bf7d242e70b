/** How soon notices are answered while the product reads mailboxes, beside a bare server that is sent the same. */
import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { randomFrom } from '../../simulators/pbx/habits.ts';
import { startChild } from '../child.ts';
import type { CloudOffice } from '../microsoft365/cloud-office.ts';
import type { BareServer } from './bare-server.ts';

/** Milliseconds of each notice. */
export interface Answered {
  rate: number;
  product: number[];
  bare: number[];
  /** Readings of mailboxes meanwhile. */
  rounds: number;
}

/** @param rates notices a second, each with for how many seconds. */
export async function floodWithNotices(
  office: CloudOffice,
  rates: readonly (readonly [rate: number, seconds: number])[],
) {
  const bare = startChild<BareServer>('microsoft365-notices/bare-server.ts');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 100, timeout: 3_000 });
  const dice = randomFrom(365);
  try {
    const subscriptions = await office.source.subscriptions();
    const bareAddress = await bare.address();
    const told: Answered[] = [];
    // The first second warms both up.
    for (const [rate, seconds] of [[50, 1] as const, ...rates]) {
      const reading = new AbortController();
      const everything = readEverything(office, reading.signal);
      const answered: Answered = { rate, product: [], bare: [], rounds: await office.source.rounds() };
      const sent: Promise<unknown>[] = [];
      const failures: unknown[] = [];
      const began = performance.now();
      for (let index = 0; index < rate * seconds; index++) {
        const wait = began + (index * 1_000) / rate - performance.now();
        if (wait >= 1) await delay(wait);
        const { notificationUrl, id, clientState } = subscriptions[Math.floor(dice() * subscriptions.length)]!;
        const resource = `Users/${id}/Events/AAMkADQ3`;
        const notice = { subscriptionId: id, clientState, changeType: 'updated', resource, tenantId: id };
        const body = JSON.stringify({ value: [notice] });
        const both = [
          () => send(agent, notificationUrl, body).then((took) => void answered.product.push(took)),
          () => send(agent, bareAddress, body).then((took) => void answered.bare.push(took)),
        ];
        for (const one of index % 2 ? both : both.reverse()) sent.push(one().catch((error) => failures.push(error)));
      }
      await Promise.all(sent);
      answered.rounds = (await office.source.rounds()) - answered.rounds;
      reading.abort();
      await everything;
      if (failures.length > 0) throw failures[0];
      told.push(answered);
    }
    return told.slice(1);
  } finally {
    agent.destroy();
    await bare.stop();
  }
}

/** @returns milliseconds until the answer. @throws Error unless it is 202. */
function send(agent: http.Agent, url: string, body: string, began = performance.now()): Promise<number> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.on('end', () => {
        if (answer.statusCode === 202) resolve(performance.now() - began);
        else reject(new Error(`A notice was answered with ${answer.statusCode}.`));
      });
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection that the server closed in the same moment: it is sent once more, on another one.
      if (request.reusedSocket && error.code === 'ECONNRESET') resolve(send(agent, url, body, began));
      else reject(error);
    });
    request.end(body);
  });
}

/** Has all mailboxes read in full, over and over. */
async function readEverything({ store: { db } }: CloudOffice, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sql`update calendar set cursor = null`.execute(db);
    await sql`update account set due_at = clock_timestamp()`.execute(db);
    await sql`select pg_notify('sync', '')`.execute(db);
    while (!signal.aborted) {
      await delay(100);
      const { rows } = await sql<{ left: number }>`
        select count(*) as left from account where due_at <= now() or leased_by is not null`.execute(db);
      if (rows[0]!.left === 0) break;
    }
  }
}
