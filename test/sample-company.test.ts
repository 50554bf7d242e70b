/** A newcomer's first minutes: the sample company is made, moves, survives a restart, touches no real phone, and goes. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepMoving } from '../server/src/organization/sample-company/moving.ts';
import { type Pbx, startPbx } from '../simulators/pbx/pbx.ts';
import { pbxSettings } from '../simulators/pbx/settings.ts';
import { startTestServer, type TestServer } from './api-client.ts';
import { until } from './product.ts';

let server: TestServer;
/** Somebody's real phone system. */
let pbx: Pbx;
beforeAll(async () => {
  server = await startTestServer();
  pbx = await startPbx({ extensions: ['100', '101', '201'], badHabits: false });
});
afterAll(async () => {
  await server?.stop();
  await pbx?.stop();
});

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

test('made, it fills agendas and phones, survives a restart, moves on; removed, nothing is left', async () => {
  const { administrator } = server;
  let { db } = server.server.context.store;
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

  // Started anew, the simulated phones still have what was set, and go on obeying.
  await server.restart();
  ({ db } = server.server.context.store);
  expect(await state('present', 10)).toMatchObject({ state: 'present', message: null });
  await administrator.call('PUT', '/users/me/presence/manual', { status: 'available' });
  await until(
    'the phone to be given back',
    () => administrator.call('GET', '/users/me/presence'),
    ({ body }) => body.phones[0].actual.mode === 'off' && body.phones[0].phase === 'idle',
  );
  expect((await administrator.call('GET', '/users/me/forwarding-log')).body.entries[0].event).toBe('givenBack');

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
  const audit = (await administrator.call('GET', '/audit?subjectKind=sampleCompany')).body;
  expect(audit.entries).toMatchObject(
    ['delete', 'create'].map((action) => ({ action, actor: { id: administrator.id }, via: 'session' })),
  );
}, 240_000);

test('no real phone is forwarded for made-up meetings', async () => {
  const { administrator } = server;
  const settings = pbxSettings(pbx.url);
  const real = (await administrator.call('POST', '/phone-systems', { name: 'Real', kind: 'http', settings })).body;
  const colleague = await server.newUser('Rita Real');
  const connect = (userId: string, number: string) =>
    administrator.call('POST', '/extensions', { userId, phoneSystemId: real.id, number });
  expect((await connect(colleague.id, '201')).status).toBe(201);

  await administrator.call('POST', '/sample-company');
  expect((await state('present', 90)).message).toBeNull();
  const { users } = (await administrator.call('GET', '/users')).body;
  const sample = users.find((user: { sample: boolean }) => user.sample);
  for (const [userId, number] of [
    [administrator.id, '100'],
    [sample.id, '101'],
  ]) {
    const refused = await connect(userId, number);
    expect(refused.status).toBe(409);
    expect(refused.body.error).toMatchObject({
      field: 'userId',
      message: expect.stringContaining('Remove the sample'),
    });
  }
  const { groupId } = sample;
  const joining = await administrator.call('PATCH', `/users/${colleague.id}`, { groupId });
  expect(joining.body.error).toMatchObject({ code: 'conflict', field: 'groupId' });
  const { phoneSystems } = (await administrator.call('GET', '/phone-systems')).body;
  const { id } = phoneSystems.find(({ name }: { name: string }) => name.startsWith('Sample'));
  expect((await administrator.call('PATCH', `/phone-systems/${id}`, { settings })).body.error.code).toBe('conflict');
  expect((await administrator.call('PATCH', `/phone-systems/${id}`, { mode: 'paused' })).status).toBe(200);
  await administrator.call('DELETE', '/sample-company');
  await state('absent', 60);

  // Who has a real phone looks on, and keeps group and calendars.
  expect((await connect(administrator.id, '100')).status).toBe(201);
  const before = (await administrator.call('GET', '/me')).body;
  await administrator.call('POST', '/sample-company');
  expect(await state('present', 90)).toMatchObject({ message: null, people: 12 });
  expect((await administrator.call('GET', '/me')).body).toEqual(before);
  expect((await administrator.call('GET', '/accounts')).body.accounts).toEqual([]);
  const presence = (await administrator.call('GET', '/users/me/presence')).body;
  expect(presence.phones).toMatchObject([{ extension: '100', phoneSystem: 'Real' }]);
  await administrator.call('DELETE', '/sample-company');
  await state('absent', 60);
  expect((await administrator.call('GET', '/extensions')).body.extensions).toHaveLength(2);
  for (const number of ['100', '101', '201']) expect(pbx.state(number)).toMatchObject({ mode: 'off' });
}, 240_000);
