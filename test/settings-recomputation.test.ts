/**
 * Settings and a profile of a large location are changed, and the processes that compute everybody's presence anew are
 * killed on the way: each goes on where the one before died, and nobody is left with what was.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemActor } from '../server/src/organization/audit.ts';
import { createGroup } from '../server/src/organization/groups.ts';
import { createLocation } from '../server/src/organization/locations.ts';
import { changeProfile } from '../server/src/organization/profiles/changes.ts';
import { setGroupFunction, setLocationFunction } from '../server/src/organization/settings.ts';
import { makePeople, putAppointment } from '../server/src/presence/people.fixture.ts';
import type { CrashPoint } from '../server/src/store/crash-points.ts';
import type { Store } from '../server/src/store/database.ts';
import { retrying } from '../server/src/store/retrying.ts';
import { crashingAt, dropTarget, inStore, makeTarget, type TestTarget } from './store.ts';

/** At least three batches of activation on either database. */
const people = process.env.TEST_DATABASE_URL ? 10_000 : 600;
const apart = 20;
const now = Temporal.Now.instant().round('second');
const meeting = { start: now.subtract({ hours: 1 }), end: now.add({ hours: 3 }) };
const next = { start: now.add({ hours: 5 }), end: now.add({ hours: 6 }) };

let target: TestTarget;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  target = await makeTarget();
});
afterAll(async () => {
  for (const child of running) child.kill('SIGKILL');
  if (target) await dropTarget(target);
});

/** The embedded database is one process's at a time: this one has it only between the children. */
const withStore = <T>(work: (store: Store) => Promise<T>) => inStore(target, work);

function start(crashAt: CrashPoint | null): ChildProcess {
  const script = new URL('./sources/activation-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(target)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: crashingAt(crashAt),
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** A location with several groups that inherit, one that doesn't, and everybody's presence as it is before the change. */
async function makeLocation({ db }: Store) {
  const locationId = await retrying(db, (each) =>
    createLocation(each, { name: 'Headquarters', timeZone: 'UTC' }, systemActor),
  );
  const group = (name: string) => retrying(db, (each) => createGroup(each, { name, locationId }, systemActor));
  const groups = [await group('One'), await group('Two'), await group('Three'), await group('Four')];
  const individual = await group('Individual');
  const own = { mode: 'individual' as const, value: { tentativeCounts: true } };
  await retrying(db, async (each) => {
    await setGroupFunction(each, individual, 'activation', own, systemActor);
    await setGroupFunction(each, individual, 'profiles', { mode: 'individual', value: {} }, systemActor);
  });
  const users = [];
  for (const id of groups) users.push(...(await makePeople(db, id, people / groups.length)));
  const others = await makePeople(db, individual, apart);
  await putAppointment(db, [...users, ...others], { uid: 'tentative', ...meeting, showAs: 'tentative' });
  await putAppointment(db, [...users, ...others], { uid: 'next', ...next });
  await sql`
    update presence_state set status = 'appointment', until = ${meeting.end}, next_due_at = ${meeting.end},
           reason = '{"origin":"appointment"}', settings_revision = configuration_group.settings_revision
      from users join configuration_group on configuration_group.id = users.group_id
     where users.id = presence_state.user_id`.execute(db);
  return { locationId, others };
}

/** How many are computed with the new settings, and what those have; what the others have. */
async function progress({ db }: Store) {
  const { rows } = await sql<{ done: number; due: number; wrong: number }>`
    select count(*) filter (where presence_state.settings_revision = configuration_group.settings_revision)::int as done,
           count(*) filter (where next_due_at = ${next.start} and status = 'available' and note = 'At my desk')::int as due,
           count(*) filter (where presence_state.settings_revision = configuration_group.settings_revision
                              and next_due_at <> ${next.start})::int as wrong
      from presence_state join users on users.id = presence_state.user_id
      join configuration_group on configuration_group.id = users.group_id
     where configuration_group.name <> 'Individual'`.execute(db);
  return rows[0]!;
}

test('everybody of a large location has the new due time, however often the work is killed', {
  timeout: 120_000,
}, async () => {
  const { others, untouched } = await withStore(async (store) => {
    const { db } = store;
    const { locationId, others } = await makeLocation(store);
    const untouched = await statesOf(store, others);
    await retrying(db, (each) =>
      setLocationFunction(each, locationId, 'activation', { tentativeCounts: false }, systemActor),
    );
    const available = await db
      .selectFrom('profile')
      .select('id')
      .where('location_id', '=', locationId)
      .where('key', '=', 'available')
      .executeTakeFirstOrThrow();
    await retrying(db, (each) => changeProfile(each, systemActor, available.id, { note: 'At my desk' }));
    expect((await progress(store)).done).toBe(0);
    return { others, untouched };
  });

  let done = 0;
  const deaths = [
    { at: 'activation.committed', goesOn: true },
    { at: 'activation.beforeCommit', goesOn: false },
  ] as const;
  for (const { at, goesOn } of deaths) {
    const [, signal] = await once(start(at), 'exit');
    expect(signal).toBe('SIGKILL');
    const after = await withStore(progress);
    // Each batch is there whole, with the right due times, or not at all.
    expect(after).toEqual({ done: after.due, due: after.done, wrong: 0 });
    if (goesOn) expect(after.done).toBeGreaterThan(done);
    else expect(after.done).toBe(done);
    expect(after.done).toBeLessThan(people);
    done = after.done;
  }

  const well = start(null);
  await once(well.stdout!, 'data');
  well.kill('SIGTERM');
  expect(await once(well, 'exit')).toEqual([0, null]);
  await withStore(async (store) => {
    expect(await progress(store)).toEqual({ done: people, due: people, wrong: 0 });
    expect(await statesOf(store, others)).toEqual(untouched);
    const { count } = await store.db
      .selectFrom('presence_change')
      .select((of) => of.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(people); // nobody was told twice
  });
});

const statesOf = ({ db }: Store, userIds: readonly string[]) =>
  db
    .selectFrom('presence_state')
    .select(['user_id', 'status', 'next_due_at', 'revision', 'settings_revision'])
    .where('user_id', 'in', [...userIds])
    .orderBy('user_id')
    .execute();
