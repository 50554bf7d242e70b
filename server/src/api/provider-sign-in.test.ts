/** Sign-in through a real OpenID provider, over HTTP on a whole server: first sign-in, groups, faults and forgeries. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Person, password, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { until } from '../../../test/product.ts';
import { Browser } from '../../../test/servers/browser.ts';
import {
  type Claims,
  claimsIn,
  encoded,
  type IdentityProviderServer,
  newKey,
  signWith,
  startIdentityProvider,
} from '../../../test/servers/identity-provider.ts';
import { ownPath } from '../organization/sign-in/provider-sign-in.ts';

let server: TestServer;
let idp: IdentityProviderServer;
let providerId: string;
beforeAll(async () => {
  server = await startTestServer();
  idp = await startIdentityProvider(`${publicUrl()}/api/v1/sign-in/callback`);
  const made = await server.administrator.call('POST', '/identity-providers', {
    ...{ name: 'Example Ltd', issuer: idp.issuer, clientId: idp.clientId, secret: idp.clientSecret },
    settings: base,
  });
  expect(made.status).toBe(201);
  providerId = made.body.id;
});
afterAll(async () => {
  await idp?.stop();
  await server?.stop();
});

const publicUrl = () => server.server.api!.publicUrl;
const db = () => server.server.context.store.db;
const base = { scopes: ['openid', 'profile', 'email', 'groups'], createUsers: true };
const change = async (body: object) => {
  const { status, body: answer } = await server.administrator.call('PATCH', `/identity-providers/${providerId}`, body);
  expect(status).toBe(200);
  return answer;
};
const configure = (settings: object) => change({ settings: { ...base, ...settings } });
beforeEach(async () => {
  idp.forge = null;
  await configure({});
});

/** Whoever a browser is signed in as. */
const personOf = (browser: Browser): Person =>
  Object.assign(server.anybody(), { cookie: browser.cookies[publicUrl()] ?? '' });
const start = (returnTo?: string) =>
  `${publicUrl()}/api/v1/sign-in/providers/${providerId}/start${returnTo ? `?returnTo=${encodeURIComponent(returnTo)}` : ''}`;
const isCallback = (url: string) => url.includes('/sign-in/callback');
/** The way over the provider. @returns where it ends (a path of ours) and who is signed in then. */
async function signIn(account: Claims, browser = new Browser(), returnTo?: string) {
  idp.account = account;
  const end = new URL(await browser.follow(start(returnTo)));
  const me = await personOf(browser).call('GET', '/me');
  return { path: end.pathname + end.search + end.hash, me: me.status === 200 ? me.body : null, browser };
}
const ada = { sub: 'ada-1', email: 'Ada.Lovelace@example.com', email_verified: true, name: 'Ada Lovelace' };

describe('who comes in', () => {
  test('the sign-in page offers it, and the first sign-in makes the user where the provider may', async () => {
    const ways = await server.anybody().call('GET', '/sign-in');
    expect(ways.body).toEqual({ local: true, providers: [{ id: providerId, name: 'Example Ltd' }] });
    await configure({ createUsers: false });
    expect(await signIn(ada)).toMatchObject({ path: '/sign-in?error=unknownUser', me: null });
    await configure({});
    const account = { ...ada, locale: 'de-AT', zoneinfo: 'Europe/Vienna', groups: ['staff'] };
    const first = await signIn(account, new Browser(), '/team?group=1#top');
    expect(first.path).toBe('/team?group=1#top');
    expect(first.me).toMatchObject({
      ...{ email: 'ada.lovelace@example.com', displayName: 'Ada Lovelace', language: 'de', timeZone: 'Europe/Vienna' },
      ...{ role: 'user', hasPassword: false },
    });
    // The subject is who she is, whatever becomes of the rest.
    const again = await signIn({ ...account, email: 'ada.king@example.com', name: 'Ada King' });
    expect(again.me).toMatchObject({ id: first.me.id, email: 'ada.lovelace@example.com' });
    const { sessions } = (await personOf(again.browser).call('GET', '/sessions')).body;
    expect(sessions).toHaveLength(2);
    expect(sessions[0]).toMatchObject({ provider: 'Example Ltd', current: true });
    expect((await personOf(again.browser).call('POST', '/me/second-factor')).status).toBe(409);
  });

  test('claims in the ID token do as well as those at the userinfo endpoint', async () => {
    idp.putClaimsInIdToken(true);
    try {
      const { me } = await signIn({ sub: 'grace-1', email: 'grace@example.com', name: 'Grace Hopper' });
      expect(me).toMatchObject({ email: 'grace@example.com', displayName: 'Grace Hopper' });
    } finally {
      idp.putClaimsInIdToken(false);
    }
  });

  test('users made by hand are linked only by a verified address, and only where the provider is trusted', async () => {
    const local = await server.newUser('Lina Linked');
    const account = { sub: 'lina-1', email: local.email, email_verified: true };
    expect((await signIn(account)).path).toBe('/sign-in?error=unknownUser');
    await configure({ linkByEmail: true });
    expect((await signIn({ ...account, email_verified: false })).path).toBe('/sign-in?error=unknownUser');
    expect((await signIn({ sub: 'lina-1', email: local.email })).path).toBe('/sign-in?error=unknownUser');
    expect((await signIn(account)).me).toMatchObject({ id: local.id, hasPassword: true });
    await configure({});
    expect((await signIn(account)).me.id).toBe(local.id);
    // Whoever gets the address next isn't Lina; an administrator says if it is her with a new account.
    await configure({ linkByEmail: true });
    const next = { ...account, sub: 'lina-2' };
    expect((await signIn(next)).path).toBe('/sign-in?error=unknownUser');
    const { browser } = await signIn(account);
    const forget = (who: Person) => who.call('DELETE', `/users/${local.id}/identities`);
    expect((await forget(local)).status).toBe(403);
    expect((await forget(server.administrator)).status).toBe(204);
    expect((await personOf(browser).call('GET', '/me')).status).toBe(401);
    expect((await signIn(next)).me.id).toBe(local.id);
    expect((await signIn(account)).path).toBe('/sign-in?error=unknownUser');
    expect((await server.anybody().call('POST', '/session', { email: local.email, password })).status).toBe(200);
  });

  test('an unverified address makes no user, and one who was deactivated stays out', async () => {
    const mallory = { sub: 'mallory-1', email: 'ceo@example.com', email_verified: false };
    expect((await signIn(mallory)).path).toBe('/sign-in?error=unknownUser');
    const { me, browser } = await signIn({ sub: 'ines-1', email: 'ines@example.com', name: 'Ines Inactive' });
    await db().updateTable('users').set({ active: false }).where('id', '=', me.id).execute();
    expect(await signIn({ sub: 'ines-1', email: 'ines@example.com' }, browser)).toMatchObject({
      path: '/sign-in?error=inactive',
    });
  });

  test('two first sign-ins of one person at once make one user', async () => {
    idp.account = { sub: 'twin-1', email: 'twin@example.com', name: 'Twin' };
    const [one, two] = [new Browser(), new Browser()];
    const callbacks = await Promise.all([one, two].map((browser) => browser.follow(start(), isCallback)));
    const ends = await Promise.all([one.follow(callbacks[0]!), two.follow(callbacks[1]!)]);
    expect(ends.map((url) => new URL(url).pathname)).toEqual(['/', '/']);
    const rows = await db().selectFrom('users').select('id').where('email', '=', 'twin@example.com').execute();
    expect(rows).toHaveLength(1);
  });

  test('groups give the role at each sign-in, with locations', async () => {
    const { locations } = (await server.administrator.call('GET', '/locations')).body;
    const locationId = locations[0].id;
    const groupRoles = [
      { group: 'wa-admins', role: 'administrator' },
      { group: 'wa-site', role: 'locationAdministrator', locations: [locationId] },
      { group: 'wa-read', role: 'reader' },
    ];
    await configure({ groupRoles });
    const account = { sub: 'role-1', email: 'rosa@example.com', name: 'Rosa Role' };
    const roleWith = async (groups: string[] | undefined) => {
      const { me, browser } = await signIn({ ...account, ...(groups && { groups }) });
      return { role: me.role, browser, id: me.id };
    };
    expect((await roleWith(undefined)).role).toBe('user');
    const { role, id } = await roleWith(['staff', 'wa-read', 'wa-site']);
    expect(role).toBe('locationAdministrator');
    expect((await server.administrator.call('GET', `/users/${id}/role`)).body).toEqual({
      role,
      locationIds: [locationId],
    });
    const asAdministrator = await roleWith(['wa-admins', 'wa-read']);
    expect(asAdministrator.role).toBe('administrator');
    expect((await personOf(asAdministrator.browser).call('GET', '/identity-providers')).status).toBe(200);
    // Out of the group: the running session loses the role too, as soon as its process is told.
    expect((await roleWith(['wa-read'])).role).toBe('reader');
    await until(
      'the other session is a reader’s',
      async () => (await personOf(asAdministrator.browser).call('POST', '/groups', {})).status,
      (status) => status === 403,
    );
    // Without rules roles stay as administrators set them.
    await configure({});
    expect((await roleWith(['wa-admins'])).role).toBe('reader');
  });

  test('the last administrator with a password keeps the role, whatever the groups say', async () => {
    const { body: admin } = await server.administrator.call('GET', '/me');
    await configure({ linkByEmail: true, groupRoles: [{ group: 'wa-admins', role: 'administrator' }] });
    const { me } = await signIn({ sub: 'admin-1', email: admin.email, email_verified: true, groups: ['staff'] });
    expect(me).toMatchObject({ id: admin.id, role: 'administrator' });
    await db().deleteFrom('login_identity').where('user_id', '=', admin.id).execute();
  });
});

describe('a provider that is down, changed or wrong', () => {
  const check = async () => {
    const { steps } = (await server.administrator.call('POST', `/identity-providers/${providerId}/check`)).body;
    return steps as { name: string; ok: boolean; message: string }[];
  };

  test('down when the server starts and later: the server starts, passwords work, and it works when it is back', async () => {
    // Somebody is on the way meanwhile: what their return needs isn't in the process.
    idp.account = ada;
    const between = new Browser();
    const back = await between.follow(start(), isCallback);
    await idp.stop();
    await server.restart();
    expect((await server.anybody().call('GET', '/health')).status).toBe(200);
    const local = { email: 'admin@example.com', password };
    expect((await server.anybody().call('POST', '/session', local)).status).toBe(200);
    expect(await signIn(ada)).toMatchObject({ path: '/sign-in?error=unavailable', me: null });
    const down = await check();
    expect(down).toMatchObject([{ name: 'server', ok: false, errorClass: 'unreachable' }]);
    expect(down[0]!.message).toContain('nothing listens there');
    await idp.start();
    expect(await between.follow(back)).toBe(`${publicUrl()}/`);
    expect((await signIn(ada)).me).toMatchObject({ displayName: 'Ada Lovelace' });
    // And between the way there and the way back.
    const browser = new Browser();
    const callback = await browser.follow(start(), isCallback);
    await idp.stop();
    expect(await browser.follow(callback)).toContain('/sign-in?error=unavailable');
    expect((await server.anybody().call('POST', '/session', local)).status).toBe(200);
    await idp.start();
    expect((await signIn(ada)).me).toMatchObject({ displayName: 'Ada Lovelace' });
  });

  test('the check says step by step what is right and what mends the first thing that is wrong', async () => {
    const good = await check();
    expect(good.map(({ name, ok }) => [name, ok])).toEqual([
      ...[
        ['server', true],
        ['abilities', true],
      ],
      ...[
        ['keys', true],
        ['credentials', true],
      ],
    ]);
    expect(good.at(-1)!.message).toContain(`${publicUrl()}/api/v1/sign-in/callback`);
    const last = async (body: object) => {
      await change(body);
      return (await check()).at(-1);
    };
    try {
      expect(await last({ secret: 'another one' })).toMatchObject({
        name: 'credentials',
        ok: false,
        errorClass: 'credentials',
      });
      expect(await last({ issuer: `${idp.issuer}/realms/none` })).toMatchObject({
        name: 'server',
        ok: false,
        errorClass: 'malformed',
      });
      expect(await last({ issuer: idp.issuer.replace('127.0.0.1', 'localhost') })).toMatchObject({
        ...{ name: 'server', ok: false, message: expect.stringContaining('letter by letter') },
      });
    } finally {
      await change({ issuer: idp.issuer, secret: idp.clientSecret });
    }
    expect((await signIn(ada)).me).toBeNull(); // another issuer means that its subjects were forgotten
    await configure({ linkByEmail: true });
    expect((await signIn(ada)).me).toMatchObject({ displayName: 'Ada Lovelace' });
  });

  test('settings that could not work are refused with the field; the secret is never shown', async () => {
    const bad = async (body: object) => {
      const { status, body: answer } = await server.administrator.call(
        'PATCH',
        `/identity-providers/${providerId}`,
        body,
      );
      return [status, answer.error?.field];
    };
    expect(await bad({ issuer: 'http://login.example.com' })).toEqual([400, 'issuer']);
    expect(await bad({ issuer: 'https://login.example.com/?x=1' })).toEqual([400, 'issuer']);
    expect(await bad({ settings: { groupId: '0b6ff2f4-6f3c-4c8e-9d6f-2f1f0a2c7a11' } })).toEqual([
      400,
      'settings.groupId',
    ]);
    const site = { group: 'x', role: 'locationAdministrator' };
    expect(await bad({ settings: { groupRoles: [site] } })).toEqual([400, 'settings.groupRoles.0.locations']);
    expect(await bad({ settings: { groupRole: [] } })).toEqual([400, 'settings']);
    const { text } = await server.administrator.call('GET', '/identity-providers');
    expect(text).toContain('"hasSecret":true');
    expect(text).not.toContain(idp.clientSecret);
  });

  test('switched off it is not offered, its sessions end, and who is under way stays out', async () => {
    const { browser } = await signIn(ada);
    expect((await personOf(browser).call('GET', '/me')).status).toBe(200);
    const late = new Browser();
    const callback = await late.follow(start(), isCallback);
    await change({ enabled: false });
    try {
      expect((await server.anybody().call('GET', '/sign-in')).body.providers).toEqual([]);
      expect((await personOf(browser).call('GET', '/me')).status).toBe(401);
      expect(await late.follow(callback)).toContain('error=refused');
      expect(await new Browser().follow(start())).toContain('error=refused');
    } finally {
      await change({ enabled: true });
    }
  });
});

test.each([
  [undefined, '/'],
  ['/team?group=1#top', '/team?group=1#top'],
  ['/a/../settings', '/settings'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['/\t/evil.example', '/'],
  ['/.//evil.example', '/'],
  ['/a/../..//evil.example', '/'],
  ['https://evil.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['team', '/'],
  [`/${'a'.repeat(1000)}`, '/'],
])('asked to lead to %s after it, sign-in leads to %s', (returnTo, path) => {
  expect(ownPath(returnTo)).toBe(path);
});

describe('answers that are not what they should be', () => {
  test('an answer counts once, whether it is sent twice after or at the same time', async () => {
    idp.account = ada;
    const browser = new Browser();
    const callback = await browser.follow(start(), isCallback);
    expect(await browser.follow(callback)).toBe(`${publicUrl()}/`);
    expect(await browser.follow(callback)).toContain('error=expired');
    const race = await browser.follow(start(), isCallback);
    const ends = await Promise.all([browser.follow(race), browser.follow(race)]);
    expect(ends.filter((end) => end.includes('error=expired'))).toHaveLength(1);
    // A code that was used, with a state of its own.
    const fresh = new URL(await browser.follow(start(), isCallback));
    fresh.searchParams.set('code', new URL(callback).searchParams.get('code')!);
    expect(await browser.follow(fresh.href)).toContain('error=expired');
  });

  test('another browser cannot finish what this one began, nor this one what another began', async () => {
    idp.account = ada;
    const victim = new Browser();
    const stolen = await new Browser().follow(start(), isCallback);
    await victim.follow(start(), isCallback); // has a mark of its own
    for (const browser of [victim, new Browser()]) {
      expect(await browser.follow(stolen)).toMatch(/error=(refused|expired)/);
      expect((await personOf(browser).call('GET', '/me')).status).toBe(401);
    }
  });

  test('without state, with another state, with an error of the provider or another issuer', async () => {
    idp.account = ada;
    const browser = new Browser();
    const at = async (changes: Record<string, string | null>) => {
      const url = new URL(await browser.follow(start(), isCallback));
      for (const [name, value] of Object.entries(changes))
        if (value === null) url.searchParams.delete(name);
        else url.searchParams.set(name, value);
      return new URL(await browser.follow(url.href)).search;
    };
    expect(await at({ state: null })).toBe('?error=expired');
    expect(await at({ state: 'made-up' })).toBe('?error=expired');
    expect(await at({ code: null, error: 'access_denied' })).toBe('?error=refused');
    expect(await at({ code: null, error: 'temporarily_unavailable' })).toBe('?error=unavailable');
    expect(await at({ iss: 'https://evil.example' })).toBe('?error=refused');
    expect(await at({ iss: null })).toBe('?error=refused'); // RFC 9207: this provider always names itself
    const late = await browser.follow(start(), isCallback);
    await db().updateTable('provider_sign_in').set({ expires_at: Temporal.Now.instant() }).execute();
    expect(await browser.follow(late)).toContain('error=expired');
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  test.each<[string, (idToken: string) => string]>([
    [
      'signed with a key that is not the provider’s',
      (token) => signWith(newKey('first'), claimsIn(token), { kid: headerOf(token).kid }),
    ],
    ['not signed at all (alg none)', (token) => `${encoded({ alg: 'none' })}.${token.split('.')[1]}.`],
    [
      'signed with the client secret in place of a key',
      (token) => `${encoded({ alg: 'HS256' })}.${token.split('.')[1]}.AAAA`,
    ],
    [
      'changed after it was signed',
      (token) => `${token.split('.')[0]}.${encoded({ ...claimsIn(token), sub: 'admin-1' })}.${token.split('.')[2]}`,
    ],
    ['for another client', (token) => idp.signed(token, { aud: 'somebody-else' })],
    [
      'for several clients, handed out to another one',
      (token) => idp.signed(token, { aud: ['whenabouts', 'other'], azp: 'other' }),
    ],
    ['of another issuer', (token) => idp.signed(token, { iss: 'https://evil.example' })],
    ['for another request (nonce)', (token) => idp.signed(token, { nonce: 'another' })],
    ['without a nonce', (token) => idp.signed(token, { nonce: undefined })],
    ['that has expired', (token) => idp.signed(token, { exp: seconds() - 120, iat: seconds() - 3600 })],
    ['that is not valid yet', (token) => idp.signed(token, { nbf: seconds() + 600 })],
    ['without an end', (token) => idp.signed(token, { exp: undefined })],
    ['without a subject', (token) => idp.signed(token, { sub: undefined })],
    ['with another subject than the userinfo endpoint', (token) => idp.signed(token, { sub: 'somebody-else' })],
    ['that is no token', () => 'rubbish'],
  ])('an ID token %s signs nobody in', async (_, forge) => {
    idp.forge = forge;
    expect(await signIn(ada)).toMatchObject({ path: '/sign-in?error=refused', me: null });
  });

  test('clocks may differ by a minute', async () => {
    idp.forge = (token) => idp.signed(token, { exp: seconds() - 30, iat: seconds() - 330 });
    expect((await signIn(ada)).me).toMatchObject({ displayName: 'Ada Lovelace' });
    idp.forge = (token) => idp.signed(token, { iat: seconds() + 40, nbf: seconds() + 40 });
    expect((await signIn(ada)).me).toMatchObject({ displayName: 'Ada Lovelace' });
  });
});

const headerOf = (token: string): { kid: string } =>
  JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

test('the audit log has every way in and every refusal, and neither it nor the log has a secret', async () => {
  const entries = await db()
    .selectFrom('audit_entry')
    .select(['action', 'subject_kind', 'subject_name', 'actor_name', 'after'])
    .execute();
  const has = (entry: object) => expect(entries).toContainEqual(expect.objectContaining(entry));
  has({ action: 'signIn', subject_name: 'Ada Lovelace', after: expect.objectContaining({ by: 'Example Ltd' }) });
  has({ action: 'create', subject_kind: 'user', actor_name: 'Example Ltd', subject_name: 'Rosa Role' });
  has({
    action: 'change',
    subject_kind: 'user',
    actor_name: 'Example Ltd',
    after: { role: 'administrator', administers: [] },
  });
  has({ action: 'change', subject_kind: 'identityProvider', after: { enabled: false } });
  for (const reason of ['another browser', 'deactivated', 'not verified', 'took too long'])
    has({
      action: 'refuse',
      subject_kind: 'signIn',
      after: expect.objectContaining({ reason: expect.stringContaining(reason) }),
    });
  for (const text of [JSON.stringify(entries), server.logged(), server.answered()]) {
    expect(text).not.toContain(idp.clientSecret);
    expect(text).not.toMatch(/eyJ[\w-]+\.eyJ/); // no token of any kind
  }
});
