/** One removal through every crash point of leavings: each process is killed there, and the next one goes on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemActor } from '../server/src/organization/audit.ts';
import { startLeaving } from '../server/src/organization/leaving/start.ts';
import { type CrashPoint, crashPoints } from '../server/src/store/crash-points.ts';
import type { Store } from '../server/src/store/database.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { startPbx } from '../simulators/pbx/pbx.ts';
import { pbxSettings } from '../simulators/pbx/settings.ts';
import { until } from './product.ts';
import { crashingAt, dropTarget, inStore, makeTarget } from './store.ts';
import { makeOffice, officeContext, recordOf, to, want } from './telephony/office.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-leaving-'));
const revokedFile = path.join(folder, 'revoked');
const foundFile = path.join(folder, 'found');
const target = await makeTarget();
const pbx = await startPbx({ extensions: ['201'], file: path.join(folder, 'phones.json'), badHabits: false });
afterAll(async () => {
  await pbx.stop();
  await dropTarget(target);
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The embedded database is one process's at a time: this one has it only between the children. */
const withStore = <T>(work: (store: Store) => Promise<T>) => inStore(target, work);

async function runUntil(crashAt: CrashPoint | null, userId: string): Promise<unknown> {
  const child = spawn(process.execPath, [new URL('./telephony/leaving-process.ts', import.meta.url).pathname], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: {
      ...crashingAt(crashAt),
      LEAVING: JSON.stringify({ target, revokedFile, foundFile, userId }),
    },
  });
  const [code, signal] = await once(child, 'exit');
  return signal ?? code;
}

test('killed at each point in turn, a removal is finished by the next process, and nothing is lost or done out of order', {
  timeout: 90_000,
}, async () => {
  const ids = await withStore(async (store) => {
    const context = officeContext(store);
    const office = await makeOffice(context, { name: 'Main', kind: 'http', settings: pbxSettings(pbx.url) }, ['201']);
    const { userId } = office.users.get('201')!;
    const { id: accountId } = await store.db
      .insertInto('account')
      .values({ user_id: userId, kind: 'tokens', name: 'Work' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const secret = context.secrets.seal(JSON.stringify({ token: 'abc' }), accountId);
    await store.db.updateTable('account').set({ secret }).where('id', '=', accountId).execute();
    pbx.byHand('201', { mode: 'always', target: '555' });
    const reconciler = await startReconciler(context, {
      ...{ connectors: phoneSystemKinds(context.outbound), pollMs: 300, leaseMs: 2_000 },
    });
    await want(store.db, '201', to('200'));
    await until(
      'forwarding',
      () => recordOf(store.db, office, '201'),
      (record) => record?.phase === 'applied',
    );
    await reconciler.stop();
    const { id } = await store.db
      .transaction()
      .execute((transaction) => startLeaving(transaction, { kind: 'user', id: userId }, systemActor));
    return { userId, leavingId: id };
  });
  const revocations = () =>
    fs.existsSync(revokedFile) ? fs.readFileSync(revokedFile, 'utf8').match(/\n/g)!.length : 0;
  // Opening the embedded database takes seconds: there two points stand for all, where something was done just before.
  const points = crashPoints.filter((point) =>
    'url' in target ? point.startsWith('leaving.') : ['leaving.givenBack', 'leaving.beforeErased'].includes(point),
  );
  const seen: Record<string, { phone: string | null; revoked: number }> = {};
  for (const point of points) {
    expect(await runUntil(point, ids.userId), point).toBe('SIGKILL');
    seen[point] = { phone: pbx.state('201').target, revoked: revocations() };
  }
  expect(await runUntil(null, ids.userId)).toBe(0);
  if ('folder' in target)
    expect(seen).toEqual({
      'leaving.givenBack': { phone: '555', revoked: 0 },
      'leaving.beforeErased': { phone: '555', revoked: 1 },
    });
  else
    expect(seen).toEqual({
      'leaving.claimed': { phone: expect.stringMatching(/^(200|555)$/), revoked: 0 },
      'leaving.givenBack': { phone: '555', revoked: 0 },
      'leaving.revoked': { phone: '555', revoked: 1 },
      'leaving.beforeErased': { phone: '555', revoked: 1 },
      'leaving.erased': { phone: '555', revoked: 1 },
    });
  // What each process found at its start: one that was killed before its commit has erased nothing.
  const found = 'folder' in target ? 'user user user' : 'user user user user user nobody';
  expect(fs.readFileSync(foundFile, 'utf8').trim()).toBe(found);
  await withStore(async ({ db }) => {
    const leaving = await db
      .selectFrom('leaving')
      .selectAll()
      .where('id', '=', ids.leavingId)
      .executeTakeFirstOrThrow();
    expect(leaving.state).toBe('done');
    expect(leaving.steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
    const audit = await db
      .selectFrom('audit_entry')
      .select('after')
      .where('action', '=', 'run')
      .orderBy('id')
      .execute();
    expect(audit.map(({ after }) => after?.step)).toEqual(['giveForwardingBack', 'revokeTokens', 'eraseData']);
  });
});
