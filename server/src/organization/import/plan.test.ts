/** Plans of random sources against random users, carried out on a model: what must hold whatever both say. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import type { Reading } from './csv-reading.ts';
import type { Entry, Fault } from './entry.ts';
import { type PlanRow, planImport, runsUntilDeactivated, type StoredUser, type Surroundings } from './plan.ts';
import { nextOf } from './planning.ts';
import { changed, verdictsOn } from './verdict.ts';

const seed = seedOfThisRun();
const numRuns = Number(process.env.WHENABOUTS_RUNS ?? 500);
const drawn = `(${numRuns} runs, WHENABOUTS_SEED=${seed})`;

const emails = ['a@x.de', 'b@x.de', 'c@x.de', 'd@x.de', 'e@x.de'];
const ids = ['1', '2', '3', '4'];
const some = <T>(values: readonly T[]) => fc.constantFrom(...values);
const entry: fc.Arbitrary<Entry> = fc.record({
  place: fc.constant('line'),
  externalId: some(ids),
  email: some(emails),
  displayName: some(['Ada', 'Bob']),
  groupId: some(['g1', 'g2', null]),
  language: some(['en', 'de', null] as const),
  timeZone: some(['Europe/Berlin', null]),
  mobileNumber: some(['+49 1', null]),
  extension: some(['201', '202', null]),
  notes: fc.constant([]),
});
const fault: fc.Arbitrary<Fault> = fc.record({
  ...{ place: fc.constant('line'), reason: fc.constant('wrong'), displayName: fc.constant('') },
  ...{ email: some([...emails, 'not one', '']), externalId: some([...ids, null]) },
});
const reading: fc.Arbitrary<Reading> = fc.record({
  ...{ entries: fc.array(entry, { maxLength: 5 }), faults: fc.array(fault, { maxLength: 1 }) },
  ...{ disabled: fc.constant(0), problem: fc.constant(null), columns: fc.constant([]) },
});
const user: fc.Arbitrary<StoredUser> = fc.record({
  ...{ id: fc.uuid(), email: some(emails), displayName: some(['Ada', 'Bob']), groupId: some(['g1', 'g2']) },
  ...{ language: some(['en', 'de'] as const), timeZone: fc.constant('UTC'), mobileNumber: some(['+49 1', null]) },
  ...{ active: fc.boolean(), origin: some(['manual', 'import', 'code'] as const), missedRuns: fc.nat(3) },
  ...{
    importSourceId: some(['own', 'other']),
    externalId: some(ids),
    leaving: fc.constant(false),
    extensions: some([[], ['201']]),
  },
});
/** As the database has them: one user an address, one a source's id, one an extension; ids of a source only for imports. */
const house = fc.array(user, { maxLength: 5 }).map((users) => {
  const taken = new Set<string>();
  return users.flatMap((each) => {
    const made = each.origin === 'import' ? each : { ...each, importSourceId: null, externalId: null, missedRuns: 0 };
    const keys = [made.email, `${made.importSourceId}/${made.externalId ?? made.id}`];
    if (keys.some((key) => taken.has(key))) return [];
    for (const key of keys) taken.add(key);
    const extensions = made.extensions.filter((number) => !taken.has(number));
    for (const number of extensions) taken.add(number);
    return [{ ...made, extensions }];
  });
});

const around = (users: readonly StoredUser[]): Surroundings => ({
  ...{ sourceId: 'own', whole: true, defaultGroupId: 'g1', zoneOfGroup: () => 'UTC' },
  extensions: {
    ownerOf(number) {
      const owner = users.find(({ extensions }) => extensions.includes(number));
      return owner ? { userId: owner.id, displayName: owner.displayName } : null;
    },
  },
});
const planned = (given: Reading, users: readonly StoredUser[]) => planImport(given, users, around(users));

/** What carry-out.ts does, on a list. */
function carriedOut(
  rows: readonly PlanRow[],
  users: readonly StoredUser[],
): { users: StoredUser[]; refused: PlanRow[] } {
  const current = {
    byId: new Map(users.map((each) => [each.id, each])),
    byEmail: new Map(users.map((each) => [each.email, each])),
    groups: new Set(['g1', 'g2']),
  };
  const next = new Map(users.map((each) => [each.id, each]));
  const refused: PlanRow[] = [];
  const doable = rows.filter(({ kind }) => kind !== 'conflict' && kind !== 'wrong');
  for (const [row, verdict] of verdictsOn(doable, current, 'own')) {
    if ('refused' in verdict) {
      refused.push(row);
      continue;
    }
    const empty: StoredUser = {
      ...{ id: row.email, email: '', displayName: '', groupId: '', language: 'en', timeZone: '', mobileNumber: null },
      ...{ active: true, origin: 'import', importSourceId: 'own', externalId: null, missedRuns: 0, leaving: false },
      extensions: [],
    };
    const after = changed(verdict.user ?? empty, row);
    const extension = row.changes.find(({ field }) => field === 'extension')?.to;
    const active = row.changes.find(({ field }) => field === 'active')?.to;
    next.set(after.id, {
      ...after,
      ...(extension !== undefined && { extensions: [String(extension)] }),
      ...(active !== undefined && { active: active === true }),
    });
  }
  return { users: [...next.values()], refused };
}

const check = (property: fc.IRawProperty<unknown>) => fc.assert(property, { seed, numRuns });

test(`a plan that is carried out at once is carried out whole, and users of other origin are as they were ${drawn}`, () => {
  check(
    fc.property(reading, house, (given, users) => {
      const { rows, plan } = planned(given, users);
      const { users: after, refused } = carriedOut(rows, users);
      expect(refused).toEqual([]);
      const others = users.filter(({ importSourceId }) => importSourceId !== 'own');
      expect(after.filter(({ importSourceId }) => importSourceId !== 'own')).toEqual(others);
      expect(new Set(after.map(({ email }) => email)).size).toBe(after.length);
      const own = after.filter(({ importSourceId }) => importSourceId === 'own');
      expect(new Set(own.map(({ externalId }) => externalId)).size).toBe(own.length);
      const numbers = after.flatMap(({ extensions }) => extensions);
      expect(new Set(numbers).size).toBe(numbers.length);
      const counted = plan.create + plan.change + plan.conflict + plan.unchanged;
      expect(counted).toBe(given.entries.length);
      expect(plan.wrong).toBe(given.faults.length);
    }),
  );
});

test(`repeated, nothing is left to do but to miss who is missing, whatever was passed on from one to another ${drawn}`, () => {
  check(
    fc.property(reading, house, (given, users) => {
      let now = carriedOut(planned(given, users).rows, users).users;
      const { rows: again } = planned(given, now);
      expect(again.filter(({ kind }) => kind === 'create' || kind === 'change')).toEqual([]);
      for (let run = 0; run <= runsUntilDeactivated; run++) now = carriedOut(planned(given, now).rows, now).users;
      const { rows } = planned(given, now);
      expect(rows.filter(({ kind }) => kind !== 'conflict' && kind !== 'wrong')).toEqual([]);
    }),
  );
});

test(`users of the source who all get another’s address get it, in a ring or one after the other ${drawn}`, () => {
  const people = fc
    .uniqueArray(fc.nat(30), { minLength: 2, maxLength: 12 })
    .chain((numbers) =>
      fc.record({ numbers: fc.constant(numbers), moved: fc.shuffledSubarray(numbers, { minLength: numbers.length }) }),
    );
  check(
    fc.property(people, ({ numbers, moved }) => {
      const of = (id: number, address: number) => ({
        externalId: `${id}`,
        email: `${address}@x.de`,
        displayName: 'Ada',
      });
      const none = { groupId: 'g1', language: 'en', timeZone: 'UTC', mobileNumber: null } as const;
      const users = numbers.map(
        (id): StoredUser => ({
          ...{
            ...of(id, id),
            ...none,
            id: `${id}`,
            active: true,
            origin: 'import',
            importSourceId: 'own',
            missedRuns: 0,
          },
          ...{ leaving: false, extensions: [`${id}`] },
        }),
      );
      const entries = numbers.map((id, at) => ({
        ...{ ...of(id, moved[at]!), ...none, place: `line ${at}`, extension: `${moved[at]}`, notes: [] },
      }));
      const { rows, plan } = planned({ entries, faults: [], disabled: 0, problem: null, columns: [] }, users);
      expect(plan).toMatchObject({ conflict: 0, change: plan.together, unchanged: numbers.length - plan.together });
      expect(rows.every(({ reason }) => reason === null)).toBe(true);
      const { users: after, refused } = carriedOut(rows, users);
      expect(refused).toEqual([]);
      for (const [at, id] of numbers.entries())
        expect(after.find((user) => user.id === `${id}`)).toMatchObject({
          ...{ email: `${moved[at]}@x.de`, extensions: [`${moved[at]}`] },
        });
      // Whoever is changed in between keeps the address, and so do all who wait for it.
      const edited = users.map((user, at) => (at === 0 ? { ...user, extensions: ['99'] } : user));
      const second = carriedOut(rows, edited);
      expect(new Set(second.users.map(({ email }) => email)).size).toBe(numbers.length);
      expect(second.refused.length > 0).toBe(moved[0] !== numbers[0]);
    }),
  );
});

test(`nobody is deactivated but active users of the source who aren’t in it for the third time in a row ${drawn}`, () => {
  check(
    fc.property(reading, house, (given, users) => {
      const { rows } = planned(given, users);
      for (const row of rows.filter(({ kind }) => kind === 'deactivate' || kind === 'missing')) {
        const user = users.find(({ id }) => id === row.userId)!;
        expect(user).toMatchObject({ importSourceId: 'own', active: true });
        expect(given.entries.some(({ externalId }) => externalId === user.externalId)).toBe(false);
        expect(
          given.faults.some(({ externalId, email }) => externalId === user.externalId || email === user.email),
        ).toBe(false);
        expect(row.kind === 'deactivate').toBe(user.missedRuns + 1 >= runsUntilDeactivated);
      }
      const touchedActive = rows.filter(({ changes }) =>
        changes.some(({ field, to }) => field === 'active' && to === false),
      );
      expect(touchedActive.every(({ kind }) => kind === 'deactivate')).toBe(true);
    }),
  );
});

test(`a plan that is carried out later touches only users who are as they were when it was made ${drawn}`, () => {
  fc.assert(
    fc.property(
      reading,
      house,
      fc.array(fc.tuple(fc.nat(4), some(['displayName', 'groupId', 'email', 'origin', 'gone'])), { maxLength: 3 }),
      (given, users, edits) => {
        const { rows } = planned(given, users);
        let later: StoredUser[] = users;
        for (const [index, what] of edits)
          later = later.flatMap((each, at) => {
            if (at !== index) return [each];
            if (what === 'gone') return [];
            if (what === 'origin') return [{ ...each, origin: 'manual' as const, importSourceId: null }];
            return [{ ...each, [what]: what === 'email' ? `new${at}@x.de` : 'edited' }];
          });
        const { users: after } = carriedOut(rows, later);
        for (const user of later) {
          const was = users.find(({ id }) => id === user.id)!;
          const is = after.find(({ id }) => id === user.id)!;
          const row = rows.find(({ userId }) => userId === user.id);
          for (const { field } of row?.changes ?? [])
            if (field !== 'extension' && user[field] !== was[field]) expect(is).toEqual(user);
          if (user.importSourceId !== 'own') expect(is).toEqual(user);
        }
      },
    ),
    { seed, numRuns },
  );
});

test('a scheduled run goes on by itself up to the share that is set', () => {
  const plan = (share: number) => ({ share, users: 100 });
  expect(nextOf({ bySchedule: true }, plan(20), 20)).toEqual({ state: 'running' });
  expect(nextOf({ bySchedule: true }, plan(20.1), 20)).toMatchObject({ state: 'planned' });
  expect(nextOf({ bySchedule: false }, plan(0), 20)).toEqual({ state: 'planned' });
});
