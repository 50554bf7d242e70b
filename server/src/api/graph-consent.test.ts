/** Users connect Microsoft 365 mailboxes: against the simulated identity platform, whose pages are answered as a browser would. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tame } from '../../../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../../../simulators/microsoft365/microsoft365.ts';
import { cookieOf } from '../../../test/access/things.ts';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';

let server: TestServer;
let cloud: Microsoft365;
let ada: Person;
let tenantId: string;
let groupId: string;
let applicationId: string;
beforeAll(async () => {
  [server, cloud] = await Promise.all([startTestServer(['api']), startMicrosoft365({ habits: tame })]);
  ada = server.administrator;
  tenantId = cloud.world.addTenant().id;
  const redirectUris = [`${publicUrl()}/api/v1/graph/callback`];
  const { clientId } = cloud.world.addApplication({ tenantId, kind: 'public', redirectUris });
  applicationId = await application('Contoso', { clientId });
  groupId = (await ok(ada, 'GET', '/groups')).groups[0].id;
}, 60_000);
afterAll(async () => {
  await server.stop();
  await cloud.stop();
});

const publicUrl = () => server.server.api!.publicUrl;
const ok = async (who: Person, method: string, path: string, body?: object) => {
  const answer = await who.call(method, path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
};
const application = async (name: string, fields: object) => {
  const addresses = { cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url };
  return (await ok(ada, 'POST', '/graph-applications', { name, tenantId, ...addresses, ...fields })).id as string;
};
const settle = (microsoft365: object, more: object = {}) =>
  ok(ada, 'PUT', `/groups/${groupId}/functions/synchronization`, {
    ...{ mode: 'individual', value: { microsoft365: { graphApplicationId: applicationId, ...microsoft365 }, ...more } },
  });
async function somebody(name: string) {
  // Signed in without a password: those are made slowly on purpose.
  const email = `${name.toLowerCase()}@contoso.example`;
  const { user } = await ok(ada, 'POST', '/users', { email, displayName: name, groupId });
  const { cookie } = await cookieOf(server.server.context.store.db, user.id);
  const person = Object.assign(server.anybody(), { cookie, email, id: user.id as string });
  cloud.world.addUser({ tenantId, name, address: person.email });
  const consent = (path = '', body?: object) =>
    person.call(body ? 'POST' : 'GET', `/users/me/graph-consent${path}`, body);
  /** What the user's browser does on Microsoft's pages. @returns where they lead. */
  async function onPages(body: object = {}, answer = 'accept'): Promise<URL> {
    const way = await consent('/start', body);
    expect(way.status, way.text).toBe(200);
    const url = new URL(way.body.url);
    const form = new URLSearchParams([...url.searchParams, ['answer', answer]]);
    const left = await fetch(url.origin + url.pathname, { method: 'POST', body: form, redirect: 'manual' });
    return new URL(left.headers.get('location')!);
  }
  return { person, consent, onPages, asked: (url: URL) => url.searchParams };
}
/** Where the server leads the browser that comes back. */
async function back(who: Person, url: URL): Promise<string> {
  const response = await fetch(`${server.url}${url.pathname}${url.search}`, {
    ...{ redirect: 'manual', headers: { cookie: who.cookie } },
  });
  return response.headers.get('location')!;
}
const accounts = async (who: Person) => (await ok(who, 'GET', '/accounts')).accounts;

test('a group names a Graph application that is there, and it stays as long as it is named', async () => {
  const stray = await ada.call('PUT', `/groups/${groupId}/functions/synchronization`, {
    mode: 'individual',
    value: { microsoft365: { allowed: true, graphApplicationId: '3f1c0b8e-6b3a-4f0e-9d54-2f7f6a1f0c11' } },
  });
  expect(stray).toMatchObject({
    status: 400,
    body: { error: { field: 'value.microsoft365.graphApplicationId' } },
  });
  await settle({ allowed: true });
  expect(await ada.call('DELETE', `/graph-applications/${applicationId}`)).toMatchObject({
    status: 409,
    body: { error: { message: expect.stringContaining('settings of') } },
  });
});

test('a cloud of one’s own may have addresses with a path; the version is ours to say', async () => {
  const addresses = { loginAddress: 'https://cloud.example/login/', graphAddress: 'https://cloud.example/graph/v1.0/' };
  const id = await application('Elsewhere', { clientId: 'c', ...addresses });
  const { graphApplications } = await ok(ada, 'GET', '/graph-applications');
  const made = graphApplications.find((each: { id: string }) => each.id === id);
  expect(made).toMatchObject({
    loginAddress: 'https://cloud.example/login',
    graphAddress: 'https://cloud.example/graph',
  });
  expect(made.adminConsentUrl).toMatch(/^https:\/\/cloud\.example\/login\//);
  const refused = await ada.call('PATCH', `/graph-applications/${id}`, {
    graphAddress: 'https://user:pass@cloud.example',
  });
  expect(refused).toMatchObject({ status: 400, body: { error: { field: 'graphAddress' } } });
});

test('by Microsoft’s pages and back: an account with a sealed grant, of which nothing is shown', async () => {
  await settle({ allowed: true, required: true, mailboxSettings: true });
  const { person, consent, onPages } = await somebody('Bea');
  expect((await consent()).body).toMatchObject({
    ...{ offered: true, needed: true, state: 'none', account: null, application: { name: 'Contoso' } },
    ways: { redirect: true, paste: true },
    scopes: [
      { scope: 'User.Read', reason: 'signIn', granted: false },
      { scope: 'offline_access', reason: 'staySignedIn', granted: false },
      { scope: 'Calendars.Read', reason: 'calendar', granted: false },
      { scope: 'Calendars.Read.Shared', reason: 'sharedCalendars', granted: false },
      { scope: 'MailboxSettings.Read', reason: 'mailboxSettings', granted: false },
    ],
  });
  const url = await onPages({ returnTo: '/?view=week' });
  expect(await back(person, url)).toBe('/?view=week&microsoft365=connected');
  const [account] = await accounts(person);
  expect(account).toMatchObject({
    ...{ kind: 'microsoft365', origin: 'user', name: person.email, settings: { mailbox: person.email } },
  });
  expect((await consent()).body).toMatchObject({ needed: false, state: 'good', account: { id: account.id } });
  // It works once.
  expect(await back(person, url)).toBe('/accounts?microsoft365=expired');
  const { secret } = await server.server.context.store.db
    .selectFrom('account')
    .select('secret')
    .where('id', '=', account.id)
    .executeTakeFirstOrThrow();
  const grant = JSON.parse(server.server.context.secrets.open(secret!, account.id));
  expect(grant).toMatchObject({ kind: 'delegated', scopes: expect.arrayContaining(['Calendars.Read']) });
  for (const token of [grant.refreshToken, grant.accessToken, url.searchParams.get('code')!]) {
    expect(server.answered()).not.toContain(token);
    expect(server.logged()).not.toContain(token);
  }
});

test('a dead grant, a wish for more and another application each ask to sign in again, and what was read stays', async () => {
  await settle({ allowed: true, required: true });
  const { person, consent, onPages } = await somebody('Cleo');
  await back(person, await onPages());
  const [{ id }] = await accounts(person);
  const { db } = server.server.context.store;
  await db.insertInto('calendar').values({ account_id: id, remote_id: 'c', name: 'C', cursor: '"here"' }).execute();
  const fails = (error_class: string | null) =>
    db.updateTable('account').set({ error_class, error_message: 'Why.' }).where('id', '=', id).execute();
  await fails('credentials');
  expect((await consent()).body).toMatchObject({
    needed: true,
    state: 'signInAgain',
    account: { id, message: 'Why.' },
  });
  await fails('consent');
  expect((await consent()).body).toMatchObject({ needed: true, state: 'consentMissing' });
  await fails(null);
  await settle({ allowed: true, required: true, mailboxSettings: true });
  const { body } = await consent();
  expect(body.state).toBe('scopesMissing');
  expect(body.scopes.filter(({ granted }: { granted: boolean }) => !granted)).toEqual([
    { scope: 'MailboxSettings.Read', reason: 'mailboxSettings', granted: false },
  ]);
  expect(await back(person, await onPages())).toBe('/accounts?microsoft365=connected');
  expect((await consent()).body.state).toBe('good');
  expect((await accounts(person)).length).toBe(1);
  const calendar = await db.selectFrom('calendar').select('cursor').where('account_id', '=', id).executeTakeFirst();
  expect(calendar!.cursor).toBe('here');
});

test('pasted: the address of Microsoft’s own page, of the user who set out, once', async () => {
  await settle({ allowed: true });
  const [dan, eve] = [await somebody('Dan'), await somebody('Eve')];
  const { href } = await dan.onPages({ how: 'paste' });
  expect(href).toContain('/common/oauth2/nativeclient?');
  for (const [who, address, words] of [
    [dan, 'https://example.com/', 'code='],
    [dan, href.replace(/state=[^&]+/, 'state=guessed'), 'Begin again'],
    [eve, href, 'somebody else'],
  ] as const)
    expect(await who.consent('/paste', { address })).toMatchObject({
      status: 400,
      body: { error: { field: 'address', message: expect.stringContaining(words) } },
    });
  expect(await dan.consent('/paste', { address: ` ${href}` })).toMatchObject({ status: 200, body: { state: 'good' } });
  expect((await dan.consent('/paste', { address: href })).status).toBe(400);
  expect(await accounts(eve.person)).toEqual([]);
});

test('where only administrators consent a user comes back without, and an administrator’s link opens the way for all', async () => {
  const tenant = cloud.world.tenants.find(({ id }) => id === tenantId)!;
  const redirectUris = [`${publicUrl()}/api/v1/graph/callback`];
  const { clientId } = cloud.world.addApplication({ tenantId, kind: 'public', redirectUris });
  const strict = await application('Approved', { clientId });
  await settle({ allowed: true, graphApplicationId: strict });
  tenant.userConsent = 'administratorsOnly';
  try {
    const { person, consent, onPages } = await somebody('Hal');
    const asking = new URL((await consent('/start', {})).body.url);
    asking.searchParams.set('login_hint', person.email);
    expect(await (await fetch(asking)).text()).toContain('Need admin approval');
    // Microsoft tells this as if the user had declined (AADSTS65004): the words for it name both.
    expect(await back(person, await onPages({}, 'cancel'))).toBe('/accounts?microsoft365=declined');

    const { graphApplications } = await ok(ada, 'GET', '/graph-applications');
    const link = new URL(graphApplications.find(({ id }: { id: string }) => id === strict).adminConsentUrl);
    const form = new URLSearchParams([...link.searchParams, ['answer', 'accept']]);
    const answer = await fetch(link.origin + link.pathname, { method: 'POST', body: form, redirect: 'manual' });
    expect(await back(ada, new URL(answer.headers.get('location')!))).toContain('consent=granted');
    expect(await back(person, await onPages())).toBe('/accounts?microsoft365=connected');
    expect((await consent()).body.state).toBe('good');
  } finally {
    tenant.userConsent = 'allowed';
  }
});

test('what leads nowhere is said in words that the web client has, and stores nothing', async () => {
  await settle({ allowed: true });
  const { person, consent, onPages } = await somebody('Finn');
  expect(await back(person, await onPages({}, 'cancel'))).toBe('/accounts?microsoft365=declined');
  const url = await onPages();
  expect(await back(server.anybody(), url)).toBe('/accounts?microsoft365=expired');
  expect(await back(ada, url)).toBe('/accounts?microsoft365=expired');
  // Meanwhile the group no longer allows it.
  await settle({ allowed: false });
  expect(await back(person, url)).toBe('/accounts?microsoft365=refused');
  expect((await consent('/start', {})).status).toBe(409);
  expect((await consent()).body).toMatchObject({ offered: false, needed: false });
  const granted = new URL(`${publicUrl()}/api/v1/graph/callback?state=consent.1&admin_consent=True`);
  expect(await back(server.anybody(), granted)).toBe('/administration/graph/calendars?consent=granted');
  expect(await accounts(person)).toEqual([]);
});

test('no account of a mailbox comes by another way than signing in', async () => {
  await settle({ allowed: true });
  const { person, onPages } = await somebody('Gus');
  const settings = { mailbox: 'boss@contoso.example' };
  const secret = { kind: 'application' };
  const named = { kind: 'microsoft365', settings, secret };
  expect((await person.call('POST', '/accounts', named)).status).toBe(400);
  expect((await person.call('POST', '/accounts/check', named)).status).toBe(400);
  await back(person, await onPages());
  const [{ id }] = await accounts(person);
  for (const change of [{ settings }, { secret }])
    expect((await person.call('PATCH', `/accounts/${id}`, change)).status).toBe(400);
  expect((await person.call('PATCH', `/accounts/${id}`, { name: 'Work' })).body).toMatchObject({ name: 'Work' });
});
