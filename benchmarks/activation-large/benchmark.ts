/**
 * The activation of large companies, without anybody who follows it: what a tick costs when nothing is due, with 10,000
 * and with 100,000 users, and the herd of 100,000 whose appointments begin (and end) in the same second, from the due
 * instant until the last of them is written and committed.
 *
 * Floors in the same run: for a tick the bare question when the next user is due; for a herd one UPDATE of the same rows
 * and one INSERT of as many changes (activation/herd.ts).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { createActivation } from '../../server/src/presence/activation.ts';
import { lastChangeNumber, presenceChannel } from '../../server/src/presence/changes.ts';
import { openStore, type Store } from '../../server/src/store/database.ts';
import { testContext } from '../../test/context.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { arrangeMeetings, checkChanges, floor, makeCompany, makeFloor } from '../activation/herd.ts';
import { type Row, round, spread, versionOf, writeResult } from '../result.ts';
import { startServed } from '../served.ts';
import { type Cost, costOf } from './cost.ts';

const sizes = [10_000, Number(process.env.OBJECTS ?? 100_000)];
const ticks = 100;
const meetings = Number(process.env.WHENABOUTS_HERDS ?? 2);
/** Seconds from one herd to the next: plans for all of them are made in between. */
const apart = 90;
const quiet = 12;

const rows: Row[] = [];
const notes: string[] = [];
for (const users of sizes) {
  const target = await makeTarget();
  if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
  // One connection: the database's side of a tick is one process, whose time can be read.
  const store = await openStore({ url: target.url, poolSize: 1 });
  try {
    const people = await makeCompany(store.db, users);
    await settle(store);
    await sql`vacuum analyze`.execute(store.db); // as it is some minutes after
    rows.push(...(await idle(store, users)));
    if (users === sizes.at(-1)) rows.unshift(await herds(store, target.url, people));
  } finally {
    await store.close();
    await dropTarget(target);
  }
}
writeResult({
  name: 'activation-large',
  title: 'Activation in large companies',
  command: 'npm run benchmark -- activation-large',
  versions: { postgresql: versionOf('psql') },
  rows,
  notes,
});
process.exit(0);

/** Works until nothing is due. */
async function settle(store: Store): Promise<void> {
  const activation = createActivation(testContext(store));
  while ((await activation.round()) === 0);
}

/** A tick when nobody is due for hours: the rounds from waking to sleeping, with the upkeep that is due as often. */
async function idle(store: Store, users: number): Promise<Row[]> {
  const activation = createActivation(testContext(store));
  const tick = async () => {
    activation.lookForOutdated();
    while ((await activation.round()) === 0);
  };
  await tick();
  const told = await lastChangeNumber(store.db);
  const product = await costOf(store, ticks, tick);
  const bare = await costOf(store, ticks, () =>
    sql`select clock_timestamp(), (select min(next_due_at) from presence_state)`.execute(store.db),
  );
  if ((await lastChangeNumber(store.db)) !== told) throw new Error('Somebody was due during a tick.');
  const row = (what: string, unit: string, of: (cost: Cost) => number): Row => ({
    ...{ label: `A tick, nothing due, ${round(users)} users: ${what}`, unit, median: of(product), runs: ticks },
    ...{ floor: of(bare), floorLabel: 'when is the next due' },
  });
  return [
    row('CPU of the server', 'ms', ({ server }) => server),
    row('CPU of PostgreSQL', 'ms', ({ database }) => database),
    row('statements', 'statements', ({ statements }) => statements),
  ];
}

async function herds(store: Store, url: string, people: readonly string[]): Promise<Row> {
  const { db } = store;
  const server = await startServed(url, { WHENABOUTS_ROLES: 'activation' });
  try {
    await makeFloor(db);
    const herds = await arrangeMeetings(db, people, { meetings, firstAfter: 150, apart });
    const told: number[] = [];
    const floors: number[] = [];
    let hear: (number: number) => unknown = () => {};
    await store.listen(presenceChannel, (number) => hear(Number(number)));
    for (const [i, herd] of herds.entries()) {
      const due = herd.epochMilliseconds;
      if (Date.now() > due - quiet * 1_000)
        throw new Error('The people were not ready before their meeting: the machine is too busy to measure.');
      await delay(due - quiet * 1_000 - Date.now());
      floors.push(await floor(db, people.length));
      const last = (await lastChangeNumber(db)) + people.length;
      const written = Promise.withResolvers<number>();
      const deaf = setTimeout(() => written.reject(new Error(`Not all were written at ${herd}.`)), apart * 900);
      hear = (number) => number >= last && written.resolve(Date.now());
      told.push((await written.promise) - due);
      clearTimeout(deaf);
      await checkChanges(db, herd, people.length);
      console.log(
        `herd ${i + 1} of ${herds.length}: all written after ${round(told.at(-1)!)} ms; bare ${round(floors.at(-1)!)} ms`,
      );
    }
    notes.push(
      `The bare statements of the herd ran ${quiet} s before each; their p99 is ${round(spread(floors).p99)} ms.`,
    );
    const bare = { floor: spread(floors).median, floorLabel: 'bare UPDATE and INSERT' };
    return {
      label: `Due second until ${round(people.length)} users are written`,
      unit: 'ms',
      ...spread(told),
      ...bare,
    };
  } finally {
    await server.stop();
  }
}
