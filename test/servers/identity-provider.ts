/**
 * A real OpenID provider (npm oidc-provider) on a free port of this machine. Whoever comes is `account` at once, without
 * a page. It may be stopped and started at the same address, given other keys, and told to answer with ID tokens that
 * somebody else made.
 */
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider, { type Configuration, type JWK } from 'oidc-provider';

export type Claims = Record<string, unknown> & { sub: string };
type Jwk = JWK & { kid: string };

export interface IdentityProviderServer {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who signs in next. */
  account: Claims;
  /** What the token endpoint answers in place of the ID token that the provider made; null: that one. */
  forge: ((idToken: string) => string) | null;
  /** How often the keys were fetched. */
  keyFetches: number;
  /** Signs with a new key from now on; the old one is no longer published. */
  rotateKeys(): void;
  /** The same claims with some others, signed with the provider's own key. */
  signed(idToken: string, changes: Record<string, unknown>): string;
  /** From now on ID tokens hold the user's claims themselves, or (false) the userinfo endpoint tells them. */
  putClaimsInIdToken(wanted: boolean): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
export const claimsIn = (idToken: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(idToken.split('.')[1]!, 'base64url').toString());

export function newKey(kid: string): Jwk {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } as Jwk;
}

/** A JWT with this header and these claims (RFC 7515). */
export function signWith(key: Jwk, claims: object, header: object = {}): string {
  const head = encoded({ alg: 'ES256', typ: 'JWT', kid: key.kid, ...header });
  const input = `${head}.${encoded(claims)}`;
  const privateKey = createPrivateKey({ key: key as never, format: 'jwk' });
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

export async function startIdentityProvider(redirectUri: string): Promise<IdentityProviderServer> {
  let keys = [newKey('first')];
  let claimsInIdToken = false;
  let handle: http.RequestListener = () => {};
  let server = http.createServer((request, response) => handle(request, response));
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;

  const self: IdentityProviderServer = {
    ...{ issuer, clientId: 'whenabouts', clientSecret: 'a client secret that is never shown' },
    ...{ account: { sub: 'nobody' }, forge: null, keyFetches: 0 },
    putClaimsInIdToken(wanted) {
      claimsInIdToken = wanted;
      make();
    },
    rotateKeys() {
      keys = [newKey(`key-${keys[0]!.kid}-next`)];
      make();
    },
    signed: (idToken, changes) => signWith(keys[0]!, { ...claimsIn(idToken), ...changes }),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    async start() {
      server = http.createServer((request, response) => handle(request, response));
      await listen(port);
    },
  };

  function make(): void {
    const provider = new Provider(issuer, {
      ...configuration(self, redirectUri),
      conformIdTokenClaims: !claimsInIdToken,
      jwks: { keys },
    } as Configuration);
    provider.use(async (context, next) => {
      if (context.path === '/jwks') self.keyFetches++;
      if (context.path.startsWith('/interaction/')) {
        const login = { accountId: self.account.sub };
        await provider.interactionFinished(context.req, context.res, { login });
        context.respond = false;
        return;
      }
      await next();
      const body = context.body as { id_token?: string } | undefined;
      if (context.path === '/token' && body?.id_token && self.forge) body.id_token = self.forge(body.id_token);
    });
    handle = provider.callback();
  }
  make();
  return self;
}

function configuration(self: IdentityProviderServer, redirectUri: string): Configuration {
  const accounts = new Map<string, Claims>();
  return {
    clients: [
      {
        client_id: self.clientId,
        client_secret: self.clientSecret,
        redirect_uris: [redirectUri],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    cookies: { keys: ['only for this test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    claims: {
      openid: ['sub'],
      email: ['email', 'email_verified'],
      profile: ['name', 'locale', 'zoneinfo'],
      groups: ['groups'],
    },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, AuthorizationCode: 60, IdToken: 600 },
    async findAccount(_, sub) {
      if (self.account.sub === sub) accounts.set(sub, self.account);
      return { accountId: sub, claims: async () => accounts.get(sub) ?? { sub } };
    },
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
      grant.addOIDCScope('openid profile email groups');
      await grant.save();
      return grant;
    },
  };
}
