/** A newcomer's first minutes: the sample company is made, moves, survives a restart of its phones, and goes again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepMoving } from '../server/src/organization/sample-company/moving.ts';
import { startTestServer, type TestServer } from './api-client.ts';
import { until } from './product.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server?.stop());

const state = (wanted: string, seconds: number) =>
  until(
    `sample company ${wanted}`,
    () => server.administrator.call('GET', '/sample-company'),
    ({ body }) => body.state === wanted || body.state === 'failed',
    seconds,
  ).then(({ body }) => body);
const count = (table: 'account' | 'appointment' | 'extension' | 'phone_system' | 'location') =>
  server.server.context.store.db
    .selectFrom(table)
    .select((of) => of.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
    .then((row) => row.count);

test('made, it fills agendas and phones; as time goes by it moves on; removed, nothing is left', async () => {
  const { administrator } = server;
  const { db } = server.server.context.store;
  const before = (await administrator.call('GET', '/me')).body;
  expect((await administrator.call('GET', '/sample-company')).body.state).toBe('absent');
  const begun = await administrator.call('POST', '/sample-company');
  expect(begun.status).toBe(202);
  expect((await administrator.call('POST', '/sample-company')).status).toBe(409);
  expect(await state('present', 90)).toMatchObject({ state: 'present', people: 12, message: null });

  const { users } = (await administrator.call('GET', '/users')).body;
  expect(users.filter(({ sample }: { sample: boolean }) => sample)).toHaveLength(12);
  const now = Temporal.Now.instant();
  const agenda = async (from: Temporal.Instant, to: Temporal.Instant) =>
    (await administrator.call('GET', `/users/me/agenda?from=${from}&to=${to}`)).body.appointments;
  expect((await agenda(now, now.add({ hours: 7 * 24 }))).length).toBeGreaterThan(7);

  // Somebody's next meeting is near, and the timeline knows the status and the forwarding it will bring.
  const ids = users.map(({ id }: { id: string }) => id);
  const next = await db
    .selectFrom('appointment')
    .select(['user_id', 'starts_at'])
    .where('starts_at', '>', now)
    .where('uid', 'like', 'soon-%')
    .orderBy('starts_at')
    .limit(1)
    .executeTakeFirstOrThrow();
  expect(now.until(next.starts_at).total('seconds')).toBeLessThanOrEqual(120);
  const until1 = next.starts_at.add({ seconds: 1 });
  const timeline = await administrator.call(
    'GET',
    `/users/${next.user_id}/presence/timeline?from=${next.starts_at}&to=${until1}`,
  );
  expect(['appointment', 'outOfOffice']).toContain(timeline.body.segments[0].status);
  expect(timeline.body.segments[0].forwarding.mode).toBe('all');

  // A choice by hand goes all the way to the phone, and its log says so.
  await administrator.call('PUT', '/users/me/presence/manual', { status: 'doNotDisturb' });
  const phone = await until(
    'the phone',
    () => administrator.call('GET', '/users/me/presence'),
    ({ body }) => body.phones[0]?.actual?.mode === 'doNotDisturb',
  );
  expect(phone.body.phones[0]).toMatchObject({ extension: '100', phase: 'applied', error: null });
  const { entries } = (await administrator.call('GET', '/users/me/forwarding-log')).body;
  expect(entries[0]).toMatchObject({ extension: '100', phoneSystem: 'Sample phone system' });
  expect((await administrator.call('GET', `/presence?users=${ids.join(',')}`)).body.presence).toHaveLength(13);

  // An hour later the next short meetings are there.
  const later = now.add({ minutes: 58 });
  await keepMoving(server.server.context, later);
  const soonAfter = later.add({ hours: 1 });
  const starts = await until(
    'more short meetings',
    () =>
      db
        .selectFrom('appointment')
        .select('starts_at')
        .where('uid', 'like', 'soon-%')
        .where('starts_at', '>', later.add({ minutes: 10 }))
        .orderBy('starts_at')
        .execute(),
    (rows) => rows.length > 25,
  );
  expect(Temporal.Instant.compare(starts.at(-1)!.starts_at, soonAfter.subtract({ minutes: 10 }))).toBe(1);

  expect((await administrator.call('DELETE', '/sample-company')).status).toBe(202);
  expect(await state('absent', 60)).toMatchObject({ state: 'absent' });
  expect((await administrator.call('GET', '/users')).body.users).toHaveLength(1);
  expect((await administrator.call('GET', '/me')).body).toEqual(before);
  for (const table of ['account', 'appointment', 'extension', 'phone_system'] as const)
    expect([table, await count(table)]).toEqual([table, 0]);
  expect(await count('location')).toBe(1);
}, 240_000);
