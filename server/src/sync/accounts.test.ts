/** What people do with accounts, and that presence hears of it. */
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { emptyState, modelConnector, put } from '../../../test/sources/model-source.ts';
import { meeting, stored } from '../../../test/sources/model-store.ts';
import { openTestStore } from '../../../test/store.ts';
import { createAccount, removeAccount, selectCalendar, updateAccount } from './accounts.ts';
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

async function newAccount() {
  const { userId } = await makeUser(db);
  const accountId = await createAccount(context, { userId, kind: 'model', name: 'Model', settings: {} });
  return { userId, accountId };
}

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
