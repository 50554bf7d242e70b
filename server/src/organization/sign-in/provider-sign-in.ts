/**
 * Sign-in through an identity provider: the authorization code flow with PKCE, state and nonce (OpenID Connect Core
 * section 3.1; RFC 9700 sections 2.1 and 4). What a way over the provider needs to come back is in the database, sealed,
 * so that any process may answer; it works once, and only in the browser that set out with it.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../calendars/connector.ts';
import type { Context } from '../../context.ts';
import { type Claims, groupsIn, identityOf, roleOfGroups } from './claims.ts';
import { type Origin, recordRefusal, recordSignIn } from './log.ts';
import { inWords, type OpenIdClient, type ProviderClients } from './provider-client.ts';
import { admit, NotAdmitted } from './provider-users.ts';
import { findProvider, type Provider } from './providers.ts';
import type { SignInUser } from './user.queries.ts';

/** So long people may take at the provider: a password, a second factor, perhaps a new password. */
export const wayLifetime = Temporal.Duration.from({ minutes: 15 });

/** Why the way led nowhere; the sign-in page has words for each. */
export type Problem = 'unavailable' | 'refused' | 'expired' | 'unknownUser' | 'inactive';

export class SignInFailed extends Error {
  readonly problem: Problem;
  /** @param message for the log: no token, code or secret. */
  constructor(problem: Problem, message: string) {
    super(message);
    this.name = 'SignInFailed';
    this.problem = problem;
  }
}

interface Way {
  nonce: string;
  verifier: string;
  /** The hash of the mark in the browser's cookie. */
  browser: string;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
export const newBrowserMark = (): string => randomBytes(32).toString('base64url');

/** Only ever a page of ours: a link may not send people elsewhere after they signed in. */
export function ownPath(returnTo: string | undefined): string {
  if (!returnTo || returnTo.length > 1000 || !/^\/(?![/\\])/.test(returnTo)) return '/';
  const url = URL.parse(returnTo, 'http://own.invalid');
  // What dots and tabs make of it counts, not what was written: /.//elsewhere is //elsewhere.
  if (url?.origin !== 'http://own.invalid' || url.pathname.startsWith('//')) return '/';
  return url.pathname + url.search + url.hash;
}

export interface Start {
  providerId: string;
  returnTo: string;
  /** What the browser's cookie holds. */
  browserMark: string;
  redirectUri: string;
}

/** @returns where to send the browser. @throws SignInFailed */
export async function beginProviderSignIn(
  context: Pick<Context, 'store' | 'secrets'>,
  clients: ProviderClients,
  { providerId, returnTo, browserMark, redirectUri }: Start,
  now: Temporal.Instant,
): Promise<URL> {
  const { db } = context.store;
  const provider = await findProvider(db, providerId);
  if (!provider?.enabled) throw new SignInFailed('refused', 'There is no such provider, or it is switched off.');
  const { url, state, way } = await clients
    .use(provider, async (client, configuration) => {
      const state = client.randomState();
      const way: Way = {
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        browser: hash(browserMark),
      };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: [...new Set(['openid', ...provider.settings.scopes])].join(' '),
        state,
        nonce: way.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(way.verifier),
        code_challenge_method: 'S256',
      });
      return { url, state, way };
    })
    .catch((error) => {
      throw new SignInFailed('unavailable', inWords(error, provider).message);
    });
  await db.deleteFrom('provider_sign_in').where('expires_at', '<', now).execute();
  await db
    .insertInto('provider_sign_in')
    .values({
      state: hash(state),
      provider_id: provider.id,
      secret: context.secrets.seal(JSON.stringify(way), hash(state)),
      return_to: ownPath(returnTo),
      expires_at: now.add(wayLifetime),
    })
    .execute();
  return url;
}

export interface Return {
  /** The address with which the browser came back, as the provider knows it. */
  url: URL;
  browserMark: string | undefined;
  origin: Origin;
}

/** @throws SignInFailed, which is in the audit log then. */
export async function finishProviderSignIn(
  context: Pick<Context, 'store' | 'secrets' | 'log'>,
  clients: ProviderClients,
  { url, browserMark, origin }: Return,
  now: Temporal.Instant,
): Promise<{ user: SignInUser; providerId: string; returnTo: string }> {
  const { db } = context.store;
  const state = url.searchParams.get('state') ?? '';
  // Gone at the first look, whatever comes of it: of two who come with one state, one at most goes on.
  const row = await db
    .deleteFrom('provider_sign_in')
    .where('state', '=', hash(state))
    .returning(['provider_id', 'secret', 'return_to', 'expires_at'])
    .executeTakeFirst();
  if (!row) throw new SignInFailed('expired', 'The state is unknown or was used already.');
  const provider = await findProvider(db, row.provider_id);
  const fail = async (problem: Problem, reason: string, user: SignInUser | null = null): Promise<never> => {
    await recordRefusal(db, user, origin, { by: provider?.name ?? '', reason });
    throw new SignInFailed(problem, reason);
  };
  if (!provider?.enabled) return fail('refused', 'the provider is switched off');
  if (Temporal.Instant.compare(row.expires_at, now) <= 0) return fail('expired', 'it took too long at the provider');
  const way = JSON.parse(context.secrets.open(row.secret, hash(state))) as Way;
  if (!browserMark || !timingSafeEqual(Buffer.from(hash(browserMark)), Buffer.from(way.browser)))
    return fail('refused', 'another browser came back than the one that set out');
  let claims: Claims;
  try {
    claims = await clients.use(provider, (client, configuration) =>
      claimsOf(client, configuration, provider, { url, state, way }),
    );
  } catch (error) {
    return fail(problemOf(error), inWords(error, provider).message);
  }
  const groups = groupsIn(claims, provider.settings.groupsClaim);
  if (groups === null && provider.settings.groupRoles.length > 0)
    context.log.warn(
      { provider: provider.name, claim: provider.settings.groupsClaim },
      'The provider tells no groups in this claim: whoever signs in has the role "user".',
    );
  try {
    const user = await admit(context, provider, identityOf(claims), roleOfGroups(groups ?? [], provider.settings));
    await recordSignIn(db, user, origin, { by: provider.name });
    return { user, providerId: provider.id, returnTo: row.return_to };
  } catch (error) {
    if (error instanceof NotAdmitted) return fail(error.problem, error.message, error.user);
    throw error;
  }
}

/** Exchanges the code; what the ID token lacks of what is needed here is asked of the userinfo endpoint. */
async function claimsOf(
  client: OpenIdClient,
  configuration: Parameters<OpenIdClient['authorizationCodeGrant']>[0],
  provider: Provider,
  { url, state, way }: { url: URL; state: string; way: Way },
): Promise<Claims> {
  const tokens = await client.authorizationCodeGrant(configuration, url, {
    expectedState: state,
    expectedNonce: way.nonce,
    pkceCodeVerifier: way.verifier,
    idTokenExpected: true,
  });
  const claims = tokens.claims()! as Claims;
  const { groupsClaim, groupRoles } = provider.settings;
  const enough =
    identityOf(claims).email !== null && (groupRoles.length === 0 || groupsIn(claims, groupsClaim) !== null);
  if (enough || !configuration.serverMetadata().userinfo_endpoint) return claims;
  const more = await client.fetchUserInfo(configuration, tokens.access_token, String(claims.sub));
  return { ...more, ...claims };
}

function problemOf(error: unknown): Problem {
  const { error: code, code: kind } = (error ?? {}) as { error?: unknown; code?: unknown };
  if (code === 'temporarily_unavailable' || code === 'server_error') return 'unavailable';
  if (code === 'invalid_grant') return 'expired'; // RFC 6749 section 5.2: a code that was used or is too old
  if (kind === 'OAUTH_TIMEOUT') return 'unavailable';
  for (let each = error; typeof each === 'object' && each !== null; each = (each as { cause?: unknown }).cause)
    if (each instanceof ConnectorError) return 'unavailable';
  return 'refused';
}
