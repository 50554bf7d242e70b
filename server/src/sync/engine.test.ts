/** The engine against a source that is a model: whatever happened on the way, the store ends as the source is. */

import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, test, vi } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { seedOfThisRun } from '../../../test/seed.ts';
import {
  drop,
  emptyState,
  type ModelState,
  modelConnector,
  newCalendar,
  put,
} from '../../../test/sources/model-source.ts';
import { dayIn, modelled, type Seen, stored } from '../../../test/sources/model-store.ts';
import { openTestStore } from '../../../test/store.ts';
import { createAccount } from './accounts.ts';
import { pullAccountOnce } from './sync.ts';

/** Where the "process" dies next; null: nowhere. */
const crash = vi.hoisted(() => ({ at: null as string | null }));
vi.mock('../store/crash-points.ts', () => ({
  crashPoint(name: string) {
    if (name !== crash.at) return;
    crash.at = null;
    throw new Error(`died at ${name}`);
  },
}));

const store = await openTestStore();
afterAll(() => store.close());
const context = testContext(store);
const { db } = store;
let state = emptyState();
const connectors = [modelConnector(() => state)];
beforeEach(() => {
  state = emptyState();
  crash.at = null;
});

async function newAccount(timeZone = 'Europe/Berlin') {
  const { userId, groupId } = await makeUser(db, { timeZone });
  const accountId = await createAccount(context, { userId, kind: 'model', name: 'Model', settings: {} });
  return { userId, groupId, accountId };
}

const anObject = fc.record({
  day: fc.integer({ min: -20, max: 80 }).map(dayIn),
  everyDays: fc.constantFrom(0, 1, 7, 30, 400),
  hour: fc.constantFrom(null, 0, 9, 23),
  floating: fc.boolean(),
  title: fc.constantFrom('Meeting', 'Lunch', 'nul\u0000 and \ud800 half'),
});
const key = fc.constantFrom('a', 'b', 'c', 'd');
const calendarName = fc.constantFrom('main', 'second');
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('put' as const), calendarName, key, object: anObject }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('drop' as const), calendarName, key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('vanish' as const), calendarName }) },
);
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('pull' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('fail' as const),
      at: fc.integer({ min: 0, max: 4 }),
      fault: fc.constantFrom('throws' as const, 'stops' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('crash' as const),
      at: fc.constantFrom('sync.claimed', 'sync.pulled', 'sync.beforeCommit', 'sync.committed'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('days' as const), days: fc.integer({ min: 1, max: 40 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('zone' as const),
      zone: fc.constantFrom('Europe/Berlin', 'Pacific/Auckland', 'America/St_Johns'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('settings' as const),
      freeBusyOnly: fc.boolean(),
      method: fc.constantFrom('serverSide', 'serverSide', 'off'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('mood' as const),
      mood: fc.constantFrom<ModelState['mood']>('changes', 'versions', 'everything'),
    }),
  },
);

test('after any history of changes, faults and deaths the store equals the source', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.tuple(fc.array(change, { maxLength: 3 }), step), { minLength: 1, maxLength: 8 }),
      async (expands, reduces, history) => {
        state = { ...emptyState(), expands, reduces };
        const { userId, groupId, accountId } = await newAccount();
        let settings = { freeBusyOnly: false, method: 'serverSide' };
        let timeZone = 'Europe/Berlin';
        let now = Temporal.Now.instant();
        const untitled = (rows: Seen[]) => rows.map((row) => ({ ...row, title: '' }));
        const model = () => {
          if (settings.method === 'off') return [];
          const rows = modelled(state, timeZone, now);
          return settings.freeBusyOnly ? untitled(rows) : rows;
        };
        const pull = () => pullAccountOnce(context, connectors, accountId, { now });
        const hoursPassed = () =>
          sql`update account set discovered_at = discovered_at - interval '7 hours' where id = ${accountId}::uuid`.execute(
            db,
          );
        // What a pull that broke off may still show, rolled on to the window of now: all since the last good one.
        let earlier: ModelState[] = [];
        const rolledOn = () => earlier.flatMap((source) => modelled(source, timeZone, now));
        /** What may be there when a pull broke off after these rows. Titles go before anything else is done. */
        const whole = (before: Seen[], reached: boolean) => {
          if (reached && settings.method === 'off') return (rows: Seen[]) => rows.length === 0;
          const known = [...before, ...rolledOn()];
          const strict = reached && settings.freeBusyOnly;
          return neverPartial([...(strict ? [] : known), ...untitled(known)], model());
        };
        for (const [changes, what] of history) {
          earlier.push(structuredClone(state));
          for (const one of changes) apply(state, one);
          // As if the hours until the next discovery had passed.
          await hoursPassed();
          const before = await stored(db, accountId);
          if (what.type === 'days') now = now.add({ hours: 24 * what.days });
          else if (what.type === 'mood') state.mood = what.mood;
          else if (what.type === 'settings') {
            settings = { freeBusyOnly: what.freeBusyOnly, method: what.method };
            await db
              .updateTable('configuration_group')
              .set({ settings: JSON.stringify({ synchronization: settings }) })
              .where('id', '=', groupId)
              .execute();
          } else if (what.type === 'zone') {
            timeZone = what.zone;
            await db.updateTable('users').set({ time_zone: timeZone }).where('id', '=', userId).execute();
          } else if (what.type === 'pull') {
            expect((await pull()).error).toBeNull();
            expect(await stored(db, accountId)).toEqual(model());
            earlier = [];
          } else if (what.type === 'fail') {
            Object.assign(state, { failAt: what.at, fault: what.fault });
            await pull();
            state.failAt = null;
            expect(await stored(db, accountId)).toSatisfy(whole(before, true));
          } else {
            crash.at = what.at;
            await pull().catch(() => {});
            crash.at = null;
            await db
              .updateTable('account')
              .set({ leased_by: 'a dead process', leased_until: sql`now() - interval '1 second'`, failures: 0 })
              .where('id', '=', accountId)
              .execute();
            expect(await stored(db, accountId)).toSatisfy(whole(before, false));
          }
        }
        await hoursPassed();
        expect((await pull()).error).toBeNull();
        expect(await stored(db, accountId)).toEqual(model());
        await db.deleteFrom('users').where('id', '=', userId).execute();
      },
    ),
    { numRuns: Number(process.env.SYNC_RUNS ?? (store.kind === 'embedded' ? 20 : 60)), seed: seed() },
  );
});

/** Each object is as it was before or as the source has it, and never something between. Rolling on may come first. */
function neverPartial(before: Seen[], after: Seen[]) {
  const allowed = new Set([...before, ...after].map((row) => JSON.stringify([row.calendar, row.key, row.title])));
  return (rows: Seen[]) => rows.every((row) => allowed.has(JSON.stringify([row.calendar, row.key, row.title])));
}

function apply(target: ModelState, one: typeof change extends fc.Arbitrary<infer T> ? T : never): void {
  if (one.type === 'vanish') {
    if (one.calendarName === 'main') return;
    delete target.calendars[one.calendarName];
    return;
  }
  target.calendars[one.calendarName] ??= newCalendar();
  const calendar = target.calendars[one.calendarName]!;
  if (one.type === 'put') put(calendar, one.key, one.object);
  else drop(calendar, one.key);
}

function seed(): number {
  const value = seedOfThisRun();
  console.info(`seed ${value} (WHENABOUTS_SEED=${value} repeats it)`);
  return value;
}
