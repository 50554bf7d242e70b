/** Inheritance by function: the rules themselves, and what is in force in the store after any history of changes. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openTestStore } from '../../../test/store.ts';
import { retrying } from '../store/retrying.ts';
import { systemActor } from './audit.ts';
import { changeGroup, createGroup } from './groups.ts';
import { effective, type FunctionName, fieldChanges, functionNames, modesOf } from './inheritance.ts';
import { createLocation } from './locations.ts';
import { groupFunction, setGroupFunction, setLocationFunction } from './settings.ts';

const runs = (usual: number) => Number(process.env.WHENABOUTS_RUNS ?? usual);
const store = await openTestStore();
afterAll(() => store.close());
const { db } = store;

const functionName = fc.constantFrom(...functionNames);
/** Real values, so that what is read back is what was written; of each function three. */
const values: Readonly<Record<FunctionName, readonly object[]>> = {
  activation: [{}, { tentativeCounts: false }, { manualEnd: 'untilChanged', outsideWorkingDay: 'unavailable' }],
  synchronization: [{}, { window: { daysBack: 1, daysAhead: 5 } }, { caldav: { allowed: false }, freeBusyOnly: true }],
  profiles: [{}, { ownAllowed: false }, { ownAllowed: true }],
  privacy: [{}, { historyDays: 0 }, { historyDays: 30 }],
};
const valueNamed = (name: FunctionName, which: number) => values[name][which]!;
const byFunction = fc.dictionary(fc.oneof(functionName, fc.constant('later')), fc.constantFrom({ a: 1 }, { b: 2 }));

test('what a group sets of its own is in force, whole; all else is its location’s', () => {
  fc.assert(
    fc.property(byFunction, byFunction, (location, individual) => {
      const inForce = effective(location, individual);
      for (const name of [...functionNames, 'later'])
        expect(inForce[name]).toBe(name in individual ? individual[name] : location[name]);
      for (const name of functionNames)
        expect(modesOf(individual)[name]).toBe(name in individual ? 'individual' : 'default');
      expect(effective(inForce, individual)).toEqual(inForce);
    }),
    { numRuns: runs(500) },
  );
});

test('the changed fields turn one value into the other, and there is none between equal ones', () => {
  const leaf = fc.oneof(
    fc.integer({ max: 3, min: 0 }),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 2 }),
  );
  const value = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(leaf, fc.record({ x: leaf, y: leaf })));
  fc.assert(
    fc.property(value, value, (from, to) => {
      expect(fieldChanges(from, from)).toEqual([]);
      const changes = fieldChanges(from, to);
      expect(changes.length === 0).toBe(JSON.stringify(sorted(from)) === JSON.stringify(sorted(to)));
      for (const { path, from: before, to: after } of changes) {
        expect(at(from, path)).toEqual(before);
        expect(at(to, path)).toEqual(after);
      }
    }),
    { numRuns: runs(500) },
  );
});

const at = (value: unknown, path: string) =>
  path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | null)?.[name], value) ?? null;
/** With a field that is null as one that isn't there, in one order. */
const sorted = (value: Record<string, unknown>): unknown =>
  Object.entries(value)
    .filter(([, inner]) => inner !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => [name, inner]);

/** The specification: what each location and each group says of itself, nothing derived. */
interface Model {
  locations: Map<string, Partial<Record<FunctionName, object>>>;
  groups: Map<
    string,
    { location: string; own: Partial<Record<FunctionName, object>>; last: Partial<Record<FunctionName, object>> }
  >;
}

const step = fc.oneof(
  fc.record({ type: fc.constant('location' as const), at: fc.nat(1), name: functionName, value: fc.nat(2) }),
  fc.record({ type: fc.constant('individual' as const), at: fc.nat(2), name: functionName, value: fc.nat(2) }),
  fc.record({ type: fc.constant('default' as const), at: fc.nat(2), name: functionName }),
  fc.record({ type: fc.constant('move' as const), at: fc.nat(2), to: fc.nat(1) }),
);

test('after any history each group has in force what the specification says, and what it had of its own before', async () => {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const model: Model = { locations: new Map(), groups: new Map() };
      for (let index = 0; index < 2; index++) {
        const fields = { name: `L${++made}`, timeZone: 'UTC' };
        model.locations.set(await retrying(db, (each) => createLocation(each, fields, systemActor)), {});
      }
      const places = [...model.locations.keys()];
      for (const locationId of [places[0]!, places[0]!, places[1]!]) {
        const id = await retrying(db, (each) => createGroup(each, { name: `G${++made}`, locationId }, systemActor));
        model.groups.set(id, { location: locationId, own: {}, last: {} });
      }
      const groups = [...model.groups.keys()];
      for (const each of steps) await carryOut(model, each, { places, groups });
      for (const [id, { location, own, last }] of model.groups) {
        const row = await db
          .selectFrom('configuration_group')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirstOrThrow();
        for (const name of functionNames) {
          expect(row.settings[name]).toEqual(own[name] ?? model.locations.get(location)![name]);
          const shown = await groupFunction(db, id, name);
          expect(shown.mode).toBe(own[name] ? 'individual' : 'default');
          expect(shown.inherited).toMatchObject(model.locations.get(location)![name] ?? {});
          expect(shown.previous === null).toBe(last[name] === undefined);
          expect(shown.previous ?? {}).toMatchObject(last[name] ?? {});
        }
      }
    }),
    { numRuns: runs(12) },
  );
});

async function carryOut(
  { locations, groups: known }: Model,
  each: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
  { places, groups }: { places: readonly string[]; groups: readonly string[] },
): Promise<void> {
  if (each.type === 'location') {
    const value = valueNamed(each.name, each.value);
    await retrying(db, (transaction) =>
      setLocationFunction(transaction, places[each.at]!, each.name, value, systemActor),
    );
    locations.get(places[each.at]!)![each.name] = value;
    return;
  }
  const id = groups[each.at]!;
  const group = known.get(id)!;
  if (each.type === 'move') {
    const change = { locationId: places[each.to]! };
    await retrying(db, (transaction) => changeGroup(transaction, id, change, systemActor));
    group.location = change.locationId;
    return;
  }
  const before = group.own[each.name];
  const after = each.type === 'individual' ? valueNamed(each.name, each.value) : undefined;
  await retrying(db, (transaction) =>
    setGroupFunction(
      transaction,
      id,
      each.name,
      after ? { mode: 'individual', value: after } : { mode: 'default' },
      systemActor,
    ),
  );
  if (before && JSON.stringify(before) !== JSON.stringify(after)) group.last[each.name] = before;
  if (after) group.own[each.name] = after;
  else delete group.own[each.name];
}

test('groups that change places, and settings that change meanwhile, leave nobody with what is no longer so', async () => {
  const make = (name: string) => retrying(db, (each) => createLocation(each, { name, timeZone: 'UTC' }, systemActor));
  const [a, b] = [await make('Here'), await make('There')];
  const group = (locationId: string, name: string) =>
    retrying(db, (each) => createGroup(each, { name, locationId }, systemActor));
  const [first, second] = [await group(a, 'First'), await group(b, 'Second')];
  const historyDays = (locationId: string, days: number) =>
    retrying(db, (each) => setLocationFunction(each, locationId, 'privacy', { historyDays: days }, systemActor));
  const move = (id: string, locationId: string) =>
    retrying(db, (each) => changeGroup(each, id, { locationId }, systemActor));
  for (let round = 0; round < 6; round++) {
    const [to, from] = round % 2 === 0 ? [a, b] : [b, a];
    await Promise.all([move(first, to), move(second, from), historyDays(a, 10 + round), historyDays(b, 20 + round)]);
    for (const [id, base] of [
      [first, to === a ? 10 : 20],
      [second, from === a ? 10 : 20],
    ] as const) {
      const row = await db
        .selectFrom('configuration_group')
        .select('settings')
        .where('id', '=', id)
        .executeTakeFirstOrThrow();
      expect(row.settings.privacy).toEqual({ historyDays: base + round });
    }
  }
});
