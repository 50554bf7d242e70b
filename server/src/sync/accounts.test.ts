/** What people do with accounts and learn of them, and that presence hears of it. */
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { until } from '../../../test/product.ts';
import { emptyState, modelConnector, newCalendar, put } from '../../../test/sources/model-source.ts';
import { meeting, stored } from '../../../test/sources/model-store.ts';
import { openTestStore } from '../../../test/store.ts';
import type { Change } from '../calendars/connector.ts';
import { createAccount, removeAccount, selectCalendar, updateAccount } from './accounts.ts';
import { Stopped } from './faults.ts';
import { accountHealth } from './health.ts';
import { pullAccountOnce } from './sync.ts';

const store = await openTestStore();
afterAll(() => store.close());
const context = testContext(store);
const { db } = store;
let state = emptyState();
const connectors = [modelConnector(() => state)];
beforeEach(() => {
  state = emptyState();
});

async function newAccount(calendars?: string[]) {
  const { userId } = await makeUser(db);
  const accountId = await createAccount(context, { userId, kind: 'model', name: 'Model', settings: {}, calendars });
  return { userId, accountId };
}
const calendarsOf = async (accountId: string) => {
  const rows = await db
    .selectFrom('calendar')
    .select(['id', 'remote_id', 'selected'])
    .where('account_id', '=', accountId)
    .orderBy('remote_id')
    .execute();
  return { rows, selected: rows.filter((row) => row.selected).map((row) => row.remote_id) };
};
/** As if so much time had gone by since the last discovery. */
const passed = (accountId: string, minutes: number) =>
  sql`
    with earlier as (
      update account set discovered_at = discovered_at - make_interval(mins => ${minutes}) where id = ${accountId}::uuid)
    update calendar set missing_since = missing_since - make_interval(mins => ${minutes})
     where account_id = ${accountId}::uuid`.execute(db);
/** What a source does whose disk isn't mounted, or whose rights are being changed: it lists `listed`, and all is well. */
const listing = (listed: () => readonly string[]) =>
  [
    {
      ...connectors[0],
      kind: 'model',
      defaultPoll: connectors[0]!.defaultPoll,
      pull: connectors[0]!.pull,
      expand: connectors[0]!.expand,
      discover: async () =>
        listed().map((remoteId) => ({ remoteId, name: 'Calendar', color: null, selectedByDefault: true })),
    },
  ] as typeof connectors;

test('accounts are connected, changed, chosen from and disconnected, and presence hears of it', async () => {
  put(state.calendars.main!, 'a', meeting());
  const { userId, accountId } = await newAccount();
  let secretSeen: unknown;
  const reading = {
    ...connectors[0],
    discover: async (account: { secret: unknown }) => {
      secretSeen = account.secret;
      return [{ remoteId: 'main', name: 'Main', color: '#123456', selectedByDefault: true }];
    },
    pull: connectors[0]!.pull,
    defaultPoll: connectors[0]!.defaultPoll,
    kind: 'model',
  } as (typeof connectors)[number];
  const revision = async () =>
    (await sql<{ revision: number }>`select revision from presence_state where user_id = ${userId}::uuid`.execute(db))
      .rows[0]?.revision ?? -1;
  const pull = () => pullAccountOnce(context, [reading], accountId);
  await updateAccount(context, accountId, { secret: { password: 'correct horse' } });
  await pull();
  expect(secretSeen).toEqual({ password: 'correct horse' });
  const { secret } = await db
    .selectFrom('account')
    .select('secret')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
  expect(secret).not.toContain('horse');
  expect(await stored(db, accountId)).toHaveLength(1);

  const first = await revision();
  const calendar = await db
    .selectFrom('calendar')
    .select('id')
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  expect(await selectCalendar(context, calendar.id, false)).toBe(true);
  expect(await stored(db, accountId)).toHaveLength(0);
  expect(await revision()).toBeGreaterThan(first);
  await pull();
  expect(await stored(db, accountId)).toHaveLength(0);
  await selectCalendar(context, calendar.id, true);
  await pull();
  expect(await stored(db, accountId)).toHaveLength(1);

  // The secret of another row doesn't open here: said in words, nothing lost.
  await db
    .updateTable('account')
    .set({ secret: context.secrets.seal('"x"', userId) })
    .where('id', '=', accountId)
    .execute();
  expect((await pull()).error).toMatchObject({
    errorClass: 'credentials',
    message: expect.stringContaining('Enter the password'),
  });
  expect(await stored(db, accountId)).toHaveLength(1);

  expect(await removeAccount(context, accountId)).toBe(true);
  expect(await stored(db, accountId)).toHaveLength(0);
  expect(await removeAccount(context, accountId)).toBe(false);
  expect(await updateAccount(context, accountId, { name: 'Gone' })).toBe(false);
});

test('a pull with what the owner has changed meanwhile does not count', async () => {
  put(state.calendars.main!, 'a', meeting());
  const { accountId } = await newAccount();
  const slow = {
    ...connectors[0],
    kind: 'model',
    discover: connectors[0]!.discover,
    async *pull(...[account, request]: Parameters<(typeof connectors)[number]['pull']>) {
      await updateAccount(context, accountId, { settings: { other: true } });
      yield* connectors[0]!.pull(account, request);
    },
  } as (typeof connectors)[number];
  await expect(pullAccountOnce(context, [slow], accountId)).rejects.toThrow('no longer leased');
  expect(await stored(db, accountId)).toEqual([]);
  await pullAccountOnce(context, connectors, accountId);
  expect(await stored(db, accountId)).toHaveLength(1);
});

test('calendars chosen while connecting are the ones that are read, told apart by more than their names', async () => {
  for (const name of ['work', 'private', 'team']) {
    state.calendars[name] = newCalendar();
    put(state.calendars[name], 'a', meeting({ title: name }));
  }
  let listed: string[] = [];
  const source = listing(() => listed);
  const { accountId } = await newAccount(['private', 'team']);
  await pullAccountOnce(context, source, accountId); // named none: the choice still stands
  listed = ['work', 'private', 'team'];
  await passed(accountId, 7 * 60);
  await pullAccountOnce(context, source, accountId);
  expect((await calendarsOf(accountId)).selected).toEqual(['private', 'team']);
  expect((await stored(db, accountId)).map(({ title }) => title).sort()).toEqual(['private', 'team']);

  // Later on it is as always: the owner's changes stay, a new calendar is as the source has it.
  const { rows } = await calendarsOf(accountId);
  await selectCalendar(context, rows.find((row) => row.remote_id === 'team')!.id, false);
  state.calendars.new = newCalendar();
  listed.push('new');
  await passed(accountId, 7 * 60);
  await pullAccountOnce(context, source, accountId);
  expect((await calendarsOf(accountId)).selected).toEqual(['new', 'private']);

  const { accountId: none } = await newAccount([]);
  await pullAccountOnce(context, source, none);
  expect(await calendarsOf(none)).toMatchObject({ selected: [], rows: { length: 4 } });
});

test('a list without a calendar does not delete it; missed again ten minutes later, it goes', async () => {
  for (const name of ['main', 'second']) {
    state.calendars[name] = newCalendar();
    put(state.calendars[name], 'a', meeting({ title: name }));
  }
  let listed: string[] = ['main', 'second'];
  const source = listing(() => listed);
  const { accountId } = await newAccount();
  const pull = () => pullAccountOnce(context, source, accountId);
  const ids = async () => (await calendarsOf(accountId)).rows.map((row) => row.remote_id);
  await pull();

  for (const short of [[], ['main']]) {
    listed = short;
    await passed(accountId, 7 * 60);
    expect((await pull()).error).toBeNull();
    expect(await stored(db, accountId)).toHaveLength(2);
    await passed(accountId, 9);
    await pull();
    expect(await ids()).toEqual(['main', 'second']);
    // Listed again: that was no first time.
    listed = ['main', 'second'];
    await passed(accountId, 2);
    await pull();
    listed = short;
    await passed(accountId, 7 * 60);
    await pull();
    expect(await stored(db, accountId)).toHaveLength(2);
    listed = ['main', 'second'];
    await passed(accountId, 11);
    await pull();
  }

  listed = ['main'];
  await passed(accountId, 7 * 60);
  await pull();
  await passed(accountId, 11); // long before the hours until the next discovery
  await pull();
  expect(await ids()).toEqual(['main']);
  expect((await stored(db, accountId)).map(({ title }) => title)).toEqual(['main']);
});

test('a calendar that is not listed and not found itself goes at once, unless the list is empty', async () => {
  state.calendars.second = newCalendar();
  for (const [name, calendar] of Object.entries(state.calendars)) put(calendar, 'a', meeting({ title: name }));
  const { accountId } = await newAccount();
  const pull = () => pullAccountOnce(context, connectors, accountId);
  await pull();
  const calendars = state.calendars;
  state.calendars = {};
  await passed(accountId, 7 * 60);
  expect((await pull()).error).toMatchObject({ errorClass: 'notFound' });
  expect(await stored(db, accountId)).toHaveLength(2);
  state.calendars = { main: calendars.main! };
  expect((await pull()).error).toBeNull();
  expect((await stored(db, accountId)).map(({ title }) => title)).toEqual(['main']);
});

test('with another address the calendars of the old one go at once', async () => {
  put(state.calendars.main!, 'a', meeting());
  let listed = ['main'];
  const source = listing(() => listed);
  const { accountId } = await newAccount();
  await pullAccountOnce(context, source, accountId);
  state.calendars.other = newCalendar();
  listed = ['other'];
  await updateAccount(context, accountId, { settings: { other: true } });
  await pullAccountOnce(context, source, accountId);
  expect((await calendarsOf(accountId)).rows.map((row) => row.remote_id)).toEqual(['other']);
  expect(await stored(db, accountId)).toEqual([]);
});

test('an account that killed its reader again and again is left alone, told why, and tried later', async () => {
  put(state.calendars.main!, 'a', meeting());
  const { accountId } = await newAccount();
  let reads = 0;
  let life = new AbortController();
  const deadly = [
    {
      ...connectors[0]!,
      kind: 'model',
      defaultPoll: connectors[0]!.defaultPoll,
      pull: connectors[0]!.pull,
      async discover() {
        reads++;
        life.abort(); // a reader that ends here says as little of the account as one that dies
        return await new Promise<never>(() => {});
      },
    } as (typeof connectors)[number],
  ];
  /** What a reader leaves behind that dies: its name, and a lease that runs out. */
  const die = async () => {
    life = new AbortController();
    await expect(pullAccountOnce(context, deadly, accountId, { signal: life.signal })).rejects.toThrow(Stopped);
    await sql`
      update account set leased_by = 'the dead', leased_until = now() - interval '1 second'
       where id = ${accountId}::uuid`.execute(db);
  };
  for (let death = 1; death <= 6; death++) await die();
  expect(reads).toBe(6);
  const outcome = await pullAccountOnce(context, deadly, accountId, { random: () => 0.5 });
  expect(reads).toBe(6);
  expect(outcome.error).toEqual({ errorClass: 'internal', message: expect.stringContaining('stopped several times') });
  expect(outcome.nextIn).toBeGreaterThan(5_000);
  expect(await accountHealth(db, accountId)).toMatchObject({ status: 'failing', errorClass: 'internal' });
  // Later it is tried again, and the longer it kills, the longer it rests.
  await die();
  expect(reads).toBe(7);
  const next = await pullAccountOnce(context, deadly, accountId, { random: () => 0.5 });
  expect(reads).toBe(7);
  expect(next.nextIn).toBeGreaterThan(outcome.nextIn);
  const well = await pullAccountOnce(context, connectors, accountId);
  expect(well).toMatchObject({ error: null, failures: 0 });
});

test('whoever looks at an account is told when the list of what cannot be read changes', async () => {
  const { accountId } = await newAccount();
  let round = 0;
  const pull = async (skipped: string[]) => {
    const item = {
      ...{ key: 'a', version: String(++round), appointments: [], source: 'x', nextAfterWindow: null },
      skipped: skipped.map((reason) => ({ uid: 'a', reason })),
    };
    const connector = {
      ...connectors[0]!,
      kind: 'model',
      discover: connectors[0]!.discover,
      async *pull(): AsyncGenerator<Change> {
        yield { type: 'upsert', object: item };
        yield { type: 'end', cursor: null };
      },
    } as (typeof connectors)[number];
    expect((await pullAccountOnce(context, [connector], accountId)).error).toBeNull();
    // Notifications arrive in order: what was sent before the mark is here when the mark is.
    await sql`select pg_notify('account', ${`mark ${round}`})`.execute(db);
    await until(
      'the mark',
      async () => told,
      (all) => all.includes(`mark ${round}`),
    );
    return told.splice(0).filter((id) => id === accountId).length;
  };
  const told: string[] = [];
  await store.listen('account', (id) => told.push(id));
  await pull([]); // the account gets its calendar and its status
  expect(await pull(['broken'])).toBe(1);
  expect(await pull(['broken'])).toBe(0);
  expect(await pull(['broken', 'twice'])).toBe(1);
  expect(await pull([])).toBe(1);
  expect(await pull([])).toBe(0);
});
