import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Person, password, startTestServer, type TestServer } from '../../../test/api-client.ts';

let server: TestServer;
let user: Person & { id: string; email: string };
beforeAll(async () => {
  server = await startTestServer();
  user = await server.newUser('Ursula User');
});
afterAll(() => server?.stop());

describe('set-up and sign-in', () => {
  test('the set-up link works once', async () => {
    expect((await server.anybody().call('GET', '/setup')).body).toEqual({ needed: false });
    const token = new URL(server.server.setupUrl!).searchParams.get('token');
    const again = await server.anybody().call('POST', '/setup', {
      ...{ token, email: 'second@example.com', password, displayName: 'Second', timeZone: 'UTC' },
    });
    expect([again.status, again.body.error.message]).toEqual([403, 'Whenabouts is set up: sign in.']);
  });

  test('a right password signs in, a wrong one and an unknown address get the same answer', async () => {
    const person = server.anybody();
    const wrong = await person.call('POST', '/session', { email: user.email, password: 'wrong' });
    const unknown = await person.call('POST', '/session', { email: 'nobody@example.com', password });
    expect([wrong.status, wrong.text]).toEqual([401, unknown.text]);
    const right = await person.call('POST', '/session', { email: ` ${user.email.toUpperCase()} `, password });
    expect([right.status, right.body.id]).toEqual([200, user.id]);
    const set = right.headers.getSetCookie()[0];
    expect(set).toMatch(/HttpOnly/i);
    expect(set).toMatch(/SameSite=Lax/i);
    expect((await person.call('GET', '/me')).body.email).toBe(user.email);
  });

  test('signing out ends the session at once, also where it was remembered', async () => {
    const person = server.anybody();
    await person.call('POST', '/session', { email: user.email, password });
    const { cookie } = person;
    expect((await person.call('GET', '/me')).status).toBe(200);
    expect((await person.call('DELETE', '/session')).status).toBe(204);
    person.cookie = cookie;
    expect((await person.call('GET', '/me')).status).toBe(401);
  });

  test('ten wrong passwords block the person for a while, and the answer says how long', async () => {
    const guess = () => server.anybody().call('POST', '/session', { email: 'guessed@example.com', password: 'wrong' });
    // Side by side: tries that are still being checked count too.
    const answers = await Promise.all(Array.from({ length: 12 }, guess));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429, 429]);
    const blocked = answers.find(({ status }) => status === 429)!;
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(blocked.body.error.message).toContain('try again in a minute');
    expect((await server.anybody().call('POST', '/session', { email: user.email, password })).status).toBe(200);
  });

  test('a new password signs all other sessions out', async () => {
    const [here, there] = [server.anybody(), server.anybody()];
    const { id, email } = await server.newUser('Petra Password');
    for (const person of [here, there]) await person.call('POST', '/session', { email, password });
    const wrong = await here.call('POST', '/me/password', { current: 'wrong', next: 'another long password' });
    expect([wrong.status, wrong.body.error.field]).toEqual([400, 'current']);
    const next = 'another long password';
    expect((await here.call('POST', '/me/password', { current: password, next })).status).toBe(204);
    expect((await here.call('GET', '/me')).body.id).toBe(id);
    expect((await there.call('GET', '/me')).status).toBe(401);
  });

  test('an invitation works once; a new one replaces it', async () => {
    const made = await server.administrator.call('POST', '/users', { email: 'Ivo@Example.com', displayName: 'Ivo' });
    expect(made.body.user).toMatchObject({ email: 'ivo@example.com', signInReady: false, timeZone: 'Europe/Berlin' });
    const first = made.body.invitation.url.split('/').at(-1);
    const { body } = await server.administrator.call('POST', `/users/${made.body.user.id}/invitation`);
    const second = body.url.split('/').at(-1);
    const accept = (token: string) => server.anybody().call('POST', `/invitations/${token}`, { password });
    expect((await accept(first)).status).toBe(404);
    expect((await accept(second)).status).toBe(200);
    expect((await accept(second)).status).toBe(404);
  });
});

describe('requests', () => {
  test('what another site sends is refused, what the own page or a program sends is not', async () => {
    const change = (headers: Record<string, string>) => user.call('PATCH', '/me', { language: 'en' }, headers);
    expect((await change({ origin: 'https://evil.example' })).status).toBe(403);
    expect((await change({ origin: 'null' })).status).toBe(403);
    expect((await change({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await change({ 'sec-fetch-site': 'same-site' })).status).toBe(403);
    expect((await change({ 'sec-fetch-site': 'same-origin', origin: server.url })).status).toBe(200);
    expect((await change({})).status).toBe(200);
  });

  test('every wrong field is named', async () => {
    const { status, body } = await server.administrator.call('POST', '/users', { email: 'x', timeZone: 'Mars' });
    expect(status).toBe(400);
    expect(body.error.code).toBe('invalid');
    expect(body.error.fields.map(({ field }: { field: string }) => field).sort()).toEqual([
      'displayName',
      'email',
      'timeZone',
    ]);
    expect((await user.call('GET', '/users/me/agenda?from=2026-01-01T00:00:00Z&to=yesterday')).body.error.field).toBe(
      'to',
    );
    const reversed = '/users/me/agenda?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z';
    expect((await user.call('GET', reversed)).body.error).toMatchObject({ code: 'invalid', field: 'to' });
  });

  test('broken, oversized and unknown requests get an answer of the one shape', async () => {
    const raw = (body: string, type = 'application/json') =>
      fetch(`${server.url}/api/v1/session`, { method: 'POST', headers: { 'content-type': type }, body });
    for (const [answer, status, code] of [
      [await raw('{'), 400, 'invalid'],
      [await raw('a=b', 'text/plain'), 400, 'invalid'],
      [await raw('{"email":"a\\u0000@example.com","password":"x"}'), 400, 'invalid'],
      [await raw('{"email":"\\ud800@example.com","password":"x"}'), 400, 'invalid'],
      [await raw(`{"email":"${'x'.repeat(600_000)}"}`), 413, 'tooLarge'],
      [await fetch(`${server.url}/api/v1/nothing`), 404, 'notFound'],
      [await fetch(`${server.url}/api/v1/users/not-an-id/presence`), 400, 'invalid'],
    ] as const) {
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ error: { code, message: expect.any(String) } });
    }
  });

  test('answers tell browsers how little they may do with them', async () => {
    const { headers } = await server.anybody().call('GET', '/health');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('users and settings', () => {
  test('colleagues learn name, address and zone; administrators more', async () => {
    const seen = (await user.call('GET', '/users')).body.users.find(({ id }: { id: string }) => id !== user.id);
    expect(Object.keys(seen).sort()).toEqual(['displayName', 'email', 'id', 'sample', 'timeZone']);
    const whole = (await server.administrator.call('GET', '/users')).body.users[0];
    expect(whole).toHaveProperty('role');
  });

  test('the only administrator can neither go nor step down', async () => {
    const { administrator } = server;
    expect((await administrator.call('DELETE', `/users/${administrator.id}`)).status).toBe(409);
    expect((await administrator.call('PATCH', `/users/${administrator.id}`, { role: 'user' })).status).toBe(409);
  });

  test('a role that is taken away counts at once, and a deleted user is gone', async () => {
    const second = await server.newUser('Second Admin', 'administrator');
    expect((await second.call('GET', '/phone-systems')).status).toBe(200);
    await server.administrator.call('PATCH', `/users/${second.id}`, { role: 'user' });
    expect((await second.call('GET', '/phone-systems')).status).toBe(403);
    expect((await server.administrator.call('DELETE', `/users/${second.id}`)).status).toBe(202);
    expect((await second.call('GET', '/me')).status).toBe(401);
  });

  test('the window of the calendars is a setting of the group, within limits', async () => {
    const { groupId } = (await user.call('GET', '/me')).body;
    const change = async (window: object) =>
      server.administrator.call('PUT', `/groups/${groupId}/functions/synchronization`, {
        ...{ mode: 'individual', value: { window } },
      });
    expect((await change({ daysBack: 0 })).body.value.window).toEqual({ daysBack: 0, daysAhead: 60 });
    expect((await change({ daysBack: 60, daysAhead: 366 })).body.value.window.daysAhead).toBe(366);
    for (const wrong of [{ daysBack: -1 }, { daysBack: 61 }, { daysAhead: 0 }, { daysAhead: 367 }, { daysBack: 1.5 }]) {
      const { status, body } = await change(wrong);
      expect(status).toBe(400);
      expect(body.error.field).toBe(`value.window.${Object.keys(wrong)[0]}`);
    }
    expect((await change({ weeks: 1 })).status).toBe(400);
  });

  test('what a request gets wrong is said in words, never passed over', async () => {
    const { administrator } = server;
    const role = await user.call('PATCH', '/me', { role: 'administrator' });
    expect(role.status).toBe(400);
    expect(role.body.error.message).toContain('role');
    const nobody = '0b6ff2f4-6f3c-4c8e-9d6f-2f1f0a2c7a11';
    expect((await administrator.call('GET', `/users/${nobody}/forwarding-log`)).status).toBe(404);
    const put = await user.call('PUT', '/me', {});
    expect(put).toMatchObject({ status: 405, body: { error: { message: 'This address takes GET, PATCH, not PUT.' } } });
    expect(put.headers.get('allow')).toBe('GET, PATCH');
    expect((await user.call('PUT', '/nowhere', {})).status).toBe(404);
    expect((await user.call('GET', '/users/me/forwarding-log')).body).toEqual({ entries: [] });
    const settings = { address: 'https://dav.example/' };
    const { body } = await user.call('POST', '/accounts', { kind: 'caldav', settings });
    expect(body.error).toMatchObject({ field: 'secret', message: expect.stringContaining('Enter the user name') });
  });

  test('the address of a webhook holds no credentials', async () => {
    const { status, body } = await server.administrator.call('POST', '/webhooks', { url: 'http://u:p@hooks.example/' });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ field: 'url', message: expect.stringContaining('user name and password') });
    expect((await server.administrator.call('GET', '/webhooks')).body.webhooks).toEqual([]);
  });

  test('network settings are checked line by line', async () => {
    const put = (body: object) => server.administrator.call('PUT', '/settings/network', body);
    const good = { allowedNetworks: ['10.0.0.0/8'], proxy: null, certificateAuthorities: [] };
    expect((await put({ ...good, allowedNetworks: ['10.0.0.0/8', 'home'] })).body.error.field).toBe(
      'allowedNetworks.1',
    );
    expect((await put({ ...good, proxy: 'http://user:pass@proxy' })).body.error.field).toBe('proxy');
    expect((await put({ ...good, certificateAuthorities: ['x'] })).body.error.field).toBe('certificateAuthorities.0');
    const read = async () => (await server.administrator.call('GET', '/settings/network')).body;
    const resolving = { ...good, proxy: 'http://proxy.example.com:3128', proxyResolvesNames: true };
    expect((await put(resolving)).body).toEqual(resolving);
    expect(await read()).toEqual(resolving);
    // What a program leaves out that knows nothing of it is as if it had never been set.
    expect((await put(good)).body).toEqual({ ...good, proxyResolvesNames: false });
    expect((await put({ allowedNetworks: good.allowedNetworks })).body).toEqual({ ...good, proxyResolvesNames: false });
    expect((await put({ allowedNetworks: [], proxyResolvesNames: 'yes' })).body.error.field).toBe('proxyResolvesNames');
    expect(await read()).toEqual({ ...good, proxyResolvesNames: false });
  });

  test('profiles: own ones are one’s own, central ones the administrators’', async () => {
    const { body: own } = await user.call('POST', '/profiles', { name: 'Focus', status: 'doNotDisturb' });
    expect(own).toMatchObject({ name: 'Focus', owner: 'user' });
    const central = { name: 'Lunch', status: 'beRightBack', owner: 'group' };
    expect((await user.call('POST', '/profiles', central)).status).toBe(403);
    const made = await server.administrator.call('POST', '/profiles', central);
    expect((await user.call('PATCH', `/profiles/${made.body.id}`, { name: 'x' })).status).toBe(403);
    const target = { forwarding: { mode: 'all', target: null } };
    expect((await user.call('PATCH', `/profiles/${own.id}`, target)).body.error.field).toBe('forwarding.target');
    expect((await user.call('DELETE', `/profiles/${own.id}`)).status).toBe(204);
    const { profiles } = (await user.call('GET', '/profiles')).body;
    expect(profiles.map(({ name }: { name: string }) => name)).toContain('Lunch');
    const builtIn = profiles.find(({ key }: { key: string }) => key === 'appointment');
    expect((await server.administrator.call('DELETE', `/profiles/${builtIn.id}`)).status).toBe(409);
  });
});
