/**
 * A day of the company in simulated time, in a process of its own: the product's queue, pulls, connector, notices and
 * back-off on PostgreSQL, and the simulated Graph in the same process. Not simulated are what an HTTP connection, a
 * server that is down or a Graph that fails would add. Prints what Graph was asked as one line of JSON.
 *
 *   node simulated-day.ts '{"size":1000,"by":"application","push":true,"ownersTime":true}'
 */

import { sql } from 'kysely';
import type { CalendarConnector } from '../../server/src/calendars/connector.ts';
import { microsoft365Connector } from '../../server/src/calendars/microsoft365/connector.ts';
import { makeGroup } from '../../server/src/presence/people.fixture.ts';
import { openStore } from '../../server/src/store/database.ts';
import { createAccount } from '../../server/src/sync/accounts.ts';
import { alignGroupAccounts } from '../../server/src/sync/group-accounts.ts';
import { claimAccounts, releaseAccount } from '../../server/src/sync/lease.queries.ts';
import { type Notice, writeNotices } from '../../server/src/sync/notices.ts';
import { pullAccount } from '../../server/src/sync/pull-account.ts';
import { type Habits, tame } from '../../simulators/microsoft365/habits.ts';
import { randomFrom } from '../../simulators/pbx/habits.ts';
import { testContext } from '../../test/context.ts';
import { inProcessCloud } from '../../test/sources/microsoft365-cloud.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { Happenings } from '../company/happenings.ts';
import { foundCompany, type Person } from '../company/people.ts';
import { addUsers, countWrong, day, planDays, playOn, readAtOnce, spreadFirstReading } from '../company/played-day.ts';
import { turnClockOf } from '../turned-clock.ts';
import { Counted } from './counted.ts';

export interface DayAsked {
  /** Mailboxes. */
  size: number;
  /** Whose token: the application's (server-side), or each user's own. */
  by: 'application' | 'user';
  push: boolean;
  /** The group takes zone and working hours from the mailbox. */
  ownersTime: boolean;
}
export interface DayTold extends DayAsked {
  /** Of the measured day, by what they were for; a part of a batch is one. */
  requests: Record<string, number>;
  bursts: number;
  changes: number;
  /** Series that a burst touched. */
  touched: number;
  pulls: number;
  /** Mailboxes that failed at the end, or whose appointments aren't those of the agenda: none may. */
  wrong: number;
  /** Real ones that it took. */
  seconds: number;
}

const seed = 365;
/** A Tuesday without a change of the clocks near it. */
const measured = Temporal.PlainDate.from('2027-02-09');
const dayBegins = measured.toZonedDateTime('UTC').epochMilliseconds;
/** Milliseconds from a change to its notice: each by itself, so those of a burst come apart. */
export const noticeLatency: Habits['noticeLatency'] = [1_000, 10_000];
const pushAddress = 'https://times.contoso.example';
/** From midnight on. */
const firstRead = 5 * 3_600_000;

const asked = JSON.parse(process.argv[2] ?? '{}') as DayAsked;
const began = performance.now();
const dice = randomFrom(seed);
const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const clock = await turnClockOf(target.url, dayBegins - day);
const store = await openStore({ url: target.url, poolSize: readAtOnce + 2 });
const { db } = store;
try {
  console.log(JSON.stringify(await run()));
} finally {
  await store.close();
  await clock.close();
  await dropTarget(target);
}

async function run(): Promise<DayTold> {
  const waiting = new Happenings();
  const notices: Notice[] = [];
  const counted = new Counted();
  const cloud = inProcessCloud({ ...tame, noticeLatency }, seed, clock.now(), {
    after: (milliseconds, then) => waiting.add(cloud.time.now() + milliseconds, then),
    inspect: ({ url, headers }) => counted.see(url, headers.authorization ?? ''),
    send: async (url, body) => {
      const { pathname, searchParams } = new URL(url);
      if (body) notices.push(...noticesOf(pathname.split('/').at(-1)!, body));
      return { status: body ? 202 : 200, body: searchParams.get('validationToken') ?? '', ms: 1 };
    },
  });
  cloud.registered.adminConsent.roles.push('MailboxSettings.Read');
  const people = foundCompany((user) => cloud.world.addUser({ ...user, tenantId: cloud.tenant.id }), {
    ...{ size: asked.size, today: measured, seed },
  });
  const context = testContext(store);
  await connect(people, cloud, context);
  const outbound: typeof cloud.outbound = {
    ...cloud.outbound,
    fetch: (url, request) => {
      if (new URL(url).pathname.endsWith('/oauth2/v2.0/token')) counted.tokens++;
      return cloud.outbound.fetch(url, request);
    },
  };
  const connector = microsoft365Connector(outbound, {
    application: async () => cloud.application,
    time: cloud.time,
    random: dice,
  }) as CalendarConnector;
  const { signal } = new AbortController();
  const options = { signal, timeLimit: 60_000, random: dice, pushAddress: asked.push ? pushAddress : null };

  const played = playOn(store, clock, {
    next: waiting.next,
    async turnTo(at) {
      cloud.turn(at - cloud.time.now());
      waiting.carryOut(at);
    },
    hasTold: () => notices.length > 0,
    writeTold: () => writeNotices(db, notices.splice(0)),
    claim: (most) => claimAccounts(db, context.processName, { free: most, failingToo: most }, []),
    read: async (account) => releaseAccount(db, account, await pullAccount(context, [connector], account, options)),
  });

  await played.passUntil(dayBegins - day + firstRead);
  await growOld(cloud.subscriptions.all);
  played.lookNow();
  const plan = planDays(people, measured, waiting, dice);
  await played.passUntil(dayBegins);
  const before = counted.read(cloud.counters.requests);
  const earlier = played.reads();
  await played.passUntil(dayBegins + day - 1); // before the window moves on
  const after = counted.read(cloud.counters.requests);
  const requests = Object.fromEntries(
    Object.entries(after).map(([of, count]) => [of, count - (before[of as keyof typeof before] ?? 0)]),
  );
  const { bursts, changes, touched } = plan;
  const seconds = (performance.now() - began) / 1_000;
  const wrong = await countWrong(db, people, clock.now());
  const pulls = played.reads() - earlier;
  return { ...asked, requests, bursts, changes, touched: touched.size, pulls, wrong, seconds };
}

/** Users in one group, each with the mailbox as an account, that are first read in the night before the day before. */
async function connect(
  people: readonly (Person & { name: string })[],
  cloud: ReturnType<typeof inProcessCloud>,
  context: ReturnType<typeof testContext>,
): Promise<void> {
  const groupId = await makeGroup(db);
  const { id: applicationId } = await db
    .insertInto('graph_application')
    .values({ name: 'Calendars', client_id: 'c', tenant_id: 't' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const synchronization = {
    ...(asked.by === 'application' && { source: 'microsoft365' }),
    microsoft365: { allowed: true, graphApplicationId: applicationId, mailboxSettings: asked.ownersTime },
  };
  await sql`update configuration_group set settings = ${JSON.stringify({ synchronization })}::jsonb`.execute(db);
  const users = await addUsers(db, groupId, people);
  if (asked.by === 'application') await alignGroupAccounts(context);
  else
    for (const { id: userId, email } of users)
      await createAccount(context, {
        ...{ userId, kind: 'microsoft365', name: email, settings: { mailbox: email }, applicationId },
        secret: cloud.grantOf(email),
      });
  await spreadFirstReading(db, people.length, firstRead);
}

/** As after weeks: full rounds, looks for calendars and subscriptions are of every age. */
async function growOld(subscriptions: Map<string, { expiresAt: number }>): Promise<void> {
  await sql`
    update calendar set full_round_at = full_round_at - (row.place - 1) * interval '7 days' / ${asked.size}
      from (select id, row_number() over (order by account_id) as place from calendar) row
     where row.id = calendar.id`.execute(db);
  await sql`
    update account set discovered_at = discovered_at - (row.place - 1) * interval '2 days' / ${asked.size}
      from (select id, row_number() over (order by id) as place from account) row
     where row.id = account.id`.execute(db);
  const kept = await db.selectFrom('graph_subscription').selectAll().execute();
  for (const { id, account_id, remote_id, created_at, expires_at, renew_at } of kept) {
    const older = Math.floor(dice() * renew_at.since(created_at).total('milliseconds'));
    const renewAt = renew_at.subtract({ milliseconds: older });
    const expiresAt = expires_at.subtract({ milliseconds: older });
    await sql`
      update graph_subscription set renew_at = ${renewAt}, expires_at = ${expiresAt} where id = ${id}::uuid`.execute(
      db,
    );
    await sql`update account set due_at = least(due_at, ${renewAt}) where id = ${account_id}::uuid`.execute(db);
    const told = subscriptions.get(remote_id ?? '');
    if (told) told.expiresAt -= older;
  }
}

/** What the route does with a delivery. */
function noticesOf(subscriptionId: string, body: string): Notice[] {
  const { value } = JSON.parse(body) as { value: { subscriptionId: string; clientState: string }[] };
  return value.map(({ subscriptionId: remoteId, clientState }) => ({
    ...{ subscriptionId, remoteId, clientState, lifecycle: null },
  }));
}
