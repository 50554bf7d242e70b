/**
 * From the start of the process to the first answered request that reached the database (GET /api/v1/health), with
 * 10,000 appointments stored; and memory at rest. Floor: floor.js, a bare server on the same database. Both with the
 * cache of compiled sources that npm start sets up.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { openStore } from '../../server/src/store/database.ts';
import { dropTarget, makeTarget, type TestTarget } from '../../test/store.ts';
import { type Row, spread, versionOf, writeResult } from '../result.ts';

const root = path.resolve(import.meta.dirname, '../..');
const server = path.join(root, 'server/src/main.ts');
const floor = path.join(import.meta.dirname, 'floor.js');
const users = 10;
const appointmentsEach = 1_000;
const settleSeconds = 15;

const rows: Row[] = [];
await measure('PostgreSQL', await makeTarget(), 25);
delete process.env.TEST_DATABASE_URL;
await measure('embedded database', await makeTarget(), 10);
writeResult({
  name: 'start',
  title: 'Start and memory',
  command: 'npm run benchmark -- start',
  rows,
  versions: { postgresql: versionOf('psql'), pglite: pgliteVersion() },
  notes: [
    `The server and the floor are started by turns. Memory is the resident set (VmRSS) of the process ${settleSeconds} s after its first answer; PostgreSQL's own processes are not counted, the embedded database runs within the process.`,
  ],
});

async function measure(name: string, target: TestTarget, runs: number): Promise<void> {
  try {
    await fill(target);
    const environment: Record<string, string> =
      'url' in target ? { DATABASE_URL: target.url } : { WHENABOUTS_DATA: path.dirname(target.folder) };
    const whole: number[] = [];
    const bare: number[] = [];
    for (let run = 0; run <= runs; run++) {
      const times = [await startOnce(server, environment), await startOnce(floor, environment)];
      if (run === 0) continue; // the first one warms the file cache
      whole.push(times[0]!.milliseconds);
      bare.push(times[1]!.milliseconds);
    }
    const { mebibytes } = await startOnce(server, environment, settleSeconds);
    const { mebibytes: bareMebibytes } = await startOnce(floor, environment, settleSeconds);
    const label = `10,000 appointments, ${name}`;
    rows.push(
      {
        label: `Start to first answer: ${label}`,
        unit: 'ms',
        ...spread(whole),
        floor: spread(bare).median,
        floorLabel: 'bare server',
      },
      {
        label: `Memory at rest: ${label}`,
        unit: 'MiB',
        median: mebibytes,
        floor: bareMebibytes,
        floorLabel: 'bare server',
      },
    );
  } finally {
    await dropTarget(target);
  }
}

/** Users with a calendar each; its account isn't due for long, so that nothing but the start is measured. */
async function fill(target: TestTarget): Promise<void> {
  const store = await openStore(target);
  try {
    await sql`
      with place as (insert into location (name, time_zone) values ('Benchmark', 'Europe/Berlin') returning id),
      grp as (insert into configuration_group (location_id, name) select id, 'Default' from place returning id),
      person as (
        insert into users (group_id, email, display_name, time_zone, role)
        select grp.id, 'user' || n || '@example.com', 'User ' || n, 'Europe/Berlin', 'administrator'
        from grp, generate_series(1, ${users}::int) n returning id),
      acc as (
        insert into account (user_id, kind, name, status, due_at)
        select id, 'icalendar-file', 'Calendar', 'ok', now() + interval '30 days' from person returning id, user_id),
      cal as (
        insert into calendar (account_id, remote_id, name, window_from, window_to)
        select id, 'feed', 'Calendar', now() - interval '7 days', now() + interval '60 days' from acc
        returning id, account_id)
      insert into appointment (user_id, calendar_id, object_key, kind, uid, starts_at, ends_at, title, show_as,
                               sensitivity, response)
      select acc.user_id, cal.id, 'object-' || n, 'event', 'uid-' || n || '@example.com',
             now() - interval '7 days' + n * interval '96 minutes',
             now() - interval '7 days' + n * interval '96 minutes' + interval '30 minutes',
             'Appointment ' || n, 'busy', 'normal', 'none'
      from cal join acc on acc.id = cal.account_id, generate_series(1, ${appointmentsEach}::int) n`.execute(store.db);
  } finally {
    await store.close();
  }
}

async function startOnce(
  file: string,
  environment: Record<string, string>,
  settle = 0,
): Promise<{ milliseconds: number; mebibytes: number }> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn(process.execPath, [file], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      LOG_LEVEL: 'warn',
      PORT: String(port),
      NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compiled'),
      ...environment,
    },
  });
  try {
    await answered(child, `http://127.0.0.1:${port}/api/v1/health`);
    const milliseconds = performance.now() - begun;
    if (settle > 0) await delay(settle * 1_000);
    const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
    return { milliseconds, mebibytes: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024 };
  } finally {
    const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
    child.kill('SIGTERM');
    await ended;
  }
}

async function answered(child: ChildProcess, url: string): Promise<void> {
  for (const deadline = performance.now() + 60_000; performance.now() < deadline; ) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode} before it answered.`);
    const response = await fetch(url).catch(() => null);
    await response?.arrayBuffer();
    if (response?.ok) return;
    await delay(2);
  }
  throw new Error('No answer within 60 s.');
}

async function freePort(): Promise<number> {
  const listener = net.createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as net.AddressInfo;
  listener.close();
  await once(listener, 'close');
  return port;
}

function pgliteVersion(): string {
  const file = path.join(root, 'server/package.json');
  return JSON.parse(fs.readFileSync(file, 'utf8')).dependencies['@electric-sql/pglite'];
}
