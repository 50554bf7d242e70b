/** Against the simulated identity platform and Graph: what is wrong with a registration is said in plain words. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tame } from '../../../../simulators/microsoft365/habits.ts';
import { type Microsoft365, startMicrosoft365 } from '../../../../simulators/microsoft365/microsoft365.ts';
import type { GraphApplication } from '../../calendars/microsoft365/oauth.ts';
import { createOutbound } from '../../outbound/client.ts';
import type { Outbound } from '../../outbound/outbound.ts';
import { checkApplication } from './check.ts';

let cloud: Microsoft365;
let outbound: Outbound;
let tenantId: string;
const redirectUri = 'https://whenabouts.example/api/v1/graph/callback';
const [anna, boss] = ['anna@contoso.example', 'boss@contoso.example'];

beforeAll(async () => {
  cloud = await startMicrosoft365({ habits: tame });
  outbound = createOutbound({ allowedNetworks: ['127.0.0.0/8'] });
  tenantId = cloud.world.addTenant().id;
  for (const address of [anna, boss]) cloud.world.addUser({ tenantId, name: address, address });
});
afterAll(async () => {
  await outbound.close();
  await cloud.stop();
});

type Registration = Parameters<Microsoft365['world']['addApplication']>[0];
function registered(registration: Partial<Registration>, secret: string | null = 'right'): GraphApplication {
  const secrets = [
    { value: 'right', expiresAt: Date.now() + 1e9 },
    { value: 'old', expiresAt: Date.now() - 1 },
  ];
  const made = cloud.world.addApplication({ tenantId, secrets, redirectUris: [redirectUri], ...registration });
  return {
    ...{ id: 'a', name: 'Calendars', clientId: made.clientId, tenantId },
    ...{ cloud: 'custom', loginAddress: cloud.url, graphAddress: cloud.url },
    credential: secret === null ? null : { kind: 'secret', secret },
  };
}
async function checked(application: GraphApplication, mailbox: string | null = null, outside: string | null = null) {
  const steps = await checkApplication(outbound, application, { redirectUri, mailbox, outside });
  const last = steps.at(-1)!;
  return { names: steps.map(({ name }) => name), ok: last.ok, message: last.message };
}

test('for users who sign in: the directory, the application, its credential, the redirect address', async () => {
  const good = registered({});
  expect(await checked(good)).toMatchObject({ names: ['directory', 'application', 'redirect', 'consent'], ok: true });
  expect(await checked({ ...good, tenantId: 'nowhere.example' })).toMatchObject({
    names: ['directory'],
    message: expect.stringContaining('There is no directory'),
  });
  expect(await checked({ ...good, clientId: 'nobody' })).toMatchObject({
    names: ['directory', 'application'],
    message: expect.stringContaining('doesn’t know the application'),
  });
  expect(await checked({ ...good, loginAddress: `${cloud.url}/elsewhere` })).toMatchObject({
    names: ['directory'],
    message: expect.stringContaining('isn’t the sign-in address'),
  });
  for (const [application, words] of [
    [registered({}, 'wrong'), 'The client secret is wrong.'],
    [registered({}, 'old'), 'The client secret has expired.'],
    [registered({}, null), 'needs a client secret or a certificate'],
    [registered({ kind: 'public' }), 'registered as a public client'],
  ] as const)
    expect(await checked(application)).toMatchObject({ ok: false, message: expect.stringContaining(words) });
  expect(await checked(registered({ redirectUris: [] }))).toMatchObject({
    names: ['directory', 'application', 'redirect'],
    message: expect.stringContaining(`The redirect address ${redirectUri} isn’t registered`),
  });
});

test('server-side: a mailbox must be readable, and one outside of the scope must not be', async () => {
  const wide = { adminConsent: { scopes: [], roles: ['Calendars.Read'] } };
  expect(await checked(registered({}), anna)).toMatchObject({
    names: ['directory', 'application', 'redirect', 'token', 'mailbox'],
    message: expect.stringContaining('may not read the calendar of anna@contoso.example'),
  });
  const scoped = registered({ mailboxScope: [anna] });
  expect(await checked(scoped, anna, boss)).toMatchObject({
    ok: true,
    message: 'The calendar of boss@contoso.example is refused, as it should be.',
  });
  expect(await checked(scoped, boss)).toMatchObject({ ok: false, message: expect.stringContaining('may not read') });
  expect(await checked(registered(wide), anna, boss)).toMatchObject({
    ok: false,
    message: expect.stringContaining('also reaches boss@contoso.example'),
  });
  expect(await checked(registered(wide), 'nobody@contoso.example')).toMatchObject({
    ok: false,
    message: expect.stringContaining('There is no mailbox'),
  });
});
