/**
 * 10,000 forwardings at once: presence wants them all, and the product carries them out on a simulated Asterisk (AMI,
 * in a process of its own): each read, made durable, written with its lamps, read back, and put on record; then given
 * back the same way. Measured from the commit of the wish until the last record says so.
 *
 * Floor, in the same run on the same simulator: the same reads, writes and readings back on one connection, pipelined,
 * without a thought and without a database.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { makeGroup, makePeople } from '../../server/src/presence/people.fixture.ts';
import { openStore } from '../../server/src/store/database.ts';
import { phoneSystemKinds } from '../../server/src/telephony/connectors.ts';
import { forwardingChannel, forwardingLogChannel } from '../../server/src/telephony/reconciler.queries.ts';
import { startReconciler } from '../../server/src/telephony/reconciler.ts';
import { testContext } from '../../test/context.ts';
import { dropTarget, makeTarget } from '../../test/store.ts';
import { round, spread, versionOf, writeResult } from '../result.ts';
import { openRaw } from './raw.ts';

const phones = Number(process.env.OBJECTS ?? 10_000);
const rounds = Number(process.env.WHENABOUTS_ROUNDS ?? 15);
const account = { username: 'whenabouts', password: 'secret' };

const target = await makeTarget();
if (!('url' in target)) throw new Error('Set TEST_DATABASE_URL: this figure is taken on PostgreSQL.');
const store = await openStore({ url: target.url, poolSize: 8 });
const { db } = store;
let onLog = () => {};
await store.listen(forwardingLogChannel, () => onLog());
/** Looking must not take from the product what is measured: only when something was done, or after a while. */
const somethingDone = () =>
  Promise.race([new Promise<void>((resolve) => (onLog = resolve)), delay(250, undefined, { ref: false })]);
const simulator = fork(path.join(import.meta.dirname, 'ami-process.ts'));
/** Of its own: the product would be told of the lamps that the floor sets. */
const floorSimulator = fork(path.join(import.meta.dirname, 'ami-process.ts'));
try {
  const [[{ port }], [{ port: floorPort }]] = (await Promise.all(
    [simulator, floorSimulator].map((each) => once(each, 'message')),
  )) as [[{ port: number }], [{ port: number }]];
  const context = testContext(store);
  const systemId = await fill(port, context);
  const reconciler = await startReconciler(context, { connectors: phoneSystemKinds(context.outbound) });
  const taken: number[] = [];
  const given: number[] = [];
  const floors: number[] = [];
  const raw = await openRaw(floorPort);
  let actions = 0;
  for (let index = 0; index <= rounds; index++) {
    floors.push(await bare(raw));
    const before = await counts(simulator);
    taken.push(await timedUntil('all', 'applied', systemId));
    const after = await counts(simulator);
    if (after.forwarded !== phones) throw new Error(`${after.forwarded} of ${phones} phones are forwarded.`);
    actions = after.actions - before.actions;
    given.push(await timedUntil('off', 'idle', systemId));
    if ((await counts(simulator)).forwarded !== 0) throw new Error('Not all phones were given back.');
    console.log(
      `round ${index}: taken in ${round(taken.at(-1)!)} ms, given back in ${round(given.at(-1)!)} ms; bare ${round(floors.at(-1)!)} ms`,
    );
  }
  raw.close();
  await reconciler.stop();
  // The first round warms up.
  for (const figures of [taken, given, floors]) figures.shift();
  const floor = {
    floor: spread(floors).median,
    floorLabel: `the same actions, pipelined, p99 ${round(spread(floors).p99)}`,
  };
  const limit = { ratioAtMost: 2 };
  writeResult({
    name: 'forwarding',
    title: `${phones.toLocaleString('en-US')} forwardings at once`,
    command: 'npm run benchmark -- forwarding',
    versions: { postgresql: versionOf('psql') },
    rows: [
      {
        label: 'From the commit of the wish until each is written, read back and on record',
        unit: 'ms',
        ...spread(taken),
        ...floor,
        target: limit,
      },
      {
        label: 'From the commit of its end until each is given back, read back and on record',
        unit: 'ms',
        ...spread(given),
        ...floor,
        target: limit,
      },
    ],
    notes: [
      `The product asked ${round(actions / phones)} actions of the simulator for each phone, the floor ${actionsOf('200').length}.`,
      'The product, the simulator and PostgreSQL share the cores. The product is told of each lamp that it sets; the floor has events off.',
    ],
  });
} finally {
  for (const each of [simulator, floorSimulator]) each.disconnect();
  await store.close();
  await dropTarget(target);
}
process.exit(0);

async function fill(port: number, { secrets }: ReturnType<typeof testContext>): Promise<string> {
  const people = await makePeople(db, await makeGroup(db), phones);
  const settings = { host: '127.0.0.1', port, username: account.username, calls: false, presence: false };
  const { id } = await db
    .insertInto('phone_system')
    .values({
      name: 'Asterisk',
      kind: 'asterisk',
      settings: JSON.stringify(settings),
      mode: 'active',
      guard_share: 100,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const secret = secrets.seal(JSON.stringify({ password: account.password }), id);
  await db.updateTable('phone_system').set({ secret }).where('id', '=', id).execute();
  await sql`
    insert into extension (user_id, phone_system_id, number)
    select id, ${id}::uuid, (20000 + number)::text from unnest(${people}::uuid[]) with ordinality as person (id, number)`.execute(
    db,
  );
  await sql`
    insert into presence_state (user_id, next_due_at) select id, now() + interval '1 day' from unnest(${people}::uuid[]) id
    on conflict (user_id) do update set next_due_at = excluded.next_due_at`.execute(db);
  await sql`analyze`.execute(db);
  return id;
}

/** What activation writes when a profile with forwarding begins or ends at its time, for all at once. */
async function timedUntil(mode: 'all' | 'off', phase: 'applied' | 'idle', systemId: string): Promise<number> {
  await db.transaction().execute(async (transaction) => {
    const to = mode === 'all' ? '0301234567' : null;
    await sql`
      update presence_state set forwarding_mode = ${mode}, forwarding_target = ${to}, since = now(),
             change_number = change_number + 1`.execute(transaction);
    await sql`update forwarding_record set due_at = now(), unplanned = false`.execute(transaction);
    await sql`select pg_notify(${forwardingChannel}, '')`.execute(transaction);
  });
  const began = performance.now();
  // The first that isn't done ends the look.
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await somethingDone()) {
    const { rows } = await sql<{ done: boolean }>`
      select case when exists (select from forwarding_record
                                where phase <> ${phase} or failures > 0 or actual ->> 'mode' is distinct from ${mode}) then false
                  else (select count(*) from forwarding_record r join extension e on e.id = r.extension_id
                         where e.phone_system_id = ${systemId}::uuid) = ${phones} end as done`.execute(db);
    if (rows[0]!.done) return performance.now() - began;
  }
  throw new Error(`Not all phones were ${phase} within two minutes.`);
}

function actionsOf(number: string): string[] {
  const families = ['CF', 'DND', 'CFB', 'CFU'];
  const read = families.map((family) => `Action: DBGet\r\nFamily: ${family}\r\nKey: ${number}`);
  const lamp = (name: string, value: string) =>
    `Action: Setvar\r\nVariable: DEVICE_STATE(Custom:${name}${number})\r\nValue: ${value}`;
  const write = [
    `Action: DBPut\r\nFamily: CF\r\nKey: ${number}\r\nVal: 0301234567`,
    `Action: DBDel\r\nFamily: DND\r\nKey: ${number}`,
    ...[lamp('CF', 'BUSY'), lamp('DEVCF', 'BUSY'), lamp('DND', 'NOT_INUSE'), lamp('DEVDND', 'NOT_INUSE')],
  ];
  return [...read, ...write, ...read];
}

async function bare(raw: Awaited<ReturnType<typeof openRaw>>): Promise<number> {
  const actions = Array.from({ length: phones }, (_, index) => actionsOf(String(20_001 + index))).flat();
  const began = performance.now();
  await raw.send(actions);
  const took = performance.now() - began;
  await raw.send(Array.from({ length: phones }, (_, index) => `Action: DBDel\r\nFamily: CF\r\nKey: ${20_001 + index}`));
  return took;
}

async function counts(of: ChildProcess): Promise<{ forwarded: number; actions: number }> {
  of.send('counts');
  const [answer] = (await once(of, 'message')) as [{ forwarded: number; actions: number }];
  return answer;
}
