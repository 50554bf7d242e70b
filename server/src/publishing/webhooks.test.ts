/** Webhooks to a real HTTP receiver that fails, dies and comes back; signatures checked by the specification's own library. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { Webhook } from 'standardwebhooks';
import { afterAll, expect, test } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { until } from '../../../test/product.ts';
import { openTestStore } from '../../../test/store.ts';
import { systemActor } from '../organization/audit.ts';
import { createOutbound } from '../outbound/client.ts';
import type { CloudEvent, PresenceData } from './presence-event.ts';
import { createWebhook, testWebhook } from './webhook-endpoints.ts';
import { startPublishing } from './webhooks.ts';

const store = await openTestStore();
const outbound = createOutbound({ allowedNetworks: [] });
const context = testContext(store, { outbound });
const { db } = store;
afterAll(async () => {
  await outbound.close();
  await store.close();
});

/** Takes what it is sent, unless `answer` says otherwise. */
class Receiver {
  events: CloudEvent<PresenceData>[] = [];
  ids: string[] = [];
  contentTypes = new Set<string | undefined>();
  forged = 0;
  answer: (event: CloudEvent<PresenceData>) => number = () => 204;
  secret = '';
  port = 0;
  #server: http.Server | null = null;

  get url() {
    return `http://127.0.0.1:${this.port}/hook`;
  }
  async start(): Promise<void> {
    const server = http.createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      try {
        const event = new Webhook(this.secret).verify(body, request.headers as Record<string, string>);
        const status = this.answer(event as CloudEvent<PresenceData>);
        if (status === 204) {
          this.events.push(event as CloudEvent<PresenceData>);
          this.ids.push(String(request.headers['webhook-id']));
          this.contentTypes.add(request.headers['content-type']);
        }
        response.writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {}).end();
      } catch {
        this.forged++;
        response.writeHead(400).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    if (server) await new Promise((resolve) => server.close(resolve));
  }
  numbers = () => this.events.map((event) => event.data.number);
}

let last = 0;
/** What activation writes. */
async function change(userIds: readonly string[]): Promise<number[]> {
  const rows = userIds.map((userId) => ({ userId, number: ++last }));
  await db.transaction().execute(async (transaction) => {
    await sql`
      insert into presence_change (number, user_id, status, note, reason, since, until, forwarding_mode, forwarding_target)
      select number, user_id, 'appointment', 'a private note', '{"origin":"appointment"}', now(), now() + interval '1 hour', 'all', '200'
        from jsonb_to_recordset(${JSON.stringify(rows.map(({ userId, number }) => ({ user_id: userId, number })))}::jsonb)
             as r(user_id uuid, number bigint)`.execute(transaction);
    await sql`select pg_notify('presence', ${String(last)})`.execute(transaction);
  });
  return rows.map((row) => row.number);
}
const rowOf = (id: string) => db.selectFrom('webhook').selectAll().where('id', '=', id).executeTakeFirstOrThrow();

test('changes arrive in order and signed, through failures and a death of the receiver', async () => {
  const { userId } = await makeUser(db, { email: 'ada@example.org' });
  await change([userId]); // before the webhook was made: not told
  const receiver = new Receiver();
  await receiver.start();
  const { id, secret } = await createWebhook(context, context.store.db, systemActor, { url: receiver.url });
  receiver.secret = secret;
  const publishing = await startPublishing(context, { retryMs: 50 });
  try {
    const first = await change([userId, userId]);
    await until(
      'the first two',
      async () => receiver.numbers(),
      (seen) => seen.length === 2,
    );
    expect(receiver.numbers()).toEqual(first);

    let refusals = 2;
    receiver.answer = () => (refusals-- > 0 ? 500 : 204);
    const second = await change([userId]);
    await until(
      'the one after failures',
      async () => receiver.numbers(),
      (seen) => seen.length === 3,
    );

    // Only then is it not told again.
    await until(
      'its receipt',
      () => rowOf(id),
      (row) => row.delivered_number === second[0],
    );
    await receiver.stop();
    const third = await change([userId, userId, userId]);
    const failing = await until(
      'the failure',
      () => rowOf(id),
      (row) => row.failures > 0,
    );
    expect(failing.error_message).toContain('127.0.0.1');
    expect(failing.delivered_number).toBe(second[0]);
    await receiver.start();
    await until(
      'what was missed',
      async () => receiver.numbers(),
      (seen) => seen.length === 6,
    );
    expect(receiver.numbers()).toEqual([...first, ...second, ...third]);
    expect(receiver.forged).toBe(0);
    const healthy = await until(
      'its health',
      () => rowOf(id),
      (row) => row.delivered_number === last,
    );
    expect(healthy).toMatchObject({ failures: 0, error_message: null });

    const [event] = receiver.events;
    expect(receiver.ids[0]).toBe(`presence-${first[0]}`);
    expect([...receiver.contentTypes]).toEqual(['application/cloudevents+json; charset=utf-8']);
    expect(event).toEqual({
      specversion: '1.0',
      id: `presence-${first[0]}`,
      source: 'urn:whenabouts',
      type: 'com.whenabouts.presence.changed.v1',
      subject: userId,
      time: expect.stringMatching(/Z$/),
      datacontenttype: 'application/json',
      // No note, no forwarding, no reason.
      data: {
        user: { id: userId, email: 'ada@example.org' },
        status: 'appointment',
        since: expect.stringMatching(/Z$/),
        until: expect.stringMatching(/Z$/),
        number: first[0],
      },
    });
  } finally {
    await publishing.stop();
    await receiver.stop();
    await db.deleteFrom('webhook').where('id', '=', id).execute();
  }
});

test('a receiver far behind gets the newest of each user, and nothing after it is lost', async () => {
  const { userId: ada } = await makeUser(db);
  const { userId: bob } = await makeUser(db);
  const receiver = new Receiver();
  await receiver.start();
  const { id, secret } = await createWebhook(context, context.store.db, systemActor, { url: receiver.url });
  receiver.secret = secret;
  const numbers = await change(Array.from({ length: 2_003 }, (_, index) => (index % 2 ? ada : bob)));
  const publishing = await startPublishing(context, { retryMs: 50 });
  try {
    await until(
      'the end',
      () => rowOf(id),
      (row) => row.delivered_number === last,
    );
    expect(receiver.numbers()).toEqual(numbers.slice(-5));
    expect(new Set(receiver.events.slice(0, 2).map((event) => event.subject))).toEqual(new Set([ada, bob]));
  } finally {
    await publishing.stop();
    await receiver.stop();
    await db.deleteFrom('webhook').where('id', '=', id).execute();
  }
});

test('410 switches a webhook off; a redirect is not followed', async () => {
  const { userId } = await makeUser(db);
  const receiver = new Receiver();
  await receiver.start();
  const { id, secret } = await createWebhook(context, context.store.db, systemActor, { url: receiver.url });
  receiver.secret = secret;
  receiver.answer = () => 302;
  expect(await testWebhook(context, id)).toEqual({
    ok: false,
    status: 302,
    message: expect.stringContaining('redirects'),
  });
  receiver.answer = () => 204;
  expect(await testWebhook(context, id)).toMatchObject({ ok: true, status: 204 });
  expect(receiver.events.map((event) => event.type)).toEqual(['com.whenabouts.webhook.test.v1']);
  receiver.answer = () => 410;
  const publishing = await startPublishing(context, { retryMs: 50 });
  try {
    await change([userId]);
    const row = await until(
      'the end',
      () => rowOf(id),
      (found) => !found.active,
    );
    expect(row.error_message).toContain('410');
    expect(row.secret).not.toContain(secret.slice(6));
  } finally {
    await publishing.stop();
    await receiver.stop();
  }
});
