/** Presence as it was: segments from changes, and what is kept for whom and for how long. */
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openTestStore } from '../../../test/store.ts';
import { dropOldChanges } from './changes.ts';
import { historyOf, type PastChange, segmentsOf } from './history.ts';
import { makeGroup, makePeople } from './people.fixture.ts';
import { noForwarding } from './presence.ts';

const runs = (usual: number) => Number(process.env.WHENABOUTS_RUNS ?? usual);
const store = await openTestStore();
afterAll(() => store.close());
const { db } = store;
const at = (hours: number) => Temporal.Instant.from('2026-06-01T00:00:00Z').add({ hours });

const change = (since: number, note: string): PastChange => ({
  ...{ since: at(since), until: null, status: 'available', profileId: null, note },
  ...{ forwarding: noForwarding, reason: { origin: 'default' } },
});

test('at each moment the history shows the last change that had begun by then', () => {
  const hour = fc.integer({ min: -30, max: 30 });
  fc.assert(
    fc.property(fc.array(hour, { maxLength: 12 }), hour, hour, hour, (sinces, from, to, now) => {
      const changes = sinces.map((since, index) => change(since, String(index)));
      const segments = segmentsOf(changes, { from: at(from), to: at(to) }, at(now));
      for (let moment = -31; moment < 31; moment++) {
        const inside = moment >= from && moment < Math.min(to, now);
        // The later change is the truth about any moment since it began.
        const wanted = inside ? sinces.findLastIndex((since) => since <= moment) : -1;
        const covering = segments.filter(
          ({ start, end }) =>
            Temporal.Instant.compare(start, at(moment)) <= 0 && Temporal.Instant.compare(at(moment), end!) < 0,
        );
        expect(covering.map(({ note }) => note)).toEqual(wanted === -1 ? [] : [String(wanted)]);
      }
    }),
    { numRuns: runs(300) },
  );
});

let number = 0;
async function told(userId: string, days: number[], now: Temporal.Instant): Promise<void> {
  for (const ago of days) {
    const since = now.subtract({ hours: ago * 24 });
    await db
      .insertInto('presence_change')
      .values({
        ...{ number: ++number, user_id: userId, status: 'appointment', note: `${ago} days ago` },
        ...{ reason: '{"origin":"default"}', since, at: since, forwarding_mode: 'off' },
      })
      .execute();
  }
}
const notes = async (userId: string) =>
  (await db.selectFrom('presence_change').select('note').where('user_id', '=', userId).orderBy('number').execute()).map(
    ({ note }) => note,
  );

test('is kept as long as the group says and until webhooks have been told, but not for ever for those', async () => {
  const now = at(0);
  const person = async (privacy: object) => {
    const groupId = await makeGroup(db);
    await db
      .updateTable('configuration_group')
      .set({ settings: JSON.stringify({ privacy }) })
      .where('id', '=', groupId)
      .execute();
    return (await makePeople(db, groupId, 1))[0]!;
  };
  const [long, usual, none] = [await person({ historyDays: 60 }), await person({}), await person({ historyDays: 0 })];
  const days = [70, 50, 20, 13, 5, 1];
  for (const userId of [long, usual, none]) await told(userId, days, now);
  await told(usual, [0.5], now); // the newest of all stays

  const { id } = await db
    .insertInto('webhook')
    .values({ url: 'http://example.com', secret: 'x', delivered_number: 0 })
    .returning('id')
    .executeTakeFirstOrThrow();
  await dropOldChanges(db, now);
  // Who follows has been told of nothing yet: only what is older than two weeks goes, but the last before the kept time.
  expect(await notes(long)).toEqual(days.map((ago) => `${ago} days ago`));
  expect(await notes(usual)).toEqual(['20 days ago', '13 days ago', '5 days ago', '1 days ago', '0.5 days ago']);
  expect(await notes(none)).toEqual(['13 days ago', '5 days ago', '1 days ago']);

  await db.updateTable('webhook').set({ delivered_number: number }).where('id', '=', id).execute();
  await dropOldChanges(db, now);
  expect(await notes(none)).toEqual(['1 days ago']);
  expect(await notes(usual)).toHaveLength(5);

  const history = (userId: string) => historyOf(db, userId, { from: at(-24 * 400), to: at(24) }, now);
  const { keptDays, segments } = await history(usual);
  expect(keptDays).toBe(14);
  expect(segments.map(({ note }) => note)).toEqual([
    '20 days ago',
    '13 days ago',
    '5 days ago',
    '1 days ago',
    '0.5 days ago',
  ]);
  expect(segments[0]!.start).toEqual(at(-14 * 24)); // what was in force when the kept time begins
  expect(segments.at(-1)!.end).toEqual(now);
  expect((await history(long)).segments).toHaveLength(6);
  expect(await history(none)).toEqual({ keptDays: 0, segments: [] });
  expect(await history(crypto.randomUUID())).toEqual({ keptDays: 0, segments: [] });
});
