/**
 * A day of the company in simulated time, in a process of its own: the product's queue, pulls, connector, streams and
 * back-off on PostgreSQL, and the simulated Exchange in the same process. Not simulated are what an HTTP connection, a
 * server that is down or streams that break would add; what streams tell is written down by the benchmark. Prints what
 * Exchange was asked as one line of JSON.
 *
 *   node simulated-day.ts '{"size":1000,"streams":true}'
 */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { CalendarConnector, Hint } from '../../server/src/calendars/connector.ts';
import { exchangeConnector } from '../../server/src/calendars/exchange/connector.ts';
import type { Time } from '../../server/src/calendars/gate.ts';
import { makeGroup } from '../../server/src/presence/people.fixture.ts';
import { openStore } from '../../server/src/store/database.ts';
import { alignGroupAccounts } from '../../server/src/sync/group-accounts.ts';
import { claimAccounts, releaseAccount } from '../../server/src/sync/lease.queries.ts';
import { makeDue } from '../../server/src/sync/notices.ts';
import { pullAccount } from '../../server/src/sync/pull-account.ts';
import { tame } from '../../simulators/exchange/habits.ts';
import { randomFrom } from '../../simulators/pbx/habits.ts';
import { testContext } from '../../test/context.ts';
import { inProcessExchange } from '../../test/sources/exchange-server.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { Happenings } from '../company/happenings.ts';
import { foundCompany } from '../company/people.ts';
import { addUsers, countWrong, day, planDays, playOn, readAtOnce, spreadFirstReading } from '../company/played-day.ts';
import { turnClockOf } from '../turned-clock.ts';

export interface DayAsked {
  /** Mailboxes. */
  size: number;
  /** Or nobody tells of changes, and all are polled. */
  streams: boolean;
}
export interface DayTold extends DayAsked {
  /** Of the measured day, by operation. */
  requests: Record<string, number>;
  bursts: number;
  changes: number;
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
const noticeLatency: [number, number] = [1_000, 10_000];
/** From midnight on. */
const firstRead = 5 * 3_600_000;
const lease = 'simulated day';

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
process.exit(0); // streams are still listened to

async function run(): Promise<DayTold> {
  const waiting = new Happenings();
  const later = (milliseconds: number, then: () => void) => waiting.add(exchange.time.now() + milliseconds, then);
  const exchange = inProcessExchange({ ...tame, noticeLatency }, seed, clock.now(), later);
  const people = foundCompany((user) => exchange.world.addUser(user), { size: asked.size, today: measured, seed });
  const context = testContext(store);
  const serverId = await connect(people, context);
  /** Nobody waits: the clock is turned by what happens. */
  const time: Time = {
    now: exchange.time.now,
    sleep: (milliseconds) => new Promise((resolve) => later(milliseconds, resolve)),
  };
  const connector = exchangeConnector(exchange.outbound, {
    server: async () => exchange.server,
    ...{ time, random: dice },
  }) as CalendarConnector;
  const { signal } = new AbortController();
  const options = { signal, timeLimit: 60_000, random: dice, pushAddress: null };
  const hints: Hint[] = [];
  const watch = asked.streams ? connector.watch!(serverId, (hint) => void hints.push(hint), signal) : null;

  const played = playOn(store, clock, {
    next: waiting.next,
    async turnTo(at) {
      exchange.turn(at - exchange.time.now());
      waiting.carryOut(at);
      await settled();
    },
    hasTold: () => hints.length > 0,
    writeTold: () => writeHints(hints.splice(0)),
    claim: (most) => claimAccounts(db, context.processName, { free: most, failingToo: most }, []),
    read: async (account) => releaseAccount(db, account, await pullAccount(context, [connector], account, options)),
  });

  await played.passUntil(dayBegins - day + firstRead);
  watch?.keep(await watchedAccounts(serverId));
  for (let turns = 0; watch && exchange.subscriptions.all.size < asked.size && turns < 1_000; turns++) await settled();
  const plan = planDays(people, measured, waiting, dice);
  await played.passUntil(dayBegins);
  const before = { ...exchange.counters.requests };
  const earlier = played.reads();
  await played.passUntil(dayBegins + day - 1); // before the window moves on
  const requests = Object.fromEntries(
    Object.entries(exchange.counters.requests).map(([name, count]) => [name, count - (before[name] ?? 0)]),
  );
  const { bursts, changes } = plan;
  const pulls = played.reads() - earlier;
  const wrong = await countWrong(db, people, clock.now());
  return { ...asked, requests, bursts, changes, pulls, wrong, seconds: (performance.now() - began) / 1_000 };
}

/** What is answered in this process takes turns of its loop, and no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

/** Users in one group whose mailboxes are first read in the night before the day before. @returns the server's id. */
async function connect(
  people: readonly { name: string; address: string }[],
  context: ReturnType<typeof testContext>,
): Promise<string> {
  const groupId = await makeGroup(db);
  const { id: serverId } = await db
    .insertInto('exchange_server')
    .values({ name: 'Exchange', address: 'https://mail.contoso.example/EWS/Exchange.asmx', sign_in: 'basic' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const synchronization = { source: 'exchange', exchange: { serverId } };
  await sql`update configuration_group set settings = ${JSON.stringify({ synchronization })}::jsonb`.execute(db);
  await addUsers(db, groupId, people);
  await alignGroupAccounts(context);
  await sql`
    update exchange_server set leased_by = ${lease}, leased_until = now() + interval '1 year'
     where id = ${serverId}::uuid`.execute(db);
  await spreadFirstReading(db, people.length, firstRead);
  return serverId;
}

async function watchedAccounts(exchangeServerId: string) {
  const { rows } = await sql<{ id: string; settings: unknown; calendars: string[] }>`
    select account.id, account.settings, array_agg(remote_id order by remote_id) as calendars
      from account join calendar on account_id = account.id group by account.id order by account.id`.execute(db);
  return rows.map(({ id, settings, calendars }) => ({
    account: { id, settings, secret: null, exchangeServerId },
    calendars,
  }));
}

/** As sync/watching.ts does for the lease it holds. */
async function writeHints(hints: readonly Hint[]): Promise<void> {
  const of = (what: Hint['what']) => [
    ...new Set(hints.filter((hint) => hint.what === what).map((hint) => hint.accountId)),
  ];
  if (of('untold').length > 0) throw new Error('A stream was lost, though nothing fails on this day.');
  await sql`update account set watched_by = ${lease}, due_at = now() where id = any(${of('told')}::uuid[])`.execute(db);
  await makeDue(db, of('changed'));
}
