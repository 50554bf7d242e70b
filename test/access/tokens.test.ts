/** API tokens as programs use them, and roles that count in running sessions, tokens and live streams at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSessions } from '../../server/src/api/sessions.ts';
import { openTokens } from '../../server/src/api/tokens.ts';
import { openEvents } from '../events.ts';
import { until } from '../product.ts';
import { type House, openHouse } from './house.ts';
import { bearerOf, cookieOf, inDays, makePerson } from './things.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house?.server.stop());

const db = () => house.server.server.context.store.db;
interface Made {
  id: string;
  token: string;
}
async function call(method: string, path: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(`${house.server.url}${path.startsWith('/api/') ? '' : '/api/v1'}${path}`, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : {},
  };
}
const make = (who: 'owner' | 'admin' | 'reader' | 'here', wanted: object) =>
  call('POST', '/api-tokens', house.headers[who], { name: 'A program', scopes: ['read'], ...wanted });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('API tokens', () => {
  test('one is shown once, works, is told when it was last used, and ends at once', async () => {
    const { status, body } = await make('owner', { name: 'Wall display' });
    expect(status).toBe(201);
    const { id, token } = body as Made;
    expect(token).toMatch(/^whenabouts_[\w-]{43}$/);
    const listed = async () =>
      (await call('GET', '/api-tokens', house.headers.owner)).body.apiTokens.find((one: Made) => one.id === id);
    expect(await listed()).toMatchObject({ name: 'Wall display', scopes: ['read'], lastUsedAt: null });
    expect(await listed()).not.toHaveProperty('token');
    const stored = await db().selectFrom('api_token').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    expect(JSON.stringify(stored)).not.toContain(token.slice('whenabouts_'.length));

    const me = await call('GET', '/me', bearer(token));
    expect([me.status, me.body.id]).toEqual([200, house.ids.owner]);
    const { lastUsedAt } = await listed();
    expect(Temporal.Now.instant().since(lastUsedAt).total('seconds')).toBeLessThan(60);
    expect((await call('DELETE', `/api-tokens/${id}`, house.headers.owner)).status).toBe(204);
    expect((await call('GET', '/me', bearer(token))).status).toBe(401);
    expect(await listed()).toBeUndefined();
  });

  test('it lives for 90 days unless told otherwise, and never longer than a year', async () => {
    const days = (made: { body: { expiresAt: string } }) =>
      Temporal.Instant.from(made.body.expiresAt).since(Temporal.Now.instant()).total('hours') / 24;
    expect(days(await make('owner', {}))).toBeCloseTo(90, 1);
    expect(days(await make('owner', { expiresAt: inDays(365) }))).toBeCloseTo(365, 1);
    for (const expiresAt of [inDays(367), inDays(-1)]) {
      const { status, body } = await make('owner', { expiresAt });
      expect([status, body.error.field]).toEqual([400, 'expiresAt']);
    }
    const old = await bearerOf(db(), house.ids.owner, ['read']);
    await db()
      .updateTable('api_token')
      .set({ expires_at: inDays(-1) })
      .where('name', '=', 'read')
      .execute();
    expect((await call('GET', '/me', { authorization: old })).status).toBe(401);
  });

  test('nobody gives a token what they may not do themselves', async () => {
    const refused = async (who: 'owner' | 'reader', scopes: string[]) => {
      const { status, body } = await make(who, { scopes });
      expect([status, body.error.field], `${who} ${scopes}`).toEqual([400, 'scopes']);
    };
    await refused('owner', ['administration']);
    await refused('owner', ['read', 'administration:read']);
    await refused('reader', ['administration']);
    expect((await make('reader', { scopes: ['administration:read'] })).status).toBe(201);
    expect((await make('here', { scopes: ['administration'] })).status).toBe(201);
    expect((await make('owner', { scopes: ['everything'] })).status).toBe(400);
    expect((await make('owner', { scopes: [] })).status).toBe(400);
  });

  test('it ends with its user', async () => {
    const userId = await makePerson(db(), house.a.groupId, 'user');
    const [session, authorization] = [await house.asUser(userId), await bearerOf(db(), userId, ['read'])];
    const statuses = async () =>
      Promise.all([session, { authorization }].map(async (sent) => (await call('GET', '/me', sent)).status));
    expect(await statuses()).toEqual([200, 200]);
    expect((await call('DELETE', `/users/${userId}`, house.headers.admin)).status).toBe(202);
    expect(await statuses()).toEqual([401, 401]);
  });

  test('what it follows live ends with it, when it runs out and when it is removed', async () => {
    const soon = await make('owner', { expiresAt: Temporal.Now.instant().add({ milliseconds: 1500 }) });
    const later = await make('owner', {});
    const ended = [];
    for (const { token } of [soon.body, later.body] as Made[]) {
      const response = await fetch(`${house.server.url}/api/v1/live`, { headers: bearer(token) });
      expect(response.status).toBe(200);
      ended.push(response.text());
    }
    expect(await ended[0]).toContain('event: position');
    expect((await call('DELETE', `/api-tokens/${later.body.id}`, house.headers.owner)).status).toBe(204);
    expect(await ended[1]).toContain('event: position');
  });

  test('a location administrator’s token keeps to the location', async () => {
    const authorization = await bearerOf(db(), house.ids.here, ['administration']);
    const change = (things: House['things']) => house.ask('changeGroup', things, { authorization });
    expect([(await change(house.things)).status, (await change(house.thingsOfB)).status]).toEqual([200, 403]);
  });

  test('with a token no cookie counts, and the page a request comes from doesn’t matter; without one it does', async () => {
    const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const put = (headers: Record<string, string>) =>
      call('PUT', '/users/me/presence/manual', { ...headers, ...elsewhere }, { status: 'available' });
    expect((await put(house.headers.owner)).status).toBe(403);
    const own = { authorization: await bearerOf(db(), house.ids.owner, ['presence', 'read']) };
    expect((await put(own)).status).toBe(202);
    const both = await call('GET', '/me', { ...own, ...house.headers.admin });
    expect(both.body.id).toBe(house.ids.owner);
    const wrong = await call('GET', '/me', { ...bearer('whenabouts_wrong'), ...house.headers.admin });
    expect(wrong.status).toBe(401);
    // Signing out by a token ends nobody's session.
    await call('DELETE', '/session', { ...own, ...house.headers.owner });
    expect((await call('GET', '/me', house.headers.owner)).status).toBe(200);
  });

  test('OpenAPI tells which scope each operation needs', async () => {
    const { body } = await call('GET', '/api/openapi.json', {});
    expect(body.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' });
    const security = (path: string, method: string) => body.paths[`/api/v1${path}`][method].security;
    expect(security('/users/{userId}/agenda', 'get')).toEqual([{ session: [] }, { token: ['read'] }]);
    expect(security('/users', 'post')).toEqual([{ session: [] }, { token: ['administration'] }]);
    expect(security('/api-tokens', 'post')).toEqual([{ session: [] }]);
    expect(security('/health', 'get')).toEqual([]);
  });
});

describe('roles', () => {
  const setRole = (userId: string, role: string, locationIds: string[] = []) =>
    call('PUT', `/users/${userId}/role`, house.headers.admin, { role, locationIds });

  test('one that is given or taken counts at once: in sessions, tokens and live streams', async () => {
    const { a, things } = house;
    const userId = await makePerson(db(), a.groupId, 'user');
    const session = await house.asUser(userId);
    const token = { authorization: await bearerOf(db(), userId, ['administration']) };
    const groups = async (headers: Record<string, string>) => (await call('GET', '/groups', headers)).status;
    expect([await groups(session), await groups(token)]).toEqual([403, 403]);
    const given = await setRole(userId, 'locationAdministrator', [a.locationId]);
    expect(given.body).toEqual({ role: 'locationAdministrator', locationIds: [a.locationId] });
    expect([await groups(session), await groups(token)]).toEqual([200, 200]);

    const watched = [things.userId, house.thingsOfB.userId];
    const follow = async () => {
      const stream = await openEvents(house.server.url, session.cookie!, `users=${watched}`);
      const presenceOf = (id?: string) =>
        stream.next(({ event, data }) => event === 'presence' && data.userId === id).then(({ data }) => data);
      return { stream, presences: [await presenceOf(watched[0]), await presenceOf(watched[1])] };
    };
    // The news of the role that was given may come when the stream is open already, and end it: browsers open it again.
    const { stream, presences } = await follow().catch(follow);
    expect(presences[0]).toHaveProperty('reason');
    expect(presences[1]).not.toHaveProperty('reason');
    expect((await setRole(userId, 'user')).status).toBe(200);
    await expect(stream.next(() => false)).rejects.toThrow('The stream ended');
    expect([await groups(session), await groups(token)]).toEqual([403, 403]);
  });

  test('one that is taken counts in other processes too', async () => {
    const { store } = house.server.server.context;
    const tokens = openTokens(store);
    const sessions = await openSessions(store, tokens.forget);
    const userId = await makePerson(db(), house.a.groupId, 'reader');
    const { cookie } = await cookieOf(db(), userId);
    const authorization = await bearerOf(db(), userId, ['administration:read']);
    const roles = async () => [
      (await sessions.viewer(cookie.split('=')[1]))?.role,
      (await tokens.viewer(authorization, { method: 'get' }, 'somewhere'))?.role,
    ];
    expect(await roles()).toEqual(['reader', 'reader']);
    expect((await setRole(userId, 'user')).status).toBe(200);
    await until('the other process hears it', roles, (seen) => seen.every((role) => role === 'user'));
  });

  test('locations belong to location administrators, and have to be there', async () => {
    const userId = await makePerson(db(), house.a.groupId, 'user');
    for (const [role, locationIds] of [
      ['locationAdministrator', []],
      ['locationAdministrator', ['00000000-0000-4000-8000-000000000000']],
      ['reader', [house.a.locationId]],
    ] as const) {
      const { status, body } = await setRole(userId, role, [...locationIds]);
      expect([status, body.error.field], role).toEqual([400, 'locationIds']);
    }
  });

  test('an administrator who can sign in with a password always stays, also when two let each other go at once', async () => {
    const alone = await setRole(house.ids.admin, 'user');
    expect([alone.status, alone.body.error.field]).toEqual([409, 'role']);
    const invited = await makePerson(db(), house.a.groupId, 'administrator');
    expect((await setRole(house.ids.admin, 'user')).status, 'an invited one can’t sign in yet').toBe(409);
    await db().insertInto('login_password').values({ user_id: invited, password: 'x' }).execute();
    const second = await house.asUser(invited);
    const answers = await Promise.all([
      setRole(invited, 'user'),
      call('PUT', `/users/${house.ids.admin}/role`, second, { role: 'user' }),
    ]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(200);
    expect([403, 409]).toContain(statuses[1]);
    const left = await db().selectFrom('users').select('id').where('role', '=', 'administrator').execute();
    expect(left).toHaveLength(1);
    await db().updateTable('users').set({ role: 'administrator' }).where('id', '=', house.ids.admin).execute();
  });
});

// Last: from then on no token that wasn't seen before is looked up.
test('too many wrong tokens from an address have to wait; what answered before still does', async () => {
  const good = { authorization: await bearerOf(db(), house.ids.owner, ['read']) };
  expect((await call('GET', '/me', good)).status).toBe(200);
  const statuses = new Set<number>();
  for (let tries = 0; tries < 110; tries += 10) {
    const guess = (index: number) => call('GET', '/me', bearer(`whenabouts_${tries + index}`));
    for (const { status } of await Promise.all(Array.from({ length: 10 }, (_, index) => guess(index))))
      statuses.add(status);
  }
  expect([...statuses]).toEqual([401, 429]);
  const blocked = await call('GET', '/me', bearer('whenabouts_one_more'));
  expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(200);
  expect((await call('GET', '/me', good)).status).toBe(200);
  expect((await call('GET', '/health', bearer('whenabouts_public'))).status).toBe(200);
  expect((await call('GET', '/me', house.headers.owner)).status).toBe(200);
});
