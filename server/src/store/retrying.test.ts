import { afterAll, expect, test } from 'vitest';
import { openTestStore } from '../../../test/store.ts';
import { retrying } from './retrying.ts';

const store = await openTestStore();
afterAll(() => store.close());
const { db } = store;

test('two transactions that lock the other way round both come through', async ({ skip }) => {
  skip(store.kind === 'embedded', 'the embedded database has one connection, where nothing can deadlock');
  for (const name of ['one', 'two']) await db.insertInto('location').values({ name, time_zone: 'UTC' }).execute();
  let waiting = 2;
  const { promise: bothHold, resolve } = Promise.withResolvers<void>();
  let begun = 0;
  const rename = (first: string, second: string, suffix: string) =>
    retrying(db, async (transaction) => {
      begun++;
      const change = (name: string) =>
        transaction.updateTable('location').set({ time_zone: suffix }).where('name', '=', name).execute();
      await change(first);
      if (--waiting === 0) resolve();
      await bothHold;
      await change(second);
    });
  await Promise.all([rename('one', 'two', 'A'), rename('two', 'one', 'B')]);
  expect(begun).toBe(3);
  const zones = (await db.selectFrom('location').select('time_zone').execute()).map((row) => row.time_zone);
  expect(new Set(zones).size).toBe(1);
});

test('an error of the work itself is thrown at once', async () => {
  let begun = 0;
  const failing = retrying(db, async () => {
    begun++;
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(begun).toBe(1);
});
