/** Webhooks under kill -9: what was delivered and not yet noted is told again, what was not delivered is told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemActor } from '../server/src/organization/audit.ts';
import { createWebhook } from '../server/src/publishing/webhook-endpoints.ts';
import type { Store } from '../server/src/store/database.ts';
import { secretsWith } from '../server/src/store/secrets.ts';
import { makeUser, testContext } from './context.ts';
import { until } from './product.ts';
import { crashingAt, dropTarget, inStore, makeTarget, type TestTarget } from './store.ts';

const key = randomBytes(32);
let target: TestTarget;
const running = new Set<ChildProcess>();
/** What the receiver has taken: the message's id and the change's number. */
const received: { id: string; number: number }[] = [];
let secret = '';
const receiver = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  const event = new Webhook(secret).verify(body, request.headers as Record<string, string>);
  const { number } = (event as { data: { number: number } }).data;
  received.push({ id: String(request.headers['webhook-id']), number });
  response.writeHead(204).end();
});

beforeAll(async () => {
  target = await makeTarget();
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  receiver.close();
  if (target) await dropTarget(target);
});

/** The embedded database is one process's at a time: this one has it only between the children. */
const withStore = <T>(work: (store: Store) => Promise<T>) => inStore(target, work);

function start(crashAt: string | null): ChildProcess {
  const script = new URL('./sources/publishing-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(target), key.toString('hex')], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: crashingAt(crashAt),
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

const webhook = (store: Store) => store.db.selectFrom('webhook').selectAll().executeTakeFirstOrThrow();

test('killed between delivery and its note, nothing is lost, and the lease holds nobody up', {
  timeout: 60_000,
}, async () => {
  await withStore(async (store) => {
    const { userId } = await makeUser(store.db);
    const context = testContext(store, { secrets: secretsWith(new Map([['test', key]])) });
    const { port } = receiver.address() as AddressInfo;
    ({ secret } = await createWebhook(context, context.store.db, systemActor, {
      url: `http://127.0.0.1:${port}/hook`,
    }));
    for (const number of [1, 2, 3])
      await sql`
        insert into presence_change (number, user_id, status, reason, since, forwarding_mode)
        values (${number}, ${userId}::uuid, 'appointment', '{"origin":"appointment"}', now(), 'off')`.execute(store.db);
  });

  // Twice, so that what a process does first after its start is proven too.
  for (let death = 1; death <= 2; death++) {
    const [, signal] = await once(start('webhook.delivered'), 'exit');
    expect(signal).toBe('SIGKILL');
    expect(received.map(({ number }) => number)).toEqual(Array(death).fill(1));
    await withStore(async (store) => {
      const { delivered_number, leased_until } = await webhook(store);
      expect(delivered_number).toBe(0);
      expect(leased_until).not.toBeNull();
    });
  }

  const begun = performance.now();
  const well = start(null);
  await until(
    'the rest',
    async () => received.at(-1)?.number,
    (number) => number === 3,
  );
  // The dead one's lease is for 30 seconds.
  expect(performance.now() - begun).toBeLessThan(20_000);
  well.kill('SIGTERM');
  expect(await once(well, 'exit')).toEqual([0, null]);
  // At least once and in order; what came again is known by its id.
  expect(received.map(({ number }) => number)).toEqual([1, 1, 1, 2, 3]);
  expect(new Set(received.map(({ id }) => id)).size).toBe(3);
  await withStore(async (store) => {
    expect(await webhook(store)).toMatchObject({
      ...{ delivered_number: 3, leased_until: null, leased_by: null, failures: 0 },
    });
  });
});
