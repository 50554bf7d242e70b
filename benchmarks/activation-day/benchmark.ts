/**
 * How late activations are over a working day of 10,000 users with six to eight appointments each, beside a loop that
 * polls every five minutes in batches of 20 (polling.ts).
 *
 * The day is played in simulated time, but never faster than the product works: the real activation runs on PostgreSQL
 * with its usual durability; while it works, the clock that it and the database see goes on by the real time that it
 * took, and only what it would have slept is skipped. A change counts as late by the simulated time between the instant
 * it was due and the notification of the commit that brought it; a round may commit several batches. Not simulated are
 * the timer that wakes the process (a millisecond or two), other roles on the same cores, and changes of calendars
 * during the day.
 */
import { sql } from 'kysely';
import { createActivation } from '../../server/src/presence/activation.ts';
import { lastChangeNumber, presenceChannel } from '../../server/src/presence/changes.ts';
import { makeGroup, makePeople } from '../../server/src/presence/people.fixture.ts';
import { openStore } from '../../server/src/store/database.ts';
import { testContext } from '../../test/context.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { type Row, round, spread, versionOf, writeResult } from '../result.ts';
import { turnClockOf } from '../turned-clock.ts';
import { boundariesOf, dealDays } from './agendas.ts';
import { makePolled, pollingLateness, pollOnce } from './polling.ts';

const users = Number(process.env.OBJECTS ?? 10_000);
const seed = 365;
const hour = 3_600_000;
/** Assumed: the middle of what the simulated Graph takes in the figures of microsoft365. */
const answerMs = 150;
/** A Tuesday without a change of the clocks near it. */
const dayBegins = Temporal.PlainDate.from('2027-02-09').toZonedDateTime('UTC').epochMilliseconds;

const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const clock = await turnClockOf(target.url, dayBegins, { durable: true });
const store = await openStore({ url: target.url, poolSize: 4 });
const { db } = store;
try {
  const people = await makePeople(db, await makeGroup(db), users);
  const days = await dealDays(db, people, dayBegins, seed);
  await sql`analyze`.execute(db);
  const activation = createActivation(testContext(store));
  while ((await activation.round()) === 0);
  await sql`vacuum analyze`.execute(db);
  await clock.turnTo(dayBegins + 6 * hour);

  const waiting = new Set([...days].flatMap(([userId, day]) => boundariesOf(day).map((at) => `${userId} ${at}`)));
  const changes = waiting.size;
  const late: number[] = [];
  let told = await lastChangeNumber(db);
  let busyMs = 0;
  let commits: { number: number; at: number }[] = [];
  await store.listen(presenceChannel, (number) => commits.push({ number: Number(number), at: performance.now() }));
  while (clock.now() < dayBegins + 22 * hour) {
    const from = clock.now();
    commits = [];
    const began = performance.now();
    const wait = await activation.round();
    const worked = performance.now() - began;
    busyMs += worked;
    await clock.turnTo(from + worked);
    const news = await changesAfter(told);
    for (const { number, userId, since } of news) {
      told = number;
      // The last notification may still be on its way: its commit was the end of the round.
      const commit = commits.find((each) => each.number >= number);
      if (waiting.delete(`${userId} ${since}`))
        late.push(from + Math.min(commit ? commit.at - began : worked, worked) - since);
    }
    // The wait counts from when the round asked what is due next, which is as good as when it began.
    if (news.length === 0) await clock.turnTo(from + wait);
  }
  if (waiting.size > 0)
    throw new Error(`${waiting.size} of ${changes} changes never came: ${[...waiting].slice(0, 3)}`);

  await makePolled(db);
  await pollOnce(db, people, dayBegins + 9 * hour); // warms up
  const { median: batchMs } = spread(await pollOnce(db, people, dayBegins + 10 * hour));
  const loop = (label: string, ms: number): Row => {
    const { median, p99 } = spread(pollingLateness(people, days, ms).late.map((late) => late / 1_000));
    return { label: `A loop every 5 minutes in batches of 20, ${label}`, unit: 's', median, p99, runs: changes };
  };
  const { median, p99 } = spread(late);
  writeResult({
    name: 'activation-day',
    title: `A working day of ${round(users)} users`,
    command: 'npm run benchmark -- activation-day',
    versions: { postgresql: versionOf('psql') },
    rows: [
      { label: `Lateness of ${round(changes)} changes: p99`, unit: 'ms', median: p99, target: { atMost: 1_000 } },
      { label: 'Lateness: median', unit: 'ms', median },
      { label: 'Lateness: the latest of all', unit: 'ms', median: max(late) },
      loop(`at its barest: ${round(batchMs)} ms each`, batchMs),
      loop(
        `with an answer of a calendar server in ${answerMs} ms: ${round(batchMs + answerMs)} ms each`,
        batchMs + answerMs,
      ),
    ],
    notes: [
      `The busiest second had ${round(busiest(days))} changes. Activation worked for ${round(busyMs / 1_000)} s of the day.`,
      `${round(pollingLateness(people, days, batchMs).missed)} changes came and went between two looks of the loop, which never shows them; they aren't in its lateness. Its rounds are taken to begin on full five minutes, when most appointments do: the best it can hope for.`,
    ],
  });
} finally {
  await store.close();
  await clock.close();
  await dropTarget(target);
}
process.exit(0);

async function changesAfter(number: number): Promise<{ number: number; userId: string; since: number }[]> {
  const { rows } = await sql<{ number: number; userId: string; since: number }>`
    select number::float8 as number, user_id as "userId", (extract(epoch from since) * 1000)::float8 as since
      from presence_change where number > ${number} order by number`.execute(db);
  return rows;
}

function max(values: readonly number[]): number {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}

function busiest(days: Awaited<ReturnType<typeof dealDays>>): number {
  const counts = new Map<number, number>();
  for (const day of days.values()) for (const at of boundariesOf(day)) counts.set(at, (counts.get(at) ?? 0) + 1);
  return max([...counts.values()]);
}
