/** The reconciler on the store, with the simulated phone system and its bad habits; crash points with real processes. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Running } from '../server/src/context.ts';
import type { CrashPoint } from '../server/src/store/crash-points.ts';
import { openStore } from '../server/src/store/database.ts';
import { checkPhoneSystem } from '../server/src/telephony/check.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { releaseExtension } from '../server/src/telephony/release.ts';
import { type Pbx, startPbx } from '../simulators/pbx/pbx.ts';
import { pbxSettings } from '../simulators/pbx/settings.ts';
import { until } from './product.ts';
import { dropTarget, makeTarget, openTestStore } from './store.ts';
import {
  logOf,
  makeOffice,
  type Office,
  off,
  officeContext,
  recordOf,
  startReconcilerProcess,
  to,
  want,
} from './telephony/office.ts';

const numbers = ['101', '102', '103', '104', '105', '106', '107', '108', '109', '110'];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-pbx-'));
const store = await openTestStore();
const context = officeContext(store);
const { db } = store;
const connectors = phoneSystemKinds(context.outbound);
const options = { connectors, pollMs: 300, leaseMs: 2_000 };
let pbx: Pbx;
let office: Office;
let reconciler: Running;

beforeAll(async () => {
  pbx = await startPbx({ extensions: numbers, file: path.join(folder, 'phones.json'), token: 'open sesame', seed: 7 });
  const system = {
    name: 'Main',
    kind: 'http',
    settings: pbxSettings(pbx.url),
    secret: { kind: 'bearer', token: 'open sesame' },
  };
  office = await makeOffice(context, system, [...numbers, '999']);
  reconciler = await startReconciler(context, options);
});
afterAll(async () => {
  await reconciler?.stop();
  await pbx?.stop();
  await store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const targetOf = (number: string) => pbx.state(number).target;
const phone = (number: string, target: string | null) =>
  until(
    `${number} forwarded to ${target}`,
    async () => targetOf(number),
    (found) => found === target,
  );
const phase = (number: string, wanted: string) =>
  until(
    `the record of ${number}`,
    () => recordOf(db, office, number),
    (record) => record?.phase === wanted,
  );
const event = (number: string, wanted: string) =>
  until(
    `the log of ${number}`,
    () => logOf(db, office, number),
    (events) => events.includes(wanted),
  );

test('forwarding is taken and given back to what the user had', async () => {
  pbx.byHand('101', { mode: 'always', target: '555' });
  await want(db, '101', to('200'));
  await phone('101', '200');
  expect((await phase('101', 'applied'))?.previous).toEqual({ mode: 'all', target: '555' });
  await want(db, '101', off);
  await phone('101', '555');
  await phase('101', 'idle');
  expect(await logOf(db, office, '101')).toEqual(expect.arrayContaining(['taken', 'givenBack']));
});

test('a change by hand in the meeting is respected, and stays afterwards', async () => {
  await want(db, '102', to('200'));
  await phase('102', 'applied');
  pbx.byHand('102', { mode: 'always', target: '777' });
  await phase('102', 'overridden');
  await want(db, '102', off);
  await phase('102', 'idle');
  expect(targetOf('102')).toBe('777');
  expect(await logOf(db, office, '102')).toContain('overridden');
});

test('a phone system killed after its answer gets the forwarding again', async () => {
  pbx.byHand('103', { mode: 'always', target: '555' });
  await want(db, '103', to('200'));
  await phone('103', '200');
  await pbx.kill();
  await until(
    'the failure is told',
    async () => {
      await want(db, '103', to('200'));
      return db.selectFrom('phone_system').selectAll().where('id', '=', office.systemId).executeTakeFirstOrThrow();
    },
    (system) => system.status === 'failing' && /127\.0\.0\.1/.test(system.error_message ?? ''),
  );
  // A wish that can't be carried out is told to its user, once.
  await want(db, '102', to('200'));
  await event('102', 'failed');
  await want(db, '102', off);
  await pbx.start();
  await phone('103', '200');
  await phase('103', 'applied');
  await want(db, '103', off);
  await phone('103', '555');
  await phase('103', 'idle');
});

test('two deputies in the same meeting: the later one goes to voicemail, and is told why', async () => {
  await want(db, '104', to('105'));
  await phone('104', '105');
  await want(db, '105', to('104'));
  await phone('105', '*105');
  expect(pbx.call('104')).toBe('*105');
  const record = await until(
    'the reason',
    () => recordOf(db, office, '105'),
    (found) => found?.error_message != null,
  );
  expect(record?.error_message).toContain('105 → 104 → 105');
  await want(db, '104', off);
  await phone('104', null);
  // The way is free now.
  await phone('105', '104');
  await want(db, '105', off);
  await phone('105', null);
});

test('a user’s own forwarding closes no circle with ours', async () => {
  pbx.byHand('107', { mode: 'always', target: '106' });
  await want(db, '106', to('107'));
  await phone('106', '*106');
  await event('106', 'taken');
  await want(db, '106', off);
  await phone('106', null);
});

test('what a phone system can’t do is refused with the reason', async () => {
  await want(db, '108', { ...to('200'), mode: 'internal' });
  const record = await until(
    'the reason',
    () => recordOf(db, office, '108'),
    (found) => found?.error_class === 'refused',
  );
  expect(record?.error_message).toContain('"internal"');
  expect(targetOf('108')).toBeNull();
  await want(db, '108', off);
});

test('an extension the phone system doesn’t know is its own trouble', async () => {
  await want(db, '999', to('200'));
  const record = await until(
    'the reason',
    () => recordOf(db, office, '999'),
    (found) => found?.error_class === 'notFound',
  );
  expect(record?.error_message).toBe("The phone system doesn't know extension 999.");
  await want(db, '108', to('200'));
  await phone('108', '200');
  await want(db, '108', off);
  await phone('108', null);
  await want(db, '999', off);
});

test('removing an extension gives its forwarding back first', async () => {
  pbx.byHand('109', { mode: 'always', target: '555' });
  await want(db, '109', to('200'));
  await phase('109', 'applied');
  await releaseExtension(context, office.users.get('109')!.extensionId);
  expect(targetOf('109')).toBe('555');
});

test('removing an extension of a dead phone system says why it can’t', async () => {
  await want(db, '110', to('200'));
  await phase('110', 'applied');
  await pbx.kill();
  await expect(releaseExtension(context, office.users.get('110')!.extensionId, 1_000)).rejects.toThrow(
    /110 could not be given back/,
  );
  await pbx.start();
  await phase('110', 'applied');
  await want(db, '110', off);
  await phone('110', null);
});

test('"observe" says what it would do and does nothing; "paused" leaves the phone system alone', async () => {
  await reconciler.stop();
  await db.updateTable('phone_system').set({ mode: 'observe' }).where('id', '=', office.systemId).execute();
  reconciler = await startReconciler(context, options);
  await want(db, '101', to('200'));
  await event('101', 'wouldTake');
  await want(db, '101', off);
  await reconciler.stop();
  expect(targetOf('101')).toBe('555');
  await db.updateTable('phone_system').set({ mode: 'paused' }).where('id', '=', office.systemId).execute();
  const before = { ...pbx.requests };
  reconciler = await startReconciler(context, options);
  await want(db, '101', to('200'));
  expect(pbx.requests).toEqual(before);
  // It wakes up by itself when it is switched on again.
  await db.updateTable('phone_system').set({ mode: 'active' }).where('id', '=', office.systemId).execute();
  await phone('101', '200');
  await want(db, '101', off);
  await phone('101', '555');
  await phase('101', 'idle');
});

test('one writer: a second reconciler takes over when the first is gone, and not before', async () => {
  const second = await startReconciler(officeContext(store), options);
  try {
    await want(db, '101', to('200'));
    await phase('101', 'applied');
    const leases = await db.selectFrom('phone_system').select('leased_by').execute();
    expect(leases).toEqual([{ leased_by: context.processName }]);
    await reconciler.stop();
    await want(db, '101', off);
    await phone('101', '555');
    await phase('101', 'idle');
  } finally {
    await second.stop();
    reconciler = await startReconciler(context, options);
  }
});

test('the check tells each step, and what is wrong in plain words', async () => {
  const id = office.systemId;
  const secret = context.secrets.seal(JSON.stringify({ kind: 'bearer', token: 'nope-4711' }), id);
  const system = await db.selectFrom('phone_system').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const good = await checkPhoneSystem(context, connectors, system, '101');
  expect(good.steps.map((step) => step.ok)).toEqual([true, true, true, true]);
  expect(good.modes?.internal).toContain('no word for "internal"');
  const bad = await checkPhoneSystem(context, connectors, { ...system, secret }, '101');
  expect(bad.steps.at(1)).toEqual({
    name: 'connection',
    ok: false,
    errorClass: 'credentials',
    message: expect.stringContaining('refuses the credentials'),
  });
  expect(JSON.stringify(bad)).not.toContain('nope-4711');
});

describe('every crash point, by kill -9', () => {
  test('what is begun is finished by the next process', async () => {
    const target = await makeTarget();
    const phones = await startPbx({ extensions: ['101'], file: path.join(folder, 'crash.json'), badHabits: false });
    try {
      phones.byHand('101', { mode: 'always', target: '555' });
      const opened = await openStore(target);
      const there = await makeOffice(
        officeContext(opened),
        { name: 'Main', kind: 'http', settings: pbxSettings(phones.url) },
        ['101'],
      );
      await opened.close();
      // Each process dies one step further on, and the next one has to go on from what it left. The embedded database
      // needs seconds to open after a kill, so there one point does, where phone and record differ.
      const few = store.kind === 'embedded' ? ['reconciler.phoneWritten'] : null;
      const taking: [CrashPoint, string][] = [
        ['reconciler.beforeIntent', '555'],
        ['reconciler.intentWritten', '555'],
        ['reconciler.phoneWritten', '200'],
        ['reconciler.appliedWritten', '200'],
      ];
      const givingBack: [CrashPoint, string][] = [
        ['reconciler.restoringWritten', '200'],
        ['reconciler.phoneRestored', '555'],
        ['reconciler.idleWritten', '555'],
      ];
      for (const [points, wish] of [
        [taking, to('200')],
        [givingBack, off],
      ] as const)
        for (const [point, expected] of points.filter(([name]) => few?.includes(name) ?? true)) {
          expect(await startReconcilerProcess(target, { '101': wish }, { crashAt: point }).ended, point).toBe(
            'SIGKILL',
          );
          expect(phones.state('101').target, point).toBe(expected);
        }
      expect(await startReconcilerProcess(target, { '101': off }, { phase: 'idle' }).ended).toBe(0);
      const after = await openStore(target);
      const record = await recordOf(after.db, there, '101');
      const events = await logOf(after.db, there, '101');
      await after.close();
      expect(phones.state('101').target).toBe('555');
      expect(record).toMatchObject({ phase: 'idle', previous: { mode: 'all', target: '555' } });
      expect(events.filter((name) => name !== 'failed')).toEqual(['taken', 'givenBack']);
    } finally {
      await phones.stop();
      await dropTarget(target);
    }
  }, 120_000);
});
