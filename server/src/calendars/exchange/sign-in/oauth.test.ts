/** Client credentials at a real provider (npm oidc-provider), whose tokens the simulated Exchange checks by its keys. */
import { generateKeyPairSync } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration, type JWK } from 'oidc-provider';
import { afterEach, expect, test } from 'vitest';
import type { ConnectorError } from '../../connector.ts';
import { wallTime } from '../../gate.ts';
import type { ExchangeSignIn } from '../exchange-server.ts';
import { findCalendarFolders } from '../operations/find-calendar-folders.ts';
import { clientOf, mailboxName, serverAt, simulated } from '../server.fixture.ts';

const signal = AbortSignal.timeout(60_000);
/** Characters that are written differently in a form and in Basic. */
const clientSecret = 'a secret: 100% + 1';
const audience = 'https://mail.contoso.example';
const newKey = (kid: string) =>
  ({
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
    kid,
    alg: 'ES256',
  }) as JWK;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function provider(lifetime = 600) {
  let handle: http.RequestListener = () => {};
  const server = http.createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const self = { issuer, tokens: 0, signWith };
  function signWith(key: JWK) {
    const made = new Provider(issuer, configuration(key, lifetime));
    made.use(async (context, next) => {
      if (context.path === '/token') self.tokens++;
      await next();
    });
    handle = made.callback();
  }
  signWith(newKey('first'));
  return self;
}

const configuration = (key: JWK, accessTokenTTL: number): Configuration => ({
  clients: [
    {
      ...{ client_id: 'whenabouts', client_secret: clientSecret, redirect_uris: [], response_types: [] },
      ...{ grant_types: ['client_credentials'], id_token_signed_response_alg: 'ES256' },
      scope: 'full_access_as_app',
    },
  ],
  cookies: { keys: ['only for this test'] },
  jwks: { keys: [key] },
  scopes: ['full_access_as_app', 'something_else'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      getResourceServerInfo: () => ({
        ...{ scope: 'full_access_as_app', audience, accessTokenTTL, accessTokenFormat: 'jwt' },
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

async function exchangeWith(issuer: string) {
  const trusted = { issuer, jwksUri: `${issuer}/jwks`, audience, accounts: { whenabouts: 'svc-whenabouts' } };
  const { simulator } = await simulated({ signIn: ['Bearer'] }, { issuer: trusted });
  const signIn: ExchangeSignIn = {
    ...{ kind: 'oauth', tokenEndpoint: `${issuer}/token`, clientId: 'whenabouts', clientSecret },
    scope: 'full_access_as_app',
  };
  return { simulator, signIn };
}

const refused = (promise: Promise<unknown>): Promise<ConnectorError> =>
  promise.then(
    () => expect.fail('nothing was refused'),
    (error) => error,
  );

test('one token for everybody, another when Exchange refuses it', async () => {
  const at = await provider();
  const { simulator, signIn } = await exchangeWith(at.issuer);
  const client = clientOf(serverAt(simulator.url, { signIn }));
  const read = () => findCalendarFolders(client.mailbox(mailboxName, signal));
  const folders = await Promise.all([read(), read(), read()]);
  expect(folders.map((each) => each.length)).toEqual([1, 1, 1]);
  expect(at.tokens).toBe(1);
  // The provider forgets its key: tokens signed with it are worth nothing any more.
  at.signWith(newKey('second'));
  expect(await Promise.all([read(), read()])).toHaveLength(2);
  expect(at.tokens).toBeLessThanOrEqual(3);
});

test('a token is renewed before it ends', async () => {
  const at = await provider(600);
  const { simulator, signIn } = await exchangeWith(at.issuer);
  let ahead = 0;
  const time = { ...wallTime, now: () => Date.now() + ahead };
  const client = clientOf(serverAt(simulator.url, { signIn }), { time });
  const read = () => findCalendarFolders(client.mailbox(mailboxName, signal));
  await read();
  ahead = 500_000;
  await read();
  expect(at.tokens).toBe(1);
  ahead = 550_000;
  await read();
  expect(at.tokens).toBe(2);
});

test('what the provider refuses is told without the secret', async () => {
  const { issuer } = await provider();
  const { simulator, signIn } = await exchangeWith(issuer);
  const read = (part: object) => {
    const client = clientOf(serverAt(simulator.url, { signIn: { ...signIn, ...part } as ExchangeSignIn }));
    return refused(findCalendarFolders(client.mailbox(mailboxName, signal)));
  };
  const wrong = await read({ clientSecret: 'guessed-one' });
  expect(wrong.errorClass).toBe('credentials');
  expect(wrong.message).toContain('doesn’t accept the client id or the client secret');
  expect(wrong.message).not.toContain('guessed-one');
  const scope = await read({ scope: 'something_else' });
  expect(scope).toMatchObject({
    errorClass: 'refused',
    message: expect.stringContaining('the scope “something_else”'),
  });
  const nowhere = await read({ tokenEndpoint: `${issuer}/none` });
  expect(nowhere.message).toMatch(/gives no token|without a token/);
});

test('a token that Exchange takes for nobody is refused after a second try', async () => {
  const at = await provider();
  const { simulator, signIn } = await exchangeWith(at.issuer);
  simulator.world.accounts[0]!.enabled = false;
  const error = await refused(
    findCalendarFolders(clientOf(serverAt(simulator.url, { signIn })).mailbox(mailboxName, signal)),
  );
  expect(error).toMatchObject({ errorClass: 'credentials', message: expect.stringContaining('(Bearer)') });
  expect(at.tokens).toBe(2);
});
