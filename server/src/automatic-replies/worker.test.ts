/** Automatic replies from presence into mailboxes of simulated servers, and back out of them. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { tame } from '../../../simulators/microsoft365/habits.ts';
import { makeUser, testContext } from '../../../test/context.ts';
import { graphScopes, inProcessCloud } from '../../../test/sources/microsoft365-cloud.ts';
import { openTestStore } from '../../../test/store.ts';
import type { CalendarConnector } from '../calendars/connector.ts';
import { exchangeConnector } from '../calendars/exchange/connector.ts';
import { mailboxName, outboundOfTest, serverAt, simulated } from '../calendars/exchange/server.fixture.ts';
import { microsoft365Connector } from '../calendars/microsoft365/connector.ts';
import type { DelegatedGrant } from '../calendars/microsoft365/grant.ts';
import type { Context } from '../context.ts';
import { deactivateUsers } from '../organization/activity.ts';
import { systemActor } from '../organization/audit.ts';
import { startLeavings } from '../organization/leaving/leavings.ts';
import { createActivation } from '../presence/activation.ts';
import { endClaim, putClaim } from '../presence/claims.ts';
import { markDue } from '../presence/due.ts';
import { clearManual, setManual } from '../presence/manual.ts';
import { createAccount, renewSecretIn, syncUserNow } from '../sync/accounts.ts';
import { accountHealth } from '../sync/health.ts';
import { pullAccountOnce } from '../sync/sync.ts';
import { pauseForwarding, pauseState, resumeForwarding } from '../telephony/trust/pausing.ts';
import { releaseReplies } from './release.ts';
import { lettersOf } from './replies.ts';
import { createReplies } from './worker.ts';

const store = await openTestStore();
const { db } = store;
const context = testContext(store);
const activation = createActivation(context);
const never = new AbortController().signal;
afterAll(() => store.close());
beforeEach(() => db.deleteFrom('account').execute());

const scopes = [...graphScopes, 'MailboxSettings.ReadWrite'];
const settingsWith = (synchronization: object = {}, others: object = {}) => ({
  synchronization: { microsoft365: { allowed: true, automaticReplies: true }, ...synchronization },
  ...others,
});

/** A user with a mailbox, in a group of their own. */
async function office(settings: object = settingsWith(), granted = scopes) {
  const cloud = inProcessCloud(tame, 1);
  const address = `ada-${randomUUID()}@contoso.example`;
  const { userId, groupId } = await makeUser(db, { email: address, settings: { ...settings } });
  const { mailbox } = cloud.world.addUser({ tenantId: cloud.tenant.id, name: 'Ada', address });
  const { id: applicationId } = await db
    .insertInto('graph_application')
    .values({ name: randomUUID(), client_id: 'c', tenant_id: 't' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const connect = (to: string, secret: object = cloud.grantOf(address, granted)) =>
    createAccount(context, {
      ...{ userId, kind: 'microsoft365', name: to, settings: { mailbox: to }, secret, applicationId },
    });
  const accountId = await connect(address);
  const connectors = [
    microsoft365Connector(cloud.outbound, {
      application: async () => cloud.application,
      time: cloud.time,
    }) as CalendarConnector,
  ];
  const worker = (of: Context = context) => createReplies(of, { connectors, random: () => 0.5 });
  const replies = worker();
  /** Presence is made true, and replies are looked after. */
  async function follow(): Promise<void> {
    while ((await activation.round()) === 0);
    await replies.round(never);
  }
  mailbox.automaticReplies = {
    ...{ status: 'disabled', externalAudience: 'all', scheduledStart: null, scheduledEnd: null },
    ...{
      internalReplyMessage: '<html>\n<body>\nLast summer\n</body>\n</html>\n',
      externalReplyMessage: '<html>Last summer, outside</html>',
    },
  };
  const before = structuredClone(mailbox.automaticReplies);
  return {
    ...{
      cloud,
      address,
      userId,
      groupId,
      mailbox,
      applicationId,
      accountId,
      connect,
      connectors,
      worker,
      replies,
      follow,
    },
    /** Their own, but for the times of a schedule that is none. */
    isBefore: () =>
      expect(mailbox.automaticReplies).toEqual({
        ...before,
        scheduledStart: mailbox.automaticReplies.scheduledStart,
        scheduledEnd: mailbox.automaticReplies.scheduledEnd,
      }),
    letters: () => lettersOf(mailbox.automaticReplies.internalReplyMessage),
    away: (until: Temporal.Instant | null, note: string | null = null) =>
      db
        .transaction()
        .execute((transaction) =>
          setManual(
            transaction,
            userId,
            { status: 'outOfOffice', note, end: until ? { rule: 'time', until } : { rule: 'untilChanged' } },
            Temporal.Now.instant(),
          ),
        ),
    back: () => db.transaction().execute((transaction) => clearManual(transaction, userId, Temporal.Now.instant())),
    set: (next: object) =>
      db.transaction().execute(async (transaction) => {
        await sql`update configuration_group set settings = ${JSON.stringify(next)}::jsonb where id = ${groupId}::uuid`.execute(
          transaction,
        );
        await syncUserNow(transaction, userId);
      }),
    record: () => db.selectFrom('automatic_replies').selectAll().where('account_id', '=', accountId).executeTakeFirst(),
  };
}

const inHours = (hours: number) =>
  Temporal.Now.instant()
    .add({ minutes: hours * 60 })
    .round('minute');

test('an absence answers mail until its end, in the words of the note, and is taken back with it', async () => {
  const { away, back, follow, mailbox, letters, isBefore, accountId, cloud } = await office();
  await follow();
  expect(mailbox.automaticReplies.status).toBe('disabled');
  const until = inHours(72);
  await away(until, 'At the coast & offline <until> {{until}}');
  await follow();
  const { status, externalAudience, scheduledEnd, externalReplyMessage } = mailbox.automaticReplies;
  expect({ status, externalAudience, externalReplyMessage }).toEqual({
    ...{ status: 'scheduled', externalAudience: 'none', externalReplyMessage: '<html>Last summer, outside</html>' },
  });
  expect(Temporal.Instant.from(scheduledEnd!).since(until).total('minutes')).toBe(10);
  expect(letters()).toMatch(/^Atthecoast&offline<until>(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\d\d:\d\d$/);
  expect((await accountHealth(db, accountId))!.automaticReplies).toMatchObject({ state: 'on', message: null });

  // It is prolonged; nothing else is asked of Graph, however often it is looked.
  await away(until.add({ hours: 5 }));
  await follow();
  expect(letters()).toMatch(/^Iamoutofofficeuntil/);
  expect(Temporal.Instant.from(mailbox.automaticReplies.scheduledEnd!).since(until).total('minutes')).toBe(310);
  const asked = { ...cloud.counters.requests };
  await sql`update automatic_replies set due_at = now()`.execute(db);
  await follow();
  expect(cloud.counters.requests).toEqual(asked);

  await back();
  await follow();
  isBefore();
  expect((await accountHealth(db, accountId))!.automaticReplies).toBeNull();
});

test('outsiders get what the group allows, in the language of the user', async () => {
  const { away, follow, mailbox, userId, set } = await office(settingsWith({ repliesToOutsiders: 'known' }));
  await sql`update users set language = 'de' where id = ${userId}::uuid`.execute(db);
  await away(null, 'Kur in Bad Ems');
  await follow();
  expect(mailbox.automaticReplies.externalAudience).toBe('contactsOnly');
  expect(lettersOf(mailbox.automaticReplies.internalReplyMessage)).toBe('KurinBadEms');
  expect(lettersOf(mailbox.automaticReplies.externalReplyMessage)).toBe('Ichbinzurzeitabwesend.');
  const left = Date.parse(mailbox.automaticReplies.scheduledEnd!) - Date.now();
  expect(left / 86_400_000, 'an end in the mailbox even where none is known').toBeCloseTo(14, 1);
  const externalSees = { until: true, note: false };
  await set(settingsWith({ repliesToOutsiders: 'all' }, { privacy: { externalSees } }));
  await follow();
  expect(mailbox.automaticReplies.externalAudience).toBe('all');
  expect(lettersOf(mailbox.automaticReplies.externalReplyMessage)).toBe('IchbinbisaufWeiteresabwesend.');
});

test('what a user has on is left alone, and what a user changes meanwhile stays', async () => {
  const { away, back, follow, mailbox, isBefore, letters, accountId } = await office();
  const on = { ...mailbox.automaticReplies, status: 'alwaysEnabled' as const, internalReplyMessage: 'My own words' };
  const own = { ...mailbox.automaticReplies };
  mailbox.automaticReplies = { ...on };
  await away(inHours(3));
  await follow();
  expect(mailbox.automaticReplies).toEqual(on);
  expect((await accountHealth(db, accountId))!.automaticReplies).toMatchObject({ state: 'own' });
  await back();
  await follow();
  expect(mailbox.automaticReplies).toEqual(on);

  mailbox.automaticReplies = own;
  await away(inHours(3));
  await follow();
  expect(letters()).toMatch(/^Iamoutofoffice/);
  // In Outlook: no replies after all. That is respected, however the absence moves, and nothing of ours remains.
  mailbox.automaticReplies = { ...mailbox.automaticReplies, status: 'disabled' };
  await away(inHours(5));
  await follow();
  expect(mailbox.automaticReplies.status).toBe('disabled');
  await back();
  await follow();
  isBefore();
});

test('neither a closed client nor a call makes an absence, and a call ends none', async () => {
  const { away, follow, mailbox, userId } = await office();
  const claim = (origin: 'call' | 'client', status: 'onThePhone' | 'outOfOffice') =>
    db
      .transaction()
      .execute((transaction) =>
        putClaim(transaction, { ...{ userId, origin, key: origin, status }, start: Temporal.Now.instant(), end: null }),
      );
  await claim('client', 'outOfOffice');
  await follow();
  expect(mailbox.automaticReplies.status).toBe('disabled');
  await away(inHours(3));
  await follow();
  const set = structuredClone(mailbox.automaticReplies);
  expect(set.status).toBe('scheduled');
  await claim('call', 'onThePhone');
  await follow();
  expect(mailbox.automaticReplies).toEqual(set);
  await db
    .transaction()
    .execute((transaction) => endClaim(transaction, { userId, origin: 'call', key: 'call' }, Temporal.Now.instant()));
  await follow();
  expect(mailbox.automaticReplies).toEqual(set);
});

test('without the permission calendars are read on, and the owner is asked for it; granted, replies are set at once', async () => {
  const { away, follow, mailbox, accountId, applicationId, cloud, address, connectors } = await office(
    settingsWith(),
    graphScopes,
  );
  await away(inHours(3));
  await follow();
  expect(mailbox.automaticReplies.status).toBe('disabled');
  expect(await pullAccountOnce(context, connectors, accountId)).toMatchObject({ error: null });
  const { automaticReplies: told, status } = (await accountHealth(db, accountId))!;
  expect(status).toBe('ok');
  expect(told).toMatchObject({ state: 'failing', errorClass: 'consent' });
  expect(told!.message).toContain('MailboxSettings.ReadWrite');
  const secret = cloud.grantOf(address, scopes);
  await db
    .transaction()
    .execute((transaction) => renewSecretIn(transaction, context.secrets, accountId, { secret, applicationId }));
  await follow();
  expect(mailbox.automaticReplies.status).toBe('scheduled');
  expect((await accountHealth(db, accountId))!.automaticReplies).toMatchObject({ state: 'on', errorClass: null });
});

test('a grant is renewed under the account’s lease; while the account is read, replies wait', async () => {
  const { away, follow, mailbox, accountId, cloud, address, replies } = await office();
  const stale = { ...cloud.grantOf(address, scopes), expiresAt: Temporal.Now.instant().toString() };
  const sealed = context.secrets.seal(JSON.stringify(stale), accountId);
  await sql`
    update account set secret = ${sealed}, leased_by = 'somebody', leased_until = now() + interval '1 minute'
     where id = ${accountId}::uuid`.execute(db);
  await away(inHours(3));
  await follow();
  expect(mailbox.automaticReplies.status).toBe('disabled');
  await sql`update account set leased_by = null, leased_until = null where id = ${accountId}::uuid`.execute(db);
  await replies.round(never);
  expect(mailbox.automaticReplies.status).toBe('scheduled');
  const { secret, leased_by } = await db
    .selectFrom('account')
    .select(['secret', 'leased_by'])
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow();
  const kept = JSON.parse(context.secrets.open(secret!, accountId)) as DelegatedGrant;
  expect(kept.refreshToken).not.toBe(stale.refreshToken);
  expect(leased_by).toBeNull();
});

test('several processes set them once, and lost answers change nothing', async () => {
  const { away, back, follow, cloud, worker, letters, isBefore, record } = await office();
  await away(inHours(3), 'Lost');
  while ((await activation.round()) === 0);
  const others = [
    worker(testContext(store, { secrets: context.secrets })),
    worker(testContext(store, { secrets: context.secrets })),
    worker(testContext(store, { secrets: context.secrets })),
  ];
  await Promise.all(others.map((each) => each.round(never)));
  expect(cloud.counters.requests.settingsWrite).toBe(1);
  await away(inHours(4), 'Found');
  // Carried out, and the answer is cut off.
  cloud.world.habits = { ...tame, cuts: 1 };
  await follow();
  cloud.world.habits = tame;
  expect(await record()).toMatchObject({ error_class: 'unreachable', failures: 1 });
  await sql`update automatic_replies set due_at = now()`.execute(db);
  await follow();
  expect(letters()).toBe('Found');
  await back();
  await follow();
  isBefore();
});

test('they are taken back when the setting goes, a user, an account, and by a pause that gives back', async () => {
  const one = await office();
  const { away, back, follow, mailbox, isBefore, set, userId, accountId, replies } = one;
  await away(inHours(3));
  await follow();
  await set(settingsWith({ microsoft365: { allowed: true, automaticReplies: false } }));
  await follow();
  isBefore();
  await set(settingsWith());
  await follow();
  expect(mailbox.automaticReplies.status).toBe('scheduled');

  const pause = (giveBack: boolean) =>
    db
      .transaction()
      .execute((transaction) =>
        pauseForwarding(
          transaction,
          { kind: 'user', id: userId },
          { reason: null, giveBack, until: null },
          systemActor,
        ),
      );
  const resume = (scope: { kind: 'user'; id: string } | { kind: 'all' }) =>
    db.transaction().execute((transaction) => resumeForwarding(transaction, scope, systemActor));
  const user = { kind: 'user' as const, id: userId };
  await pause(true);
  expect((await pauseState(db, user))!.waitingMailboxes).toMatchObject([{ user: { id: userId }, reason: null }]);
  await follow();
  isBefore();
  expect((await pauseState(db, user))!.waitingMailboxes).toEqual([]);
  await resume(user);
  await follow();
  expect(mailbox.automaticReplies.status).toBe('scheduled');
  // Left as it is: not even the end of the absence changes anything, until the pause ends.
  await pause(false);
  await back();
  await follow();
  expect(mailbox.automaticReplies.status).toBe('scheduled');
  await resume(user);
  await follow();
  isBefore();
  await away(inHours(3));
  await follow();
  await pause(false);
  await sql`update users set active = false where id = ${userId}::uuid`.execute(db);
  await follow();
  isBefore();
  await sql`update users set active = true where id = ${userId}::uuid`.execute(db);
  await resume(user);

  await away(inHours(3));
  await follow();
  await db
    .transaction()
    .execute((transaction) =>
      pauseForwarding(transaction, { kind: 'all' }, { reason: 'Moving out', giveBack: true, until: null }, systemActor),
    );
  await follow();
  isBefore();
  await resume({ kind: 'all' });
  await follow();
  expect(mailbox.automaticReplies.status).toBe('scheduled');

  await sql`update users set active = false where id = ${userId}::uuid`.execute(db);
  await markDue(db, [userId]);
  await follow();
  isBefore();
  await sql`update users set active = true where id = ${userId}::uuid`.execute(db);
  await markDue(db, [userId]);
  await follow();
  expect(mailbox.automaticReplies.status).toBe('scheduled');

  const released = releaseReplies(context, accountId, 20_000);
  const timer = setInterval(() => void replies.round(never), 50);
  await released.finally(() => clearInterval(timer));
  isBefore();
  await follow();
  isBefore();
});

test('an account whose mailbox is away is not removed before its replies are taken back, one that is shut to us is', async () => {
  const { away, follow, accountId, cloud, mailbox } = await office();
  await away(inHours(3));
  await follow();
  await expect(releaseReplies(context, accountId, 200)).rejects.toThrow(/could not be taken back/);
  expect(mailbox.automaticReplies.status, 'wanted again').toBe('scheduled');
  cloud.world.userBy(mailbox.owner.address)!.validFrom = cloud.time.now() + 1_000_000;
  await sql`update automatic_replies set error_class = 'credentials'`.execute(db);
  await releaseReplies(context, accountId, 200);
});

test('of a user’s mailboxes one speaks for the user', async () => {
  const { away, back, follow, mailbox, connect, cloud, isBefore } = await office();
  const { mailbox: other } = cloud.world.addUser({
    tenantId: cloud.tenant.id,
    name: 'Club',
    address: 'club@contoso.example',
  });
  await connect('club@contoso.example', cloud.grantOf('club@contoso.example', scopes));
  await away(inHours(3));
  await follow();
  expect([mailbox, other].map(({ automaticReplies }) => automaticReplies.status)).toEqual(['scheduled', 'disabled']);
  await back();
  await follow();
  isBefore();
});

test('a mailbox on an Exchange server answers too', async () => {
  const { simulator, mailbox } = await simulated();
  const connector = exchangeConnector(outboundOfTest(), { server: async () => serverAt(simulator.url) });
  const { id: serverId } = await db
    .insertInto('exchange_server')
    .values({ name: randomUUID(), address: simulator.url, sign_in: 'basic' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const settings = { synchronization: { source: 'exchange', exchange: { serverId, automaticReplies: true } } };
  const { userId } = await makeUser(db, { settings });
  await db
    .insertInto('account')
    .values({
      ...{ user_id: userId, kind: 'exchange', origin: 'group', name: mailboxName, exchange_server_id: serverId },
      settings: JSON.stringify({ mailbox: mailboxName }),
    })
    .execute();
  const own = { ...mailbox.automaticReplies, internalReplyMessage: '<html>Mine</html>' };
  mailbox.automaticReplies = { ...own };
  const replies = createReplies(context, { connectors: [connector as CalendarConnector] });
  const follow = async () => {
    while ((await activation.round()) === 0);
    await replies.round(never);
  };
  const until = inHours(3);
  await db.transaction().execute((transaction) => {
    const end = { rule: 'time', until } as const;
    return setManual(transaction, userId, { status: 'outOfOffice', note: 'At sea', end }, Temporal.Now.instant());
  });
  await follow();
  expect(mailbox.automaticReplies).toMatchObject({ status: 'scheduled', externalAudience: 'none' });
  expect(lettersOf(mailbox.automaticReplies.internalReplyMessage)).toBe('Atsea');
  expect(Temporal.Instant.from(mailbox.automaticReplies.scheduledEnd!).since(until).total('minutes')).toBe(10);
  await db.transaction().execute((transaction) => clearManual(transaction, userId, Temporal.Now.instant()));
  await follow();
  const { status, internalReplyMessage, externalAudience } = mailbox.automaticReplies;
  expect({ status, externalAudience, letters: lettersOf(internalReplyMessage) }).toEqual({
    ...{ status: 'disabled', externalAudience: own.externalAudience, letters: 'Mine' },
  });
});

test('who is switched off is answered for no more, which is one of the steps that are shown', async () => {
  const { away, follow, isBefore, userId, replies, connectors, address } = await office();
  await away(inHours(3));
  await follow();
  await db.transaction().execute((transaction) => deactivateUsers(transaction, [userId]));
  const leavings = await startLeavings(context, { connectors });
  try {
    const steps = async () => {
      const { steps: of } = await db
        .selectFrom('leaving')
        .select('steps')
        .where('subject_id', '=', userId)
        .executeTakeFirstOrThrow();
      return of.find(({ name }) => name === 'giveForwardingBack')!;
    };
    await vi.waitFor(async () => expect((await steps()).message).toContain(address), { timeout: 30_000 });
    while ((await activation.round()) === 0);
    await replies.round(never);
    isBefore();
    await vi.waitFor(async () => expect((await steps()).state).toBe('done'), { timeout: 30_000 });
  } finally {
    await leavings.stop();
  }
});
