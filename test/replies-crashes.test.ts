/** Automatic replies under kill -9, at each named point and at random moments, with another process beside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { lettersOf } from '../server/src/automatic-replies/replies.ts';
import { createReplies } from '../server/src/automatic-replies/worker.ts';
import type { AutomaticReplies } from '../server/src/calendars/connector.ts';
import { createActivation } from '../server/src/presence/activation.ts';
import { clearManual, setManual } from '../server/src/presence/manual.ts';
import { type CrashPoint, crashPoints } from '../server/src/store/crash-points.ts';
import type { Store } from '../server/src/store/database.ts';
import { createAccount } from '../server/src/sync/accounts.ts';
import { makeUser, testContext } from './context.ts';
import { seedOfThisRun } from './seed.ts';
import { fileMailbox, readMailbox, writeMailbox } from './sources/file-mailbox.ts';
import { crashingAt, dropTarget, inStore, makeTarget } from './store.ts';

const target = await makeTarget();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-replies-'));
const file = path.join(folder, 'mailbox.json');
let userId = '';

const own: AutomaticReplies = {
  ...{ status: 'disabled', start: null, end: null, audience: 'all' },
  ...{ internalMessage: '<html>Mine</html>', externalMessage: '<html>Mine, outside</html>' },
};
const withStore = <T>(work: (store: Store) => Promise<T>) => inStore(target, work);

afterAll(async () => {
  await dropTarget(target);
  fs.rmSync(folder, { recursive: true });
});

function start(crashAt: CrashPoint | null): ChildProcess {
  const script = new URL('./sources/replies-process.ts', import.meta.url).pathname;
  return spawn(process.execPath, [script, JSON.stringify(target), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: crashingAt(crashAt),
  });
}

async function makeOwner(store: Store): Promise<void> {
  const settings = { synchronization: { microsoft365: { allowed: true, automaticReplies: true } } };
  ({ userId } = await makeUser(store.db, { settings }));
  await createAccount(testContext(store), { userId, kind: 'microsoft365', name: 'Mailbox', settings: {} });
}

/** Presence says it, and nobody has looked yet. */
async function presence(store: Store, status: 'away' | 'back', note = 'Away'): Promise<void> {
  const now = Temporal.Now.instant();
  await store.db.transaction().execute(async (transaction) => {
    const end = { rule: 'time', until: now.add({ hours: 5 }) } as const;
    if (status === 'away') await setManual(transaction, userId, { status: 'outOfOffice', note, end }, now);
    else await clearManual(transaction, userId, now);
  });
  const activation = createActivation(testContext(store));
  while ((await activation.round()) === 0);
}

/** As the next server would, and as if everything that is due later were due now. */
async function goOn(store: Store): Promise<void> {
  await sql`update account set leased_until = null`.execute(store.db); // what a dead process had is taken over
  await sql`update automatic_replies set due_at = now() where due_at is not null`.execute(store.db);
  await createReplies(testContext(store), { connectors: [fileMailbox(file)] }).round(new AbortController().signal);
}

/** A write without an answer might still have been on its way: by now it isn't. */
async function settle(store: Store): Promise<void> {
  await sql`update automatic_replies set settle_at = now()`.execute(store.db);
  await goOn(store);
}

test('killed at each named point, the next process makes it good', { timeout: 180_000 }, async () => {
  const all = crashPoints.filter((point) => point.startsWith('replies.'));
  // Opening the embedded database takes seconds: there one point stands for all, where something was just done.
  const points = 'url' in target ? all : (['replies.mailboxWritten'] as const);
  for (const point of points) {
    writeMailbox(file, own);
    const givesBack = point === 'replies.restoringWritten' || point === 'replies.mailboxRestored';
    await withStore(async (store) => {
      if (userId === '') await makeOwner(store);
      await presence(store, 'away');
      if (!givesBack) return;
      await goOn(store);
      await presence(store, 'back');
    });
    const [, signal] = await once(start(point), 'exit');
    expect({ point, signal }).toEqual({ point, signal: 'SIGKILL' });
    await withStore(async (store) => {
      await goOn(store);
      if (!givesBack) {
        expect({ point, letters: lettersOf(readMailbox(file).internalMessage) }).toEqual({ point, letters: 'Away' });
        await presence(store, 'back');
        await goOn(store);
      }
      await settle(store);
      expect({ point, ...readMailbox(file) }).toEqual({ point, ...own });
      const left = await store.db.selectFrom('automatic_replies').select(['phase', 'written']).execute();
      expect(left).toEqual([{ phase: 'idle', written: [] }]);
    });
  }
});

test('killed at random moments beside another process, what the user had is found again', {
  timeout: 120_000,
}, async () => {
  if ('folder' in target) {
    console.info('An embedded database is one process’s: two at a time are tried on PostgreSQL.');
    return;
  }
  const seed = seedOfThisRun();
  console.info(`seed ${seed} (WHENABOUTS_SEED=${seed} repeats it)`);
  writeMailbox(file, own);
  await withStore(async (store) => {
    if (userId === '') await makeOwner(store);
    for (let round = 0; round < 4; round++) {
      const [status, note] = [round % 2 === 0 ? 'away' : 'back', `Away ${round}`] as const;
      const children = [start(null), start(null)];
      await Promise.all(children.map((child) => once(child.stdout!, 'data')));
      await presence(store, status, note);
      const wait = ((seed * 7919 + round * 104_729) % 1_000) / 10;
      await new Promise((resolve) => setTimeout(resolve, wait)); // the random moment itself
      for (const child of children) {
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        await exit;
      }
      if (status === 'back') continue;
      await goOn(store);
      expect(lettersOf(readMailbox(file).internalMessage)).toBe(lettersOf(note));
    }
    await goOn(store);
    await settle(store);
    expect(readMailbox(file)).toEqual(own);
  });
});
