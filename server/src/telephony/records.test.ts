/** Records in the database: what is saved is loaded again, whatever it says, and only those are alike that differ in nothing. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seedOfThisRun } from '../../../test/seed.ts';
import { openTestStore } from '../../../test/store.ts';
import { makeGroup, makePeople } from '../presence/people.fixture.ts';
import { type SlotForwarding, slotOff } from '../presence/presence.ts';
import type { Phase } from './decide.ts';
import { recordsInDatabase } from './records.queries.ts';
import type { RecordRow, RecordStore, RecordUpdate } from './records.ts';

const phones = 6;
const seed = seedOfThisRun();
let store: Awaited<ReturnType<typeof openTestStore>>;
let records: RecordStore;

beforeAll(async () => {
  store = await openTestStore();
  const { db } = store;
  const people = await makePeople(db, await makeGroup(db), phones);
  const system = { name: 'Asterisk', kind: 'asterisk', settings: '{}', mode: 'active' as const, leased_by: 'us' };
  const { id } = await db
    .insertInto('phone_system')
    .values({ ...system, leased_until: sql`now() + interval '1 hour'` })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const [at, userId] of people.entries())
    await db
      .insertInto('extension')
      .values({ user_id: userId, phone_system_id: id, number: String(201 + at) })
      .execute();
  records = recordsInDatabase(db, { systemId: id, processName: 'us', leaseMs: 30_000, mode: 'active' });
  await records.prepare();
});
afterAll(() => store.close());

const text = fc
  .oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('a, "b"', '{c}', "d'e\\", 'f\u001fg'))
  .filter((value) => !value.includes('\0'));
const forwarding: fc.Arbitrary<SlotForwarding> = fc.oneof(
  fc.constant(slotOff),
  fc.record({ mode: fc.constantFrom('all' as const, 'doNotDisturb' as const), target: fc.option(text) }),
);
const instant = fc
  .integer({ min: 0, max: 4_000_000_000 })
  .map((seconds) => Temporal.Instant.fromEpochMilliseconds(seconds * 1_000 + 125));
const record = fc.record({
  phase: fc.constantFrom<Phase>('intent', 'applied', 'overridden', 'restoring'),
  ours: forwarding,
  previous: forwarding,
  echoes: fc.array(fc.record({ value: forwarding, landed: fc.boolean() }), { maxLength: 2 }),
  bootId: fc.option(text),
  since: instant,
});
const found = fc.record({
  record,
  actual: fc.option(forwarding),
  failures: fc.integer({ min: 0, max: 9 }),
  error: fc.option(fc.record({ class: fc.constantFrom('internal', 'refused'), message: text })),
});

test(`what is saved is loaded again (WHENABOUTS_SEED=${seed})`, async () => {
  const property = fc.asyncProperty(
    fc.array(found, { minLength: 1, maxLength: 3 }),
    fc.array(fc.nat(), { minLength: phones, maxLength: phones }),
    async (values, choices) => {
      const rows = await records.load();
      expect(rows.map(({ number }) => number).sort()).toEqual(['201', '202', '203', '204', '205', '206']);
      const chosen = new Map(rows.map((row, at) => [row.number, values[choices[at]! % values.length]!]));
      const updates = rows.map(
        (row): RecordUpdate => ({
          row,
          ...chosen.get(row.number)!,
          dueInMs: null,
          log: { event: 'taken', detail: {} },
        }),
      );
      expect((await records.save(updates)).size).toBe(phones);
      const loaded = await records.load();
      for (const row of loaded) expect(said(row)).toEqual(chosen.get(row.number));
      for (const one of loaded)
        for (const other of loaded) if (one.alike === other.alike) expect(said(one)).toEqual(said(other));
      // Those of the same user differ in nothing else here; all were saved in one transaction.
      expect(new Set(loaded.map(({ alike }) => alike)).size).toBe(
        new Set(chosen.values().map((value) => JSON.stringify(value))).size,
      );
    },
  );
  await fc.assert(property, { seed, numRuns: 60 });
});

test('what was asked for of one change by hand doesn’t count for the next one', async () => {
  const save = async (phase: Phase) => {
    const rows = await records.load();
    const record = { phase, ours: slotOff, previous: slotOff, echoes: [], bootId: null, since: Temporal.Now.instant() };
    const rest = { actual: slotOff, failures: 0, error: null, dueInMs: null, log: null };
    await records.save(rows.map((row) => ({ row, record, ...rest })));
  };
  const retaken = async () => new Set((await records.load()).map(({ retake }) => retake));
  await save('overridden');
  await sql`update forwarding_record set retake = true`.execute(store.db);
  expect(await retaken()).toEqual(new Set([true]));
  // A round that had begun before gives it back.
  await sql`update forwarding_record set phase = 'applied'`.execute(store.db);
  await save('idle');
  await save('overridden');
  expect(await retaken()).toEqual(new Set([false]));
});

const said = ({ record, actual, failures, error }: RecordRow) => ({ record, actual, failures, error });
