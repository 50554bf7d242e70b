/** Users of a group that moves from a simulated Exchange to a simulated Microsoft 365; both hold the same mailboxes. */

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exchange, startExchange } from '../../../simulators/exchange/exchange.ts';
import { tame } from '../../../simulators/exchange/habits.ts';
import { tame as tameCloud } from '../../../simulators/microsoft365/habits.ts';
import type { Mailbox } from '../../../simulators/microsoft365/mailbox/mailbox.ts';
import { type Microsoft365, startMicrosoft365 } from '../../../simulators/microsoft365/microsoft365.ts';
import { makeUser, testContext } from '../../../test/context.ts';
import { openTestStore } from '../../../test/store.ts';
import { agendaOf } from '../agenda/service.ts';
import { createReplies } from '../automatic-replies/worker.ts';
import { ConnectorError } from '../calendars/connector.ts';
import { connectors as calendarKinds } from '../calendars/connectors.ts';
import { systemActor } from '../organization/audit.ts';
import { registeredServer } from '../organization/exchange-servers/opened.ts';
import { createServer } from '../organization/exchange-servers/servers.ts';
import { createApplication } from '../organization/graph-applications/applications.ts';
import { registeredApplication } from '../organization/graph-applications/registered.ts';
import { setGroupFunction } from '../organization/settings.ts';
import { createOutbound } from '../outbound/client.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { createActivation } from '../presence/activation.ts';
import { clearManual, setManual } from '../presence/manual.ts';
import type { Executor } from '../store/database.ts';
import { alignGroupAccounts } from './group-accounts.ts';
import { accountsHealth } from './health.ts';
import { defaultSynchronizationSettings, type SynchronizationSettings } from './settings.ts';
import { pullAccountOnce } from './sync.ts';

const store = await openTestStore();
const { db } = store;
const outbound = createOutbound({ allowedNetworks: [] });
/** What of Graph can't be reached. */
let broken: (path: string) => boolean = () => false;
const graph: Outbound = {
  ...outbound,
  async fetch(url, request) {
    const { pathname } = new URL(url);
    if (broken(decodeURIComponent(pathname))) throw new ConnectorError('unreachable', 'Graph can’t be reached.');
    return outbound.fetch(url, request);
  },
};
const context = testContext(store, { outbound: graph });
const { secrets } = context;
const kinds = calendarKinds(
  graph,
  (id) => registeredApplication(db, secrets, id),
  (id) => registeredServer(db, secrets, id),
);
const connectors = [...kinds.values()];
let exchange: Exchange;
let cloud: Microsoft365;
let tenantId: string;
let applicationId: string;
let serverId: string;

beforeAll(async () => {
  exchange = await startExchange({ habits: tame });
  cloud = await startMicrosoft365({ habits: tameCloud });
  tenantId = cloud.world.addTenant().id;
  const { clientId } = cloud.world.addApplication({
    ...{ tenantId, secrets: [{ value: 'right', expiresAt: Date.now() + 1e9 }] },
    adminConsent: { scopes: [], roles: ['Calendars.Read', 'MailboxSettings.ReadWrite'] },
  });
  const { principalName, password } = exchange.world.addAccount();
  await db.transaction().execute(async (transaction) => {
    applicationId = await createApplication(transaction, secrets, systemActor, {
      ...{ name: 'Move', clientId, tenantId, cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url },
      credential: { kind: 'secret', secret: 'right' },
    });
    serverId = await createServer(transaction, secrets, systemActor, {
      ...{ name: 'Exchange', address: `${exchange.url}/EWS/Exchange.asmx`, mailDomain: null, authority: null },
      ...{ signIn: { kind: 'basic', userName: principalName }, secret: password },
    });
  });
});
afterAll(async () => {
  await outbound.close();
  await store.close();
  await Promise.all([exchange.stop(), cloud.stop()]);
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
const { exchange: exchangeDefaults, microsoft365: microsoft365Defaults } = defaultSynchronizationSettings;
const onExchange = (): Partial<SynchronizationSettings> => ({
  ...{ source: 'exchange', exchange: { ...exchangeDefaults, serverId } },
});
const moving = (): Partial<SynchronizationSettings> => ({
  ...{ source: 'microsoft365', microsoft365: { ...microsoft365Defaults, graphApplicationId: applicationId } },
  exchange: { ...exchangeDefaults, serverId, moveToMicrosoft365: true },
});
const kindsOf = async (userId: string) =>
  (await db.selectFrom('account').select('kind').where('user_id', '=', userId).orderBy('kind').execute()).map(
    ({ kind }) => kind,
  );
async function accountOf(userId: string, kind: string): Promise<string> {
  const { id } = await db
    .selectFrom('account')
    .select('id')
    .where('user_id', '=', userId)
    .where('kind', '=', kind)
    .executeTakeFirstOrThrow();
  return id;
}
const pullOf = async (userId: string, kind: string) =>
  pullAccountOnce(context, connectors, await accountOf(userId, kind));

const today = Temporal.Now.zonedDateTimeISO('UTC').startOfDay();
const at = (days: number, hour: number) => today.add({ days, hours: hour }).toPlainDateTime().toString();
const days = { from: today.toInstant(), to: today.add({ days: 14 }).toInstant() };
/** What the user sees, apart from where it comes from. */
async function agenda(userId: string) {
  const { appointments } = (await agendaOf(db, userId, days, { userId }))!;
  return appointments.map(({ id: _, sources: __, openUrl: ___, ...shown }) => shown);
}

async function person(address: string) {
  const { userId, groupId } = await makeUser(db, { email: address, timeZone: 'Europe/Berlin' });
  const { mailbox } = exchange.world.addUser({ name: address, address });
  const second = mailbox.addCalendar('Second');
  const meeting = (day: number, hour: number) => ({ start: at(day, hour), end: at(day, hour + 1), timeZone: 'UTC' });
  mailbox.create({ subject: 'Review', ...meeting(2, 10) });
  mailbox.create({ subject: 'Elsewhere', ...meeting(3, 10) }, { calendar: second.id });
  mailbox.create({
    subject: 'Whole day',
    start: at(4, 0),
    end: at(5, 0),
    isAllDay: true,
    timeZone: 'Tokyo Standard Time',
  });
  const range = { type: 'noEnd' as const, startDate: at(1, 0).slice(0, 10) };
  const series = mailbox.create(
    { subject: 'Stand-up', ...meeting(1, 8) },
    { recurrence: { pattern: { type: 'daily', interval: 1 }, range } },
  );
  mailbox.cancelOccurrence(series.number, at(2, 0).slice(0, 10));
  mailbox.updateOccurrence(series.number, at(3, 0).slice(0, 10), { subject: 'Moved', ...meeting(3, 15) });
  const user = cloud.world.addUser({ tenantId, name: address, address, mailbox: false }) as { mailbox: Mailbox | null };
  await set(groupId, onExchange());
  await alignGroupAccounts(context);
  expect(await kindsOf(userId)).toEqual(['exchange']);
  expect(await pullOf(userId, 'exchange')).toMatchObject({ error: null });
  // Their user chooses the second one, which wouldn't be read otherwise.
  await db.updateTable('calendar').set({ selected: true }).where('name', '=', 'Second').execute();
  expect(await pullOf(userId, 'exchange')).toMatchObject({ error: null });
  return { userId, groupId, mailbox, user, before: await agenda(userId) };
}

test('Exchange is shown until all of the mailbox was read in Microsoft 365, then that is, and the account goes', async () => {
  const { userId, groupId, mailbox, user, before } = await person('ada@contoso.example');
  expect(new Set(before.map(({ title }) => title))).toEqual(
    new Set(['Review', 'Elsewhere', 'Whole day', 'Stand-up', 'Moved']),
  );
  await set(groupId, moving());
  await alignGroupAccounts(context);
  expect(await kindsOf(userId)).toEqual(['exchange', 'microsoft365']);
  expect(await agenda(userId)).toEqual(before);
  // Not there yet, which is no fault; what is on Exchange goes on being read.
  expect(await pullOf(userId, 'microsoft365')).toMatchObject({
    error: null,
    waits:
      'The mailbox ada@contoso.example isn’t in Microsoft 365 yet, so it is read from Exchange. It is looked for again by itself.',
  });
  const waiting = (await accountsHealth(db, [await accountOf(userId, 'microsoft365')])).values().next().value!;
  expect(waiting).toMatchObject({
    status: 'new',
    errorClass: null,
    message: expect.stringContaining('isn’t in Microsoft 365 yet'),
  });
  expect(await pullOf(userId, 'exchange')).toMatchObject({ error: null });
  expect(await agenda(userId)).toEqual(before);

  user.mailbox = mailbox;
  // One of its calendars can't be read: nothing of the others is taken over either.
  let calendars = 0;
  broken = (path) => /calendarView\/delta$/.test(path) && ++calendars > 1;
  expect((await pullOf(userId, 'microsoft365')).error).toMatchObject({ errorClass: 'unreachable' });
  expect(calendars).toBeGreaterThan(1);
  broken = () => false;
  expect(await kindsOf(userId)).toEqual(['exchange', 'microsoft365']);
  expect(await agenda(userId)).toEqual(before);

  expect(await pullOf(userId, 'microsoft365')).toMatchObject({ error: null });
  expect(await kindsOf(userId)).toEqual(['microsoft365']);
  expect(await agenda(userId)).toEqual(before);
  // It isn't made again, whatever becomes of the other one.
  expect(await alignGroupAccounts(context)).toBe(0);
  mailbox.create({ subject: 'New', start: at(6, 10), end: at(6, 11), timeZone: 'UTC' });
  expect(await pullOf(userId, 'microsoft365')).toMatchObject({ error: null });
  expect((await agenda(userId)).length).toBe(before.length + 1);
});

test('a calendar that isn’t there yet is waited for, and what else is the matter is said as it is', async () => {
  const { userId, groupId, user } = await person('dora@contoso.example');
  await set(groupId, moving());
  await alignGroupAccounts(context);
  // Without the second one.
  const there = cloud.world.addUser({ tenantId, name: 'Dora', address: 'dora.cloud@contoso.example' });
  user.mailbox = there.mailbox;
  broken = () => true;
  expect((await pullOf(userId, 'microsoft365')).error).toMatchObject({ errorClass: 'unreachable' });
  broken = () => false;
  expect(await pullOf(userId, 'microsoft365')).toMatchObject({
    error: null,
    waits: 'The calendar "Second" isn’t in Microsoft 365 yet, so this mailbox is read from Exchange.',
  });
});

test.each([
  ['taken back', false],
  ['gone on with', true],
] as const)(
  'automatic replies that were set on Exchange are %s in the mailbox that has moved',
  async (_, staysAway) => {
    const address = staysAway ? 'finn@contoso.example' : 'emil@contoso.example';
    const { userId, groupId, mailbox, user } = await person(address);
    const own = structuredClone(mailbox.automaticReplies);
    const withReplies = (settings: Partial<SynchronizationSettings>) => ({
      ...settings,
      exchange: { ...settings.exchange!, automaticReplies: true },
      microsoft365: { ...microsoft365Defaults, ...settings.microsoft365, automaticReplies: true },
    });
    const activation = createActivation(context);
    const replies = createReplies(context, { connectors, random: () => 0.5 });
    const follow = async () => {
      while ((await activation.round()) === 0);
      await replies.round(new AbortController().signal);
    };
    const change = (of: (transaction: Executor) => Promise<unknown>) =>
      db.transaction().execute(async (transaction) => void (await of(transaction)));
    await set(groupId, withReplies(onExchange()));
    await change((transaction) =>
      setManual(
        transaction,
        userId,
        { status: 'outOfOffice', note: 'At the coast', end: { rule: 'untilChanged' } },
        Temporal.Now.instant(),
      ),
    );
    await follow();
    expect(mailbox.automaticReplies.status).toBe('scheduled');
    await set(groupId, withReplies(moving()));
    await alignGroupAccounts(context);
    await follow();
    // Looked at while it wasn't the one that speaks for its user.
    const idle = await accountOf(userId, 'microsoft365');
    await sql`insert into automatic_replies (account_id, due_at) values (${idle}::uuid, now()) on conflict do nothing`.execute(
      db,
    );
    await follow();
    user.mailbox = mailbox;
    expect(await pullOf(userId, 'microsoft365')).toMatchObject({ error: null });
    expect(await kindsOf(userId)).toEqual(['microsoft365']);
    if (!staysAway) await change((transaction) => clearManual(transaction, userId, Temporal.Now.instant()));
    await follow();
    if (staysAway) {
      expect(mailbox.automaticReplies.status).toBe('scheduled');
      await change((transaction) => clearManual(transaction, userId, Temporal.Now.instant()));
      await follow();
    }
    expect(mailbox.automaticReplies).toMatchObject({
      status: own.status,
      internalReplyMessage: own.internalReplyMessage,
      externalReplyMessage: own.externalReplyMessage,
    });
  },
);

test('without the move a group that changes its source reads no Exchange any more', async () => {
  const { userId, groupId } = await person('bea@contoso.example');
  await set(groupId, { ...moving(), exchange: { ...exchangeDefaults, serverId } });
  await alignGroupAccounts(context);
  expect(await pullOf(userId, 'exchange')).toMatchObject({ rests: 'kindNotAllowed' });
  expect(await agenda(userId)).toEqual([]);
});

test('another address is another mailbox, and another server reads the same one anew', async () => {
  const { userId, groupId, before } = await person('cleo@contoso.example');
  exchange.world.addUser({ name: 'Cleo', address: 'cleo.b@contoso.example' });
  await db.updateTable('users').set({ email: 'cleo.b@contoso.example' }).where('id', '=', userId).execute();
  expect(await alignGroupAccounts(context)).toBe(1);
  await pullOf(userId, 'exchange');
  expect(await agenda(userId)).toEqual([]);
  await db.updateTable('users').set({ email: 'cleo@contoso.example' }).where('id', '=', userId).execute();
  const { principalName, password } = exchange.world.accounts[0]!;
  const another = await db.transaction().execute((transaction) =>
    createServer(transaction, secrets, systemActor, {
      ...{ name: 'Another', address: `${exchange.url}/EWS/Exchange.asmx`, mailDomain: null, authority: null },
      ...{ signIn: { kind: 'basic', userName: principalName }, secret: password },
    }),
  );
  await set(groupId, { source: 'exchange', exchange: { ...exchangeDefaults, serverId: another } });
  expect(await alignGroupAccounts(context)).toBe(1);
  await pullOf(userId, 'exchange');
  // Its calendars are as new: what their user had chosen beside the mailbox's own went with them.
  expect(await agenda(userId)).toEqual(before.filter(({ title }) => title !== 'Elsewhere'));
});
