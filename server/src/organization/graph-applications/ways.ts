/**
 * A user's way to Microsoft 365 and back: the authorization code flow with PKCE and state (RFC 6749, RFC 7636, RFC 9700
 * section 2.1). What is needed to come back is in the database, sealed, so that any process may answer; it works once,
 * and only for the user who set out.
 */
import { createHash, randomBytes } from 'node:crypto';
import { ConnectorError } from '../../calendars/connector.ts';
import { addressesOf } from '../../calendars/microsoft365/clouds.ts';
import type { DelegatedGrant } from '../../calendars/microsoft365/grant.ts';
import {
  authorizationUrl,
  type GraphApplication,
  nativeClientUri,
  newVerifier,
  refusal,
  type Tokens,
  tokensForCode,
} from '../../calendars/microsoft365/oauth.ts';
import type { Context } from '../../context.ts';
import { openApplication, readApplication } from './applications.ts';

/** So long people may take: a password, a second factor, perhaps asking an administrator. */
export const wayLifetime = Temporal.Duration.from({ minutes: 30 });

export interface Setting {
  userId: string;
  applicationId: string;
  scopes: readonly string[];
  loginHint: string;
  returnTo: string;
  /** paste: to a page of Microsoft's own, whose address the user pastes here. */
  how: { redirectUri: string } | 'paste';
}

type Needs = Pick<Context, 'store' | 'secrets' | 'outbound'>;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** @returns where to send the user's browser. @throws ApiError notFound */
export async function setOut({ store: { db }, secrets }: Needs, setting: Setting, now: Temporal.Instant): Promise<URL> {
  const application = openApplication(secrets, await readApplication(db, setting.applicationId));
  const redirectUri = setting.how === 'paste' ? nativeClientUri(application) : setting.how.redirectUri;
  const state = randomBytes(24).toString('base64url');
  const verifier = newVerifier();
  await db.deleteFrom('graph_way').where('expires_at', '<', now).execute();
  await db
    .insertInto('graph_way')
    .values({
      state: hash(state),
      application_id: application.id,
      user_id: setting.userId,
      redirect_uri: redirectUri,
      scopes: [...setting.scopes],
      secret: secrets.seal(verifier, hash(state)),
      return_to: setting.returnTo,
      expires_at: now.add(wayLifetime),
    })
    .execute();
  const { scopes, loginHint } = setting;
  return authorizationUrl(application, { redirectUri, scopes, state, verifier, loginHint });
}

/** Somebody came back, and it led nowhere; `problem` is what the web client has words for. */
export class WayFailed extends Error {
  readonly problem: 'expired' | 'declined' | 'consent' | 'otherUser' | 'refused' | 'unavailable';
  readonly returnTo: string;
  constructor(problem: WayFailed['problem'], message: string, returnTo = '/') {
    super(message);
    this.name = 'WayFailed';
    this.problem = problem;
    this.returnTo = returnTo;
  }
}

export interface Arrival {
  application: GraphApplication;
  grant: DelegatedGrant;
  /** Address of the mailbox that was signed in with. */
  mailbox: string;
  returnTo: string;
}

/**
 * @param answer the parameters that the identity platform added to the redirect address.
 * @param userId who came back.
 * @throws WayFailed
 */
export async function arrive(
  { store: { db }, secrets, outbound }: Needs,
  answer: URLSearchParams,
  userId: string,
  now: Temporal.Instant,
): Promise<Arrival> {
  const state = hash(answer.get('state') ?? '');
  // Gone at the first look, whatever comes of it: of two who come with one state, one at most goes on.
  const way = await db
    .deleteFrom('graph_way')
    .where('state', '=', state)
    .where('user_id', '=', userId)
    .returningAll()
    .executeTakeFirst();
  if (!way || Temporal.Instant.compare(way.expires_at, now) <= 0)
    throw new WayFailed(
      'expired',
      'This sign-in took too long, was used already, or was begun by somebody else. Begin again.',
    );
  const returnTo = way.return_to;
  const application = openApplication(secrets, await readApplication(db, way.application_id));
  if (answer.has('error')) throw declined(application, answer, returnTo);
  const verifier = secrets.open(way.secret, state);
  try {
    const code = answer.get('code') ?? '';
    const { redirect_uri: redirectUri, scopes } = way;
    const tokens = await tokensForCode(outbound, application, { code, redirectUri, verifier, scopes });
    const mailbox = await whoSignedIn({ outbound }, application, tokens);
    return { application, grant: grantOf(tokens), mailbox, returnTo };
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const problem =
      error.errorClass === 'consent'
        ? 'consent'
        : error.errorClass === 'unreachable' || error.errorClass === 'throttled'
          ? 'unavailable'
          : error.errorClass === 'credentials'
            ? 'expired'
            : 'refused';
    throw new WayFailed(problem, error.message, returnTo);
  }
}

/** AADSTS65004: the user said no. Everything else about consent is for an administrator. */
function declined(application: GraphApplication, answer: URLSearchParams, returnTo: string): WayFailed {
  const told = Object.fromEntries(answer);
  const { errorClass, message, code } = refusal(application, told);
  const byUser = told.error === 'access_denied' && (code === null || code === 65004);
  if (byUser) return new WayFailed('declined', 'The consent was declined.', returnTo);
  return new WayFailed(errorClass === 'consent' ? 'consent' : 'refused', message, returnTo);
}

/** @throws ConnectorError where no refresh token was given: it would end within the hour. */
export function grantOf({ accessToken, expiresAt, refreshToken, scopes }: Tokens): DelegatedGrant {
  if (refreshToken === null)
    throw new ConnectorError(
      'refused',
      'Microsoft 365 gave no refresh token: the permission "offline_access" is missing.',
    );
  return { kind: 'delegated', refreshToken, accessToken, expiresAt: expiresAt.toString(), scopes };
}

async function whoSignedIn({ outbound }: Pick<Context, 'outbound'>, application: GraphApplication, tokens: Tokens) {
  const url = `${addressesOf(application).graph}/v1.0/me?$select=mail,userPrincipalName`;
  for (let attempt = 1; ; attempt++) {
    const response = await outbound.fetch(url, {
      headers: { authorization: `Bearer ${tokens.accessToken}`, accept: 'application/json' },
      typedBy: 'administrator',
      maxRedirects: 0,
      maxBytes: 1_000_000,
    });
    if ((response.status === 429 || response.status >= 500) && attempt < 4) continue;
    let answer: { mail?: unknown; userPrincipalName?: unknown } = {};
    try {
      answer = JSON.parse(response.text());
    } catch {}
    const mailbox = answer.mail || answer.userPrincipalName;
    if (response.status === 200 && typeof mailbox === 'string' && mailbox) return mailbox;
    throw new ConnectorError('unreachable', `Graph didn’t tell whose mailbox it is (HTTP ${response.status}).`);
  }
}

/** The parameters in an address that a user pasted; null when it isn't such an address. */
export function pastedAnswer(text: string): URLSearchParams | null {
  const url = URL.parse(text.trim());
  // Some browsers leave the answer behind "#".
  const parameters = url && new URLSearchParams(url.search || url.hash.slice(1));
  return parameters?.has('state') && (parameters.has('code') || parameters.has('error')) ? parameters : null;
}
