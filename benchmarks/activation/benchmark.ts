/**
 * Everybody's meeting starts: 10,000 users whose appointments begin (and end) in the same second, and 1,000 watchers
 * that follow 50 colleagues each over Server-Sent Events. Measured from the due instant until the last watcher has been
 * told of the last colleague, through the whole server: one process with all roles, on PostgreSQL.
 *
 * Floor, between the herds of the same run and on tables of the same shape: one UPDATE of the same 10,000 rows with
 * constants plus one INSERT of 10,000 changes, in one transaction through the same driver. Nothing is computed, read or
 * told there.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { openSessions, sessionCookie } from '../../server/src/api/sessions.ts';
import { presenceChannel } from '../../server/src/presence/changes.ts';
import { openStore } from '../../server/src/store/database.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { startChild } from '../child.ts';
import { round, spread, versionOf, writeResult } from '../result.ts';
import { type Served, startServed } from '../served.ts';
import { arrangeMeetings, checkChanges, floor, makeCompany, makeFloor } from './herd.ts';
import type { Watchers } from './watchers.ts';

const users = 10_000;
const watcherCount = Number(process.env.WHENABOUTS_WATCHERS ?? 1_000);
const colleagues = 50;
const meetings = Number(process.env.WHENABOUTS_HERDS ?? 5);
/** Seconds from one herd to the next. */
const apart = 25;
const quiet = 5;

const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const store = await openStore({ url: target.url, poolSize: 4 });
const { db } = store;
const watchers = startChild<Watchers>('activation/watchers.ts');
let server: Served | undefined;
try {
  const people = await makeCompany(db, users);
  server = await startServed(target.url, { WHENABOUTS_ROLES: 'api,sync,activation' });
  await watchers.follow({ address: server.address, asked: await signIn(people) });
  await makeFloor(db);
  const herds = await arrangeMeetings(db, people, { meetings, firstAfter: 90, apart });

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
    floors.push(await floor(db, users));
    const last = await Promise.race([watchers.toldOf(herd.toString()), delay(apart * 900 + quiet * 1_000, 0)]);
    if (last === 0) throw new Error(`Watchers were not told of ${await watchers.missing()} changes at ${herd}.`);
    told.push(last - due);
    written.push(lastNotified - due);
    await checkChanges(db, herd, users);
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
        label: `Due second until 10,000 users are written and the last of ${round(watcherCount)} watchers is told`,
        unit: 'ms',
        ...spread(told),
        ...bare,
        target: { ratioAtMost: 3 },
      },
      { label: 'Of it until all is committed and notified', unit: 'ms', ...spread(written), ...bare },
    ],
    notes: [
      'The median and the p99 are the lateness of the LAST watcher, over all herds. Events to a stream are gathered for 100 ms, which is in the figure. Server, PostgreSQL and the process that reads all streams share the cores.',
      `The floor ran ${quiet} s before each herd; its p99 is ${round(spread(floors).p99)} ms.`,
    ],
  });
} finally {
  await watchers.stop();
  await server?.stop();
  await store.close();
  await dropTarget(target);
}
process.exit(0);

/** A session for each watcher, and whom it follows. */
async function signIn(people: readonly string[]): Promise<{ cookie: string; colleagues: string[] }[]> {
  const sessions = await openSessions(store);
  const asked = [];
  for (let i = 0; i < watcherCount; i++) {
    const token = await sessions.begin(db, people[(i * 97) % users]!, { address: null, userAgent: null });
    const watched = Array.from({ length: colleagues }, (_, j) => people[(i * 97 + j * 199 + 1) % users]!);
    asked.push({ cookie: `${sessionCookie}=${token}`, colleagues: watched });
  }
  return asked;
}
