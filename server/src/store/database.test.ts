import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { openTestStore } from '../../../test/store.ts';
import { openStore, prepared } from './database.ts';

const store = await openTestStore();
afterAll(() => store.close());

test('instants, dates and arrays go in and come out as Temporal values and arrays', async () => {
  const at = Temporal.Instant.from('2026-03-29T01:00:00.123Z');
  const { db } = store;
  await db.insertInto('location').values({ name: 'Berlin', time_zone: 'Europe/Berlin', created_at: at }).execute();
  const row = await db
    .selectFrom('location')
    .select('created_at')
    .where('created_at', '=', at)
    .executeTakeFirstOrThrow();
  expect(row.created_at.toString()).toBe(at.toString());
});

test('a prepared statement is kept by its connection and takes other values each time, also after it failed once', async () => {
  const half = (executor: typeof store.db, of: number, by: number) =>
    sql<{ half: number }>`${prepared} select ${of}::int / ${by}::int as half`.execute(executor);
  await store.db.transaction().execute(async (transaction) => {
    expect((await half(transaction, 8, 2)).rows).toEqual([{ half: 4 }]);
    expect((await half(transaction, 9, 3)).rows).toEqual([{ half: 3 }]);
    const { rows } = await sql<{ times: number }>`
      select count(*)::int as times from pg_prepared_statements where statement like '%/ $2::int as half'`.execute(
      transaction,
    );
    expect(rows).toEqual([{ times: 1 }]);
  });
  await expect(half(store.db, 1, 0)).rejects.toThrow('division by zero');
  expect((await half(store.db, 6, 2)).rows).toEqual([{ half: 3 }]);
});

test('a notification reaches the listener when its transaction commits', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  await store.listen('test', (payload) => payload && resolve(payload));
  await store.db.transaction().execute((transaction) => sql`select pg_notify('test', 'seen')`.execute(transaction));
  expect(await promise).toBe('seen');
});

const testEmbedded = store.kind === 'embedded' ? test : () => {}; // they say nothing about PostgreSQL

testEmbedded('a commit of the embedded database reaches the disk (fsync)', async () => {
  const { fsyncs } = await import('./pglite.ts');
  const before = fsyncs.count;
  await store.db.insertInto('location').values({ name: 'Hamburg', time_zone: 'Europe/Berlin' }).execute();
  expect(fsyncs.count).toBeGreaterThan(before);
});

testEmbedded('a second process is kept out of the embedded database', async () => {
  const { spawnSync } = await import('node:child_process');
  const folder = (store.target as { folder: string }).folder;
  const script = `import { openStore } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)};
    await openStore({ folder: ${JSON.stringify(folder)} }).then(() => process.exit(0), (error) => { console.error(error.message); process.exit(3); });`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect({ status, stderr }).toMatchObject({
    status: 3,
    stderr: expect.stringContaining(`in use by process ${process.pid}`),
  });
});

testEmbedded('an embedded database whose making was broken off is made anew', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-half-'));
  fs.mkdirSync(path.join(folder, 'pgdata'));
  fs.writeFileSync(path.join(folder, 'pgdata', 'PG_VERSION'), '1');
  const made = await openStore({ folder });
  expect(await made.db.selectFrom('location').select('id').execute()).toEqual([]);
  await made.close();
  fs.rmSync(folder, { recursive: true });
});
