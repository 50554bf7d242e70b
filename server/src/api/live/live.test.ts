import { sql } from 'kysely';
import { afterAll, expect, test, vi } from 'vitest';
import { makeUser, testContext } from '../../../../test/context.ts';
import { openTestStore } from '../../../../test/store.ts';
import { lastChangeNumber, presenceChannel } from '../../presence/changes.ts';
import { ownView, type View } from '../presence-views.ts';
import { openLiveHub } from './hub.ts';
import { rememberTold, toldAgainMs } from './lately-told.ts';
import { eventBlock, type LiveStream, openStream } from './stream.ts';

const store = await openTestStore();
const hub = await openLiveHub(testContext(store));
afterAll(async () => {
  await hub.stop();
  await store.close();
});

const reader = { language: 'en', timeZone: 'UTC' } as const;
const colleague: View = { presence: 'limited', until: true, note: false, detail: 'status', mayAct: false };
const whole: View = { ...ownView, detail: 'status' };

/** A stream that only counts: what the hub queues, and how often it is flushed. */
function counting(userId: string, watched: readonly string[], administrator = false) {
  const queued: string[] = [];
  let flushes = 0;
  const stream: LiveStream = {
    ...{ userId, whole: administrator ? 'all' : new Set([userId]), watched: new Set(watched) },
    reader,
    hearsAlerts: false,
    views: new Map(watched.map((id) => [id, id === userId ? ownView : administrator ? whole : colleague])),
    begin: () => {},
    queue: (_key, block) => queued.push(block),
    flush: () => flushes++,
    heartbeat: () => {},
    close: () => {},
  };
  return { stream, queued, flushes: () => flushes };
}

async function change(userIds: readonly string[], status: string): Promise<void> {
  await store.db.transaction().execute(async (transaction) => {
    const last = await lastChangeNumber(transaction);
    await transaction
      .insertInto('presence_change')
      .values(
        userIds.map((userId, index) => ({
          ...{ number: last + 1 + index, user_id: userId, status, note: 'A note', reason: '{"origin":"default"}' },
          ...{ since: Temporal.Now.instant(), forwarding_mode: 'all', forwarding_target: '+491' },
        })),
      )
      .execute();
    await sql`select pg_notify(${presenceChannel}, ${String(last + userIds.length)})`.execute(transaction);
  });
}

test('many changes reach each stream once, in few chunks, and only those it asked for', async () => {
  const users = await Promise.all(Array.from({ length: 30 }, async () => (await makeUser(store.db)).userId));
  const [me, ...others] = users as [string, ...string[]];
  const mine = counting(me, [me, ...others.slice(0, 9)]);
  const boss = counting(others[0]!, users, true);
  for (const { stream } of [mine, boss]) hub.add(stream);
  await change(users, 'appointment');
  await vi.waitFor(() => expect([mine.queued.length, boss.queued.length]).toEqual([10, 30]), 5_000);
  await vi.waitFor(() => expect(mine.flushes()).toBeGreaterThan(0), 5_000);
  expect(mine.flushes()).toBeLessThan(5);
  const own = mine.queued.filter((block) => block.includes('+491'));
  expect(own).toHaveLength(1);
  expect(own[0]).toContain(me);
  expect(mine.queued.filter((block) => block.includes('A note'))).toHaveLength(1);
  expect(boss.queued.every((block) => block.includes('+491'))).toBe(true);
  // The JSON for all colleagues is one and the same text.
  const someone = counting(others[20]!, [others[1]!]);
  const another = counting(others[21]!, [others[1]!]);
  for (const { stream } of [someone, another]) hub.add(stream);
  await change([others[1]!], 'available');
  await vi.waitFor(() => expect(another.queued).toHaveLength(1), 5_000);
  expect(someone.queued).toEqual(another.queued);
  for (const { stream } of [mine, boss, someone, another]) hub.remove(stream);
});

test('a stream that opens is told again what changed just before, as far as its reader may hear it', async () => {
  const [{ userId: me }, { userId: other }] = [await makeUser(store.db), await makeUser(store.db)];
  const { id: accountId } = await store.db
    .insertInto('account')
    .values({ user_id: me, kind: 'caldav', name: 'Work', settings: '{}' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const witness = counting(me, [me]); // to know when all is told
  hub.add(witness.stream);
  await sql`select pg_notify('agenda', ${me}), pg_notify('agenda', ${other}), pg_notify('account', ${accountId})`.execute(
    store.db,
  );
  await vi.waitFor(() => expect(witness.queued).toHaveLength(2), 5_000);

  const agendaOf = (userId: string) => eventBlock('agenda', JSON.stringify({ userId }));
  const account = eventBlock('account', JSON.stringify({ userId: me, accountId }));
  const [mine, administrators] = [counting(me, [me]), counting(other, [me], true)];
  const [colleagues, strangers] = [counting(other, [other, me]), counting(other, [other, me])];
  strangers.stream.views = new Map([
    [other, ownView],
    [me, { ...colleague, detail: 'nothing' }],
  ]);
  const opened = [mine, administrators, colleagues, strangers];
  for (const { stream } of opened) {
    hub.add(stream);
    hub.tellAgain(stream);
  }
  expect(mine.queued.toSorted()).toEqual([account, agendaOf(me)]);
  expect(administrators.queued.toSorted()).toEqual([account, agendaOf(me)]);
  expect(colleagues.queued).toEqual([agendaOf(me), agendaOf(other)]);
  expect(strangers.queued).toEqual([agendaOf(other)]);
  for (const { stream } of [witness, ...opened]) hub.remove(stream);
});

test('a stream whose views aren’t known yet is told no presence: it begins with what is read later', async () => {
  const { userId } = await makeUser(store.db);
  const [early, ready] = [counting(userId, [userId]), counting(userId, [userId])];
  early.stream.views = new Map();
  for (const { stream } of [early, ready]) hub.add(stream);
  await change([userId], 'appointment');
  await vi.waitFor(() => expect(ready.queued).toHaveLength(1), 5_000);
  expect(early.queued).toEqual([]);
  for (const { stream } of [early, ready]) hub.remove(stream);
});

test('what was told is forgotten after a while, and the newest of it counts', () => {
  let now = 0;
  const told = rememberTold(() => now);
  const { stream } = counting('me', ['me']);
  const news = (key: string, block: string) => told.keep({ userId: 'me', key, block, mayHear: () => true });
  const blocks = () => told.of(stream).map(({ block }) => block);
  news('account', 'old');
  news('agenda', 'once');
  now = toldAgainMs;
  news('account', 'new');
  expect(blocks()).toEqual(['once', 'new']);
  now += 1;
  expect(blocks()).toEqual(['new']);
  now += toldAgainMs;
  expect(blocks()).toEqual([]);
});

test('within 100 ms only the latest of a user is sent, after what the stream began with', async () => {
  const { stream, response } = openStream({
    ...{ userId: 'me', whole: new Set(['me']), watched: new Set(['me']), reader, views: new Map(), onClose: () => {} },
  });
  stream.queue('presence you', eventBlock('presence', '{"status":"appointment"}', 1));
  stream.flush(); // nothing is sent before the beginning
  stream.queue('presence you', eventBlock('presence', '{"status":"available"}', 2));
  stream.begin(eventBlock('reload', '{}'));
  stream.close();
  expect(await response.text()).toBe(
    'event: reload\ndata: {}\n\nid: 2\nevent: presence\ndata: {"status":"available"}\n\n',
  );
});

test('a reader that does not read is cut off instead of being remembered for ever', () => {
  const onClose = vi.fn();
  const { stream } = openStream({
    userId: 'me',
    whole: new Set(['me']),
    watched: new Set(['me']),
    reader,
    views: new Map(),
    onClose,
  });
  stream.begin('retry: 2000\n\n');
  const block = eventBlock('presence', JSON.stringify({ note: 'x'.repeat(50_000) }));
  for (let index = 0; index < 100 && onClose.mock.calls.length === 0; index++) {
    stream.queue(`presence ${index}`, block);
    stream.flush();
  }
  expect(onClose).toHaveBeenCalledTimes(1);
  stream.flush();
  stream.heartbeat();
});
