/** The engine's promises one by one, against a source that is a model and against one that is hostile. */
import { sql } from 'kysely';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { makeUser, testContext } from '../../../test/context.ts';
import { emptyState, modelConnector, occurrencesOf, put } from '../../../test/sources/model-source.ts';
import { dayIn, meeting, modelled, stored } from '../../../test/sources/model-store.ts';
import { openTestStore } from '../../../test/store.ts';
import type { SourceAppointment } from '../agenda/appointment.ts';
import { type Change, ConnectorError } from '../calendars/connector.ts';
import { createAccount, syncNow } from './accounts.ts';
import { accountHealth } from './health.ts';
import { mostOccurrences } from './rows.ts';
import { pullAccountOnce, startSync } from './sync.ts';
import { windowAt } from './window.ts';

const store = await openTestStore();
afterAll(() => store.close());
const context = testContext(store);
const { db } = store;
let state = emptyState();
const connectors = [modelConnector(() => state)];
beforeEach(() => {
  state = emptyState();
});

async function newAccount() {
  const { userId } = await makeUser(db);
  const accountId = await createAccount(context, { userId, kind: 'model', name: 'Model', settings: {} });
  return { userId, accountId };
}

const once = (accountId: string) => pullAccountOnce(context, connectors, accountId);
const objectRows = (accountId: string) =>
  sql<{ key: string; version: string; xmin: string }>`
    select key, version, calendar_object.xmin::text from calendar_object join calendar on calendar.id = calendar_id
     where account_id = ${accountId}::uuid order by key`
    .execute(db)
    .then(({ rows }) => rows);

test('two engines at once pull every account, none twice at the same time, and give way to the living', async () => {
  put(state.calendars.main!, 'a', meeting());
  const { userId } = await makeUser(db);
  let pulling = new Set<string>();
  let most = 0;
  let pulls = 0;
  const twice: string[] = [];
  const inner = modelConnector(() => state);
  const counting = {
    ...inner,
    kind: 'model',
    defaultPoll: inner.defaultPoll,
    discover: inner.discover,
    async *pull(account: { id: string }, request: Parameters<typeof inner.pull>[1]) {
      if (pulling.has(account.id)) twice.push(account.id);
      pulling.add(account.id);
      pulls++;
      most = Math.max(most, pulling.size);
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield* inner.pull({ ...account, settings: {}, secret: null }, request);
      pulling.delete(account.id);
    },
  } as typeof inner;
  const accounts = await Promise.all(
    Array.from({ length: 12 }, () => createAccount(context, { userId, kind: 'model', name: 'One', settings: {} })),
  );
  // One of them was being read by a process that died.
  await db
    .updateTable('account')
    .set({ leased_by: 'a dead process', leased_until: sql`now() + interval '1 second'` })
    .where('id', '=', accounts[0]!)
    .execute();
  const engines = await Promise.all(
    ['one', 'two'].map((processName) =>
      startSync({ ...context, processName }, { connectors: [counting], concurrency: 4 }),
    ),
  );
  onTestFinished(async () => void (await Promise.all(engines.map((engine) => engine.stop()))));
  await until(async () =>
    (await Promise.all(accounts.map((id) => accountHealth(db, id)))).every((h) => h?.status === 'ok'),
  );
  expect({ twice, pulls }).toEqual({ twice: [], pulls: 12 });
  expect(most).toBeGreaterThan(1);
  expect((await accountHealth(db, accounts[0]!))!.failures).toBe(0);

  // A wish is heard long before the account is due again (in minutes).
  pulling = new Set();
  put(state.calendars.main!, 'b', meeting({ title: 'New' }));
  await syncNow(db, accounts[1]!);
  await until(async () => (await stored(db, accounts[1]!)).length === 2);
  await Promise.all(engines.map((engine) => engine.stop()));
  const held = await db.selectFrom('account').select('id').where('leased_by', 'is not', null).execute();
  expect(held).toEqual([]);
});

test('one account’s fault is its own: it is told in words, waits as asked, and the others go on', async () => {
  const { userId } = await makeUser(db);
  const good = await createAccount(context, { userId, kind: 'model', name: 'Good', settings: {} });
  const bad = await createAccount(context, { userId, kind: 'throttled', name: 'Bad', settings: {} });
  const unknown = await createAccount(context, { userId, kind: 'fax', name: 'Unknown', settings: {} });
  const throttled = {
    ...modelConnector(() => state),
    kind: 'throttled',
    discover: async () => {
      const retryAt = Temporal.Now.instant().add({ hours: 3 });
      throw new ConnectorError('throttled', 'The server asks to come back later.', { retryAt });
    },
  } as (typeof connectors)[number];
  const engine = await startSync(context, { connectors: [...connectors, throttled] });
  onTestFinished(() => engine.stop());
  const health = async () => Promise.all([good, bad, unknown].map((id) => accountHealth(db, id)));
  await until(async () => (await health()).every((one) => one!.status !== 'new'));
  await engine.stop();
  const [fine, waiting, strange] = await health();
  expect(fine).toMatchObject({ status: 'ok', errorClass: null, message: null, failures: 0 });
  expect(waiting).toMatchObject({
    status: 'failing',
    errorClass: 'throttled',
    message: 'The server asks to come back later.',
    failures: 1,
    lastSuccessAt: null,
  });
  expect(waiting!.nextAt!.since(Temporal.Now.instant()).total('minutes')).toBeGreaterThan(178);
  expect(strange!.message).toContain('"fax"');
});

test('a dead server with many accounts keeps nobody else waiting', async () => {
  put(state.calendars.main!, 'a', meeting());
  const inner = modelConnector(() => state);
  const dead: typeof inner = {
    ...inner,
    kind: 'dead',
    discover: (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  };
  const { userId } = await makeUser(db);
  for (let account = 0; account < 12; account++) {
    const id = await createAccount(context, { userId, kind: 'dead', name: 'Dead', settings: {} });
    await db.updateTable('account').set({ failures: 1, status: 'failing' }).where('id', '=', id).execute();
  }
  const engine = await startSync(context, { connectors: [inner, dead], concurrency: 4 });
  onTestFinished(() => engine.stop());
  await until(async () => {
    const { rows } = await sql<{ busy: number }>`
      select count(*)::int as busy from account where kind = 'dead' and leased_until > now()`.execute(db);
    return rows[0]?.busy === 2;
  });
  const { accountId } = await newAccount();
  await until(async () => (await accountHealth(db, accountId))?.status === 'ok');
  await db.deleteFrom('account').where('kind', '=', 'dead').execute();
});

test('a source that hangs is left after its time, and what is stored stays', async () => {
  const { accountId } = await newAccount();
  put(state.calendars.main!, 'a', meeting());
  await once(accountId);
  Object.assign(state, { failAt: 1, fault: 'hangs', mood: 'everything' });
  const outcome = await pullAccountOnce(context, connectors, accountId, { timeLimit: 100 });
  expect(outcome.error).toMatchObject({
    errorClass: 'unreachable',
    message: expect.stringContaining('within 0 seconds'),
  });
  expect(await stored(db, accountId)).toHaveLength(1);
});

test('unchanged objects are not written again, and nobody is told of nothing', async () => {
  const { userId, accountId } = await newAccount();
  state.mood = 'everything';
  put(state.calendars.main!, 'a', meeting());
  put(state.calendars.main!, 'b', meeting({ everyDays: 7 }));
  const told: string[] = [];
  await store.listen('agenda', (user) => user === userId && told.push(user));
  await once(accountId);
  await until(async () => told.length === 1);
  const before = await objectRows(accountId);
  await once(accountId);
  expect(await objectRows(accountId)).toEqual(before);
  put(state.calendars.main!, 'a', meeting({ title: 'Moved' }));
  await once(accountId);
  const after = await objectRows(accountId);
  expect(after.map(({ xmin }, index) => xmin === before[index]!.xmin)).toEqual([false, true]);
  await until(async () => told.length === 2);
});

test('rolling on expands only what begins in the new part, without asking the source', async () => {
  const { accountId } = await newAccount();
  const now = Temporal.Now.instant();
  for (let index = 0; index < 20; index++) put(state.calendars.main!, `once${index}`, meeting());
  put(state.calendars.main!, 'weekly', meeting({ everyDays: 7 }));
  put(state.calendars.main!, 'later', meeting({ day: dayIn(63) }));
  const expanded: string[] = [];
  const inner = modelConnector(() => state);
  const watching = {
    ...inner,
    expand(source, window, zone) {
      expanded.push((JSON.parse(source) as { key: string }).key);
      return inner.expand!(source, window, zone);
    },
  } as typeof inner;
  await pullAccountOnce(context, [watching], accountId, { now });
  expect(expanded).toEqual([]);
  Object.assign(state, { failAt: 0 }); // the source is down
  const later = now.add({ hours: 24 * 10 });
  await pullAccountOnce(context, [watching], accountId, { now: later });
  expect(expanded.sort()).toEqual(['later', 'weekly']);
  expect(await stored(db, accountId)).toEqual(modelled(state, 'Europe/Berlin', later));
});

test('what a hostile connector yields costs only itself', async () => {
  const good = occurrencesOf('x', meeting(), windowAt(Temporal.Now.instant()), 'UTC').appointments[0]!;
  const item = (key: string, appointments: SourceAppointment[], version = '1'): Change => ({
    type: 'upsert',
    object: { key, version, appointments, source: 'nul \u0000', nextAfterWindow: null, skipped: [] },
  });
  const zoned = (start: string, end: string) => ({
    ...good,
    when: { kind: 'zoned' as const, start: Temporal.Instant.from(start), end: Temporal.Instant.from(end) },
  });
  const soon = Temporal.Now.instant().add({ hours: 1 });
  const far = {
    kind: 'allDay' as const,
    start: Temporal.PlainDate.from('+275760-09-13'),
    end: Temporal.PlainDate.from('+275760-09-13'),
  };
  const hostile: Change[] = [
    { type: 'replaceWindow' },
    item('backwards', [zoned(soon.toString(), soon.subtract({ hours: 1 }).toString())]),
    item('ancient', [zoned('-099999-01-01T00:00:00Z', '+099999-01-01T00:00:00Z')]),
    item('never', [{ ...good, when: far }]),
    item('text', [
      { ...good, title: 'a\u0000b\ud800', uid: 'nul\u0000', categories: ['\udc00', '{"\\'], location: 'x'.repeat(1e6) },
    ]),
    item('long'.repeat(2_000), [{ ...good, uid: 'u'.repeat(10_000) }]),
    item('script', [{ ...good, joinUrl: 'javascript:alert(1)', openUrl: 'https://example.com/' }]),
    item('twice', [good, { ...good, title: 'the second' }]),
    item('same', [good]),
    item('same', [{ ...good, title: 'the last' }], '2'),
    item(
      'many',
      Array.from({ length: 6_000 }, (_, index) => ({ ...good, occurrence: String(index) })),
    ),
    item('numbers', [{ ...good, attendeeCount: Number.NaN, reminders: [Number.POSITIVE_INFINITY, 1.5, 1e12, 15, 15] }]),
    { type: 'end', cursor: { text: 'nul \u0000 half \ud800' } },
  ];
  const connector = (changes: Change[]) =>
    ({
      ...modelConnector(() => state),
      async *pull() {
        yield* changes;
      },
    }) as (typeof connectors)[number];
  const { accountId } = await newAccount();
  const pull = (changes: Change[]) => pullAccountOnce(context, [connector(changes)], accountId);
  expect((await pull(hostile)).error).toBeNull();
  const rows = await sql<{ key: string; title: string; join_url: string | null; reminders: number[] }>`
    select left(object_key, 8) as key, title, join_url, reminders from appointment
      join calendar on calendar.id = calendar_id where account_id = ${accountId}::uuid`.execute(db);
  const byKey = Map.groupBy(rows.rows, ({ key }) => key);
  expect([...byKey].map(([key, some]) => [key, some.length]).sort()).toEqual([
    ['longlong', 1],
    ['many', mostOccurrences],
    ['numbers', 1],
    ['same', 1],
    ['script', 1],
    ['text', 1],
    ['twice', 1],
  ]);
  expect(byKey.get('text')![0]!.title).toBe('ab\ufffd');
  expect(byKey.get('same')![0]!.title).toBe('the last');
  expect(byKey.get('script')![0]!.join_url).toBeNull();
  expect(byKey.get('numbers')![0]!.reminders).toEqual([1, 15]);
  const health = (await accountHealth(db, accountId))!;
  expect(health.counts).toMatchObject({ calendars: 1, objects: 10, skipped: 4 });
  expect(health.skipped.map(({ reason }) => reason).join('\n')).toMatch(/ends before it starts[\s\S]*years 1 to 9999/);

  // Without `end` nothing counts; without `replaceWindow` nothing is missed; after `end` nothing may come.
  const count = async () => (await stored(db, accountId)).length;
  const before = await count();
  expect((await pull([{ type: 'replaceWindow' }])).error?.errorClass).toBe('malformed');
  expect(await count()).toBe(before);
  expect((await pull([{ type: 'end', cursor: 1 }])).error).toBeNull();
  expect(await count()).toBe(before);
  const unheardOf = await pull([
    { type: 'replaceWindow' },
    { type: 'unchanged', key: 'unheard of' },
    { type: 'end', cursor: 1 },
  ]);
  expect(unheardOf.error?.errorClass).toBe('malformed');
  expect(await count()).toBe(before);
  expect(
    (
      await pull([
        { type: 'end', cursor: 1 },
        { type: 'remove', key: 'same' },
      ])
    ).error?.errorClass,
  ).toBe('malformed');
  expect(await count()).toBe(before);
  expect((await pull([{ type: 'replaceWindow' }, { type: 'end', cursor: 1 }])).error).toBeNull();
  expect(await count()).toBe(0);
});

test('a database that goes away for a moment costs nothing but the moment', async ({ skip }) => {
  skip(store.kind !== 'postgresql', 'the embedded database lives in this process and goes away with it');
  const { accountId } = await newAccount();
  const engine = await startSync(context, { connectors });
  onTestFinished(() => engine.stop());
  await until(async () => (await accountHealth(db, accountId))!.status === 'ok');
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()`.execute(db);
  put(state.calendars.main!, 'a', meeting());
  await until(() =>
    syncNow(db, accountId).then(
      () => true,
      () => false,
    ),
  );
  await until(async () => (await stored(db, accountId)).length === 1);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 45_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('It did not come true within 45 s.');
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
