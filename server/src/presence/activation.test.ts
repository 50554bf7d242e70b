import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dropTarget, makeTarget, openTestStore } from '../../../test/store.ts';
import type { Context } from '../context.ts';
import { systemActor } from '../organization/audit.ts';
import { changeProfile, createProfile } from '../organization/profiles/changes.ts';
import { openStore, type Store } from '../store/database.ts';
import { createActivation, startActivation } from './activation.ts';
import { lastChangeNumber, type PresenceChange, presenceChannel, readChanges } from './changes.ts';
import { endClaim, putClaim } from './claims.ts';
import { markDue, markGroupDue } from './due.ts';
import { clearManual, setManual } from './manual.ts';
import { makeGroup, makePeople, putAppointment, removeAppointment } from './people.fixture.ts';
import { noForwarding, noProfileForwarding } from './presence.ts';
import { profilesForUser } from './profiles.queries.ts';
import { presenceOf, timelineOf } from './service.ts';
import { dropOld, markOutdated } from './upkeep.ts';

const store = await openTestStore();
const { db } = store;
afterAll(() => store.close());

const contextOf = (of: Store) => ({ store: of, log: pino({ level: 'silent' }) }) as Partial<Context> as Context;
const context = contextOf(store);
const now = () => Temporal.Now.instant().round('millisecond');
const inMs = (milliseconds: number) => now().add({ milliseconds });

let groupId: string;
beforeAll(async () => {
  groupId = await makeGroup(db);
});
const onePerson = async () => (await makePeople(db, groupId, 1))[0]!;

/** Works until nothing is due, without sleeping: what `startActivation` does between two sleeps. */
async function settle(of = createActivation(context)): Promise<void> {
  let rounds = 0;
  while ((await of.round()) === 0) if (++rounds > 500) throw new Error('Activation finds no end.');
}

async function until(condition: () => Promise<boolean>, what: string, seconds = 20): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const changesOf = async (userId: string): Promise<PresenceChange[]> =>
  (await readChanges(db, 0, 100_000)).filter((change) => change.userId === userId);
const statusesOf = async (userId: string) => (await changesOf(userId)).map(({ status }) => status);
const stateOf = (userId: string) =>
  db.selectFrom('presence_state').selectAll().where('user_id', '=', userId).executeTakeFirstOrThrow();

describe('when an appointment comes', () => {
  test('presence changes at its second, not before, and is given back at its end (facts/peers.md 1)', async () => {
    const userId = await onePerson();
    const start = inMs(1_500);
    const end = start.add({ milliseconds: 1_000 });
    await putAppointment(db, [userId], { start, end });
    const running = await startActivation(context);
    try {
      const told: Array<{ status: string; late: number }> = [];
      const tell = async () => {
        const [presence] = await presenceOf(db, [userId]);
        if (presence!.status === (told.at(-1)?.status ?? 'available')) return;
        const boundary = told.length === 0 ? start : end;
        told.push({ status: presence!.status, late: now().epochMilliseconds - boundary.epochMilliseconds });
      };
      await store.listen(presenceChannel, () => void tell());
      await until(async () => told.length === 2, 'the appointment and its end');
      expect(told.map(({ status }) => status)).toEqual(['appointment', 'available']);
      for (const { late } of told) expect(late).toBeGreaterThanOrEqual(0);
      for (const { late } of told) expect(late).toBeLessThan(2_000); // measured: 10 to 20 ms on a machine that is not overloaded
      console.log(`told ${told.map(({ late }) => late).join(' and ')} ms after the due instant (${store.kind})`);
      const [, began] = await changesOf(userId);
      expect(began).toMatchObject({ status: 'appointment', reason: { origin: 'appointment' } });
      expect([began!.since, began!.until]).toEqual([start, end]);
    } finally {
      await running.stop();
    }
  });

  test('back-to-back meetings pass into each other without an available between (facts/peers.md 1)', async () => {
    const userId = await onePerson();
    const handover = inMs(1_500);
    await putAppointment(db, [userId], { uid: 'a', start: inMs(-60_000), end: handover });
    await putAppointment(db, [userId], { uid: 'b "\\, {}\n', start: handover, end: inMs(60_000) });
    const activation = createActivation(context);
    await until(async () => {
      await settle(activation);
      return (await changesOf(userId)).at(-1)?.reason.appointment?.uid.startsWith('b') ?? false;
    }, 'the second meeting');
    // On a machine so busy that the first one is over before it is seen there is only the second one to tell.
    for (const { status } of await changesOf(userId)) expect(status).toBe('appointment');
    expect((await changesOf(userId)).at(-1)).toMatchObject({
      since: handover,
      reason: { appointment: { uid: 'b "\\, {}\n', occurrence: '' } },
    });
  });

  test('late ones are activated at once after a restart, with the instant they really began', async () => {
    const userId = await onePerson();
    const start = inMs(200);
    await putAppointment(db, [userId], { start, end: inMs(60_000) });
    await settle();
    await until(async () => Temporal.Instant.compare(now(), start.add({ milliseconds: 300 })) > 0, 'some time to pass');
    await settle();
    const [presence] = await presenceOf(db, [userId]);
    expect(presence).toMatchObject({ status: 'appointment' });
    expect(presence!.since).toEqual(start);
  });

  test('that is taken back or moved in the last second, nothing of the plan made ahead is written', async () => {
    const [removed, moved] = await makePeople(db, groupId, 2);
    const start = inMs(3_000);
    await putAppointment(db, [removed!, moved!], { start, end: inMs(60_000) });
    const activation = createActivation(context);
    await settle(activation); // plans both ahead
    await db.transaction().execute((transaction) => removeAppointment(transaction, [removed!]));
    await db
      .transaction()
      .execute((transaction) => putAppointment(transaction, [moved!], { start: inMs(4_000), end: inMs(60_000) }));
    await until(async () => {
      await settle(activation);
      return (await statusesOf(moved!)).includes('appointment');
    }, 'the moved appointment');
    expect(await statusesOf(removed!)).not.toContain('appointment');
    const began = (await changesOf(moved!)).find(({ status }) => status === 'appointment')!;
    expect(Temporal.Instant.compare(began.since, start.add({ milliseconds: 500 }))).toBe(1);
  });

  test('far ahead is known as the end of the present segment', async () => {
    const userId = await onePerson();
    const start = now().add({ hours: 40 * 24 });
    await putAppointment(db, [userId], { start, end: start.add({ hours: 1 }) });
    await settle();
    expect((await presenceOf(db, [userId]))[0]!.until).toEqual(start);
  });
});

describe('only what is new is told', () => {
  test('being looked at again changes nothing, and the next look always lies ahead', async () => {
    const userId = await onePerson();
    await putAppointment(db, [userId], { start: inMs(-1_000), end: inMs(60_000) });
    await settle();
    const before = await stateOf(userId);
    for (let i = 0; i < 3; i++) {
      await markDue(db, [userId]);
      await settle();
    }
    const after = await stateOf(userId);
    expect(await statusesOf(userId)).toEqual(['appointment']);
    expect(after).toEqual({ ...before, revision: after.revision });
    expect(Temporal.Instant.compare(after.next_due_at, now())).toBe(1);
  });

  test('a longer meeting is told with its new end, and since when is kept', async () => {
    const userId = await onePerson();
    const start = inMs(-5_000);
    await putAppointment(db, [userId], { start, end: inMs(60_000) });
    await settle();
    const end = inMs(120_000);
    await putAppointment(db, [userId], { start, end });
    await settle();
    const [first, second] = await changesOf(userId);
    expect(second!.until).toEqual(end);
    expect(second!.since).toEqual(first!.since);
  });

  test('an unknown user is passed over', async () => {
    await markDue(db, ['00000000-0000-4000-8000-000000000000']);
    await settle();
    expect(await presenceOf(db, ['00000000-0000-4000-8000-000000000000'])).toEqual([]);
  });
});

describe('a manual choice', () => {
  const choose = (userId: string, end: Parameters<typeof setManual>[2]['end']) =>
    db
      .transaction()
      .execute((transaction) =>
        setManual(transaction, userId, { status: 'doNotDisturb', note: 'Writing', end }, now()),
      );

  test('outranks the meeting at once, and "Automatic" gives the meeting back at once', async () => {
    const userId = await onePerson();
    await putAppointment(db, [userId], { start: inMs(-1_000), end: inMs(60_000) });
    await settle();
    await choose(userId, { rule: 'untilChanged' });
    await settle();
    expect((await presenceOf(db, [userId]))[0]).toMatchObject({
      status: 'doNotDisturb',
      note: 'Writing',
      until: null,
      profile: { name: 'Do not disturb' },
      reason: { origin: 'manual' },
    });
    await db.transaction().execute((transaction) => clearManual(transaction, userId, now()));
    await settle();
    expect((await presenceOf(db, [userId]))[0]).toMatchObject({ status: 'appointment', note: null });
  });

  test('that ended at a boundary never comes back when the calendar changes', async () => {
    const userId = await onePerson();
    const start = inMs(2_000);
    await putAppointment(db, [userId], { start, end: inMs(60_000) });
    await choose(userId, { rule: 'nextBoundary' });
    const activation = createActivation(context);
    await until(async () => {
      await settle(activation);
      return (await statusesOf(userId)).includes('appointment');
    }, 'the meeting');
    const claim = () => db.selectFrom('claim').select('ends_at').where('user_id', '=', userId).executeTakeFirst();
    expect((await claim())!.ends_at).toEqual(start);
    await removeAppointment(db, [userId]);
    await settle(activation);
    expect(await statusesOf(userId)).toEqual(['doNotDisturb', 'appointment', 'available']);
  });

  test('that ended unseen under a call stays ended', async () => {
    const userId = await onePerson();
    const start = inMs(2_000);
    await putAppointment(db, [userId], { start, end: inMs(60_000) });
    await choose(userId, { rule: 'nextBoundary' });
    const call = { userId, origin: 'call' as const, key: 'c1' };
    await putClaim(db, { ...call, status: 'onThePhone', start: now(), end: null });
    const activation = createActivation(context);
    await until(async () => {
      await settle(activation);
      return Temporal.Instant.compare(now(), start.add({ milliseconds: 50 })) > 0;
    }, 'the boundary');
    await putAppointment(db, [userId], { start: inMs(50_000), end: inMs(60_000) });
    await endClaim(db, call, now());
    await settle(activation);
    expect((await presenceOf(db, [userId]))[0]!.status).toBe('available');
  });

  test('ends at the time it says, and refuses what cannot be', async () => {
    const userId = await onePerson();
    await choose(userId, { rule: 'time', until: inMs(2_000) });
    const activation = createActivation(context);
    await until(async () => {
      await settle(activation);
      return (await statusesOf(userId)).length === 2;
    }, 'the end');
    expect(await statusesOf(userId)).toEqual(['doNotDisturb', 'available']);
    await expect(choose(userId, { rule: 'time', until: inMs(-1) })).rejects.toThrow('lies in the past');
    const other = await createProfile(
      db,
      systemActor,
      { userId: await onePerson() },
      {
        name: 'Theirs',
        status: 'available',
        active: true,
        forwarding: noProfileForwarding,
        note: null,
        key: null,
      },
    );
    await expect(setManual(db, userId, { profileId: other.id, end: { rule: 'default' } }, now())).rejects.toThrow(
      'no such profile',
    );
  });
});

describe('forwarding', () => {
  test('wakes the reconciler for the extensions concerned when it changes, and only then', async () => {
    const group = await makeGroup(db);
    const [userId] = await makePeople(db, group, 1);
    const busy = (await profilesForUser(db, userId!)).find(({ key }) => key === 'appointment')!;
    await changeProfile(db, systemActor, busy.id, {
      forwarding: { ...noProfileForwarding, mode: 'all', target: { kind: 'voicemail' } },
    });
    const system = await db
      .insertInto('phone_system')
      .values({ name: `PBX ${group}`, kind: 'http' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const extension = await db
      .insertInto('extension')
      .values({ user_id: userId!, phone_system_id: system.id, number: '201' })
      .returning('id')
      .executeTakeFirstOrThrow();
    const toItself = {
      ...noProfileForwarding,
      mode: 'all' as const,
      target: { kind: 'number' as const, number: '2 01' },
    };
    const own = { name: 'Mine', status: 'available' as const, active: true, note: null, key: null };
    await expect(createProfile(db, systemActor, { userId: userId! }, { ...own, forwarding: toItself })).rejects.toThrow(
      'to itself',
    );
    let told = 0;
    await store.listen('forwarding', () => void told++);
    const record = () =>
      db.selectFrom('forwarding_record').select('due_at').where('extension_id', '=', extension.id).executeTakeFirst();

    await settle();
    expect(await record()).toBeUndefined();
    await putAppointment(db, [userId!], { start: inMs(-1_000), end: inMs(60_000) });
    await settle();
    const first = await record();
    expect(first).toBeDefined();
    await until(async () => told === 1, 'the notification');
    expect((await presenceOf(db, [userId!]))[0]!.forwarding).toEqual({
      ...noForwarding,
      mode: 'all',
      target: 'voicemail',
    });

    await putAppointment(db, [userId!], { uid: 'second', start: inMs(-2_000), end: inMs(90_000) });
    await settle();
    expect((await changesOf(userId!)).at(-1)!.reason.appointment!.uid).toBe('second');
    expect(await record()).toEqual(first);
    expect(told).toBe(1);
  });
});

describe('settings', () => {
  test("a group's change reaches all its users in portions, and goes on where it was left", async () => {
    const group = await makeGroup(db);
    const people = await makePeople(db, group, 5);
    await putAppointment(db, people, { start: inMs(-1_000), end: inMs(600_000), showAs: 'tentative' });
    await settle();
    await db.transaction().execute(async (transaction) => {
      const settings = JSON.stringify({ activation: { tentativeCounts: false, futureSetting: 1 } });
      await transaction.updateTable('configuration_group').set({ settings }).where('id', '=', group).execute();
      await markGroupDue(transaction, group);
    });
    expect(await markOutdated(db, 2)).toBe(2); // and then the process is gone
    await settle();
    const presence = await presenceOf(db, people);
    expect(presence.map(({ status }) => status)).toEqual(Array(5).fill('available'));
    expect(await markOutdated(db, 100)).toBe(0);
  });

  test('a new profile of the group is seen in the timeline ahead', async () => {
    const group = await makeGroup(db);
    const [userId] = await makePeople(db, group, 1);
    const start = inMs(3_600_000);
    await putAppointment(db, [userId!], { start, end: start.add({ hours: 1 }) });
    const busy = (await profilesForUser(db, userId!)).find(({ key }) => key === 'appointment')!;
    await changeProfile(db, systemActor, busy.id, {
      note: 'In a meeting',
      forwarding: { ...noProfileForwarding, mode: 'all', target: { kind: 'mobile' } },
    });
    await db.updateTable('users').set({ mobile_number: '0170 1' }).where('id', '=', userId!).execute();
    const segments = await timelineOf(db, userId!, { from: now(), to: now().add({ hours: 24 }) });
    expect(segments.map(({ status, note, forwarding }) => [status, note, forwarding.target])).toEqual([
      ['available', null, null],
      ['appointment', 'In a meeting', '01701'],
      ['available', null, null],
    ]);
  });
});

describe('faults', () => {
  test('a user whose presence cannot be computed costs nobody else, and is tried again (facts/peers.md 2)', async () => {
    const people = await makePeople(db, groupId, 3);
    await sql`update users set time_zone = 'Nowhere/Land' where id = ${people[1]!}`.execute(db);
    await choose(people[1]!);
    await putAppointment(db, people, { start: inMs(-1_000), end: inMs(600_000) });
    await settle();
    expect((await presenceOf(db, people)).map(({ status }) => status)).toEqual([
      'appointment',
      'available',
      'appointment',
    ]);
    expect(Temporal.Instant.compare((await stateOf(people[1]!)).next_due_at, inMs(30_000))).toBe(1);
    await sql`update users set time_zone = 'UTC' where id = ${people[1]!}`.execute(db);
    await markDue(db, [people[1]!]);
    await settle();
    expect((await presenceOf(db, [people[1]!]))[0]!.status).not.toBe('available');
  });
  const choose = (userId: string) =>
    putClaim(db, {
      userId,
      origin: 'manual',
      key: '',
      status: 'doNotDisturb',
      start: now(),
      end: null,
      endRule: 'nextBoundary',
    });

  test('a clock that was set back is noticed: a segment that begins in the future is looked at again', async () => {
    const userId = await onePerson();
    await settle();
    await sql`update presence_state set status = 'outOfOffice', since = now() + interval '1 year',
      next_due_at = now() + interval '1 year' where user_id = ${userId}`.execute(db);
    await settle();
    expect((await presenceOf(db, [userId]))[0]!.status).toBe('available');
    expect(Temporal.Instant.compare((await stateOf(userId)).since, now())).toBe(-1);
  });

  test('a new user has a presence without anybody asking for it', async () => {
    const userId = await onePerson();
    await settle();
    expect((await stateOf(userId)).status).toBe('available');
  });
});

test('a herd of several batches: one round writes it, each change once, and a follower misses none', {
  timeout: 60_000,
}, async () => {
  const people = await makePeople(db, groupId, store.kind === 'postgresql' ? 6_000 : 600);
  await settle();
  let position = await lastChangeNumber(db);
  await putAppointment(db, people, { start: inMs(-1_000), end: now().add({ minutes: 10 }) });
  const seen: PresenceChange[] = [];
  const activation = createActivation(context);
  let done = false;
  const follower = (async () => {
    for (;;) {
      const last = done;
      const changes = await readChanges(db, position, 10_000);
      seen.push(...changes);
      position = changes.at(-1)?.number ?? position;
      if (last) return;
      await setImmediate();
    }
  })();
  const rounds = store.kind === 'postgresql' ? 1 : 3; // the embedded one writes a batch a round
  try {
    for (let round = 0; round < rounds; round++) expect(await activation.round()).toBe(0);
  } finally {
    done = true;
    await follower;
  }
  expect(new Set(seen.map(({ userId }) => userId))).toEqual(new Set(people));
  expect(seen.length).toBe(people.length);
});

test('two activators at once: each change is made once, and a follower of the numbers misses none', async () => {
  const people = await makePeople(db, groupId, 400);
  await settle();
  let position = await lastChangeNumber(db);
  const seen: PresenceChange[] = [];
  let done = false;
  const follower = (async () => {
    while (!done || seen.length < 3 * people.length) {
      const changes = await readChanges(db, position, 100);
      seen.push(...changes.filter(({ userId }) => people.includes(userId)));
      position = changes.at(-1)?.number ?? position;
      if (done && changes.length === 0) return;
      await setImmediate();
    }
  })();
  const both = [await startActivation(context), await startActivation(context)];
  for (const minutes of [10, 20, 30]) {
    await putAppointment(db, people, { start: inMs(-1_000), end: now().add({ minutes }) });
    await until(async () => {
      const { rows } = await sql<{ due: number }>`
        select count(*) as due from presence_state where next_due_at <= now()`.execute(db);
      return rows[0]!.due === 0;
    }, 'everybody is activated');
  }
  done = true;
  await Promise.all(both.map((one) => one.stop()));
  await follower;
  expect(seen.length).toBe(3 * people.length);
  expect(new Set(seen.map(({ number }) => number)).size).toBe(seen.length);
});

test('old changes and ended claims are dropped; of each user the newest change stays, so that numbers go on', async () => {
  const userId = await onePerson();
  await putAppointment(db, [userId], { start: inMs(-1_000), end: inMs(60_000) });
  const claim = { userId, origin: 'api' as const, key: 'old' };
  await putClaim(db, { ...claim, status: 'available', start: now(), end: inMs(1) });
  await settle();
  const last = await lastChangeNumber(db);
  await dropOld(db, now().add({ hours: 15 * 24 }));
  const left = await readChanges(db, 0, 100_000);
  expect(left.at(-1)?.number).toBe(last);
  expect(new Set(left.map((change) => change.userId)).size).toBe(left.length);
  expect(await db.selectFrom('claim').select('id').where('user_id', '=', userId).execute()).toEqual([]);
});

describe('kill -9', () => {
  const child = (target: object, crashAt: string) =>
    spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import pino from 'pino';
        import { openStore } from ${JSON.stringify(new URL('../store/database.ts', import.meta.url).href)};
        import { startActivation } from ${JSON.stringify(new URL('./activation.ts', import.meta.url).href)};
        const store = await openStore(${JSON.stringify(target)});
        await startActivation({ store, log: pino({ level: 'silent' }) });`,
      ],
      { env: { ...process.env, WHENABOUTS_CRASH_AT: crashAt }, stdio: ['ignore', 'ignore', 'inherit'] },
    );

  test('at each of its crash points in turn: nobody is left out, nothing is told twice', async () => {
    const target = await makeTarget();
    let own = await openStore(target);
    try {
      const people = await makePeople(own.db, await makeGroup(own.db), 20);
      const end = now().add({ minutes: 10 });
      await putAppointment(own.db, people, { start: inMs(-1_000), end });
      await own.close(); // the embedded database has room for one process
      for (const point of ['activation.claimed', 'activation.beforeCommit', 'activation.committed']) {
        const [, signal] = await once(child(target, point), 'exit');
        expect(signal).toBe('SIGKILL');
      }
      own = await openStore(target);
      // The first two left everybody due, the third one died after its commit.
      expect((await readChanges(own.db, 0, 1_000)).length).toBe(people.length);
      await settle(createActivation(contextOf(own)));
      const changes = await readChanges(own.db, 0, 1_000);
      expect(new Set(changes.map(({ userId }) => userId)).size).toBe(people.length);
      expect(changes.length).toBe(people.length);
      for (const presence of await presenceOf(own.db, people))
        expect(presence).toMatchObject({ status: 'appointment', until: end });
    } finally {
      await own.close();
      await dropTarget(target);
    }
  });
});
