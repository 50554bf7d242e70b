/** Removals with the simulated phone system, down and back; real reconciler, activation and sources that can revoke. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CalendarConnector } from '../server/src/calendars/connector.ts';
import { ConnectorError } from '../server/src/calendars/connector.ts';
import type { Running } from '../server/src/context.ts';
import { deactivateUsers, reactivateUsers } from '../server/src/organization/activity.ts';
import { type Actor, systemActor } from '../server/src/organization/audit.ts';
import { cancelLeaving } from '../server/src/organization/leaving/cancel.ts';
import { alignStrayAccounts, startMethodLeaving } from '../server/src/organization/leaving/group-method.ts';
import {
  type Leaving,
  listLeavings,
  readLeaving,
  runningLeaving,
} from '../server/src/organization/leaving/leaving.queries.ts';
import { startLeavings } from '../server/src/organization/leaving/leavings.ts';
import { type LeavingSubject, refuseWhileLeaving, startLeaving } from '../server/src/organization/leaving/start.ts';
import { setGroupFunction } from '../server/src/organization/settings.ts';
import { startActivation } from '../server/src/presence/activation.ts';
import { makeGroup, makePeople, putAppointment } from '../server/src/presence/people.fixture.ts';
import { slotOff } from '../server/src/presence/presence.ts';
import { retrying } from '../server/src/store/retrying.ts';
import { defaultSynchronizationSettings } from '../server/src/sync/settings.ts';
import { phoneSystemKinds } from '../server/src/telephony/connectors.ts';
import { startReconciler } from '../server/src/telephony/reconciler.ts';
import { recordsInDatabase } from '../server/src/telephony/records.queries.ts';
import { wantNothingOf } from '../server/src/telephony/release.ts';
import { type Pbx, startPbx } from '../simulators/pbx/pbx.ts';
import { pbxSettings } from '../simulators/pbx/settings.ts';
import { until } from './product.ts';
import { openTestStore } from './store.ts';
import { makeOffice, type Office, off, officeContext, recordOf, to, want } from './telephony/office.ts';

const numbers = ['201', '202', '203', '204', '205', '206', '207', '208'];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-leaving-'));
const store = await openTestStore();
const context = officeContext(store);
const { db } = store;
const ada: Actor = { userId: null, name: 'Ada', via: 'session' };

/** A source that gives tokens, and takes them back unless told otherwise. */
const revoked: string[] = [];
let revokeFault: ConnectorError | null = null;
const source = {
  kind: 'tokens',
  async revoke({ id, secret }: { id: string; secret: { token: string } }) {
    if (revokeFault) throw revokeFault;
    revoked.push(`${id} ${secret.token}`);
  },
} as unknown as CalendarConnector;

let pbx: Pbx;
let office: Office;
const running: Running[] = [];
beforeAll(async () => {
  pbx = await startPbx({ extensions: numbers, file: path.join(folder, 'phones.json'), badHabits: false });
  office = await makeOffice(context, { name: 'Main', kind: 'http', settings: pbxSettings(pbx.url) }, numbers);
  const connectors = phoneSystemKinds(context.outbound);
  running.push(await startReconciler(context, { connectors, pollMs: 300, leaseMs: 5_000 }));
  running.push(await startLeavings(context, { connectors: [source] }));
});
afterAll(async () => {
  for (const each of running.reverse()) await each.stop();
  await pbx?.stop();
  await store.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const begin = (subject: LeavingSubject) => retrying(db, (transaction) => startLeaving(transaction, subject, ada));
const cancel = (id: string) => retrying(db, (transaction) => cancelLeaving(transaction, id, ada));
const stateOf = (leaving: Leaving, wanted: (found: Leaving) => boolean) =>
  until('the removal', async () => (await readLeaving(db, leaving.id))!, wanted, 30);
const done = (leaving: Leaving) => stateOf(leaving, ({ state }) => state === 'done');
const step = (leaving: Leaving, name: string) => leaving.steps.find((each) => each.name === name);
const phone = (number: string, target: string | null) =>
  until(
    `${number} to ${target}`,
    async () => pbx.state(number).target,
    (found) => found === target,
  );
const phase = (number: string, wanted: string) =>
  until(
    `the record of ${number}`,
    () => recordOf(db, office, number),
    (record) => record?.phase === wanted,
  );
const userOf = (number: string) => office.users.get(number)!.userId;

async function forwarded(number: string): Promise<string> {
  pbx.byHand(number, { mode: 'always', target: '555' });
  await want(db, number, to('200'));
  await phase(number, 'applied');
  return userOf(number);
}

async function makeAccount(userId: string, kind: string): Promise<string> {
  const { id } = await db
    .insertInto('account')
    .values({ user_id: userId, kind, name: 'Work', due_at: Temporal.Now.instant().add({ hours: 1_000 }) })
    .returning('id')
    .executeTakeFirstOrThrow();
  const secret = context.secrets.seal(JSON.stringify({ token: 'abc' }), id);
  await db.updateTable('account').set({ secret }).where('id', '=', id).execute();
  return id;
}

test('a user leaves: no sign-in from the start, forwarding back, tokens revoked, then everything erased; each step is told', async () => {
  const userId = await forwarded('201');
  const accountId = await makeAccount(userId, 'tokens');
  await makeAccount(userId, 'caldav');
  await db
    .insertInto('login_session')
    .values({ user_id: userId, token: 'x', expires_at: Temporal.Now.instant().add({ hours: 1 }) })
    .execute();
  const leaving = await begin({ kind: 'user', id: userId });
  expect(step(leaving, 'endSignIn')).toMatchObject({ state: 'done', message: expect.stringContaining('1 session,') });
  const user = await db
    .selectFrom('users')
    .select(['active', 'leaving_at'])
    .where('id', '=', userId)
    .executeTakeFirst();
  if (user) expect(user).toMatchObject({ active: false, leaving_at: expect.anything() });
  expect((await begin({ kind: 'user', id: userId }).catch(() => leaving)).id).toBe(leaving.id);
  const ended = await done(leaving);
  expect(ended.steps.map(({ name, state }) => [name, state])).toEqual([
    ['endSignIn', 'done'],
    ['giveForwardingBack', 'done'],
    ['revokeTokens', 'done'],
    ['eraseData', 'done'],
  ]);
  expect(pbx.state('201').target).toBe('555');
  expect(revoked).toEqual([`${accountId} abc`]);
  expect(step(ended, 'revokeTokens')!.message).toBe(
    'Access revoked at the source: 1 account. 1 account of kinds that give no tokens: nothing to revoke there.',
  );
  for (const table of ['users', 'account', 'extension', 'login_session'] as const) {
    const column = table === 'users' ? 'id' : 'user_id';
    const left = await db
      .selectFrom(table)
      .select('id')
      .where(column as 'id', '=', userId)
      .execute();
    expect(left, table).toEqual([]);
  }
  const audit = await db
    .selectFrom('audit_entry')
    .select(['actor_name', 'action', 'after'])
    .where('subject_id', '=', userId)
    .orderBy('id')
    .execute();
  expect(audit.map(({ actor_name, action, after }) => [actor_name, action, after?.step ?? null])).toEqual([
    ['Ada', 'delete', null],
    [systemActor.name, 'run', 'giveForwardingBack'],
    [systemActor.name, 'run', 'revokeTokens'],
    [systemActor.name, 'run', 'eraseData'],
  ]);
});

test('while the phone system is down it waits, tells why, wants nothing new and keeps everything; back, it goes on', async () => {
  const userId = await forwarded('202');
  await makeAccount(userId, 'tokens');
  const before = revoked.length;
  await pbx.kill();
  const leaving = await begin({ kind: 'user', id: userId });
  const waiting = await stateOf(leaving, (found) => step(found, 'giveForwardingBack')?.state === 'failed');
  expect(step(waiting, 'giveForwardingBack')!.message).toMatch(
    /^The forwarding of 202 could not be given back yet: .*tried again until Main can be reached; pause/,
  );
  expect(step(waiting, 'revokeTokens')).toMatchObject({ state: 'waiting', at: null });
  expect(revoked).toHaveLength(before);
  await want(db, '202', to('300'));
  await expect(refuseWhileLeaving(db, { kind: 'user', id: userId }, 'userId')).rejects.toThrow('is being removed');
  await pbx.start();
  await done(leaving);
  expect(pbx.state('202').target).toBe('555');
  expect(revoked).toHaveLength(before + 1);
});

test('until the data is erased it can be taken back: forwarding follows presence again', async () => {
  const userId = await forwarded('203');
  await pbx.kill();
  const leaving = await begin({ kind: 'user', id: userId });
  await stateOf(leaving, (found) => step(found, 'giveForwardingBack')?.state === 'failed');
  expect(await cancel(leaving.id)).toMatchObject({ state: 'cancelled', finishedAt: expect.anything() });
  await pbx.start();
  await until(
    'its forwarding in force',
    () => recordOf(db, office, '203'),
    (record) => record?.phase === 'applied' && record.released_at === null && record.failures === 0,
    30,
  );
  expect(pbx.state('203').target).toBe('200');
  const user = await db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirstOrThrow();
  expect(user).toMatchObject({ active: true, leaving_at: null });
  await expect(cancel(leaving.id)).rejects.toThrow('cancelled already');
  const again = await begin({ kind: 'user', id: userId });
  expect(again.id).not.toBe(leaving.id);
  await done(again);
  expect(pbx.state('203').target).toBe('555');
  await expect(cancel(again.id)).rejects.toThrow('has been removed already');
  await expect(cancel(crypto.randomUUID())).rejects.toThrow('no such removal');
});

test('a user who is switched off has the forwarding given back, keeps everything, and has it again when switched on', async () => {
  const userId = await forwarded('208');
  await makeAccount(userId, 'tokens');
  const switchOff = () => retrying(db, (transaction) => deactivateUsers(transaction, [userId]));
  const switchOn = () => retrying(db, (transaction) => reactivateUsers(transaction, [userId]));
  const newest = async () => (await runningLeaving(db, 'userOff', userId))!;
  const before = revoked.length;

  // In its order, each step told and tried again: first the phone, and no token is touched until it has its own again.
  await pbx.kill();
  await switchOff();
  const waiting = await stateOf(await newest(), (found) => step(found, 'giveForwardingBack')?.state === 'failed');
  expect(waiting.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    ...['endSignIn done', 'giveForwardingBack failed', 'revokeTokens waiting'],
  ]);
  expect(revoked).toHaveLength(before);

  // Switched on meanwhile nothing has happened.
  await switchOn();
  expect(await stateOf(waiting, () => true)).toMatchObject({ state: 'cancelled' });
  await pbx.start();
  await phase('208', 'applied');
  expect(pbx.state('208').target).toBe('200');

  revokeFault = new ConnectorError('unreachable', 'Nobody answers.');
  await switchOff();
  const again = await stateOf(await newest(), (found) => step(found, 'revokeTokens')?.state === 'failed');
  expect([again.kind, pbx.state('208').target, step(again, 'revokeTokens')!.message]).toEqual([
    ...['userOff', '555', 'Work: access could not be revoked: Nobody answers.'],
  ]);
  revokeFault = null;
  const off = await done(again);
  expect(step(off, 'revokeTokens')!.message).toBe('Access revoked at the source: 1 account.');
  expect(revoked).toHaveLength(before + 1);
  const kept = await db.selectFrom('account').select(['name', 'secret']).where('user_id', '=', userId).execute();
  expect(kept).toEqual([{ name: 'Work', secret: null }]);

  await switchOn();
  await phone('208', '200');
  // Taken back on the page of removals it is switched on, too; and who is removed altogether isn't also switched off.
  await pbx.kill();
  await switchOff();
  await cancel((await newest()).id);
  const { active } = await db.selectFrom('users').select('active').where('id', '=', userId).executeTakeFirstOrThrow();
  expect(active).toBe(true);
  await switchOff();
  const last = await newest();
  const leaving = await begin({ kind: 'user', id: userId });
  expect((await readLeaving(db, last.id))!.state).toBe('cancelled');
  await pbx.start();
  await done(leaving);
  expect(pbx.state('208').target).toBe('555');
});

test('who has neither phone nor calendars is switched off without anything to wait for', async () => {
  const user = {
    email: 'nobody@example.com',
    display_name: 'No Body',
    time_zone: 'UTC',
    group_id: await makeGroup(db),
  };
  const { id: userId } = await db.insertInto('users').values(user).returning('id').executeTakeFirstOrThrow();
  await retrying(db, (transaction) => deactivateUsers(transaction, [userId]));
  expect(await runningLeaving(db, 'userOff', userId)).toBeNull();
});

test('an extension that was never forwarded leaves at once, also from a phone system that is away', async () => {
  await want(db, '204', off);
  await pbx.kill();
  const { extensionId } = office.users.get('204')!;
  const { steps } = await done(await begin({ kind: 'extension', id: extensionId }));
  expect(steps.map(({ name }) => name)).toEqual(['giveForwardingBack', 'eraseData']);
  await pbx.start();
  expect(await db.selectFrom('users').select('id').where('id', '=', userOf('204')).execute()).toHaveLength(1);
});

test('a source that refuses its tokens has nothing left to revoke; one that is away is asked again', async () => {
  const userId = userOf('204');
  await makeAccount(userId, 'tokens');
  revokeFault = new ConnectorError('unreachable', 'Nobody answers.');
  const leaving = await begin({ kind: 'user', id: userId });
  const waiting = await stateOf(leaving, (found) => step(found, 'revokeTokens')?.state === 'failed');
  expect(step(waiting, 'revokeTokens')!.message).toBe('Work: access could not be revoked: Nobody answers.');
  revokeFault = new ConnectorError('credentials', 'Unknown token.');
  await done(leaving);
  revokeFault = null;
});

/** A phone that is to be forwarded to 200, in the middle of a round: read, and about to be written to. */
async function readPhone(number: string) {
  const lease = { processName: 'a reconciler in the middle of its round', leaseMs: 60_000 };
  const { id: systemId } = await db
    .insertInto('phone_system')
    .values({
      ...{ name: `Slow ${number}`, kind: 'http', mode: 'active', leased_by: lease.processName },
      leased_until: Temporal.Now.instant().add({ hours: 1 }),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const [userId] = (await makePeople(db, await makeGroup(db), 1)) as [string];
  const { id: extensionId } = await db
    .insertInto('extension')
    .values({ user_id: userId, phone_system_id: systemId, number })
    .returning('id')
    .executeTakeFirstOrThrow();
  await want(db, number, to('200'));
  const records = recordsInDatabase(db, { systemId, ...lease });
  const row = (await records.load()).find(({ slot }) => slot === 'always');
  const forwarded = { mode: 'all' as const, target: '200' };
  expect(row).toMatchObject({ slot: 'always', wish: forwarded, due: true });
  const intent = { ...row!.record, phase: 'intent' as const, ours: forwarded, previous: slotOff, bootId: 'one' };
  const update = { row: row!, record: intent, actual: slotOff, failures: 0, error: null, dueInMs: null };
  return { userId, extensionId, records, update: { ...update, log: { event: 'taken' as const, detail: {} } } };
}

test('a wish that was read before the release is not carried out after it', async () => {
  const { userId, extensionId, records, update } = await readPhone('301');
  await retrying(db, (transaction) => wantNothingOf(transaction, { extensionId }));
  expect([...(await records.save([update]))], 'released').toEqual([]);
  await done(await begin({ kind: 'extension', id: extensionId }));
  expect([...(await records.save([update]))], 'gone').toEqual([]);
  expect(await db.selectFrom('forwarding_log').select('id').where('user_id', '=', userId).execute()).toEqual([]);
});

test('what a phone said after it was written to stands on record, whoever paused meanwhile', async () => {
  const { userId, extensionId, records, update } = await readPhone('302');
  await db
    .updateTable('users')
    .set({
      forwarding_paused_at: Temporal.Now.instant(),
      forwarding_pause: JSON.stringify({ giveBack: false, until: null, by: { id: null, name: '' }, reason: null }),
    })
    .where('id', '=', userId)
    .execute();
  expect([...(await records.save([update]))], 'nothing new is begun').toEqual([]);
  const applied = { ...update, record: { ...update.record, phase: 'applied' as const }, actual: update.record.ours };
  expect([...(await records.save([applied], 'written'))]).toHaveLength(1);
  const record = await db
    .selectFrom('forwarding_record')
    .select(['phase', 'actual'])
    .where('extension_id', '=', extensionId)
    .where('slot', '=', 'always')
    .executeTakeFirst();
  expect(record).toEqual({ phase: 'applied', actual: update.record.ours });
});

test('of administrators who remove each other at once one stays', async () => {
  const { hashPassword } = await import('../server/src/organization/passwords.ts');
  const ids = await makePeople(db, await makeGroup(db), 2);
  await db.updateTable('users').set({ role: 'administrator' }).where('id', 'in', ids).execute();
  const password = await hashPassword('correct horse battery staple');
  await db
    .insertInto('login_password')
    .values(ids.map((user_id) => ({ user_id, password })))
    .execute();
  const results = await Promise.allSettled(ids.map((id) => begin({ kind: 'user', id })));
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refused = results.find((result) => result.status === 'rejected');
  expect((refused as PromiseRejectedResult).reason.message).toContain('only administrator');
});

test('many at once, by two processes, are each done once', async () => {
  const second = await startLeavings({ ...context, processName: 'second' }, { connectors: [source] });
  const ids = await makePeople(db, await makeGroup(db), 12);
  const begun = await Promise.all(ids.map((id) => begin({ kind: 'user', id })));
  for (const leaving of begun) await done(leaving);
  await second.stop();
  const steps = await db
    .selectFrom('audit_entry')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('subject_id', 'in', ids)
    .where('action', '=', 'run')
    .executeTakeFirstOrThrow();
  expect(steps.count).toBe(ids.length * 3);
});

test('calendars that a group no longer allows rest a week before they are erased; what they forwarded goes back at once', async () => {
  const activation = await startActivation(context);
  const groupId = await makeGroup(db);
  const [userId] = (await makePeople(db, groupId, 1)) as [string];
  await db.updateTable('account').set({ kind: 'tokens' }).where('user_id', '=', userId).execute();
  await db
    .updateTable('calendar')
    .set({ window_from: Temporal.Now.instant(), window_to: Temporal.Now.instant() })
    .where('account_id', 'in', db.selectFrom('account').select('id').where('user_id', '=', userId))
    .execute();
  await db.updateTable('extension').set({ user_id: userId }).where('number', '=', '205').execute();
  await db
    .updateTable('profile')
    .set({ forwarding_mode: 'all', forwarding_target: JSON.stringify({ kind: 'number', number: '299' }) })
    .where('location_id', 'in', db.selectFrom('configuration_group').select('location_id').where('id', '=', groupId))
    .where('key', '=', 'appointment')
    .execute();
  const start = Temporal.Now.instant().subtract({ minutes: 1 });
  await putAppointment(db, [userId], { start, end: start.add({ hours: 1 }) });
  await phone('205', '299');

  const leaving = (await retrying(db, (transaction) =>
    startMethodLeaving(transaction, { groupId, kinds: ['tokens'] }, ada),
  ))!;
  const kept = await stateOf(leaving, (found) => step(found, 'revokeTokens')?.message !== null);
  expect(step(kept, 'giveForwardingBack')!.state).toBe('done');
  expect(pbx.state('205').target).toBeNull();
  expect(step(kept, 'revokeTokens')).toMatchObject({
    state: 'waiting',
    message: expect.stringContaining('Kept until'),
  });
  const before = revoked.length;
  await cancel(leaving.id);
  const [account] = await db.selectFrom('account').selectAll().where('user_id', '=', userId).execute();
  expect(account).toMatchObject({ leaving_at: null });
  const secret = context.secrets.seal(JSON.stringify({ token: 'late' }), account!.id);
  await db.updateTable('account').set({ secret }).where('id', '=', account!.id).execute();

  const now = { groupId, kinds: ['tokens'], keptFor: Temporal.Duration.from({ hours: 0 }) };
  const again = (await retrying(db, (transaction) => startMethodLeaving(transaction, now, ada)))!;
  const ended = await done(again);
  expect(step(ended, 'eraseData')!.message).toBe('1 account with credentials and appointments erased.');
  expect(revoked.slice(before)).toEqual([`${account!.id} late`]);
  expect(await db.selectFrom('account').select('id').where('user_id', '=', userId).execute()).toEqual([]);
  await activation.stop();
});

test('the setting alone starts and ends it', async () => {
  const groupId = await makeGroup(db);
  await makePeople(db, groupId, 2);
  const set = (allowed: boolean) =>
    retrying(db, (transaction) =>
      setGroupFunction(
        transaction,
        groupId,
        'synchronization',
        { mode: 'individual', value: { ...defaultSynchronizationSettings, icalendar: { allowed } } },
        ada,
      ),
    );
  const mine = async () => (await listLeavings(db, null)).filter(({ subjectId }) => subjectId === groupId);
  await set(true);
  expect(await mine()).toEqual([]);
  await set(false);
  expect(await mine()).toMatchObject([{ kind: 'groupMethod', state: 'running' }]);
  await set(false);
  expect(await mine()).toHaveLength(1);
  // Who moves in brings an account that rests here, whoever moved them; who moves out takes it along.
  const [moved] = (await makePeople(db, await makeGroup(db), 1)) as [string];
  const move = (to: string) => db.updateTable('users').set({ group_id: to }).where('id', '=', moved).execute();
  const movedAccount = () =>
    db.selectFrom('account').select('leaving_at').where('user_id', '=', moved).executeTakeFirstOrThrow();
  const home = await makeGroup(db);
  await move(groupId);
  await db.updateTable('account').set({ status: 'resting' }).where('user_id', '=', moved).execute();
  await alignStrayAccounts(db);
  expect((await movedAccount()).leaving_at).not.toBeNull();
  await move(home);
  await db.updateTable('account').set({ status: 'ok' }).where('user_id', '=', moved).execute();
  await alignStrayAccounts(db);
  expect((await movedAccount()).leaving_at).toBeNull();
  expect(await mine()).toHaveLength(1);
  // Taken back by hand it stays so, although the accounts still rest.
  await cancel((await mine())[0]!.id);
  await db
    .updateTable('account')
    .set({ status: 'resting' })
    .where('user_id', 'in', db.selectFrom('users').select('id').where('group_id', '=', groupId))
    .execute();
  await alignStrayAccounts(db);
  expect(await mine()).toMatchObject([{ state: 'cancelled' }]);
  await set(false);
  expect(await mine()).toHaveLength(1);
  await set(true);
  await set(false);
  expect((await mine()).map(({ state }) => state)).toEqual(['running', 'cancelled']);
  await set(true);
  expect((await mine()).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  const accounts = await db
    .selectFrom('account')
    .innerJoin('users', 'users.id', 'account.user_id')
    .select('account.leaving_at')
    .where('group_id', '=', groupId)
    .execute();
  expect(accounts.map(({ leaving_at }) => leaving_at)).toEqual([null, null]);
});

test('a phone system leaves with all its extensions; observed it says so, paused its phones stay as they are', async () => {
  await forwarded('206');
  await forwarded('207');
  await running[0]!.stop(); // what follows is about its words, not about its work
  await db.updateTable('phone_system').set({ mode: 'observe' }).where('id', '=', office.systemId).execute();
  const leaving = await begin({ kind: 'phoneSystem', id: office.systemId });
  const waiting = await stateOf(leaving, (found) => step(found, 'giveForwardingBack')?.state === 'failed');
  expect(step(waiting, 'giveForwardingBack')!.message).toContain(
    'Main is only observed, so the forwarding of 206, 207',
  );
  await db.updateTable('phone_system').set({ mode: 'paused' }).where('id', '=', office.systemId).execute();
  const ended = await done(leaving);
  expect(step(ended, 'giveForwardingBack')!.message).toBe('Left as it is: 206, 207, because Main is paused.');
  expect(pbx.state('206').target).toBe('200');
  expect(
    await db.selectFrom('extension').select('id').where('phone_system_id', '=', office.systemId).execute(),
  ).toEqual([]);
});

test('lines of the forwarding log go with their user and with their extension', async () => {
  const { id: systemId } = await db
    .insertInto('phone_system')
    .values({ name: 'With a log', kind: 'http', mode: 'observe' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const [leaver, stayer] = await makePeople(db, await makeGroup(db), 2);
  const extensions = await db
    .insertInto('extension')
    .values([leaver!, stayer!].map((user_id, at) => ({ user_id, phone_system_id: systemId, number: `66${at}` })))
    .returning(['id', 'user_id'])
    .execute();
  await db
    .insertInto('forwarding_log')
    .values(extensions.map(({ id, user_id }) => ({ extension_id: id, user_id, event: 'taken' })))
    .execute();
  const lines = () =>
    db.selectFrom('forwarding_log').select('user_id').where('user_id', 'in', [leaver!, stayer!]).execute();
  await db.deleteFrom('users').where('id', '=', leaver!).execute();
  expect(await lines()).toEqual([{ user_id: stayer }]);
  await db.deleteFrom('extension').where('user_id', '=', stayer!).execute();
  expect(await lines()).toEqual([]);
});
