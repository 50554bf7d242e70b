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

type Person = Awaited<ReturnType<typeof person>>;

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

/** The embedded database is for few users, and slow where several work: it has a tenth of them. */
const others = store.kind === 'embedded' ? 46 : 496;
test(`one that throttles, one gone, one whose sign-in died, one of broken pages: ${others} others are no later`, async () => {
  const cloud = open();
  const bad: Person[] = [];
  const good: Person[] = [];
  for (const name of ['Throttled', 'Gone', 'Dead', 'Broken']) bad.push(await person(cloud, name));
  for (let at = 0; at < others; at++) good.push(await person(cloud, `Good ${at}`));
  const [throttled, gone, dead, broken] = bad as [Person, Person, Person, Person];
  const addresses = new Map([...bad, ...good].map(({ secret, address }) => [secret.accessToken, address]));
  const asked: string[] = [];
  const outbound: Outbound = {
    ...cloud.outbound,
    async fetch(url, request) {
      const address = addresses.get((request.headers?.authorization ?? '').replace('Bearer ', ''));
      asked.push(address ?? dead.address); // whose tokens are asked for anew
      const answer = await cloud.outbound.fetch(url, request);
      if (address === throttled.address)
        return { ...answer, status: 429, headers: new Headers({ 'retry-after': '600' }), text: () => '{}' };
      if (address === broken.address && String(url).includes('/delta'))
        return { ...answer, text: () => answer.text().slice(0, 40) };
      return answer;
    },
  };
  const kinds = kindsOf(cloud, outbound);
  const goodOnes = new Set(good.map(({ address }) => address));
  const idsOf = (people: readonly Person[]) => people.map(({ accountId }) => accountId);

  /** Each good mailbox has something new, and all are due: the bad ones first. */
  const round = async (title: string, due: readonly Person[]) => {
    const [start, end] = [local(now().add({ hours: 1 })), local(now().add({ hours: 2 }))];
    for (const { mailbox } of good) mailbox.create({ subject: title, start, end });
    asked.length = 0;
    const sleptBefore = cloud.time.now();
    const { rows } = await sql<{ began: string }>`
      update account set failures = 0, due_at = now() - make_interval(secs => case when id = any(${idsOf(bad)}::uuid[]) then 2 else 1 end)
       where id = any(${idsOf(due)}::uuid[]) returning now()::text as began`.execute(db);
    const { began } = rows[0]!;
    const running = await startSync(context, { connectors: kinds, concurrency: 8 });
    try {
      return await vi.waitFor(
        async () => {
          const { rows: read } = await sql<{ late: number }>`
            select extract(epoch from last_success_at - ${began}::timestamptz)::float8 * 1000 as late from account
             where id = any(${idsOf(good)}::uuid[]) and last_success_at > ${began}::timestamptz order by 1`.execute(db);
          expect(read).toHaveLength(good.length);
          const late = (share: number) => read[Math.floor(share * (read.length - 1))]!.late;
          const counts = Map.groupBy(asked, (address) => address);
          return {
            ...{ median: late(0.5), nineOfTen: late(0.9), slept: cloud.time.now() - sleptBefore },
            asked: (one: Person) => counts.get(one.address)?.length ?? 0,
            /** How many requests were made for anybody before one for a good mailbox was: the first, the second … */
            turns: asked.flatMap((address, turn) => (goodOnes.has(address) ? turn : [])),
          };
        },
        { timeout: 120_000, interval: 50 },
      );
    } finally {
      await running.stop();
    }
  };

  await round('First', good); // a first round costs more than those after it
  const alone = await round('Alone', good);
  gone.user.mailbox = null;
  dead.user.validFrom = cloud.time.now() + 1_000_000;
  const beside = await round('Beside', [...bad, ...good]);

  const healths = await Promise.all(bad.map(({ accountId }) => accountHealth(db, accountId)));
  expect(healths.map((each) => each!.errorClass)).toEqual(['throttled', 'notFound', 'credentials', 'malformed']);
  expect(healths[0]!.nextAt!.since(now()).total('seconds'), 'left alone as long as Graph said').toBeGreaterThan(450);
  const { rows: stored } = await sql<{ title: string; count: number }>`
    select title, count(*)::int as count from appointment
     where user_id = any(${good.map(({ userId }) => userId)}::uuid[]) group by title order by title`.execute(db);
  expect(stored).toEqual(['Alone', 'Beside', 'First'].map((title) => ({ title, count: others })));
  // What bad ones take from the others is the requests made for them, and the time a place is held while they wait.
  for (const each of bad) expect(beside.asked(each), each.address).toBeLessThanOrEqual(3);
  for (const each of good) expect(beside.asked(each), each.address).toBe(alone.asked(each));
  const later = beside.turns.map((turn, at) => turn - alone.turns[at]!);
  expect(Math.max(...later), 'requests later than alone').toBeLessThanOrEqual(4 * 3);
  expect(beside.slept, 'simulated milliseconds sat out in a place').toBeLessThanOrEqual(alone.slept + 1_000);
  const figures = ({ median, nineOfTen }: typeof alone) => `${median.toFixed(0)} / ${nineOfTen.toFixed(0)} ms`;
  console.log(
    `${others} mailboxes, half and nine of ten read after: ${figures(alone)} alone, ${figures(beside)} beside 4 bad`,
  );
  // Other work on the machine moves the clock by much more than four mailboxes do: this finds only what hangs.
  expect(beside.median).toBeLessThan(alone.median * 5 + 5_000);
}, 300_000);
