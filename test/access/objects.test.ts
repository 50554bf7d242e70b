/**
 * What the matrix can't show by paths alone: objects named in bodies, in queries, or below somebody else's path. The
 * administrator of location A reaches into B, a user into what is another's.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';
import { makeGroup, makePerson, subject } from './things.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.server.stop());

const db = () => house.server.server.context.store.db;
const status = async (answer: Promise<{ status: number }>) => (await answer).status;
const asHere = (operation: string, body: unknown, things = house.things) =>
  status(house.ask(operation, things, house.headers.here, body));
async function get(who: keyof House['headers'], path: string) {
  const response = await fetch(`${house.server.url}/api/v1${path}`, { headers: house.headers[who] });
  return { status: response.status, text: await response.text() };
}

describe('the administrator of a location', () => {
  test('moves nobody into or out of a location of others, and makes users only in their own', async () => {
    const { a, b, thingsOfB } = house;
    const second = await makeGroup(db(), a.locationId);
    expect(await asHere('changeUser', { groupId: second.groupId })).toBe(200);
    expect(await asHere('changeUser', { groupId: b.groupId })).toBe(403);
    expect(await asHere('changeUser', { groupId: a.groupId }, thingsOfB)).toBe(403);
    expect(await asHere('changeUser', { groupId: a.groupId })).toBe(200);
    const person = (groupId?: string) => ({ email: `${Math.random()}@example.com`, displayName: 'New', groupId });
    expect(await asHere('createUser', person(a.groupId))).toBe(201);
    expect(await asHere('createUser', person(b.groupId))).toBe(403);
    expect(await asHere('createUser', person())).toBe(400); // the default group may be anybody's
  });

  test('gives nobody a role, themselves neither', async () => {
    const own = { ...house.things, userId: house.ids.here };
    for (const things of [house.things, own])
      for (const role of ['administrator', 'reader'])
        expect(await asHere('changeUser', { role }, things), role).toBe(403);
    expect(await asHere('changeUser', { locationIds: [house.b.locationId] }, own)).toBe(403);
    expect(await asHere('setRole', { role: 'administrator', locationIds: [] }, own)).toBe(403);
    for (const role of ['administrator', 'reader', 'locationAdministrator']) {
      const wanted = { email: `${role}@example.com`, displayName: 'New', groupId: house.a.groupId, role };
      expect(await asHere('createUser', wanted), role).toBe(403);
    }
    expect(await asHere('changeUser', { role: 'user', displayName: 'Same role' })).toBe(200);
  });

  test('takes over nobody in the own location who may more: no new address, link, sign-out or removal', async () => {
    const { a, b } = house;
    const group = a.groupId;
    const more = [
      await makePerson(db(), group, 'administrator'),
      await makePerson(db(), group, 'reader'),
      await makePerson(db(), group, 'locationAdministrator', [a.locationId, b.locationId]),
    ];
    for (const userId of more)
      for (const operation of ['changeUser', 'inviteUser', 'resetUser', 'deleteUser', 'endSessionsOfUser'])
        expect(
          await asHere(operation, operation === 'changeUser' ? { email: 'mine@example.com' } : undefined, {
            ...house.things,
            userId,
          }),
          operation,
        ).toBe(403);
    const equal = await makePerson(db(), group, 'locationAdministrator', [a.locationId]);
    expect(await asHere('changeUser', { displayName: 'An equal' }, { ...house.things, userId: equal })).toBe(200);
  });

  test('puts nothing into another location, by whatever field', async () => {
    const { a, b, thingsOfB } = house;
    const { userId, phoneSystemId } = thingsOfB;
    const profile = { name: 'Ours', status: 'available' };
    const refused: [string, unknown][] = [
      ['createExtension', { userId, phoneSystemId, number: '4711' }],
      ['createProfile', { ...profile, owner: 'group', groupId: b.groupId }],
      ['createProfile', { ...profile, owner: 'location', locationId: b.locationId }],
      ['createGroup', { name: 'Ours', locationId: b.locationId }],
      ['changeGroup', { locationId: b.locationId }],
      ['createWorkGroup', { name: 'Ours', locationId: b.locationId }],
      ['createWorkGroup', { name: 'Ours', locationId: null }],
      ['changeWorkGroup', { locationId: b.locationId }],
      ['changeWorkGroup', { locationId: null }],
      ['setWorkGroupMembers', { userIds: [userId] }],
    ];
    for (const [operation, body] of refused) expect(await asHere(operation, body), operation).toBe(403);
    const group = await db().selectFrom('configuration_group').select('location_id').where('id', '=', a.groupId);
    expect(await group.executeTakeFirstOrThrow()).toEqual({ location_id: a.locationId });
  });

  test('asks for nothing of another location, by whatever filter', async () => {
    const { b, things, thingsOfB } = house;
    const stranger = thingsOfB.userId!;
    for (const path of [`/accounts?userId=${stranger}`, `/api-tokens?userId=${stranger}`])
      expect((await get('here', path)).status, path).toBe(403);
    for (const path of [`/accounts?userId=${things.userId}`, `/api-tokens?userId=${things.userId}`])
      expect((await get('here', path)).status, path).toBe(200);
    const users = JSON.parse((await get('here', `/users?locationId=${b.locationId}`)).text).users as object[];
    for (const user of users) expect(user).not.toHaveProperty('role');
    const { text } = await get('here', `/presence?users=${things.userId},${stranger}`);
    const [own, foreign] = JSON.parse(text).presence;
    expect([own.userId, foreign.userId]).toEqual([things.userId, stranger]);
    expect(own).toMatchObject({ phones: [expect.anything()], reason: expect.anything() });
    expect(foreign).not.toHaveProperty('phones');
    expect(foreign).not.toHaveProperty('reason');
    const audit = await get('here', `/audit?subjectId=${thingsOfB.leavingId}`);
    expect(JSON.parse(audit.text).entries).toEqual([]);
  });

  test('sees of phone systems names only, and of webhooks a reader the host only', async () => {
    const { phoneSystems } = JSON.parse((await get('here', '/phone-systems')).text);
    expect(phoneSystems.length).toBeGreaterThan(1);
    for (const system of phoneSystems)
      expect(system).toMatchObject({ name: expect.stringMatching(/./), settings: {}, message: null });
    const { webhooks } = JSON.parse((await get('reader', '/webhooks')).text);
    expect(webhooks[0].url).toBe('https://127.0.0.1:1/…');
    expect(JSON.parse((await get('reader', '/phone-systems')).text).phoneSystems[0].settings.host).toBe('127.0.0.1');
  });
});

describe('a user', () => {
  test('reaches another’s reminder, session and relationship not through the own path either', async () => {
    const mine = { ...house.things, userId: house.ids.other };
    const as = (operation: string, body?: unknown) => status(house.ask(operation, mine, house.headers.other, body));
    expect(await as('snoozeReminder', { minutes: 5 })).toBe(404);
    expect(await as('dismissReminder')).toBe(404);
    expect(await as('endSession')).toBe(403);
    const foreign = await house.ask('chooseRelationship', house.things, house.headers.other, { level: 'assistant' });
    expect(foreign.status).toBe(403);
    const state = await db().selectFrom('reminder_state').selectAll().where('user_id', '=', house.things.userId!);
    expect(await state.execute()).toEqual([]);
  });

  test('chooses no profile of another user', async () => {
    const [own, foreign] = await Promise.all(
      [house.ids.other, house.things.userId!].map((user_id) =>
        db()
          .insertInto('profile')
          .values({ user_id, name: 'Own', status: 'available' })
          .returning('id')
          .executeTakeFirstOrThrow(),
      ),
    );
    const choose = (profileId: string) =>
      status(
        house.ask('setManualPresence', { ...house.things, userId: house.ids.other }, house.headers.other, {
          profileId,
        }),
      );
    expect(await choose(foreign!.id)).toBe(400);
    expect(await choose(own!.id)).toBe(202);
    for (const operation of ['changeProfile', 'deleteProfile'])
      expect([403, 404], operation).toContain(
        await status(house.ask(operation, { ...house.things, profileId: foreign!.id }, house.headers.other)),
      );
  });

  test('is the only one who reads the subject, by whatever way', async () => {
    const { userId } = house.things;
    const day = `from=${Temporal.Now.instant()}&to=${Temporal.Now.instant().add({ hours: 24 })}`;
    const paths = ['agenda', 'presence/timeline', 'presence', 'overview'].map(
      (part) => `/users/${userId}/${part}?${day}`,
    );
    for (const path of paths)
      for (const who of ['other', 'reader', 'here', 'there', 'admin'] as const)
        expect((await get(who, path)).text, `${who} ${path}`).not.toContain(subject);
    expect((await get('owner', paths[0]!)).text).toContain(subject);
    expect((await get('owner', paths[1]!)).text).toContain(subject);
  });
});
