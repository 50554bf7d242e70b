/** Keys and metadata of a real provider over time, with the clock as a parameter. No database. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser } from '../../../../test/servers/browser.ts';
import {
  claimsIn,
  type IdentityProviderServer,
  newKey,
  signWith,
  startIdentityProvider,
} from '../../../../test/servers/identity-provider.ts';
import { createOutbound } from '../../outbound/client.ts';
import { secretsWith } from '../../store/secrets.ts';
import { type ProviderClients, providerClients } from './provider-client.ts';
import type { Provider } from './providers.ts';

const redirectUri = 'http://127.0.0.1:1/callback';
const secrets = secretsWith(new Map([['test', randomBytes(32)]]));
const outbound = createOutbound({ allowedNetworks: [] });
let idp: IdentityProviderServer;
let provider: Provider;
beforeAll(async () => {
  idp = await startIdentityProvider(redirectUri);
  idp.account = { sub: 'ada' };
  provider = {
    ...{ id: 'p', name: 'Example Ltd', issuer: idp.issuer, clientId: idp.clientId, enabled: true },
    secret: secrets.seal(idp.clientSecret, 'p'),
    settings: {
      scopes: ['openid'],
      groupsClaim: 'groups',
      groupRoles: [],
      createUsers: false,
      groupId: null,
      linkByEmail: false,
    },
    createdAt: Temporal.Now.instant(),
  };
});
afterAll(async () => {
  await idp?.stop();
  await outbound.close();
});

async function signIn(clients: ProviderClients): Promise<string | undefined> {
  const verifier = randomBytes(32).toString('hex');
  const url = await clients.use(provider, async (client, configuration) =>
    client.buildAuthorizationUrl(configuration, {
      ...{ redirect_uri: redirectUri, scope: 'openid', state: 's', nonce: 'n', code_challenge_method: 'S256' },
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
    }),
  );
  const callback = await new Browser().follow(url.href, (at) => at.startsWith(redirectUri));
  return clients.use(provider, async (client, configuration) => {
    const checks = { expectedState: 's', expectedNonce: 'n', pkceCodeVerifier: verifier };
    return (await client.authorizationCodeGrant(configuration, new URL(callback), checks)).claims()?.sub;
  });
}

test('keys are fetched once, again for an unknown one though not more often than each ten seconds, and every five minutes', async () => {
  let now = 1_000_000;
  const clients = providerClients({ secrets, outbound }, () => now);
  const after = async (seconds: number) => {
    now += seconds * 1000;
    const before = idp.keyFetches;
    const sub = await signIn(clients).catch(() => 'refused');
    return [sub, idp.keyFetches - before];
  };
  expect(await after(0)).toEqual(['ada', 1]);
  expect(await after(20)).toEqual(['ada', 0]);
  idp.rotateKeys();
  expect(await after(1)).toEqual(['ada', 1]);
  // Somebody who makes up keys has them fetched, but not for each try.
  idp.forge = (token) => signWith(newKey('made up'), claimsIn(token));
  expect(await after(1)).toEqual(['refused', 0]);
  expect(await after(10)).toEqual(['refused', 1]);
  expect(await after(1)).toEqual(['refused', 0]);
  idp.forge = null;
  expect(await after(1)).toEqual(['ada', 0]);
  // A key that the provider took back isn't trusted for long.
  expect(await after(299)).toEqual(['ada', 1]);
});

test('many at once after a rotation have the keys fetched once', async () => {
  let now = 2_000_000;
  const clients = providerClients({ secrets, outbound }, () => now);
  await signIn(clients);
  idp.rotateKeys();
  now += 20_000;
  const before = idp.keyFetches;
  expect(await Promise.all(Array.from({ length: 8 }, () => signIn(clients)))).toEqual(Array(8).fill('ada'));
  expect(idp.keyFetches - before).toBe(1);
});

test('what the provider offers is asked once for all who come, and again after an hour or when it is changed here', async () => {
  let now = 3_000_000;
  let asked = 0;
  const counting = {
    ...outbound,
    fetch: (...parameters: Parameters<typeof outbound.fetch>) => {
      if (String(parameters[0]).includes('.well-known')) asked++;
      return outbound.fetch(...parameters);
    },
  };
  const clients = providerClients({ secrets, outbound: counting }, () => now);
  const issuer = (of = provider) => clients.use(of, async (_, configuration) => configuration.serverMetadata().issuer);
  expect(await Promise.all([issuer(), issuer(), issuer()])).toEqual(Array(3).fill(idp.issuer));
  expect(asked).toBe(1);
  now += 3_599_000;
  await issuer();
  expect(asked).toBe(1);
  now += 1_000;
  await issuer();
  expect(asked).toBe(2);
  await issuer({ ...provider, clientId: 'another' });
  expect(asked).toBe(3);
  await expect(issuer({ ...provider, secret: 'v1.lost.AAAA' })).rejects.toThrow('does not open: enter it again');
  await expect(issuer({ ...provider, issuer: `${idp.issuer}/nowhere` })).rejects.toThrow(
    'no OpenID Connect under this address',
  );
});
