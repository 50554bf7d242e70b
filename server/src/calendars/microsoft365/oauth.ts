/**
 * Tokens of the Microsoft identity platform: from a code (PKCE), from a refresh token, for the application itself.
 * Plain requests; what the answers mean is decided by the OAuth `error` first and by the AADSTS number only where one
 * `error` stands for several things.
 * Source: "OAuth 2.0 authorization code flow", "… client credentials flow", "Microsoft Entra authentication and
 * authorization error codes"; RFC 6749, RFC 7636.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Outbound } from '../../outbound/outbound.ts';
import { parseRetryAfter } from '../../outbound/retry-after.ts';
import { ConnectorError } from '../connector.ts';
import { authenticationFields, type ClientCredential } from './client-credential.ts';
import { addressesOf, type CloudChoice } from './clouds.ts';

/** A registered application, with its credential opened. */
export interface GraphApplication extends CloudChoice {
  id: string;
  name: string;
  clientId: string;
  /** Directory id, a verified domain of it, or "organizations". */
  tenantId: string;
  credential: ClientCredential | null;
}

export interface Tokens {
  accessToken: string;
  expiresAt: Temporal.Instant;
  /** Takes the place of the one before; null for the application itself. */
  refreshToken: string | null;
  /** Granted, or asked for where the answer doesn't say (RFC 6749, 5.1), without the address of Graph before them. */
  scopes: string[];
}

/** The identity platform refuses. `application`: what the application is registered as is at fault, not the user. */
export class TokenRefused extends ConnectorError {
  /** Of OAuth, such as invalid_grant. */
  readonly error: string;
  /** AADSTS number; null where none was told. */
  readonly code: number | null;
  readonly of: 'user' | 'application';
  constructor(
    error: string,
    code: number | null,
    of: 'user' | 'application',
    errorClass: ConnectorError['errorClass'],
    message: string,
  ) {
    super(errorClass, message);
    this.name = 'TokenRefused';
    this.error = error;
    this.code = code;
    this.of = of;
  }
}

export const newVerifier = (): string => randomBytes(48).toString('base64url');
/** RFC 7636 section 4.2, S256. */
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

const endpoint = (application: GraphApplication, path: string) =>
  `${addressesOf(application).login}/${encodeURIComponent(application.tenantId)}/${path}`;
export const tokenEndpoint = (application: GraphApplication) => endpoint(application, 'oauth2/v2.0/token');

/** In front of each scope: without it the platform takes the global cloud's Graph. */
export const qualified = (application: GraphApplication, scopes: readonly string[]): string =>
  scopes.map((scope) => (plainScopes.has(scope) ? scope : `${addressesOf(application).graph}/${scope}`)).join(' ');
const plainScopes = new Set(['openid', 'profile', 'email', 'offline_access']);
const unqualified = (scope: string) => scope.replace(/^https?:\/\/.*\//, '');

export interface AuthorizationRequest {
  redirectUri: string;
  scopes: readonly string[];
  state: string;
  verifier: string;
  /** The mailbox that is meant; the user may still pick another account. */
  loginHint?: string;
  /** none: ask nobody, say what is missing. */
  prompt?: 'select_account' | 'consent' | 'none';
}

/** Where the user's browser is sent. */
export function authorizationUrl(application: GraphApplication, request: AuthorizationRequest): URL {
  const url = new URL(endpoint(application, 'oauth2/v2.0/authorize'));
  const parameters: Record<string, string> = {
    client_id: application.clientId,
    response_type: 'code',
    redirect_uri: request.redirectUri,
    response_mode: 'query',
    scope: qualified(application, request.scopes),
    state: request.state,
    code_challenge: challengeOf(request.verifier),
    code_challenge_method: 'S256',
    ...(request.loginHint && { login_hint: request.loginHint }),
    ...(request.prompt && { prompt: request.prompt }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** Where an administrator of the directory consents for everybody. */
export function adminConsentUrl(application: GraphApplication, redirectUri: string, state: string): URL {
  const url = new URL(endpoint(application, 'v2.0/adminconsent'));
  url.searchParams.set('client_id', application.clientId);
  url.searchParams.set('scope', `${addressesOf(application).graph}/.default`);
  url.searchParams.set('redirect_uri', redirectUri);
  url.searchParams.set('state', state);
  return url;
}

/**
 * Where a public client with the platform "Mobile and desktop applications" may be sent back without our address being
 * registered: a page of Microsoft's own, whose address the user copies.
 */
export const nativeClientUri = (application: GraphApplication): string =>
  `${addressesOf(application).login}/common/oauth2/nativeclient`;

/** @throws ConnectorError */
export function tokensForCode(
  outbound: Outbound,
  application: GraphApplication,
  grant: { code: string; redirectUri: string; verifier: string; scopes: readonly string[] },
  signal?: AbortSignal,
): Promise<Tokens> {
  const fields = {
    grant_type: 'authorization_code',
    code: grant.code,
    redirect_uri: grant.redirectUri,
    code_verifier: grant.verifier,
  };
  return requestTokens(outbound, application, fields, grant.scopes, signal);
}

/** The answer's refresh token takes the place of the one given. @throws ConnectorError */
export function tokensForRefresh(
  outbound: Outbound,
  application: GraphApplication,
  grant: { refreshToken: string; scopes: readonly string[] },
  signal?: AbortSignal,
): Promise<Tokens> {
  const scope = qualified(application, [...new Set([...grant.scopes, 'offline_access'])]);
  return requestTokens(
    outbound,
    application,
    { grant_type: 'refresh_token', refresh_token: grant.refreshToken, scope },
    grant.scopes,
    signal,
  );
}

/** For the application itself. @throws ConnectorError */
export function tokensForApplication(
  outbound: Outbound,
  application: GraphApplication,
  signal?: AbortSignal,
): Promise<Tokens> {
  if (application.credential === null)
    return Promise.reject(
      new ConnectorError(
        'refused',
        `The Graph application "${application.name}" has no secret and no certificate, which server-side access needs.`,
      ),
    );
  const scope = `${addressesOf(application).graph}/.default`;
  return requestTokens(outbound, application, { grant_type: 'client_credentials', scope }, [], signal);
}

/** Seconds, where the answer doesn't say (it should: RFC 6749 section 5.1); one that ends sooner is refused, and replaced. */
const usualLifetime = 3_600;

async function requestTokens(
  outbound: Outbound,
  application: GraphApplication,
  fields: Record<string, string>,
  asked: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Tokens> {
  const now = Temporal.Now.instant();
  const url = tokenEndpoint(application);
  const proof = authenticationFields(application.credential, application.clientId, url, now);
  const response = await outbound.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: new URLSearchParams({ client_id: application.clientId, ...fields, ...proof }).toString(),
    typedBy: 'administrator',
    maxRedirects: 0,
    maxBytes: 1_000_000,
    ...(signal && { signal }),
  });
  const { host } = new URL(url);
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(response.text());
  } catch {
    answer = {};
  }
  // Whatever it says of itself: the application isn't at fault, and nobody has to sign in again.
  if (response.status === 429 || response.status >= 500)
    throw new ConnectorError(
      response.status === 429 || response.status === 503 ? 'throttled' : 'unreachable',
      `${host} can’t give a token at the moment (HTTP ${response.status}).`,
      { retryAt: parseRetryAfter(response.headers.get('retry-after'), now) },
    );
  if (typeof answer.error === 'string') throw refusal(application, answer);
  const lasts = Math.floor(Number(answer.expires_in ?? usualLifetime));
  if (typeof answer.access_token !== 'string' || !(lasts > 0))
    throw new ConnectorError('malformed', `${host} answered without a token (HTTP ${response.status}).`);
  return {
    accessToken: answer.access_token,
    expiresAt: now.add({ seconds: lasts }),
    refreshToken: typeof answer.refresh_token === 'string' ? answer.refresh_token : null,
    scopes: typeof answer.scope === 'string' ? answer.scope.split(/\s+/).filter(Boolean).map(unqualified) : [...asked],
  };
}

/** 65001 nobody has consented, 65004 the user declined, 650056 the registration lacks the permission, 90094 and 90095
 *  only an administrator may consent. */
const aboutConsent = new Set([65001, 65004, 650056, 650057, 90094, 90095]);

/** What a refusal means and what mends it. Nothing that was sent is in it. */
export function refusal(application: GraphApplication, answer: Record<string, unknown>): TokenRefused {
  const error = String(answer.error);
  const description = String(answer.error_description ?? '');
  const code = aadsts(answer, description);
  const { name } = application;
  const make = (of: 'user' | 'application', errorClass: ConnectorError['errorClass'], message: string) =>
    new TokenRefused(error, code, of, errorClass, message);
  if (
    answer.suberror === 'consent_required' ||
    error === 'consent_required' ||
    (code !== null && aboutConsent.has(code))
  )
    return make(
      'user',
      'consent',
      `Microsoft 365 asks for consent to "${name}" first. Your administrator must approve it.`,
    );
  switch (error) {
    case 'invalid_grant':
    case 'interaction_required':
    case 'login_required':
      return make('user', 'credentials', 'Microsoft 365 no longer accepts the sign-in. Sign in again.');
    case 'access_denied':
      return make('user', 'consent', 'The consent was declined.');
    case 'invalid_client':
      return make(
        'application',
        'refused',
        `${clientFault(code)} The administrator changes it at the Graph application "${name}".`,
      );
    case 'unauthorized_client':
      return make(
        'application',
        'refused',
        code === 700016
          ? `The directory doesn’t know the application (client) id of the Graph application "${name}".`
          : `The Graph application "${name}" isn’t allowed to do this.`,
      );
    case 'temporarily_unavailable':
    case 'server_error':
      return make('application', 'unreachable', 'The sign-in service of Microsoft 365 can’t answer at the moment.');
    default:
      if (code === 90002 || code === 900023)
        return make(
          'application',
          'refused',
          `There is no directory with the id ${application.tenantId}. Correct it at the Graph application "${name}".`,
        );
      return make(
        'application',
        'refused',
        `Microsoft 365 refuses the Graph application "${name}" (${error}${code ? `, AADSTS${code}` : ''}).`,
      );
  }
}

function clientFault(code: number | null): string {
  switch (code) {
    case 7000222:
      return 'The client secret has expired.';
    case 7000215:
      return 'The client secret is wrong.';
    case 7000218:
      return 'The application needs a client secret or a certificate.';
    case 700025:
      return 'The application is registered as a public client: it must have neither a secret nor a certificate here.';
    case 700027:
      return 'The directory doesn’t know the certificate, or it has expired.';
    case 700024:
      return 'The clock of this server is wrong: what the application signs counts for some minutes only.';
    default:
      return `The credentials of the application were refused${code ? ` (AADSTS${code})` : ''}.`;
  }
}

export function aadsts(answer: Record<string, unknown>, description: string): number | null {
  const [first] = Array.isArray(answer.error_codes) ? (answer.error_codes as unknown[]) : [];
  if (typeof first === 'number') return first;
  const [, number] = /AADSTS(\d+)/.exec(description) ?? [];
  return number ? Number(number) : null;
}
