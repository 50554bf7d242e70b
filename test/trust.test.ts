/** Pauses, giving back, observing and the guard: on the store, with the simulated phone system and a real reconciler. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Running } from '../server/src/context.ts';
import { listAlerts } from '../server/src/organization/alerts.ts';
import { type Actor, systemActor } from '../server/src/organization/audit.ts';
import { startLeaving } from '../server/src/organization/leaving/start.ts';
import { changePhoneSystem } from '../server/src/organization/phone-systems.ts';
import { type Forwarding, slotOff } from '../server/src/presence/presence.ts';
import type { Executor } from '../server/src/store/database.ts';
import { retrying } from '../server/src/store/retrying.ts';
import type { PhoneSystemConnection } from '../server/src/telephony/connector.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { reconcile } from '../server/src/telephony/reconcile.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { recordsInDatabase } from '../server/src/telephony/records.queries.ts';
import { guarded } from '../server/src/telephony/trust/guard.queries.ts';
import { phonesThatMayTrip } from '../server/src/telephony/trust/guard-impact.queries.ts';
import { outlookLines, outlookSummary } from '../server/src/telephony/trust/outlook.queries.ts';
import type { PauseScope } from '../server/src/telephony/trust/pauses.ts';
import { pauseForwarding, pauseState, resumeForwarding } from '../server/src/telephony/trust/pausing.ts';
import { takeBack } from '../server/src/telephony/trust/taking-back.ts';
import { type Pbx, startPbx } from '../simulators/pbx/pbx.ts';
import { pbxSettings } from '../simulators/pbx/settings.ts';
import { until } from './product.ts';
import { openTestStore } from './store.ts';
import { logOf, makeOffice, type Office, off, officeContext, recordOf, to, want } from './telephony/office.ts';

const numbers = Array.from({ length: 12 }, (_, at) => String(101 + at));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-trust-'));
const store = await openTestStore();
const context = officeContext(store);
const { db } = store;
const connectors = phoneSystemKinds(context.outbound);
/** The budget has its own tests. */
const quick = () => ({ ...pbxSettings(pbx.url), requestsPerSecond: 1_000 });
const ada: Actor = { userId: null, name: 'Ada Lovelace', via: 'session' };
let pbx: Pbx;
let office: Office;
let reconciler: Running;

beforeAll(async () => {
  pbx = await startPbx({ extensions: numbers, file: path.join(folder, 'phones.json'), badHabits: false });
  office = await makeOffice(context, { name: 'Main', kind: 'http', settings: quick() }, numbers);
  reconciler = await startReconciler(context, { connectors, pollMs: 200, leaseMs: 2_000 });
});
afterAll(async () => {
  await reconciler?.stop();
  await pbx?.stop();
  await store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});
/** Every test begins with an active system, nothing paused and nothing of ours anywhere. */
beforeEach(async () => {
  await inTransaction((transaction) => resumeForwarding(transaction, { kind: 'all' }, ada, 'active'));
  await change({ mode: 'active', guardShare: 0 });
  for (const number of numbers) {
    await want(db, number, off);
    pbx.byHand(number, { mode: 'off', target: null });
  }
  await settled();
});

const inTransaction = <T>(work: (transaction: Executor) => Promise<T>) => retrying(db, work);
const settled = () =>
  until(
    'nothing of ours anywhere',
    () => db.selectFrom('forwarding_record').select('extension_id').where('phase', '<>', 'idle').execute(),
    (rows) => rows.length === 0,
  );
const target = (number: string) => pbx.state(number).target;
const phone = (number: string, wanted: string | null) =>
  until(
    `${number} forwarded to ${wanted}`,
    async () => target(number),
    (found) => found === wanted,
  );
const phase = (number: string, wanted: string) =>
  until(
    `the record of ${number}`,
    () => recordOf(db, office, number),
    (record) => record?.phase === wanted,
  );
const userScope = (number: string): PauseScope => ({ kind: 'user', id: office.users.get(number)!.userId });
const system = (): PauseScope => ({ kind: 'phoneSystem', id: office.systemId });
async function groupScope(number: string): Promise<PauseScope> {
  const of = db.selectFrom('users').select('group_id').where('id', '=', office.users.get(number)!.userId);
  return { kind: 'group', id: (await of.executeTakeFirstOrThrow()).group_id };
}
const pause = (scope: PauseScope, wish: { giveBack?: boolean; reason?: string; until?: Temporal.Instant } = {}) =>
  inTransaction((transaction) =>
    pauseForwarding(
      transaction,
      scope,
      { giveBack: wish.giveBack ?? true, reason: wish.reason ?? null, until: wish.until ?? null },
      ada,
    ),
  );
const resume = (scope: PauseScope) => inTransaction((transaction) => resumeForwarding(transaction, scope, ada));
const modeOf = async () =>
  (await db.selectFrom('phone_system').select('mode').where('id', '=', office.systemId).executeTakeFirstOrThrow()).mode;
const change = (patch: Parameters<typeof changePhoneSystem>[5]) =>
  inTransaction((transaction) => changePhoneSystem(context, transaction, ada, connectors, office.systemId, patch));
/** Long enough that a reconciler which wanted to would have written. */
const twoPolls = async () => {
  const seen = () =>
    db.selectFrom('phone_system').select('last_contact_at').where('id', '=', office.systemId).executeTakeFirstOrThrow();
  await want(db, numbers[11]!, off);
  const before = (await seen()).last_contact_at;
  await until('a round', seen, ({ last_contact_at }) => last_contact_at?.toString() !== before?.toString());
  await want(db, numbers[11]!, off);
  const between = (await seen()).last_contact_at;
  await until('another round', seen, ({ last_contact_at }) => last_contact_at?.toString() !== between?.toString());
};

describe.each([
  ['user', async () => userScope('101')],
  ['group', () => groupScope('101')],
  ['phone system', async () => system()],
] as const)('a %s', (kind, scopeOf) => {
  test('paused gives back, takes nothing, and when it is resumed does what is wanted by then', async () => {
    pbx.byHand('101', { mode: 'always', target: '555' });
    await want(db, '101', to('200'));
    await phone('101', '200');
    const scope = await scopeOf();
    await pause(scope, { reason: 'The line is being moved.' });
    await phone('101', '555');
    await phase('101', 'idle');
    await want(db, '101', to('201'));
    if (kind !== 'phone system') {
      await want(db, '102', to('300')); // somebody else goes on
      await phone('102', '300');
    }
    await twoPolls();
    expect(target('101')).toBe('555');
    const state = await pauseState(db, scope);
    expect(state).toMatchObject({ waiting: 0, inForce: 1, waitingPhones: [] });
    expect(state?.pause).toMatchObject({
      by: { name: 'Ada Lovelace' },
      reason: 'The line is being moved.',
      giveBack: true,
    });
    await resume(scope);
    await phone('101', '201');
    expect(await modeOf()).toBe('active');
    expect(await logOf(db, office, '101')).toEqual(
      expect.arrayContaining(['taken', 'paused', 'givenBack', 'resumed', 'taken']),
    );
  });

  test('paused to leave everything as it is leaves it, and gives it back when resumed', async () => {
    pbx.byHand('101', { mode: 'always', target: '555' });
    await want(db, '101', to('200'));
    await phase('101', 'applied');
    const scope = await scopeOf();
    await pause(scope, { giveBack: false });
    await want(db, '101', off);
    if (kind !== 'phone system') await twoPolls();
    expect(target('101')).toBe('200');
    expect(await recordOf(db, office, '101')).toMatchObject({ phase: 'applied', previous: to555 });
    // Nor is what a person does there taken for anything.
    pbx.byHand('101', { mode: 'always', target: '777' });
    if (kind !== 'phone system') await twoPolls();
    expect(await recordOf(db, office, '101')).toMatchObject({ phase: 'applied' });
    pbx.byHand('101', { mode: 'always', target: '200' });
    await resume(scope);
    await phone('101', '555');
  });
});
const to555 = { mode: 'all', target: '555' };

test('what is paused to stay as it is, is given back all the same when everything is to be', async () => {
  await want(db, '101', to('200'));
  await phase('101', 'applied');
  await pause(userScope('101'), { giveBack: false });
  await pause({ kind: 'all' });
  await phone('101', null);
  await settled();
  expect((await pauseState(db, { kind: 'all' }))?.waiting).toBe(0);
  await resume({ kind: 'all' });
  await twoPolls();
  expect(target('101')).toBeNull(); // its user’s pause goes on
  await resume(userScope('101'));
  await phone('101', '200');
});

test('a pause ends by itself at its time', async () => {
  await want(db, '103', to('200'));
  await phone('103', '200');
  await pause(userScope('103'), { until: Temporal.Now.instant().add({ seconds: 2 }) });
  await phone('103', null);
  await phone('103', '200');
  expect(await pauseState(db, userScope('103'))).toMatchObject({ pause: null });
  const { after } = await db
    .selectFrom('audit_entry')
    .select('after')
    .where('actor_name', '=', 'Whenabouts')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  expect(after).toMatchObject({ paused: 'no' });
});

test('what can’t be given back is named with its reason, and is given back as soon as it can be', async () => {
  await want(db, '104', to('200'));
  await phone('104', '200');
  await pbx.kill();
  await pause(system());
  const state = await until(
    'the reason',
    () => pauseState(db, system()),
    (found) => found?.waitingPhones[0]?.reason != null,
  );
  expect(state).toMatchObject({
    ...{ inForce: 1, waiting: 1 },
    waitingPhones: [{ extension: '104', phoneSystem: 'Main', reason: expect.stringContaining('127.0.0.1') }],
  });
  await pbx.start();
  await phone('104', null);
  await settled();
});

test('a phone system that is switched from active to observe gives everything back first', async () => {
  await want(db, '105', to('200'));
  await phone('105', '200');
  await pbx.kill();
  await change({ mode: 'observe' });
  expect(await modeOf()).toBe('paused');
  await pbx.start();
  await phone('105', null);
  await until('it observes', modeOf, (mode) => mode === 'observe');
  await twoPolls();
  expect(target('105')).toBeNull();
  await change({ mode: 'active' });
  await phone('105', '200');
  // Or leaves what stands, where that is said.
  await change({ mode: 'observe', inForce: 'leave' });
  expect(await modeOf()).toBe('observe');
  await want(db, '105', off);
  await twoPolls();
  expect(target('105')).toBe('200');
  await change({ mode: 'active' });
  await phone('105', null);
});

test('a change by hand can be taken back: ours comes again, and theirs at the end', async () => {
  const { userId, extensionId } = office.users.get('106')!;
  await want(db, '106', to('200'));
  await phase('106', 'applied');
  expect(await inTransaction((transaction) => takeBack(transaction, userId, extensionId))).toBe(false);
  pbx.byHand('106', { mode: 'always', target: '777' });
  await phase('106', 'overridden');
  const other = office.users.get('107')!.userId;
  expect(await inTransaction((transaction) => takeBack(transaction, other, extensionId))).toBe(false);
  expect(await inTransaction((transaction) => takeBack(transaction, userId, extensionId))).toBe(true);
  await phone('106', '200');
  await phase('106', 'applied');
  await want(db, '106', off);
  await phone('106', '777');
});

describe('observing', () => {
  /** The real phone system, but every attempt to write is on record and fails the test. */
  async function watchedConnection() {
    const kind = connectors.get('http')!;
    const settings = kind.settings.parse(quick());
    const real = await kind.connector.connect({ id: office.systemId, settings, secret: { kind: 'none' } });
    const written: string[] = [];
    const connection: PhoneSystemConnection = {
      ...real,
      async apply(extension) {
        written.push(extension);
        throw new Error(`Observing wrote to ${extension}.`);
      },
    };
    return { connection, written };
  }

  test('writes nothing on any way: wanting, giving up, release, leaving, pauses, the guard, what was ours before', async () => {
    // Left from when the system was active: something of ours is on 101, and 102 was changed by hand.
    await want(db, '101', to('200'));
    await want(db, '102', to('200'));
    await phase('101', 'applied');
    await phase('102', 'applied');
    await change({ mode: 'observe', inForce: 'leave' });
    await reconciler.stop();
    try {
      const { connection, written } = await watchedConnection();
      await db
        .updateTable('phone_system')
        .set({ leased_by: 'the test', leased_until: Temporal.Now.instant().add({ hours: 1 }), guard_share: 1 })
        .where('id', '=', office.systemId)
        .execute();
      const lease = { systemId: office.systemId, processName: 'the test', leaseMs: 60_000, mode: 'observe' as const };
      let asked = 0;
      const round = () =>
        reconcile(recordsInDatabase(db, lease), { name: 'Main', mode: 'observe' }, connection, {
          pollMs: 0,
          guard: async (pending) => {
            asked++;
            return guarded(db, { id: office.systemId, name: 'Main', guardShare: 1 }, pending);
          },
        });
      const wishes: [string, Forwarding][] = numbers.map((number) => [number, to('300')]);
      for (const [number, wish] of wishes) await want(db, number, wish, { unplanned: true });
      await round();
      pbx.byHand('102', { mode: 'always', target: '777' });
      await round();
      for (const number of numbers.slice(0, 6)) await want(db, number, off);
      await round();
      await pause(userScope('107'));
      await pause(await groupScope('108'), { giveBack: false });
      await round();
      await inTransaction((transaction) =>
        startLeaving(transaction, { kind: 'extension', id: office.users.get('112')!.extensionId }, systemActor),
      );
      await round();
      expect(written).toEqual([]);
      expect(asked, 'the guard has nothing to guard').toBe(0);
      expect(numbers.map(target)).toEqual(['200', '777', ...Array(10).fill(null)]);
      expect(await logOf(db, office, '103')).toEqual(expect.arrayContaining(['wouldTake', 'wouldGiveBack']));
      expect(await logOf(db, office, '109')).toContain('wouldTake');
      // Not even when it becomes active in the middle of a round: the record can't be saved, so nothing is written.
      await db.updateTable('phone_system').set({ mode: 'active' }).where('id', '=', office.systemId).execute();
      await want(db, '109', to('400'));
      await expect(round()).rejects.toThrow('switched');
      expect(written).toEqual([]);
    } finally {
      await db
        .updateTable('phone_system')
        .set({ leased_by: null, leased_until: null, guard_share: 0, mode: 'active' })
        .where('id', '=', office.systemId)
        .execute();
      await db.deleteFrom('leaving').execute();
      await db.updateTable('forwarding_record').set({ released_at: null }).execute();
      for (const number of ['107', '108'])
        await resume(number === '107' ? userScope(number) : await groupScope(number));
      reconciler = await startReconciler(context, { connectors, pollMs: 200, leaseMs: 2_000 });
    }
  });

  test('tells of each phone what is set, what would be and why, and what can’t be done', async () => {
    await change({ mode: 'observe' });
    pbx.byHand('101', { mode: 'always', target: '555' });
    await want(db, '101', to('200'));
    await want(db, '102', { ...off, mode: 'internal', target: '200' });
    await want(db, '103', { ...off, mode: 'doNotDisturb' });
    const summary = await until(
      'the outlook',
      () => outlookSummary(db, office.systemId),
      ({ problems, changes }) => problems.length > 0 && changes === 2,
    );
    expect(summary).toMatchObject({ phones: 12, forwarded: 2, changes: 2, inForce: 0, problems: [{ phones: 1 }] });
    const page = { changing: true, search: '', offset: 0, limit: 10 };
    const [first, second, ...none] = await until(
      'what is set was read',
      () => outlookLines(db, office.systemId, page),
      ([line]) => line?.actual?.target === '555',
    );
    expect(first).toMatchObject({
      ...{ extension: '101', actual: to555, wanted: { mode: 'all', target: '200' }, status: 'appointment' },
      ...{ changes: true, ours: false },
    });
    expect(second).toMatchObject({ extension: '103', actual: slotOff, wanted: { mode: 'doNotDisturb' } });
    expect(none).toEqual([]);
    const [refused] = await outlookLines(db, office.systemId, { changing: false, search: '102', offset: 0, limit: 10 });
    expect(refused).toMatchObject({ changes: false, problem: expect.any(String) });
    expect(target('101')).toBe('555');
    await change({ mode: 'active' });
    await phone('101', '200');
    await until(
      'do not disturb',
      async () => pbx.state('103').mode,
      (mode) => mode === 'dnd',
    );
  });
});

describe('the guard', () => {
  const guardedBy = (guardShare: number) => change({ guardShare });
  const alerts = () => listAlerts(db, null, { open: true });

  test('pauses the system before more than its share changes at times nobody knew, tells administrators, and goes on when they say so', async () => {
    await guardedBy(50);
    for (const number of numbers.slice(0, 4)) await want(db, number, to('200'), { unplanned: true });
    for (const number of numbers.slice(0, 4)) await phone(number, '200'); // few enough
    for (const number of numbers.slice(4, 8)) await want(db, number, to('200'), { unplanned: true });
    await until('the system has paused itself', modeOf, (mode) => mode === 'paused');
    const state = await pauseState(db, system());
    expect(state?.pause).toMatchObject({ guard: true, giveBack: false, by: { id: null, name: 'Whenabouts' } });
    const [alert, ...others] = await alerts();
    expect(alert).toMatchObject({
      ...{ kind: 'guard', subjectId: office.systemId, subjectName: 'Main', seenAt: null },
      detail: { phones: 12, share: 50 },
    });
    expect(alert?.detail.changes).toBeGreaterThan(6);
    expect(others).toEqual([]);
    const set = () => numbers.slice(0, 8).filter((number) => target(number) === '200').length;
    expect(set()).toBeLessThanOrEqual(6);
    await resume(system());
    await until(
      'all are set',
      async () => set(),
      (count) => count === 8,
    );
    expect(await modeOf()).toBe('active');
    expect(await alerts()).toEqual([]);
  });

  test('is told of before settings are saved that may trip it', async () => {
    await guardedBy(50);
    const of = db.selectFrom('users').innerJoin('extension', 'extension.user_id', 'users.id').select('group_id');
    const groups = (await of.where('phone_system_id', '=', office.systemId).execute()).map(({ group_id }) => group_id);
    expect(await phonesThatMayTrip(db, groups)).toBe(0);
    await db.updateTable('presence_state').set({ reason: '{"origin":"appointment"}' }).execute();
    expect(await phonesThatMayTrip(db, groups)).toBe(12);
    expect(await phonesThatMayTrip(db, groups.slice(0, 6))).toBe(0);
    await guardedBy(0);
    expect(await phonesThatMayTrip(db, groups)).toBe(0);
  });

  test('lets through what was known beforehand, however much it is', async () => {
    await guardedBy(10);
    for (const number of numbers) await want(db, number, to('200'));
    for (const number of numbers) await phone(number, '200');
    for (const number of numbers) await want(db, number, off);
    for (const number of numbers) await phone(number, null);
    expect(await modeOf()).toBe('active');
  });

  test('when an administrator would rather not, everything is given back and stays paused', async () => {
    await guardedBy(50);
    for (const number of numbers.slice(0, 3)) await want(db, number, to('200'));
    for (const number of numbers.slice(0, 3)) await phone(number, '200');
    for (const number of numbers) await want(db, number, to('900'), { unplanned: true });
    await until('the system has paused itself', modeOf, (mode) => mode === 'paused');
    await pause(system(), { reason: 'Not like this.' });
    await settled();
    expect(new Set(numbers.map(target))).toEqual(new Set([null]));
    expect(await modeOf()).toBe('paused');
    expect(await alerts()).toHaveLength(1);
  });
});
