/** What was told and answered with 202 isn't lost while the database is away, nor when the server stops. */
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { openTestStore } from '../../../test/store.ts';
import { createAccount } from './accounts.ts';
import { type Notice, openNotices } from './notices.ts';
import { hashOfState } from './push.ts';

const store = await openTestStore();
const { db } = store;
afterAll(() => store.close());
const context = testContext(store);

let accountId: string;
let notice: Notice;
beforeEach(async () => {
  const { userId } = await makeUser(db);
  accountId = await createAccount(context, { userId, kind: 'told', name: 'Mailbox', settings: {} });
  await sql`update account set due_at = now() + interval '1 day' where id = ${accountId}::uuid`.execute(db);
  const { id: subscriptionId } = await db
    .insertInto('graph_subscription')
    .values({
      ...{ account_id: accountId, remote_id: 'remote', client_state: hashOfState('state') },
      ...{ expires_at: sql`now() + interval '7 days'`, renew_at: sql`now() + interval '5 days'` },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  notice = { subscriptionId, remoteId: 'remote', clientState: 'state', lifecycle: null };
});

const isDueSoon = async () => {
  const { rows } = await sql<{ soon: boolean }>`
    select due_at < now() + interval '1 minute' as soon from account where id = ${accountId}::uuid`.execute(db);
  return rows[0]!.soon;
};

test('what could not be written is written when the database is back, and told of once in the log', async () => {
  const errors = vi.fn();
  const log = Object.assign(Object.create(context.log) as typeof context.log, { error: errors });
  const notices = openNotices({ store, log });
  await sql`alter table graph_subscription rename to graph_subscription_away`.execute(db);
  try {
    notices.take([notice]);
    await vi.waitFor(() => expect(errors).toHaveBeenCalled(), { timeout: 20_000 });
    notices.take([notice, { ...notice, lifecycle: 'missed' }]);
  } finally {
    await sql`alter table graph_subscription_away rename to graph_subscription`.execute(db);
  }
  await vi.waitFor(async () => expect(await isDueSoon()).toBe(true), { timeout: 20_000, interval: 50 });
  expect(errors).toHaveBeenCalledTimes(1);
  await notices.stop();
});

test('what was told a moment before the server stops is written', async () => {
  const notices = openNotices(context);
  notices.take([notice]);
  await notices.stop();
  expect(await isDueSoon()).toBe(true);
});

test('what can’t be kept is refused, to be told again; the same thing told often is kept once', async () => {
  const notices = openNotices(context);
  expect(notices.take(Array.from({ length: 20_000 }, () => notice))).toBe(true);
  const others = Array.from({ length: 19_999 }, (_, at) => ({ ...notice, clientState: `guessed ${at}` }));
  expect(notices.take(others)).toBe(true);
  expect(notices.take([{ ...notice, clientState: 'one more' }])).toBe(false);
  await notices.stop();
  expect(await isDueSoon()).toBe(true);
});
