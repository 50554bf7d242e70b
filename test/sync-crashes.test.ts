/** Sync under kill -9: at each of its named points, and at random moments. Afterwards the store equals the source. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import type { Store } from '../server/src/store/database.ts';
import { createAccount } from '../server/src/sync/accounts.ts';
import { accountHealth } from '../server/src/sync/health.ts';
import { pullAccountOnce, startSync } from '../server/src/sync/sync.ts';
import { makeUser, testContext } from './context.ts';
import { seedOfThisRun } from './seed.ts';
import { drop, emptyState, type ModelState, modelConnector, put } from './sources/model-source.ts';
import { dayIn, meeting, modelled, stored } from './sources/model-store.ts';
import { crashingAt, dropTarget, inStore, makeTarget } from './store.ts';

const target = await makeTarget();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-crashes-'));
const stateFile = path.join(folder, 'state.json');
afterAll(async () => {
  await dropTarget(target);
  fs.rmSync(folder, { recursive: true });
});

/** The embedded database is one process's at a time: this one has it only between the children. */
const withStore = <T>(work: (store: Store) => Promise<T>) => inStore(target, work);

function start(crashAt: string | null): ChildProcess {
  const script = new URL('./sources/sync-process.ts', import.meta.url).pathname;
  return spawn(process.execPath, [script, JSON.stringify(target), stateFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: crashingAt(crashAt),
  });
}

const write = (state: ModelState) => fs.writeFileSync(stateFile, JSON.stringify(state));

function manyChanges(state: ModelState, round: number): void {
  const { main } = state.calendars;
  for (let index = 0; index < 40; index++)
    if ((index + round) % 5 === 0) drop(main!, `object${index}`);
    else if ((index + round) % 3 === 0)
      put(main!, `object${index}`, meeting({ title: `Round ${round}`, day: dayIn(index), everyDays: index % 4 }));
}

const dueOnly = (store: Store, accountId: string) =>
  sql`update account set due_at = now() + case when id = ${accountId}::uuid then interval '0' else interval '1 hour' end`.execute(
    store.db,
  );

test('killed at each named point, another process has made it good within 30 seconds', {
  timeout: 120_000,
}, async () => {
  const state = emptyState();
  manyChanges(state, 0);
  const points = ['sync.claimed', 'sync.pulled', 'sync.beforeCommit', 'sync.committed'];
  const accounts = await withStore(async (store) => {
    const { userId } = await makeUser(store.db);
    const ids: string[] = [];
    for (const name of points) {
      const id = await createAccount(testContext(store), { userId, kind: 'model', name, settings: {} });
      await pullAccountOnce(testContext(store), [modelConnector(() => state)], id);
      expect(await stored(store.db, id)).toEqual(modelled(state, 'Europe/Berlin', Temporal.Now.instant()));
      ids.push(id);
    }
    return ids;
  });
  const before = structuredClone(state);
  manyChanges(state, 1);
  write(state);
  for (const [index, point] of points.entries()) {
    await withStore((store) => dueOnly(store, accounts[index]!));
    const [, signal] = await once(start(point), 'exit');
    expect({ point, signal }).toEqual({ point, signal: 'SIGKILL' });
  }
  await withStore(async (store) => {
    const now = Temporal.Now.instant();
    // Dead in the middle: whole old or whole new, and the lease still stands.
    const expected = [before, before, before, state].map((one) => modelled(one, 'Europe/Berlin', now));
    expect(await Promise.all(accounts.map((id) => stored(store.db, id)))).toEqual(expected);
    await sql`update account set due_at = least(due_at, now())`.execute(store.db);
    const killed = performance.now();
    const engine = await startSync(testContext(store), { connectors: [modelConnector(() => state)] });
    try {
      await until(async () => {
        const rows = await store.db.selectFrom('account').select(['leased_by', 'due_at']).execute();
        const later = Temporal.Now.instant();
        return rows.every((row) => row.leased_by === null && Temporal.Instant.compare(row.due_at, later) > 0);
      });
    } finally {
      await engine.stop();
    }
    expect(performance.now() - killed).toBeLessThan(30_000);
    for (const id of accounts) {
      expect(await stored(store.db, id)).toEqual(modelled(state, 'Europe/Berlin', Temporal.Now.instant()));
      expect(await accountHealth(store.db, id)).toMatchObject({ status: 'ok', failures: 0 });
    }
  });
});

test('killed at random moments, the store ends as the source', { timeout: 120_000 }, async () => {
  const seed = seedOfThisRun();
  console.info(`seed ${seed} (WHENABOUTS_SEED=${seed} repeats it)`);
  // Each round opens the embedded database twice, which takes seconds.
  const kills = Number(process.env.SYNC_KILLS ?? ('url' in target ? 6 : 2));
  const state = emptyState();
  const accountId = await withStore(async (store) => {
    const { userId } = await makeUser(store.db);
    return createAccount(testContext(store), { userId, kind: 'model', name: 'Random', settings: {} });
  });
  for (let round = 0; round < kills; round++) {
    state.mood = (['changes', 'versions', 'everything'] as const)[round % 3]!;
    manyChanges(state, round);
    write(state);
    await withStore((store) =>
      sql`update account set due_at = now(), leased_until = null, failures = 0 where id = ${accountId}::uuid`.execute(
        store.db,
      ),
    );
    const child = start(null);
    await once(child.stdout!, 'data');
    const wait = (((seed * 7919 + round * 104_729) % 1_000) / 1_000) ** 2 * 300;
    await new Promise((resolve) => setTimeout(resolve, wait)); // the random moment itself
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }
  await withStore(async (store) => {
    await sql`update account set leased_until = null where id = ${accountId}::uuid`.execute(store.db);
    const outcome = await pullAccountOnce(testContext(store), [modelConnector(() => state)], accountId);
    expect(outcome.error).toBeNull();
    expect(await stored(store.db, accountId)).toEqual(modelled(state, 'Europe/Berlin', Temporal.Now.instant()));
  });
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 40_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('It did not come true within 40 s.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
