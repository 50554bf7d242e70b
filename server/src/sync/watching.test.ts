/** Mailboxes of the simulated Exchange that tell of their changes, and who listens to them. */
import { afterEach, expect, test } from 'vitest';
import { type Exchange, startExchange } from '../../../simulators/exchange/exchange.ts';
import { gromoxLike, type Habits, tame } from '../../../simulators/exchange/habits.ts';
import { makeUser, testContext } from '../../../test/context.ts';
import { openTestStore } from '../../../test/store.ts';
import { connectors as calendarKinds } from '../calendars/connectors.ts';
import { systemActor } from '../organization/audit.ts';
import { registeredServer } from '../organization/exchange-servers/opened.ts';
import { createServer } from '../organization/exchange-servers/servers.ts';
import { setGroupFunction } from '../organization/settings.ts';
import { createOutbound } from '../outbound/client.ts';
import { nameProcess } from '../store/processes.ts';
import { alignGroupAccounts } from './group-accounts.ts';
import { defaultSynchronizationSettings } from './settings.ts';
import { pullAccountOnce } from './sync.ts';
import { startWatching } from './watching.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A group whose users have mailboxes on a simulated Exchange, all of them read once. */
async function company(habits: Partial<Habits>, addresses: readonly string[]) {
  const store = await openTestStore();
  const outbound = createOutbound({ allowedNetworks: [] });
  const exchange = await startExchange({ habits: { ...tame, ...habits } });
  cleanups.push(
    () => store.close(),
    () => outbound.close(),
    () => exchange.stop(),
  );
  const context = testContext(store, { outbound });
  const { db } = store;
  const kinds = calendarKinds(outbound, undefined, (id) => registeredServer(db, context.secrets, id));
  const connectors = [...kinds.values()];
  const { groupId } = await makeUser(db, { email: addresses[0], timeZone: 'UTC' });
  for (const email of addresses.slice(1))
    await db.insertInto('users').values({ group_id: groupId, email, display_name: email, time_zone: 'UTC' }).execute();
  for (const address of addresses) exchange.world.addUser({ name: address, address });
  const { principalName, password } = exchange.world.addAccount();
  await db.transaction().execute(async (transaction) => {
    const serverId = await createServer(transaction, context.secrets, systemActor, {
      ...{ name: 'Exchange', address: `${exchange.url}/EWS/Exchange.asmx`, mailDomain: null, authority: null },
      ...{ signIn: { kind: 'basic', userName: principalName }, secret: password },
    });
    const value = {
      ...{ ...defaultSynchronizationSettings, source: 'exchange' },
      exchange: { ...defaultSynchronizationSettings.exchange, serverId },
    };
    const individual = { mode: 'individual', value } as const;
    await setGroupFunction(transaction, groupId, 'synchronization', individual, systemActor);
  });
  await alignGroupAccounts(context);
  const accounts = await db.selectFrom('account').select(['id', 'name']).orderBy('name').execute();
  const pull = (id: string) => pullAccountOnce(context, connectors, id, { random: () => 0.5 });
  for (const { id } of accounts) expect(await pull(id)).toMatchObject({ error: null });
  return { ...{ exchange, context, connectors, db, accounts, pull, mailboxOf: mailboxIn(exchange) } };
}

const mailboxIn = (exchange: Exchange) => (address: string) => exchange.world.userBy(address)!.mailbox!;
const meeting = { subject: 'Review', start: '2026-12-01T10:00', end: '2026-12-01T11:00', timeZone: 'UTC' };
const hour = 3_600_000;

test('a change in a mailbox makes its account due; one that is told of is looked at once a day beside', async () => {
  const { context, connectors, db, accounts, pull, mailboxOf } = await company({}, [
    'ada@contoso.example',
    'bea@contoso.example',
  ]);
  const [ada, bea] = accounts;
  // Nobody tells of it yet: it is polled.
  expect((await pull(ada!.id)).nextIn).toBeLessThan(hour);
  const watching = await startWatching(context, { connectors, lookEvery: 100 });
  cleanups.push(() => watching.stop());
  const row = (id: string) =>
    db.selectFrom('account').select(['watched_by', 'due_at']).where('id', '=', id).executeTakeFirstOrThrow();
  await expect.poll(async () => (await row(bea!.id)).watched_by, { timeout: 20_000 }).not.toBeNull();
  for (const { id } of accounts) expect((await pull(id)).nextIn).toBeGreaterThan(19 * hour);
  const before = await row(bea!.id);
  mailboxOf('ada@contoso.example').create(meeting);
  const soon = Temporal.Now.instant().add({ seconds: 60 });
  await expect
    .poll(async () => Temporal.Instant.compare((await row(ada!.id)).due_at, soon), { timeout: 20_000 })
    .toBeLessThan(0);
  expect((await row(bea!.id)).due_at).toEqual(before.due_at);
  await pull(ada!.id);
  expect(await db.selectFrom('appointment').select('title').execute()).toEqual([{ title: 'Review' }]);
});

test('a holder that has lost its lease lets go, and another process takes over when a dead one’s has run out', async () => {
  const { context, connectors, db, accounts, pull } = await company({}, ['ada@contoso.example']);
  const [ada] = accounts;
  const watchedBy = async () =>
    (await db.selectFrom('account').select('watched_by').where('id', '=', ada!.id).executeTakeFirstOrThrow())
      .watched_by;
  const first = await startWatching({ ...context, processName: 'first' }, { connectors, lookEvery: 100 });
  cleanups.push(() => first.stop());
  await expect.poll(watchedBy, { timeout: 20_000 }).toMatch(/^first\//);
  expect((await pull(ada!.id)).nextIn).toBeGreaterThan(19 * hour);
  // Another one has it, and is killed at once.
  const leased_until = Temporal.Now.instant().add({ seconds: 3 });
  await db.updateTable('exchange_server').set({ leased_by: 'killed/1', leased_until }).execute();
  // Nobody tells of it any more, whatever its row says.
  expect((await pull(ada!.id)).nextIn).toBeLessThan(hour);
  await first.stop();
  const holder = () => db.selectFrom('exchange_server').select('leased_by').executeTakeFirstOrThrow();
  expect(await holder()).toEqual({ leased_by: 'killed/1' });
  const second = await startWatching({ ...context, processName: 'second' }, { connectors, lookEvery: 100 });
  cleanups.push(() => second.stop());
  await expect.poll(watchedBy, { timeout: 40_000 }).toMatch(/^second\//);
  expect((await holder()).leased_by).toBe(await watchedBy());
});

test('where a stream hears of one mailbox alone, as many are told of as connections reach, and the others are polled', async () => {
  const addresses = Array.from({ length: 12 }, (_, index) => `user${index}@contoso.example`);
  const { context, connectors, db, pull, accounts } = await company(gromoxLike, addresses);
  const watching = await startWatching({ ...context, processName: nameProcess() }, { connectors, lookEvery: 100 });
  cleanups.push(() => watching.stop());
  const told = () => db.selectFrom('account').select('id').where('watched_by', 'is not', null).execute();
  await expect.poll(async () => (await told()).length, { timeout: 30_000 }).toBe(10);
  const watched = new Set((await told()).map(({ id }) => id));
  for (const { id } of accounts) {
    const { nextIn } = await pull(id);
    if (watched.has(id)) expect(nextIn).toBeGreaterThan(19 * hour);
    else expect(nextIn).toBeLessThan(hour);
  }
});
