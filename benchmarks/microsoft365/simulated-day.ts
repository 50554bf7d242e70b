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
import { claimAccounts, nextDueIn, releaseAccount } from '../../server/src/sync/lease.queries.ts';
import { type Notice, writeNotices } from '../../server/src/sync/notices.ts';
import { pullAccount } from '../../server/src/sync/pull-account.ts';
import { windowAt } from '../../server/src/sync/window.ts';
import { type Habits, tame } from '../../simulators/microsoft365/habits.ts';
import { randomFrom } from '../../simulators/pbx/habits.ts';
import { testContext } from '../../test/context.ts';
import { inProcessCloud } from '../../test/sources/microsoft365-cloud.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { change, dealDay, foundCompany, type Person } from '../company/people.ts';
import { Counted } from './counted.ts';
import { Happenings } from './happenings.ts';
import { turnClockOf } from './turned-clock.ts';

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

const day = 86_400_000;
const seed = 365;
/** A Tuesday without a change of the clocks near it. */
const measured = Temporal.PlainDate.from('2027-02-09');
const dayBegins = measured.toZonedDateTime('UTC').epochMilliseconds;
/** Milliseconds from a change to its notice: each by itself, so those of a burst come apart. */
export const noticeLatency: Habits['noticeLatency'] = [1_000, 10_000];
const pushAddress = 'https://times.contoso.example';
const atOnce = 8;
/** From midnight on. */
const firstRead = 5 * 3_600_000;

const asked = JSON.parse(process.argv[2] ?? '{}') as DayAsked;
const began = performance.now();
const dice = randomFrom(seed);
const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const clock = await turnClockOf(target.url, dayBegins - day);
const store = await openStore({ url: target.url, poolSize: atOnce + 2 });
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

  let pulls = 0;
  let dueAt = clock.now();
  /** Everything that happens before `end`, in order. The database is asked only where it may have changed. */
  async function passUntil(end: number): Promise<void> {
    for (;;) {
      const next = Math.min(waiting.next(), dueAt);
      if (next >= end) break;
      cloud.turn(next - cloud.time.now());
      waiting.carryOut(next);
      if (notices.length === 0 && next < dueAt) continue;
      await clock.turnTo(next);
      await writeNotices(db, notices.splice(0));
      for (let claimed = atOnce; next >= dueAt && claimed === atOnce; ) claimed = await pullDue();
      dueAt = Math.ceil(clock.now() + ((await nextDueIn(db, [])) ?? Number.POSITIVE_INFINITY));
    }
    cloud.turn(end - cloud.time.now());
    await clock.turnTo(end);
  }
  /** @returns how many were due, of the first few. */
  async function pullDue(): Promise<number> {
    const claimed = await claimAccounts(db, context.processName, { free: atOnce, failingToo: atOnce }, []);
    await Promise.all(
      claimed.map(async (account) => {
        await releaseAccount(db, account, await pullAccount(context, [connector], account, options));
      }),
    );
    pulls += claimed.length;
    return claimed.length;
  }

  await passUntil(dayBegins - day + firstRead);
  await growOld(cloud.subscriptions.all);
  dueAt = clock.now();
  const plan = { bursts: 0, changes: 0, touched: new Set<string>() };
  // The day before makes it an ordinary day, with what is left over from the last one.
  for (const begins of [dayBegins - day, dayBegins])
    for (const [index, { mailbox }] of people.entries()) {
      const { changes, bursts } = dealDay(dice);
      const counts = begins === dayBegins;
      if (counts) plan.bursts += bursts;
      if (counts) plan.changes += changes.length;
      for (const { at, burst } of changes)
        waiting.add(begins + at, () => {
          const series = change(mailbox, measured, dice);
          if (series !== null && counts) plan.touched.add(`${index} ${burst} ${series}`);
        });
    }
  await passUntil(dayBegins);
  const before = counted.read(cloud.counters.requests);
  pulls = 0;
  await passUntil(dayBegins + day - 1); // before the window moves on
  const after = counted.read(cloud.counters.requests);
  const requests = Object.fromEntries(
    Object.entries(after).map(([of, count]) => [of, count - (before[of as keyof typeof before] ?? 0)]),
  );
  const { bursts, changes, touched } = plan;
  const seconds = (performance.now() - began) / 1_000;
  const wrong = await countWrong(people);
  return { ...asked, requests, bursts, changes, touched: touched.size, pulls, wrong, seconds };
}

/** What was saved in requests must not be missing in agendas. */
async function countWrong(people: readonly Person[]): Promise<number> {
  const { rows } = await sql<{ email: string; status: string; starts: number[] | null }>`
    select users.email, account.status,
           (select json_agg(extract(epoch from starts_at) * 1000 order by starts_at) from appointment
             where appointment.user_id = users.id) as starts
      from users join account on account.user_id = users.id`.execute(db);
  const stored = new Map(rows.map(({ email, status, starts }) => [email, `${status} ${starts?.map(Number)}`]));
  const { from, to } = windowAt(Temporal.Instant.fromEpochMilliseconds(clock.now()));
  return people.filter(({ address, mailbox }) => {
    const shown = mailbox.view(mailbox.defaultCalendar.id, from.epochMilliseconds, to.epochMilliseconds);
    return stored.get(address) !== `ok ${shown.map(({ start }) => start)}`;
  }).length;
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
  const rows = people.map(({ name, address }) => ({ name, address }));
  const users = await sql<{ id: string; email: string }>`
    insert into users (group_id, email, display_name, time_zone)
    select ${groupId}::uuid, address, name, 'Europe/Berlin'
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (name text, address text)
    returning id, email`.execute(db);
  if (asked.by === 'application') await alignGroupAccounts(context);
  else
    for (const { id: userId, email } of users.rows)
      await createAccount(context, {
        ...{ userId, kind: 'microsoft365', name: email, settings: { mailbox: email }, applicationId },
        secret: cloud.grantOf(email),
      });
  await sql`
    update account set due_at = now() + (row.place - 1) * make_interval(secs => ${firstRead / 1_000}) / ${people.length}
      from (select id, row_number() over (order by name) as place from account) row
     where row.id = account.id`.execute(db);
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
