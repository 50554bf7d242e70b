/** Mailboxes of the simulated Microsoft 365 through the engine: into the agenda, into presence, and each fault its own. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Habits, tame } from '../../../simulators/microsoft365/habits.ts';
import { testContext } from '../../../test/context.ts';
import { type Cloud, graphScopes, inProcessCloud } from '../../../test/sources/microsoft365-cloud.ts';
import { openTestStore } from '../../../test/store.ts';
import { agendaOf } from '../agenda/service.ts';
import type { CalendarConnector } from '../calendars/connector.ts';
import { microsoft365Connector } from '../calendars/microsoft365/connector.ts';
import type { DelegatedGrant } from '../calendars/microsoft365/grant.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { createActivation } from '../presence/activation.ts';
import { makeGroup } from '../presence/people.fixture.ts';
import { presenceOf } from '../presence/service.ts';
import { createAccount } from './accounts.ts';
import { accountHealth } from './health.ts';
import { openLinkOf } from './open-link.ts';
import { pullAccountOnce, startSync } from './sync.ts';

const store = await openTestStore();
const { db } = store;
afterAll(() => store.close());
const context = testContext(store);
let applicationId: string;
let groupId: string;

beforeAll(async () => {
  groupId = await makeGroup(db);
  const settings = JSON.stringify({ synchronization: { microsoft365: { allowed: true } } });
  await sql`update configuration_group set settings = ${settings}::jsonb where id = ${groupId}::uuid`.execute(db);
  const { id } = await db
    .insertInto('graph_application')
    .values({ name: randomUUID(), client_id: 'c', tenant_id: 't' })
    .returning('id')
    .executeTakeFirstOrThrow();
  applicationId = id;
});
// Accounts of other tests in this file aren't read again.
beforeEach(() => sql`update account set due_at = now() + interval '10 years'`.execute(db));

const open = (habits: Partial<Habits> = tame) => inProcessCloud(habits, 1);
const kindsOf = (cloud: Cloud, outbound: Outbound = cloud.outbound) => [
  microsoft365Connector(outbound, {
    application: async () => cloud.application,
    time: cloud.time,
  }) as CalendarConnector,
];

async function person(cloud: Cloud, name: string) {
  const address = `${name}-${randomUUID()}@contoso.example`.toLowerCase();
  const { mailbox, ...user } = cloud.world.addUser({ tenantId: cloud.tenant.id, name, address });
  mailbox.timeZone = 'UTC';
  const { id: userId } = await db
    .insertInto('users')
    .values({ group_id: groupId, email: address, display_name: name, time_zone: 'UTC' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const secret = cloud.grantOf(address);
  const account = {
    userId,
    kind: 'microsoft365',
    name: 'Mailbox',
    settings: { mailbox: address },
    secret,
    applicationId,
  };
  return {
    userId,
    address,
    mailbox,
    user: cloud.world.userBy(user.id)!,
    accountId: await createAccount(context, account),
    secret,
  };
}

const now = () => Temporal.Now.instant().round('second');
const local = (instant: Temporal.Instant) => instant.toZonedDateTimeISO('UTC').toPlainDateTime().toString();
const week = () => ({ from: now().subtract({ hours: 24 }), to: now().add({ hours: 7 * 24 }) });
const titles = async (userId: string) =>
  (await agendaOf(db, userId, week(), { userId }))!.appointments.map(({ title }) => title);

test('a mailbox becomes an agenda, an appointment a presence; moved, it follows; what Graph forgot is never missing', async () => {
  const cloud = open();
  const { userId, accountId, mailbox } = await person(cloud, 'Ada');
  const kinds = kindsOf(cloud);
  const running = { start: local(now().subtract({ minutes: 5 })), end: local(now().add({ minutes: 30 })) };
  const { number } = mailbox.create({ subject: 'Review', ...running });
  const tomorrow = now().add({ hours: 24 });
  const daily = local(tomorrow);
  mailbox.create(
    { subject: 'Stand-up', start: daily, end: local(tomorrow.add({ minutes: 15 })) },
    {
      recurrence: {
        pattern: { type: 'daily', interval: 1 },
        range: { type: 'numbered', startDate: daily.slice(0, 10), numberOfOccurrences: 3 },
      },
    },
  );
  const activation = createActivation(context);
  const status = async () => {
    for (let rounds = 0; (await activation.round()) === 0; rounds++) if (rounds > 500) throw new Error('No end.');
    return (await presenceOf(db, [userId]))[0]!.status;
  };
  expect(await pullAccountOnce(context, kinds, accountId)).toMatchObject({ error: null });
  expect(await titles(userId)).toEqual(['Review', 'Stand-up', 'Stand-up', 'Stand-up']);
  expect(await status()).toBe('appointment');
  const [review] = (await agendaOf(db, userId, week(), { userId }))!.appointments;
  expect(review!.openUrl).toBe(`/api/v1/users/${userId}/appointments/${review!.id}/open`);
  const link = await openLinkOf(context, kinds, userId, Number(review!.id), new AbortController().signal);
  expect(link).toMatch(/\/outlook\/owa\/\?itemid=AAMkAD/);

  mailbox.update(number, { start: local(now().add({ hours: 2 })), end: local(now().add({ hours: 3 })) });
  expect(await pullAccountOnce(context, kinds, accountId)).toMatchObject({ error: null });
  expect(await status()).toBe('available');

  // Graph has forgotten what it told, and the round that starts anew breaks off: nothing is empty meanwhile.
  cloud.rounds.forgetAll();
  cloud.world.habits = { ...tame, faults: 1 };
  expect((await pullAccountOnce(context, kinds, accountId)).error).not.toBeNull();
  expect(await titles(userId)).toHaveLength(4);
  cloud.world.habits = tame;
  mailbox.delete(number);
  expect(await pullAccountOnce(context, kinds, accountId)).toMatchObject({ error: null });
  expect(await titles(userId)).toEqual(['Stand-up', 'Stand-up', 'Stand-up']);
});

test('a grant that is refreshed is stored sealed under the lease; once it is dead its owner is told to sign in', async () => {
  const cloud = open({ ...tame, rotationGrace: -1 });
  const { accountId, user, secret } = await person(cloud, 'Grace');
  const kinds = kindsOf(cloud);
  const read = async () => {
    const { secret: sealed } = await db
      .selectFrom('account')
      .select('secret')
      .where('id', '=', accountId)
      .executeTakeFirstOrThrow();
    expect(sealed).not.toContain('1.AR');
    return JSON.parse(context.secrets.open(sealed!, accountId)) as DelegatedGrant;
  };
  const stale = { ...secret, expiresAt: now().toString() };
  const sealed = context.secrets.seal(JSON.stringify(stale), accountId);
  await sql`update account set secret = ${sealed} where id = ${accountId}::uuid`.execute(db);
  expect(await pullAccountOnce(context, kinds, accountId)).toMatchObject({ error: null });
  const next = await read();
  expect(next.refreshToken).not.toBe(secret.refreshToken);
  expect(next.scopes).toEqual(graphScopes);
  expect(await pullAccountOnce(context, kinds, accountId), 'by the new one').toMatchObject({ error: null });

  user.validFrom = cloud.time.now() + 1;
  cloud.turn(10);
  const outcome = await pullAccountOnce(context, kinds, accountId);
  expect(outcome.error).toEqual({
    errorClass: 'credentials',
    message: 'Microsoft 365 no longer accepts the sign-in. Sign in again.',
  });
});

test('one that throttles, one gone, one whose sign-in died and one of broken pages keep nobody waiting', async () => {
  const good = 16;
  const round = async (withBad: boolean) => {
    await sql`update account set due_at = now() + interval '10 years'`.execute(db);
    const cloud = open();
    const fresh = async (name: string) => {
      const made = await person(cloud, name);
      await sql`update account set due_at = now() + interval '10 years' where id = ${made.accountId}::uuid`.execute(db);
      const start = local(now().add({ hours: 1 }));
      made.mailbox.create({ subject: name, start, end: local(now().add({ hours: 2 })) });
      return made;
    };
    const bad = withBad ? await Promise.all(['Throttled', 'Gone', 'Dead', 'Broken'].map(fresh)) : [];
    const others: Awaited<ReturnType<typeof person>>[] = [];
    for (let at = 0; at < good; at++) others.push(await fresh(`Good ${at}`));
    const [throttled, gone, dead, broken] = bad;
    const tokens = new Map(bad.map(({ secret, address }) => [secret.accessToken, address]));
    if (gone) gone.user.mailbox = null;
    if (dead) dead.user.validFrom = cloud.time.now() + 1_000_000;
    const asked = new Map<string, number>();
    const outbound: Outbound = {
      ...cloud.outbound,
      async fetch(url, request) {
        const address = tokens.get((request.headers?.authorization ?? '').replace('Bearer ', ''));
        if (address) asked.set(address, (asked.get(address) ?? 0) + 1);
        const answer = await cloud.outbound.fetch(url, request);
        if (address !== undefined && address === throttled?.address)
          return { ...answer, status: 429, headers: new Headers({ 'retry-after': '600' }), text: () => '{}' };
        if (address !== undefined && address === broken?.address && String(url).includes('/delta'))
          return { ...answer, text: () => answer.text().slice(0, 40) };
        return answer;
      },
    };
    await sql`update account set due_at = now() - interval '1 second' where id = any(${[...bad, ...others].map(({ accountId }) => accountId)}::uuid[])`.execute(
      db,
    );
    const began = performance.now();
    const running = await startSync(context, { connectors: kindsOf(cloud, outbound), concurrency: 8 });
    try {
      const healths = () => Promise.all([...bad, ...others].map(({ accountId }) => accountHealth(db, accountId)));
      await vi.waitFor(
        async () => expect((await healths()).slice(bad.length).every((each) => each!.status === 'ok')).toBe(true),
        { timeout: 30_000, interval: 20 },
      );
      const took = performance.now() - began;
      await vi.waitFor(
        async () =>
          expect((await healths()).slice(0, bad.length).every((each) => each!.status === 'failing')).toBe(true),
        { timeout: 30_000, interval: 20 },
      );
      const all = await healths();
      for (const { userId } of others) expect(await titles(userId)).toHaveLength(1);
      return {
        took,
        classes: all.slice(0, bad.length).map((each) => each!.errorClass),
        asked: [...asked.values()],
        all,
      };
    } finally {
      await running.stop();
    }
  };
  const alone = await round(false);
  const beside = await round(true);
  expect(beside.classes).toEqual(['throttled', 'notFound', 'credentials', 'malformed']);
  // Each is asked a few times and then left alone: the throttled one for as long as Graph said.
  for (const count of beside.asked) expect(count).toBeLessThanOrEqual(3);
  expect(beside.all[0]!.nextAt!.since(now()).total('seconds')).toBeGreaterThan(500);
  console.log(`16 mailboxes: ${alone.took.toFixed(0)} ms alone, ${beside.took.toFixed(0)} ms beside 4 bad ones`);
  expect(beside.took).toBeLessThan(alone.took * 2 + 1_000);
});
