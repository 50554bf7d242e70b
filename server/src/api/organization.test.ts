/** Locations, groups and their functions as administrators meet them, and what an administrator of one location may. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';

let server: TestServer;
let ada: Person;
beforeAll(async () => {
  server = await startTestServer(['api']);
  ada = server.administrator;
}, 60_000);
afterAll(() => server.stop());

const made = async (who: Person, path: string, body: object) => {
  const answer = await who.call('POST', path, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.body as { id: string };
};
const location = (name: string) => made(ada, '/locations', { name, timeZone: 'Europe/Berlin' });
const group = (name: string, locationId: string, who = ada) => made(who, '/groups', { name, locationId });
const ok = async (who: Person, method: string, path: string, body?: object) => {
  const answer = await who.call(method, path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
};
async function userIn(groupId: string, name: string) {
  const person = await server.newUser(name);
  await ok(ada, 'PATCH', `/users/${person.id}`, { groupId });
  return person;
}
/** One who never signs in: making a password takes its time. */
const quietUserIn = (groupId: string, displayName: string) =>
  made(ada, '/users', { email: `${displayName.replaceAll(' ', '.')}@example.com`.toLowerCase(), displayName, groupId });

test('the first location has the profiles, and its group has everything from it', async () => {
  const [group] = (await ok(ada, 'GET', '/groups')).groups;
  expect(group.functions).toEqual({
    ...{ activation: 'default', synchronization: 'default', profiles: 'default', privacy: 'default' },
  });
  expect((await ok(ada, 'GET', '/profiles')).profiles.length).toBe(7);
});

test('locations and groups are made, named once, moved, and go when nobody is in them', async () => {
  const berlin = await location('Berlin');
  const hamburg = await location('Hamburg');
  expect(await ada.call('POST', '/locations', { name: 'Berlin', timeZone: 'UTC' })).toMatchObject({
    status: 409,
    body: { error: { field: 'name', message: 'There is a location called Berlin already.' } },
  });
  const sales = await group('Sales', berlin.id);
  expect((await ada.call('POST', '/groups', { name: 'Sales', locationId: berlin.id })).status).toBe(409);
  await group('Sales', hamburg.id);
  expect((await ada.call('PATCH', `/groups/${sales.id}`, { locationId: hamburg.id })).body.error.field).toBe('name');
  await quietUserIn(sales.id, 'Sam');
  expect(await ada.call('DELETE', `/groups/${sales.id}`)).toMatchObject({
    status: 409,
    body: { error: { message: 'Sales has 1 user. Move them to another group first.' } },
  });
  expect((await ada.call('DELETE', `/locations/${berlin.id}`)).status).toBe(409);
  await ok(ada, 'PATCH', `/groups/${sales.id}`, { locationId: hamburg.id, name: 'More sales' });
  const shown = (await ok(ada, 'GET', '/locations')).locations;
  expect(shown.find(({ id }: { id: string }) => id === hamburg.id)).toMatchObject({ groups: 2, users: 1 });
  await ok(ada, 'DELETE', `/locations/${berlin.id}`);
  expect((await ada.call('PATCH', `/locations/${berlin.id}`, { name: 'X' })).status).toBe(404);
  expect((await ok(ada, 'GET', '/groups')).groups.find(({ id }: { id: string }) => id === sales.id)).toMatchObject({
    ...{ name: 'More sales', location: 'Hamburg', users: 1 },
  });
  const { entries } = await ok(ada, 'GET', `/audit?subjectKind=group&subjectId=${sales.id}`);
  expect(entries.map(({ action, before, after }: Record<string, unknown>) => [action, before, after])).toEqual([
    ['change', { name: 'Sales', location: 'Berlin' }, { name: 'More sales', location: 'Hamburg' }],
    ['create', null, { name: 'Sales', location: 'Berlin' }],
  ]);
});

test('going Individual begins with what was inherited, can be compared and undone; the location reaches only the others', async () => {
  const { id: locationId } = await location('Munich');
  const one = await group('One', locationId);
  const two = await group('Two', locationId);
  const at = (id: string) => `/groups/${id}/functions/activation`;
  await ok(ada, 'PUT', `/locations/${locationId}/functions/activation`, { value: { tentativeCounts: false } });
  const inherited = await ok(ada, 'GET', at(one.id));
  expect(inherited).toMatchObject({ mode: 'default', value: { tentativeCounts: false }, previous: null });
  expect(inherited.inherited).toEqual(inherited.value);

  const own = { ...inherited.value, manualEnd: 'untilChanged' };
  const individual = await ok(ada, 'PUT', at(one.id), { mode: 'individual', value: own });
  expect(individual).toMatchObject({ mode: 'individual', value: own, inherited: inherited.value, previous: null });
  await ok(ada, 'PUT', `/locations/${locationId}/functions/activation`, { value: { manualEnd: 'endOfWorkingDay' } });
  expect((await ok(ada, 'GET', at(one.id))).value).toEqual(own);
  expect((await ok(ada, 'GET', at(two.id))).value.manualEnd).toBe('endOfWorkingDay');
  const back = await ok(ada, 'PUT', at(one.id), { mode: 'default' });
  expect(back).toMatchObject({ mode: 'default', value: { manualEnd: 'endOfWorkingDay' }, previous: own });
  expect((await ok(ada, 'PUT', at(one.id), { mode: 'individual', value: back.previous })).value).toEqual(own);
  const { groups } = await ok(ada, 'GET', `/locations/${locationId}/functions/activation`);
  expect(groups).toBe(1);

  const wrong = await ada.call('PUT', at(one.id), { mode: 'individual', value: { manualEnd: 'never', more: 1 } });
  expect([wrong.status, wrong.body.error.field]).toEqual([400, 'value.manualEnd']);
  expect((await ada.call('GET', `/groups/${one.id}/functions/telepathy`)).status).toBe(400);
  const { entries } = await ok(ada, 'GET', `/audit?subjectKind=groupFunction&subjectId=${one.id}`);
  expect(
    entries.map(({ before, after }: { before: { mode: string }; after: { mode: string } }) => [
      before.mode,
      after.mode,
    ]),
  ).toEqual([
    ['default', 'individual'],
    ['individual', 'default'],
    ['default', 'individual'],
  ]);
});

test('before it is saved a change tells whom it touches, what it changes, and that nothing would be left', async () => {
  const { id: locationId } = await location('Cologne');
  const one = await group('One', locationId);
  const two = await group('Two', locationId);
  const people = [await userIn(one.id, 'Cologne 1'), await userIn(one.id, 'Cologne 2')] as const;
  await quietUserIn(one.id, 'Cologne 3');
  await quietUserIn(two.id, 'Cologne 4');
  const feed = { kind: 'icalendar-address', settings: { url: 'https://calendar.invalid/a.ics' } };
  await made(people[0], '/accounts', feed);
  const preview = (path: string, body: object) => ok(ada, 'POST', `${path}/impact`, body);
  const ofLocation = `/locations/${locationId}/functions/synchronization`;
  const window = { daysBack: 7, daysAhead: 90 };

  expect(await preview(ofLocation, { value: { window } })).toEqual({
    users: 4,
    first: [1, 2, 3, 4].map((number) => ({ id: expect.any(String), displayName: `Cologne ${number}` })),
    changes: [{ path: 'window.daysAhead', from: 60, to: 90 }],
    notes: [{ code: 'readAgain', count: 1, message: expect.any(String) }],
  });
  await ok(ada, 'PUT', `/groups/${two.id}/functions/synchronization`, { mode: 'individual', value: {} });
  expect((await preview(ofLocation, { value: { window } })).users).toBe(3);
  expect(await preview(ofLocation, { value: {} })).toEqual({ users: 0, first: [], changes: [], notes: [] });

  const ofGroup = `/groups/${one.id}/functions/synchronization`;
  const nothing = {
    method: 'local',
    microsoft365: { allowed: true },
    caldav: { allowed: false },
    icalendar: { allowed: false },
  };
  const { notes } = await preview(ofGroup, { mode: 'individual', value: nothing });
  const codes = notes.map(({ code, count }: { code: string; count: number }) => [code, count]);
  expect(codes).toEqual([
    ['nothingLeft', 0],
    ['unavailable', 0],
    ['applicationMissing', 0],
    ['accountsRest', 1],
  ]);
  expect(notes[1].message).toContain('PC agent');

  await ok(ada, 'PUT', ofGroup, { mode: 'individual', value: nothing });
  const refused = await people[1].call('POST', '/accounts', feed);
  expect([refused.status, refused.body.error.field]).toEqual([403, 'kind']);
  expect((await people[1].call('POST', '/accounts/check', feed)).status).toBe(403);
  expect((await ok(people[1], 'GET', '/accounts')).kinds).toContainEqual({
    ...{ kind: 'icalendar-address', allowed: false, restReason: 'kindNotAllowed' },
    reason: expect.stringContaining('Ask your administrator'),
  });
  const undone = await preview(ofGroup, { mode: 'default' });
  expect(undone.notes).toContainEqual({ code: 'accountsReturn', count: 1, message: expect.any(String) });
});

test('choices whose connector is not there yet say so', async () => {
  const { functions } = await ok(ada, 'GET', '/functions');
  const { choices, defaults } = functions.find(({ name }: { name: string }) => name === 'synchronization');
  const available = (list: { value: string; available: boolean; reason: string | null }[]) =>
    list.map(({ value, available, reason }) => [value, available, reason === null]);
  expect(available(choices.methods)).toEqual([
    ['serverSide', true, true],
    ['local', false, false],
    ['off', true, true],
  ]);
  expect(available(choices.sources)).toEqual([
    ['microsoft365', true, true],
    ['exchange', true, true],
    ['domino', false, false],
  ]);
  expect(defaults).toMatchObject({ method: 'serverSide', freeBusyOnly: false, window: { daysBack: 7, daysAhead: 60 } });
});

test('an administrator of one location sees and changes that one, and nothing of another', async () => {
  const [own, other] = [await location('Own'), await location('Other')];
  const [mine, theirs] = [await group('Mine', own.id), await group('Theirs', other.id)];
  const bea = await server.newUser('Bea');
  await ok(ada, 'PUT', `/users/${bea.id}/role`, { role: 'locationAdministrator', locationIds: [own.id] });

  expect((await ok(bea, 'GET', '/locations')).locations.map(({ id }: { id: string }) => id)).toEqual([own.id]);
  expect((await ok(bea, 'GET', '/groups')).groups.map(({ id }: { id: string }) => id)).toEqual([mine.id]);
  const value = { tentativeCounts: false };
  const change = { mode: 'individual', value };
  const calls = (locationId: string, groupId: string): [string, string, object?][] => [
    ['PATCH', `/locations/${locationId}`, { name: `Renamed ${locationId}` }],
    ['GET', `/locations/${locationId}/functions/activation`],
    ['PUT', `/locations/${locationId}/functions/activation`, { value }],
    ['POST', `/locations/${locationId}/functions/activation/impact`, { value }],
    ['POST', '/groups', { name: 'New', locationId }],
    ['PATCH', `/groups/${groupId}`, { name: `Renamed ${groupId}` }],
    ['GET', `/groups/${groupId}/functions/activation`],
    ['PUT', `/groups/${groupId}/functions/activation`, change],
    ['POST', `/groups/${groupId}/functions/activation/impact`, change],
    ['DELETE', `/groups/${groupId}`],
  ];
  for (const [method, path, body] of calls(other.id, theirs.id))
    expect([path, (await bea.call(method, path, body)).status]).toEqual([path, 403]);
  // Out of the own location is as much another one's matter as into it.
  expect((await bea.call('PATCH', `/groups/${mine.id}`, { locationId: other.id })).status).toBe(403);
  expect((await bea.call('POST', '/locations', { name: 'More', timeZone: 'UTC' })).status).toBe(403);
  expect((await bea.call('DELETE', `/locations/${own.id}`)).status).toBe(403);
  for (const [method, path, body] of calls(own.id, mine.id)) {
    const { status, text } = await bea.call(method, path, body);
    expect([path, status < 300 || text]).toEqual([path, true]);
  }
  const unknown = '00000000-0000-4000-8000-000000000000';
  expect((await bea.call('GET', `/groups/${unknown}/functions/activation`)).status).toBe(404);
  expect((await bea.call('PATCH', `/locations/${unknown}`, { name: 'X' })).status).toBe(404);
});
