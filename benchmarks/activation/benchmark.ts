/**
 * Everybody's meeting starts: 10,000 users whose appointments begin (and end) in the same second, and 100 watchers that
 * follow 50 colleagues each over Server-Sent Events. Measured from the due instant until the last watcher has been told
 * of the last colleague, through the whole server: one process with all roles, on PostgreSQL.
 *
 * Floor, between the herds of the same run and on tables of the same shape: one UPDATE of the same 10,000 rows with
 * constants plus one INSERT of 10,000 changes, in one transaction through the same driver. Nothing is computed, read or
 * told there.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { openSessions, sessionCookie } from '../../server/src/api/sessions.ts';
import { presenceChannel } from '../../server/src/presence/changes.ts';
import { makeGroup, makePeople, putAppointment } from '../../server/src/presence/people.fixture.ts';
import { openStore } from '../../server/src/store/database.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { round, spread, versionOf, writeResult } from '../result.ts';
import { follow, type Watcher } from './watcher.ts';

const users = 10_000;
const watcherCount = 100;
const colleagues = 50;
const meetings = Number(process.env.WHENABOUTS_HERDS ?? 8);
/** Seconds from one herd to the next: a meeting's begin and its end are one each. */
const apart = 25;
const firstAfter = 90;
const quiet = 5;

const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const store = await openStore({ url: target.url, poolSize: 4 });
const { db } = store;
let server: ChildProcess | undefined;
const watchers: Watcher[] = [];
try {
  const people = await makePeople(db, await makeGroup(db), users);
  // An ordinary agenda: eight appointments in a day and a half, beginning after the measurement.
  for (let i = 1; i <= 8; i++) {
    const start = Temporal.Now.instant().add({ hours: i * 4 });
    await putAppointment(db, people, { uid: `ordinary ${i}`, start, end: start.add({ minutes: 50 }) });
  }
  await sql`analyze`.execute(db);
  const address = await startServer(target.url);
  const sessions = await openSessions(store);
  for (let i = 0; i < watcherCount; i++) {
    const watched = Array.from({ length: colleagues }, (_, j) => people[(i * 97 + j * 199 + 1) % users]!);
    const token = await sessions.begin(db, people[(i * 97) % users]!, { address: null, userAgent: null });
    watchers.push(await follow(address, `${sessionCookie}=${token}`, watched));
  }
  await makeFloor();
  const herds = await db.transaction().execute(async (transaction) => {
    const first = Temporal.Now.instant().round('second').add({ seconds: firstAfter });
    const boundaries = Array.from({ length: 2 * meetings }, (_, i) => first.add({ seconds: i * apart }));
    for (let i = 0; i < boundaries.length; i += 2)
      await putAppointment(transaction, people, { uid: `herd ${i}`, start: boundaries[i]!, end: boundaries[i + 1]! });
    return boundaries;
  });

  const told: number[] = [];
  const written: number[] = [];
  const floors: number[] = [];
  let lastNotified = 0;
  await store.listen(presenceChannel, () => {
    lastNotified = Date.now();
  });
  for (const [i, herd] of herds.entries()) {
    const due = herd.epochMilliseconds;
    if (Date.now() > due - quiet * 1_000)
      throw new Error('The people were not ready before their first meeting: the machine is too busy to measure.');
    await delay(due - quiet * 1_000 - Date.now());
    floors.push(await floor());
    const all = Promise.all(watchers.map((watcher) => watcher.toldOf(herd)));
    await Promise.race([
      all,
      delay(apart * 900 + quiet * 1_000).then(() => {
        throw new Error(`Watchers were not told of the herd at ${herd}: ${watchers.map((w) => w.missing()).join(' ')}`);
      }),
    ]);
    told.push(Math.max(...(await all)) - due);
    written.push(lastNotified - due);
    const changes = await sql<{ count: number }>`
      select count(*) as count from presence_change where since = ${herd}`.execute(db);
    if (changes.rows[0]!.count !== users) throw new Error(`${changes.rows[0]!.count} changes for ${users} users.`);
    console.log(
      `herd ${i + 1} of ${herds.length}: written and notified after ${round(written.at(-1)!)} ms, told after ${round(told.at(-1)!)} ms; bare ${round(floors.at(-1)!)} ms`,
    );
  }
  const bare = { floor: spread(floors).median, floorLabel: 'bare UPDATE and INSERT' };
  writeResult({
    name: 'activation',
    title: "Everybody's meeting starts",
    command: 'npm run benchmark -- activation',
    versions: { postgresql: versionOf('psql') },
    rows: [
      {
        label: 'Due second until 10,000 users are written and the last of 100 watchers is told',
        unit: 'ms',
        ...spread(told),
        ...bare,
        target: { ratioAtMost: 3 },
      },
      { label: 'Of it until all is committed and notified', unit: 'ms', ...spread(written), ...bare },
    ],
    notes: [
      'The median and the p99 are the lateness of the LAST watcher, over all herds. Events to a stream are gathered for 100 ms, which is in the figure. Server, watchers and PostgreSQL share the cores.',
      `The floor ran ${quiet} s before each herd; its p99 is ${round(spread(floors).p99)} ms.`,
    ],
  });
} finally {
  for (const watcher of watchers) watcher.close();
  if (server && server.exitCode === null) {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
  await store.close();
  await dropTarget(target);
}
process.exit(0);

async function startServer(url: string): Promise<string> {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-herd-'));
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../server/src/main.ts')], {
    env: { ...process.env, DATABASE_URL: url, WHENABOUTS_DATA: data, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = child;
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    output += text;
    const port = /https?:\/\/[^\s:]+:(\d+)/.exec(output)?.[1];
    if (!port) continue;
    child.stdout.resume();
    return `http://127.0.0.1:${port}`;
  }
  throw new Error(`The server did not start:\n${output}`);
}

/** Tables of the same shape, indexes and references, with the same rows. */
async function makeFloor(): Promise<void> {
  await sql`create table floor_state (like presence_state including all)`.execute(db);
  await sql`alter table floor_state add foreign key (user_id) references users on delete cascade`.execute(db);
  await sql`create table floor_change (like presence_change including all)`.execute(db);
  await sql`alter table floor_change add foreign key (user_id) references users on delete cascade`.execute(db);
  await sql`insert into floor_state select * from presence_state`.execute(db);
  await sql`create sequence floor_number`.execute(db);
  await sql`analyze`.execute(db);
}

async function floor(): Promise<number> {
  const ids = (await db.selectFrom('users').select('id').limit(users).execute()).map(({ id }) => id);
  const began = performance.now();
  await db.transaction().execute(async (transaction) => {
    await sql`
      update floor_state set status = 'appointment', since = now(), until = now() + interval '1 hour',
             next_due_at = now() + interval '1 hour' where user_id = any(${ids}::uuid[])`.execute(transaction);
    await sql`
      insert into floor_change (number, user_id, status, reason, since, until, forwarding_mode)
      select nextval('floor_number'), id, 'appointment', '{"origin":"appointment"}', now(), now() + interval '1 hour', 'off'
        from unnest(${ids}::uuid[]) id`.execute(transaction);
  });
  return performance.now() - began;
}
