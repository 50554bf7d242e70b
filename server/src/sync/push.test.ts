/** What push costs: pulls of an account stand apart however its notices come, and subscriptions are renewed by the way. */
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { openTestStore } from '../../../test/store.ts';
import type { CalendarConnector } from '../calendars/connector.ts';
import { createAccount } from './accounts.ts';
import { claimAccounts, releaseAccount } from './lease.queries.ts';
import { writeNotices } from './notices.ts';
import { hashOfState, keepPush } from './push.ts';

const store = await openTestStore();
const { db } = store;
afterAll(() => store.close());
const context = testContext(store);

let accountId: string;
beforeEach(async () => {
  const { userId } = await makeUser(db);
  accountId = await createAccount(context, { userId, kind: 'told', name: 'Mailbox', settings: {} });
});

const claimed = async () => {
  const [account] = await claimAccounts(db, 'test', { free: 1, failingToo: 1 }, [], accountId);
  return account!;
};
const dueIn = async () => {
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from due_at - clock_timestamp())::float8 as seconds from account
     where id = ${accountId}::uuid`.execute(db);
  return rows[0]!.seconds;
};
async function subscribed(): Promise<() => Promise<void>> {
  const { id } = await db
    .insertInto('graph_subscription')
    .values({
      ...{ account_id: accountId, remote_id: 'remote', client_state: hashOfState('state') },
      ...{ expires_at: sql`now() + interval '7 days'`, renew_at: sql`now() + interval '5 days'` },
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return () => writeNotices(db, [{ subscriptionId: id, remoteId: 'remote', clientState: 'state', lifecycle: null }]);
}

test('the first notice has its mailbox read a second later, those that follow a pull are taken together', async () => {
  const notice = await subscribed();
  const account = await claimed();
  await releaseAccount(db, account, { error: null, failures: 0, nextIn: 86_400_000 });
  // The pull before was long ago.
  await sql`update account set last_attempt_at = now() - interval '1 minute' where id = ${accountId}::uuid`.execute(db);
  await notice();
  expect(await dueIn()).toBeLessThanOrEqual(1);

  const again = await claimed();
  await notice(); // while it is being read
  await releaseAccount(db, again, { error: null, failures: 0, nextIn: 86_400_000 });
  const first = await dueIn();
  expect(first).toBeLessThanOrEqual(10);
  const { rows } = await sql<{ apart: number }>`
    select extract(epoch from due_at - last_attempt_at)::float8 as apart from account
     where id = ${accountId}::uuid`.execute(db);
  expect(rows[0]!.apart).toBeGreaterThanOrEqual(10);
  await notice();
  expect(await dueIn(), 'the same pull').toBeLessThanOrEqual(first);
});

test('a subscription is renewed by the first pull after its time has come, and looked after before it ends', async () => {
  const asked: (string | null)[] = [];
  let lifetime = 7 * 86_400;
  const connector = {
    keepSubscribed: async (_, { remoteId, now }) => {
      asked.push(remoteId);
      return { remoteId: 'remote', expiresAt: now.add({ seconds: lifetime }), renewed: remoteId !== null };
    },
  } as Pick<CalendarConnector, 'keepSubscribed'> as CalendarConnector;
  const account = await claimed();
  const opened = { id: accountId, settings: {}, secret: null };
  const keep = (days: number, dice = 0.5) =>
    keepPush(
      context,
      connector,
      { account: { ...account, now: account.now.add({ seconds: days * 86_400 }) }, opened },
      { address: 'https://times.example.com', signal: new AbortController().signal, random: () => dice },
    );
  const day = 86_400_000;
  expect(await keep(0)).toBe(day);
  expect(await keep(4), 'not yet').toBe(day);
  expect(asked).toEqual([null]);
  await keep(5);
  await keep(6);
  expect(asked).toEqual([null, 'remote']);
  // Where nothing is pulled the account is due in time by itself, however short the subscription and whatever the dice.
  for (const seconds of [45 * 60, 4 * 3_600, 86_400])
    for (const dice of [0, 0.99]) {
      lifetime = seconds;
      await sql`update graph_subscription set renew_at = now() - interval '1 day'`.execute(db);
      const lookIn = (await keep(6, dice))!;
      expect(lookIn).toBeGreaterThan(seconds * 600);
      expect(lookIn).toBeLessThan(seconds * 950);
    }
});
