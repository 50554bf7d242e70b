/** The simulated Graph tells a whole server of changes, and what others send it has no effect. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tame } from '../../../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../../../simulators/microsoft365/microsoft365.ts';
import { startTestServer, type TestServer } from '../../../test/api-client.ts';
import { makeUser } from '../../../test/context.ts';
import { connectors as calendarKinds } from '../calendars/connectors.ts';
import { systemActor } from '../organization/audit.ts';
import { createApplication } from '../organization/graph-applications/applications.ts';
import { registeredApplication } from '../organization/graph-applications/registered.ts';
import { alignGroupAccounts } from '../sync/group-accounts.ts';
import { pullAccountOnce } from '../sync/sync.ts';

let server: TestServer;
let cloud: Microsoft365;
let accountId: string;
const context = () => server.server.context;
const db = () => context().store.db;
beforeAll(async () => {
  [server, cloud] = await Promise.all([startTestServer(['api']), startMicrosoft365({ habits: tame })]);
  const tenantId = cloud.world.addTenant().id;
  const { clientId } = cloud.world.addApplication({
    ...{ tenantId, secrets: [{ value: 'right', expiresAt: Date.now() + 1e9 }] },
    adminConsent: { scopes: [], roles: ['Calendars.Read'] },
  });
  cloud.world.addUser({ tenantId, name: 'Ada', address: 'ada@contoso.example' });
  const applicationId = await db()
    .transaction()
    .execute((transaction) =>
      createApplication(transaction, context().secrets, systemActor, {
        ...{ name: 'Push', clientId, tenantId, cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url },
        credential: { kind: 'secret', secret: 'right' },
      }),
    );
  const synchronization = { source: 'microsoft365', microsoft365: { graphApplicationId: applicationId } };
  const { userId } = await makeUser(db(), { email: 'ada@contoso.example', settings: { synchronization } });
  await alignGroupAccounts(context());
  ({ id: accountId } = await db()
    .selectFrom('account')
    .select('id')
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow());
}, 60_000);
afterAll(async () => {
  await server.stop();
  await cloud.stop();
});

const pull = () => {
  const { store, secrets, outbound } = context();
  const connectors = [...calendarKinds(outbound, (id) => registeredApplication(store.db, secrets, id)).values()];
  return pullAccountOnce(context(), connectors, accountId, { pushAddress: server.url, random: () => 0.5 });
};
const subscription = () =>
  db().selectFrom('graph_subscription').selectAll().where('account_id', '=', accountId).executeTakeFirst();
const dueIn = async () => {
  const { due_at } = await db()
    .selectFrom('account')
    .select('due_at')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
  return due_at.epochMilliseconds - Date.now();
};
/** Until a notice is written: it is collected for a moment first. */
async function dueSoon(): Promise<boolean> {
  for (let tries = 0; tries < 60; tries++) {
    if ((await dueIn()) < 60_000) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return false;
}
const tell = (id: string, body: unknown) =>
  fetch(`${server.url}/api/v1/graph/notifications/${id}`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

test('a subscription is made before the first pull, its secret kept as a hash, and polling ends', async () => {
  const { error, nextIn } = await pull();
  expect(error).toBe(null);
  expect(nextIn).toBeGreaterThan(6 * 3600_000);
  const [told] = [...cloud.subscriptions.all.values()];
  const kept = (await subscription())!;
  expect(told!.notificationUrl).toBe(`${server.url}/api/v1/graph/notifications/${kept.id}`);
  expect(told!.lifecycleNotificationUrl).toBe(told!.notificationUrl);
  expect(kept.remote_id).toBe(told!.id);
  expect(kept.client_state).not.toBe(told!.clientState);
  expect(kept.renew_at.epochMilliseconds).toBeLessThan(kept.expires_at.epochMilliseconds);
});

test('a change makes the account due within seconds; what carries another secret does not', async () => {
  await pull();
  const { id, remote_id } = (await subscription())!;
  const [told] = [...cloud.subscriptions.all.values()];
  const wrong = [
    { subscriptionId: remote_id, clientState: 'guessed' },
    { subscriptionId: 'another', clientState: told!.clientState },
    { clientState: told!.clientState },
  ];
  const began = performance.now();
  for (const body of [...wrong.map((each) => ({ value: [each] })), { value: [null, 7] }, {}, 'no JSON', 'null'])
    expect((await tell(id, body)).status).toBe(202);
  expect(
    (await tell(accountId, { value: [{ subscriptionId: remote_id, clientState: told!.clientState }] })).status,
  ).toBe(202);
  expect(performance.now() - began).toBeLessThan(2_000);
  await new Promise((resolve) => setTimeout(resolve, 200)); // nothing may come of it
  expect(await dueIn()).toBeGreaterThan(3600_000);

  const { mailbox } = cloud.world.userBy('ada@contoso.example')!;
  const hours = (count: number) =>
    Temporal.Now.zonedDateTimeISO('UTC').add({ hours: count }).toPlainDateTime().toString({ smallestUnit: 'minute' });
  mailbox!.create({ subject: 'New', timeZone: 'UTC', start: hours(1), end: hours(2) });
  expect(await dueSoon()).toBe(true);
});

test('lifecycle: what was missed or removed is read in full and asked for anew, what runs out is renewed', async () => {
  await pull();
  const first = (await subscription())!;
  const [told] = [...cloud.subscriptions.all.values()];
  cloud.subscriptions.askReauthorization(cloud.world.userBy('ada@contoso.example')!);
  expect(await dueSoon()).toBe(true);
  await pull();
  expect((await subscription())!.remote_id).toBe(first.remote_id);
  expect(cloud.subscriptions.all.get(told!.id)!.silent).toBe(false);

  await cloud.subscriptions.drop(told!);
  expect(await dueSoon()).toBe(true);
  const calendar = await db().selectFrom('calendar').select('cursor').where('account_id', '=', accountId).execute();
  expect(calendar.every(({ cursor }) => cursor === null)).toBe(true);
  await pull();
  expect((await subscription())!.remote_id).not.toBe(first.remote_id);
  expect(cloud.subscriptions.all.size).toBe(1);

  // Lost sight of: the one that is there is removed, and made anew.
  await db().deleteFrom('graph_subscription').execute();
  await pull();
  expect([...cloud.subscriptions.all.keys()]).toEqual([(await subscription())!.remote_id]);
});

test('where Graph can’t reach this server the account is polled, and it is tried again later', async () => {
  await db().deleteFrom('graph_subscription').execute();
  cloud.subscriptions.all.clear();
  const { store, secrets, outbound } = context();
  const connectors = [...calendarKinds(outbound, (id) => registeredApplication(store.db, secrets, id)).values()];
  const away = await pullAccountOnce(context(), connectors, accountId, { pushAddress: 'http://127.0.0.1:1' });
  expect(away.error).toBe(null);
  expect(away.nextIn).toBeLessThan(3600_000);
  expect((await subscription())!.remote_id).toBe(null);
});

test('an address is validated by the token that comes with it, as text', async () => {
  const path = `/api/v1/graph/notifications/${accountId}?validationToken=${encodeURIComponent('Validation: <b>ä&</b>')}`;
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '',
  });
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(await answer.text()).toBe('Validation: <b>ä&</b>');
  const plus = path.replace(/validationToken=.*/, 'validationToken=Validation%3a+1%2B1%3d2+%25%C3%A4');
  expect(await (await fetch(server.url + plus, { method: 'POST' })).text()).toBe('Validation: 1+1=2 %ä');
});
