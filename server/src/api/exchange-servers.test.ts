/** Exchange servers as administrators keep them: secrets stay in, faults name their field, and the check says what mends. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Exchange, startExchange } from '../../../simulators/exchange/exchange.ts';
import { gromoxLike, nasty, tame } from '../../../simulators/exchange/habits.ts';
import { type Person, startTestServer, type TestServer } from '../../../test/api-client.ts';
import { makeCertificates } from '../../../test/servers/certificates.ts';
import { alignGroupAccounts } from '../sync/group-accounts.ts';

const password = 'Sealed-and-never-told-1';
const mailbox = 'anna@contoso.example';
/** Has the form of one. */
const certificate = `-----BEGIN CERTIFICATE-----
PEM
-----END CERTIFICATE-----`;

let server: TestServer;
let exchange: Exchange;
let ada: Person;
beforeAll(async () => {
  [server, exchange] = await Promise.all([startTestServer(['api']), startExchange({ habits: tame })]);
  ada = server.administrator;
  exchange.world.addAccount({ password });
  const { mailbox: box } = exchange.world.addUser({ name: 'Anna', address: mailbox });
  box.create({ subject: 'Review', start: tomorrow(10), end: tomorrow(11) });
  await ok('PUT', '/settings/network', { allowedNetworks: ['127.0.0.0/8'], certificateAuthorities: [], proxy: null });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await exchange.stop();
});

const tomorrow = (hour: number) =>
  Temporal.Now.plainDateTimeISO('UTC').add({ days: 1 }).with({ hour, minute: 0 }).toString({ smallestUnit: 'minute' });
async function ok(method: string, path: string, body?: object) {
  const answer = await ada.call(method, path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}
const wish = (fields: object = {}) => ({
  ...{ name: `Server ${Math.random()}`, address: `${exchange.url}/EWS/Exchange.asmx`, secret: password },
  signIn: { kind: 'basic', userName: 'CONTOSO\\svc-whenabouts' },
  ...fields,
});
const add = async (fields: object = {}) => (await ok('POST', '/exchange-servers', wish(fields))).id as string;
const refused = async (fields: object) => {
  const { status, body } = await ada.call('POST', '/exchange-servers', wish(fields));
  expect(status).toBe(400);
  return [body.error.fields?.[0]?.field ?? body.error.field, body.error.fields?.[0]?.message ?? body.error.message];
};
const steps = async (id: string, of = mailbox) =>
  (await ok('POST', `/exchange-servers/${id}/check`, { mailbox: of })).steps as {
    name: string;
    ok: boolean;
    message: string;
    errorClass?: string;
    command?: string;
  }[];

test('a server is kept with its password sealed, which no answer and no log entry tells', async () => {
  const made = await ok('POST', '/exchange-servers', wish({ name: 'Berlin', address: exchange.url }));
  expect(made).toMatchObject({
    ...{ name: 'Berlin', secret: 'stored', accounts: 0, certificates: [], authority: null, mailDomain: null },
    ...{ address: `${exchange.url}/EWS/Exchange.asmx`, signIn: { kind: 'basic', userName: 'CONTOSO\\svc-whenabouts' } },
  });
  const row = await server.server.context.store.db
    .selectFrom('exchange_server')
    .selectAll()
    .where('id', '=', made.id)
    .executeTakeFirstOrThrow();
  expect(JSON.stringify(row)).not.toContain(password);
  expect(server.server.context.secrets.open(row.credential!, made.id)).toBe(password);

  await ok('PATCH', `/exchange-servers/${made.id}`, { signIn: { kind: 'ntlm', userName: 'svc' }, secret: 'Another-1' });
  await ok('PATCH', `/exchange-servers/${made.id}`, { mailDomain: 'Contoso.Example' });
  const read = await ok('GET', `/exchange-servers/${made.id}`);
  expect(read).toMatchObject({ mailDomain: 'contoso.example', secret: 'stored', signIn: { kind: 'ntlm' } });
  const told = JSON.stringify([read, await ok('GET', '/exchange-servers'), await ok('GET', '/audit')]);
  expect(told).not.toMatch(/Sealed-and-never|Another-1/);
  expect(told).toContain('"credentialsReplaced":true');

  await ok('DELETE', `/exchange-servers/${made.id}`);
  expect((await ada.call('GET', `/exchange-servers/${made.id}`)).status).toBe(404);
});

test('what does not fit is refused beside its field', async () => {
  expect(await refused({ address: null })).toEqual(['address', expect.stringContaining('Autodiscover')]);
  expect(await refused({ address: 'mail.example.com' })).toEqual(['address', expect.stringContaining('such as')]);
  expect(await refused({ address: 'https://a:b@mail.example.com/' })).toEqual(['address', expect.any(String)]);
  expect(await refused({ address: 'http://mail.example.com/' })).toEqual([
    'address',
    expect.stringContaining('https://'),
  ]);
  expect(await refused({ secret: null })).toEqual(['secret', expect.stringContaining('password')]);
  expect(await refused({ signIn: { kind: 'basic', userName: 'a:b' } })).toEqual([
    'signIn.userName',
    expect.any(String),
  ]);
  expect(await refused({ mailDomain: 'ada@example.com' })).toEqual(['mailDomain', expect.any(String)]);
  expect(await refused({ authority: certificate })).toEqual(['authority', expect.stringContaining('can’t be read')]);
  expect(await refused({ authority: '-----BEGIN PRIVATE KEY-----' })).toEqual([
    'authority',
    expect.stringContaining('private key'),
  ]);
  const oauth = { kind: 'oauth', tokenEndpoint: 'http://login.example.com/token', clientId: 'c', scope: 's' };
  expect(await refused({ signIn: oauth })).toEqual(['signIn.tokenEndpoint', expect.stringContaining('https://')]);
  // What one kind of sign-in has stored is no secret of another.
  const id = await add();
  const change = { signIn: { ...oauth, tokenEndpoint: 'https://login.example.com/token' } };
  const answer = await ada.call('PATCH', `/exchange-servers/${id}`, change);
  expect([answer.status, answer.body.error.field]).toEqual([400, 'secret']);
  expect(await ok('PATCH', `/exchange-servers/${id}`, { signIn: { kind: 'kerberos' } })).toMatchObject({
    ...{ secret: 'none', signIn: { kind: 'kerberos', servicePrincipal: null } },
  });
});

test('one that settings name is not removed, and the refusal says where', async () => {
  const id = await add({ name: 'Named' });
  const { groups } = await ok('GET', '/groups');
  const at = `/groups/${groups[0].id}/functions/synchronization`;
  const value = { source: 'exchange', exchange: { serverId: id } };
  const codes = async (of: object) =>
    (await ok('POST', `${at}/impact`, { mode: 'individual', value: of })).notes.map(
      ({ code }: { code: string }) => code,
    );
  expect(await codes({ source: 'exchange' })).toEqual(['serverMissing']);
  expect(await codes(value)).toEqual(['exchangeMailboxesRead']);
  // A group that moves is still read from there.
  expect(await codes({ source: 'microsoft365', exchange: { serverId: null, moveToMicrosoft365: true } })).toEqual([
    ...['applicationMissing', 'serverMissing'],
  ]);
  await ok('PUT', at, { mode: 'individual', value });
  const { functions } = await ok('GET', '/functions');
  const { exchangeServers } = functions.find(({ name }: { name: string }) => name === 'synchronization');
  expect(exchangeServers).toContainEqual({ id, name: 'Named' });
  const { status, body } = await ada.call('DELETE', `/exchange-servers/${id}`);
  expect(status).toBe(409);
  expect(body.error.message).toContain(`the settings of "${groups[0].location} / ${groups[0].name}"`);
  const stray = { ...value, exchange: { serverId: '00000000-0000-4000-8000-000000000000' } };
  const refusal = await ada.call('PUT', at, { mode: 'individual', value: stray });
  expect([refusal.status, refusal.body.error.field]).toEqual([400, 'value.exchange.serverId']);
  await ok('PUT', at, { mode: 'default' });
});

test('an account that a group makes is nobody’s to add, to point elsewhere or to remove, and is in no file', async () => {
  const id = await add({ name: 'Read' });
  const { groups } = await ok('GET', '/groups');
  const at = `/groups/${groups[0].id}/functions/synchronization`;
  await ok('PUT', at, { mode: 'individual', value: { source: 'exchange', exchange: { serverId: id } } });
  expect(await alignGroupAccounts(server.server.context)).toBe(1);
  const { accounts, kinds } = await ok('GET', '/accounts');
  expect(accounts).toMatchObject([{ kind: 'exchange', origin: 'group', settings: { mailbox: expect.any(String) } }]);
  expect(kinds.map(({ kind }: { kind: string }) => kind)).not.toContain('exchange');

  const account = `/accounts/${accounts[0].id}`;
  const other = await ada.call('PATCH', account, { settings: { mailbox: 'boss@contoso.example' } });
  expect([other.status, other.body.error.field]).toEqual([400, 'settings']);
  expect((await ada.call('DELETE', account)).status).toBe(409);
  const added = { kind: 'exchange', settings: { mailbox: 'boss@contoso.example' } };
  expect((await ada.call('POST', '/accounts', added)).status).toBe(400);
  expect((await ada.call('POST', '/accounts/check', added)).status).toBe(400);
  expect(await ok('PATCH', account, { name: 'Work' })).toMatchObject({ name: 'Work' });

  const { text } = await ada.call('GET', '/configuration');
  expect(text).toContain('exchangeServer: Read');
  expect(text).not.toMatch(/kind: exchange|mailbox/);
  const used = await ada.call('DELETE', `/exchange-servers/${id}`);
  expect(used.body.error.message).toContain('1 account is read by it');
  await ok('PUT', at, { mode: 'default' });
});

test('the check goes through to a notification', async () => {
  const found = await steps(await add());
  expect(found.map(({ name, ok, message }) => [name, ok, message])).toEqual([
    ['discovery', true, `The address is ${exchange.url}/EWS/Exchange.asmx.`],
    ['signIn', true, expect.stringContaining('lets the service account in')],
    ['impersonation', true, `The service account may act for ${mailbox}.`],
    ['calendar', true, `The calendar of ${mailbox} can be read. Appointments in the next 30 days: 1.`],
    ['notification', true, expect.stringContaining('tells of changes')],
  ]);
});

test.each([
  // Faults by chance are the client's affair (calendars/exchange): a check may tell of one.
  ['of bad habits', { ...nasty, faults: 0, cuts: 0, busy: 0, lostSubscriptions: 0 }],
  ['like gromox', gromoxLike],
])('the check gets along with a server %s', async (_, habits) => {
  const other = await startExchange({ habits });
  try {
    other.world.addAccount({ password });
    other.world.addUser({ name: 'Anna', address: mailbox });
    const signIn = { kind: 'ntlm', userName: 'CONTOSO\\svc-whenabouts' };
    const found = await steps(await add({ address: other.url, signIn }));
    expect(found.filter((step) => !step.ok)).toEqual([]);
    expect(found).toHaveLength(5);
  } finally {
    await other.stop();
  }
});

test('the check ends at the first fault, with the command that helps', async () => {
  const last = async (fields: object, of?: string) => {
    const found = await steps(await add(fields), of);
    expect(found.slice(0, -1).every((step) => step.ok)).toBe(true);
    const { name, errorClass, message, command } = found.at(-1)!;
    expect(message).not.toContain(password);
    return [name, errorClass, command];
  };
  expect(await last({ secret: 'wrong' })).toEqual([...['signIn', 'credentials', expect.stringContaining('Get-User')]]);
  expect(await last({ address: `${exchange.url}/elsewhere` })).toEqual([
    ...['signIn', 'refused', expect.stringContaining('InternalUrl, ExternalUrl')],
  ]);
  expect(await last({ address: 'https://127.0.0.1:1/' })).toEqual(['signIn', 'unreachable', undefined]);
  expect(await last({}, "o'nobody@contoso.example")).toEqual([
    ...['impersonation', 'notFound', expect.stringContaining("Get-Recipient 'o''nobody@contoso.example'")],
  ]);
  exchange.world.addAccount({ name: 'limited', password, impersonates: [] });
  expect(await last({ signIn: { kind: 'ntlm', userName: 'CONTOSO\\limited' } })).toEqual([
    ...['impersonation', 'consent', expect.stringContaining("ApplicationImpersonation -User 'CONTOSO\\limited'")],
  ]);
});

test('an authority is trusted for its server alone, and shown by name and end', async ({ skip }) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-exchange-'));
  let made: ReturnType<typeof makeCertificates>;
  try {
    made = makeCertificates(folder, 'IP:127.0.0.1');
  } catch (error) {
    return skip(`openssl is needed to make a certificate authority: ${(error as Error).message}`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  const tls = { key: made.key, cert: made.certificate };
  const encrypted = await startExchange({ habits: tame, tls });
  try {
    encrypted.world.addAccount({ password });
    encrypted.world.addUser({ name: 'Anna', address: mailbox });
    const id = await add({ address: encrypted.url });
    const [, refusal] = await steps(id);
    expect(refusal).toMatchObject({ ok: false, errorClass: 'unreachable' });
    expect(refusal!.message).toContain('authority that is not trusted here');
    const shown = await ok('PATCH', `/exchange-servers/${id}`, { authority: `${made.ca}\n${made.certificate}` });
    expect(shown.certificates).toEqual([
      {
        subject: 'Company CA',
        fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}/),
        expiresAt: expect.any(String),
      },
      expect.objectContaining({ subject: 'server' }),
    ]);
    expect((await steps(id)).map((step) => step.ok)).toEqual([true, true, true, true, true]);
    const { entries } = await ok('GET', '/audit?kind=exchangeServer');
    expect(JSON.stringify(entries[0].after)).toMatch(/Company CA \(SHA-256 [0-9A-F:]+\)/);
  } finally {
    await encrypted.stop();
  }
});

test('what Autodiscover does not find is said in words', async () => {
  // A domain that nobody can have (RFC 2606).
  const signIn = { kind: 'ntlm', userName: 'svc' };
  const { status, body, text } = await ada.call('POST', '/exchange-servers/find', {
    ...{ mailDomain: 'mail.invalid', signIn, secret: password },
  });
  expect(status).toBe(422);
  expect(body.error.message).toContain('No Exchange server was found for mail.invalid. Enter its address.');
  expect(text).not.toContain(password);
});
