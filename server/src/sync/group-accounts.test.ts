/** Mailboxes that a group has read by the application itself, against the simulated Microsoft 365. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tame } from '../../../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../../../simulators/microsoft365/microsoft365.ts';
import { makeUser, testContext } from '../../../test/context.ts';
import { openTestStore } from '../../../test/store.ts';
import { agendaOf } from '../agenda/service.ts';
import { connectors as calendarKinds } from '../calendars/connectors.ts';
import { systemActor } from '../organization/audit.ts';
import { createApplication } from '../organization/graph-applications/applications.ts';
import { registeredApplication } from '../organization/graph-applications/registered.ts';
import { setGroupFunction } from '../organization/settings.ts';
import { createOutbound } from '../outbound/client.ts';
import { loadInputs } from '../presence/inputs.queries.ts';
import { alignGroupAccounts } from './group-accounts.ts';
import { accountHealth } from './health.ts';
import { defaultSynchronizationSettings, type SynchronizationSettings } from './settings.ts';
import { pullAccountOnce } from './sync.ts';

const store = await openTestStore();
const outbound = createOutbound({ allowedNetworks: [] });
const context = testContext(store, { outbound });
const { db } = store;
const connectors = [...calendarKinds(outbound, (id) => registeredApplication(db, context.secrets, id)).values()];
let cloud: Microsoft365;
let tenantId: string;
let applicationId: string;

beforeAll(async () => {
  cloud = await startMicrosoft365({ habits: tame });
  tenantId = cloud.world.addTenant().id;
  const { clientId } = cloud.world.addApplication({
    ...{ tenantId, secrets: [{ value: 'right', expiresAt: Date.now() + 1e9 }] },
    adminConsent: { scopes: [], roles: ['Calendars.Read', 'MailboxSettings.Read'] },
    mailboxScope: ['ada@contoso.example', 'bea@contoso.example', 'gone@contoso.example'],
  });
  applicationId = await db.transaction().execute((transaction) =>
    createApplication(transaction, context.secrets, systemActor, {
      ...{ name: 'Server-side', clientId, tenantId, cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url },
      credential: { kind: 'secret', secret: 'right' },
    }),
  );
});
afterAll(async () => {
  await outbound.close();
  await store.close();
  await cloud.stop();
});

const set = (groupId: string, value: Partial<SynchronizationSettings>) =>
  db
    .transaction()
    .execute((transaction) =>
      setGroupFunction(
        ...([transaction, groupId, 'synchronization'] as const),
        { mode: 'individual', value: { ...defaultSynchronizationSettings, ...value } },
        systemActor,
      ),
    );
const serverSide = (): Partial<SynchronizationSettings> => ({
  source: 'microsoft365',
  microsoft365: { ...defaultSynchronizationSettings.microsoft365, graphApplicationId: applicationId },
});
const another = async (groupId: string, email: string, active = true) =>
  (
    await db
      .insertInto('users')
      .values({ group_id: groupId, email, display_name: email, time_zone: 'UTC', active })
      .returning('id')
      .executeTakeFirstOrThrow()
  ).id;
const accountsOf = (groupId: string) =>
  db
    .selectFrom('account')
    .innerJoin('users', 'users.id', 'account.user_id')
    .select([
      'account.id',
      'user_id',
      'email',
      'account.settings',
      'account.origin',
      'application_id',
      'account.leaving_at',
    ])
    .where('group_id', '=', groupId)
    .orderBy('email')
    .execute();

test('each active user’s mailbox is read by the application itself, once the group says so', async () => {
  const { userId, groupId } = await makeUser(db, { email: 'ada@contoso.example', timeZone: 'UTC' });
  const { mailbox } = cloud.world.addUser({ tenantId, name: 'Ada', address: 'ada@contoso.example' });
  const tomorrow = Temporal.Now.zonedDateTimeISO('UTC').add({ days: 1 }).startOfDay();
  const at = (hour: number) => tomorrow.add({ hours: hour }).toPlainDateTime().toString({ smallestUnit: 'minute' });
  mailbox.create({ subject: 'Review', start: at(10), end: at(11) });
  await another(groupId, 'off@contoso.example', false);
  expect(await alignGroupAccounts(context)).toBe(0);

  await set(groupId, serverSide());
  // Two processes at once make one account.
  await Promise.all([alignGroupAccounts(context), alignGroupAccounts(context)]);
  const [account, ...others] = await accountsOf(groupId);
  expect(others).toEqual([]);
  expect(account).toMatchObject({ origin: 'group', settings: { mailbox: 'ada@contoso.example' }, leaving_at: null });
  expect(await pullAccountOnce(context, connectors, account!.id)).toMatchObject({ error: null });
  const days = { from: tomorrow.toInstant(), to: tomorrow.add({ days: 1 }).toInstant() };
  const agenda = await agendaOf(db, userId, days, { userId });
  expect(agenda!.appointments.map(({ title }) => title)).toEqual(['Review']);
  expect(await alignGroupAccounts(context)).toBe(0);
});

test('a mailbox that is missing or outside of the scope says so in plain words, of its own account', async () => {
  const { groupId } = await makeUser(db, { email: 'gone@contoso.example' });
  cloud.world.addUser({ tenantId, name: 'Out', address: 'outside@contoso.example' });
  await another(groupId, 'outside@contoso.example');
  await set(groupId, serverSide());
  await alignGroupAccounts(context);
  const [gone, outside] = await accountsOf(groupId);
  for (const { id } of [gone!, outside!]) await pullAccountOnce(context, connectors, id);
  expect(await accountHealth(db, gone!.id)).toMatchObject({
    ...{ status: 'failing', errorClass: 'notFound' },
    message: expect.stringContaining('no mailbox gone@contoso.example'),
  });
  expect(await accountHealth(db, outside!.id)).toMatchObject({
    ...{ status: 'failing', errorClass: 'consent' },
    message: expect.stringContaining('outside of the scope'),
  });
});

test('zone and working hours come from the mailbox where the group wants it, and its own hours count again after', async () => {
  const { userId, groupId } = await makeUser(db, { email: 'bea@contoso.example', timeZone: 'UTC' });
  const { mailbox } = cloud.world.addUser({ tenantId, name: 'Bea', address: 'bea@contoso.example' });
  mailbox.timeZone = 'Eastern Standard Time';
  mailbox.workingHours = {
    days: ['monday', 'friday'],
    start: '07:30:00.0000000',
    end: '16:00:00.0000000',
    zone: 'Eastern Standard Time',
  };
  const { microsoft365 } = serverSide();
  const settings = (mailboxSettings: boolean) =>
    set(groupId, { ...serverSide(), microsoft365: { ...microsoft365!, mailboxSettings } });
  await settings(true);
  await alignGroupAccounts(context);
  const [{ id } = { id: '' }] = await accountsOf(groupId);
  await pullAccountOnce(context, connectors, id);
  const user = () =>
    db.selectFrom('users').select(['time_zone', 'working_day']).where('id', '=', userId).executeTakeFirst();
  const hours = { start: '07:30', end: '16:00', days: [1, 5] };
  expect(await user()).toEqual({ time_zone: 'America/New_York', working_day: hours });
  const day = async () => {
    const now = Temporal.Now.instant();
    const inputs = await loadInputs(db, [userId], { from: now, to: now.add({ hours: 1 }) });
    return inputs.get(userId)!.settings.workingDay;
  };
  expect(await day()).toEqual(hours);
  await settings(false);
  expect((await day()).start).toBe('08:00');
  await db.updateTable('account').set({ discovered_at: null }).where('id', '=', id).execute();
  await pullAccountOnce(context, connectors, id);
  expect(await user()).toEqual({ time_zone: 'America/New_York', working_day: null });
  await db.deleteFrom('users').where('id', '=', userId).execute();
});

test('another address and another application count at once; another source lets the accounts rest and go', async () => {
  const { userId, groupId } = await makeUser(db, { email: 'bea@contoso.example' });
  await set(groupId, serverSide());
  await alignGroupAccounts(context);
  const [{ id } = { id: '' }] = await accountsOf(groupId);
  await db.insertInto('calendar').values({ account_id: id, remote_id: 'c', name: 'C', cursor: '"here"' }).execute();
  await db.updateTable('users').set({ email: 'beatrice@contoso.example' }).where('id', '=', userId).execute();
  expect(await alignGroupAccounts(context)).toBe(1);
  expect((await accountsOf(groupId))[0]).toMatchObject({ id, settings: { mailbox: 'beatrice@contoso.example' } });
  const calendar = await db.selectFrom('calendar').select('cursor').where('account_id', '=', id).executeTakeFirst();
  expect(calendar!.cursor).toBe(null);

  await set(groupId, { source: null });
  expect(await alignGroupAccounts(context)).toBe(0);
  expect(await pullAccountOnce(context, connectors, id)).toMatchObject({ rests: 'kindNotAllowed' });
  expect((await accountsOf(groupId))[0]!.leaving_at).not.toBe(null);
  const leaving = await db.selectFrom('leaving').select('state').where('subject_id', '=', groupId).executeTakeFirst();
  expect(leaving).toEqual({ state: 'running' });
  await set(groupId, serverSide());
  expect((await accountsOf(groupId))[0]!.leaving_at).toBe(null);
});
