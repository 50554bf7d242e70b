/**
 * The agenda query: 1,000 users with 1,000 appointments each (a window of 68 days). What a client waits for GET
 * /api/v1/users/me/agenda through the whole server (HTTP, session, privacy, merging, JSON), one request at a time over
 * one kept connection, by users who have asked for something else just before (as a page that loads does: the server
 * remembers a session for 30 s; one row shows what it costs when it doesn't). Beside it the bare SQL: the same columns of the same rows of `appointment` by the same driver
 * (node-postgres with our value types) in this process. Both are asked by turns, of users drawn by a fixed order.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { openSessions, sessionCookie } from '../../server/src/api/sessions.ts';
import { openStore } from '../../server/src/store/database.ts';
import { windowAt } from '../../server/src/sync/window.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { round, spread, versionOf, writeResult } from '../result.ts';

const users = 1_000;
const appointments = 1_000;
const rounds = Number(process.env.WHENABOUTS_ROUNDS ?? 1_000);
const warmUp = Math.ceil(rounds / 5);

const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const store = await openStore({ url: target.url, poolSize: 2 });
const { db } = store;
let server: ChildProcess | undefined;
try {
  const now = Temporal.Now.instant();
  const window = windowAt(now);
  const ids = await fill(window.from, window.to);
  const address = await startServer(target.url);
  const sessions = await openSessions(store);
  const cookies: string[] = [];
  const signIn = async (id: string) =>
    `${sessionCookie}=${await sessions.begin(db, id, { address: null, userAgent: null })}`;
  for (const id of ids) cookies.push(await signIn(id));
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const today = now.toZonedDateTimeISO('UTC').startOfDay();
  const cases = [
    { label: 'A day', known: true, from: today.toInstant(), to: today.add({ days: 1 }).toInstant() },
    { label: 'A week', known: true, from: today.toInstant(), to: today.add({ days: 7 }).toInstant() },
    {
      label: 'A week, first request of a session',
      known: false,
      from: today.toInstant(),
      to: today.add({ days: 7 }).toInstant(),
    },
    { label: 'Everything stored', known: true, ...window },
  ];
  const http404: number[] = [];
  const rows: Parameters<typeof writeResult>[0]['rows'] = [];
  for (const { label, known, from, to } of cases) {
    const api: number[] = [];
    const bare: number[] = [];
    let count = 0;
    let bytes = 0;
    for (let index = 0; index < warmUp + rounds; index++) {
      const user = (index * 389) % users;
      if (known) await ask(agent, `${address}/api/v1/me`, cookies[user]!);
      else cookies[user] = await signIn(ids[user]!);
      http404.push((await timed(() => ask(agent, `${address}/api/v1/nothing`, cookies[user]!, 404))).ms);
      const first = await timed(() =>
        ask(agent, `${address}/api/v1/users/me/agenda?from=${from}&to=${to}`, cookies[user]!),
      );
      const second = await timed(() => bareSql(ids[user]!, from, to));
      const found = (JSON.parse(first.value) as { appointments: unknown[] }).appointments.length;
      if (found !== second.value.length)
        throw new Error(`The API has ${found} appointments, SQL ${second.value.length}.`);
      if (index < warmUp) continue;
      api.push(first.ms);
      bare.push(second.ms);
      count = Math.max(count, found);
      bytes = Math.max(bytes, first.value.length);
    }
    const floor = spread(bare);
    rows.push({
      label: `${label}: ${round(count)} appointments, ${round(bytes / 1024)} KiB`,
      unit: 'ms',
      ...spread(api),
      floor: floor.median,
      floorLabel: `the bare SQL, p99 ${round(floor.p99)}`,
      ...(known ? { target: { ratioAtMost: 2 } } : {}),
      ...(count < 50 ? { note: 'So few rows cost less than the HTTP request that asks for them (see below).' } : {}),
    });
  }
  agent.destroy();
  writeResult({
    name: 'agenda',
    title: 'Agenda query: 1,000 users x 1,000 appointments',
    command: 'npm run benchmark -- agenda',
    versions: { postgresql: versionOf('psql') },
    rows,
    notes: [
      'Server, client and PostgreSQL share the cores. The floor parses its rows into Temporal values as the server does, and joins nothing.',
      `HTTP alone (a request that is answered with 404 and asks the database nothing) takes ${round(spread(http404).median)} ms at the median, p99 ${round(spread(http404).p99)} ms: for a day's few rows that is more than their SQL.`,
    ],
  });
} finally {
  if (server && server.exitCode === null) {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  }
  await store.close();
  await dropTarget(target);
}
process.exit(0);

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now();
  const value = await work();
  return { ms: performance.now() - began, value };
}

function ask(agent: http.Agent, url: string, cookie: string, status = 200): Promise<string> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent, headers: { cookie } }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode === status) resolve(text);
          else reject(new Error(`${answer.statusCode}: ${text}`));
        });
      })
      .on('error', reject);
  });
}

async function bareSql(userId: string, from: Temporal.Instant, to: Temporal.Instant): Promise<unknown[]> {
  const { rows } = await sql`
    select id, kind, uid, occurrence, starts_at, ends_at, start_date, end_date, title, location, organizer,
           attendee_count, show_as, sensitivity, response, cancelled, completed, categories, join_url, open_url, series,
           calendar_id
      from appointment where user_id = ${userId}::uuid and starts_at < ${to} and ends_at > ${from}
     order by starts_at`.execute(db);
  return rows;
}

/** Users, each with a calendar and appointments spread over the window as real ones are; returns the users' ids. */
async function fill(from: Temporal.Instant, to: Temporal.Instant): Promise<string[]> {
  await sql`
    with place as (insert into location (name, time_zone) values ('Berlin', 'Europe/Berlin') returning id)
    insert into configuration_group (location_id, name) select id, 'Default' from place`.execute(db);
  await sql`
    insert into users (group_id, email, display_name, time_zone)
    select configuration_group.id, 'user' || number || '@example.com', 'User ' || number, 'Europe/Berlin'
      from configuration_group, generate_series(1, ${users}::int) number`.execute(db);
  await sql`
    with accounts as (
      insert into account (user_id, kind, name, due_at) select id, 'caldav', 'Work', now() + interval '1 day' from users
      returning id)
    insert into calendar (account_id, remote_id, name, color) select id, 'work', 'Work', '#3366cc' from accounts`.execute(
    db,
  );
  await sql`
    insert into appointment (user_id, calendar_id, object_key, kind, uid, occurrence, starts_at, ends_at, title, location,
           organizer, attendee_count, show_as, sensitivity, response, categories, join_url, reminders, series)
    select account.user_id, calendar.id, number::text, 'event', md5(calendar.id::text || number) || '@example.com',
           case when number % 3 = 0 then to_char(starts, 'YYYY-MM-DD"T"HH24:MI:SS"Z"') else '' end,
           starts, starts + (number % 4 + 1) * interval '15 minutes', 'Weekly planning round number ' || number,
           case when number % 2 = 0 then 'Room ' || number % 40 end, 'Ada Example <ada@example.com>', number % 12,
           (array['busy', 'busy', 'busy', 'tentative', 'free'])[number % 5 + 1], 'normal', 'accepted',
           case when number % 7 = 0 then array['Project'] else array[]::text[] end,
           case when number % 2 = 1 then 'https://meet.example.com/j/' || number end, array[15], number % 3 = 0
      from calendar join account on account.id = calendar.account_id, generate_series(0, ${appointments}::int - 1) number,
           lateral (select ${from}::timestamptz
                      + number * ((${to}::timestamptz - ${from}::timestamptz) / ${appointments}::int) as starts) at`.execute(
    db,
  );
  await sql`vacuum analyze`.execute(db);
  return (await db.selectFrom('users').select('id').orderBy('email').execute()).map(({ id }) => id);
}

async function startServer(url: string): Promise<string> {
  const data = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-agenda-'));
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../../server/src/main.ts')], {
    env: { ...process.env, DATABASE_URL: url, WHENABOUTS_DATA: data, WHENABOUTS_ROLES: 'api', PORT: '0' },
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
