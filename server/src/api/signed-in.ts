/** The cookie of a session, and whoever it stands for as the API shows them. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context as HttpContext, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { deviceLifetime, newDevice } from '../organization/sign-in/device.ts';
import { readUser } from '../organization/users.ts';
import type { Network } from '../outbound/address-rules.ts';
import { heedsClients } from '../presence/clients.ts';
import { presenceSettingsOf } from '../presence/settings.ts';
import type { Executor } from '../store/database.ts';
import type { Secrets } from '../store/secrets.ts';
import { clientOf } from './client-address.ts';
import type { Viewer } from './route.ts';
import type { Me } from './schemas/users.ts';
import { type Sessions, sessionCookie, sessionLifetime } from './sessions.ts';

/** SameSite=Lax: links from mails and calendars open signed in, other sites' forms don't. */
const cookieOptions = (secure: boolean) =>
  ({ path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge: sessionLifetime.total('seconds') }) as const;

/** `__Host-`: no neighbour on another subdomain can set it (RFC 6265bis section 4.1.3.2); browsers want https for it. */
const deviceCookie = (secure: boolean) => (secure ? '__Host-whenabouts_device' : 'whenabouts_device');

/** How requests and answers carry who signed in; `secure`: whether people reach the server by https. */
export interface SignedIn {
  db: Executor;
  sessions: Sessions;
  secrets: Secrets;
  secure: boolean;
}

/** Begins a session and sets its cookie; the one that this browser had ends. @param providerId who vouched for the user; null for a password. */
export async function beginSession(
  http: HttpContext,
  { db, sessions, secrets, secure }: SignedIn,
  userId: string,
  providerId: string | null = null,
): Promise<Me> {
  const earlier = await sessions.viewer(getCookie(http, sessionCookie));
  if (earlier) await sessions.end(db, earlier.sessionId);
  const token = await sessions.begin(db, userId, { ...originOf(http), providerId });
  setCookie(http, sessionCookie, token, cookieOptions(secure));
  const viewer = await sessions.viewer(token);
  const me = await readMe(db, viewer ?? { userId });
  setCookie(http, deviceCookie(secure), newDevice(secrets, me.email), {
    ...cookieOptions(secure),
    maxAge: deviceLifetime.total('seconds'),
  });
  return me;
}

/** Where the request comes from, and the cookie of a device that somebody signed in on before. */
export function originOf(http: HttpContext): { address: string; userAgent: string | null } {
  return { address: clientAddress(http), userAgent: http.req.header('user-agent') ?? null };
}

export const deviceOf = (http: HttpContext, secure: boolean): string | undefined =>
  getCookie(http, deviceCookie(secure));

export function clearCookie(http: HttpContext, secure: boolean): void {
  deleteCookie(http, sessionCookie, { path: '/', secure });
}

export async function readMe(db: Executor, viewer: Pick<Viewer, 'userId' | 'secondFactorMissing'>): Promise<Me> {
  const { userId, secondFactorMissing = false } = viewer;
  const user = await readUser(db, userId);
  const { id, email, displayName, language, timeZone, mobileNumber, deputyId, assistantId, role, groupId } = user;
  const { secondFactor, hasPassword, deputyName, assistantName, settings } = await db
    .selectNoFrom((of) => [
      of.selectFrom('users').select('display_name').where('id', '=', deputyId).as('deputyName'),
      of.selectFrom('users').select('display_name').where('id', '=', assistantId).as('assistantName'),
      of
        .exists(of.selectFrom('second_factor').where('user_id', '=', userId).where('confirmed_at', 'is not', null))
        .as('secondFactor'),
      of.exists(of.selectFrom('login_password').where('user_id', '=', userId)).as('hasPassword'),
      of.selectFrom('configuration_group').select('settings').where('id', '=', groupId).as('settings'),
    ])
    .$castTo<{
      secondFactor: boolean;
      hasPassword: boolean;
      settings: Record<string, unknown>;
      deputyName: string | null;
      assistantName: string | null;
    }>()
    .executeTakeFirstOrThrow();
  return {
    ...{ id, email, displayName, language, timeZone, mobileNumber, deputyId, assistantId, role, groupId },
    ...{ deputyName, assistantName, secondFactor, secondFactorMissing, hasPassword },
    clientHeeded: heedsClients(presenceSettingsOf(settings).client),
  };
}

/** Works out once where each request comes from. */
export function tellClientAddress(trustedProxies: readonly Network[]): MiddlewareHandler {
  return async (http, next) => {
    const peer = getConnInfo(http).remote.address ?? 'unknown';
    http.set('clientAddress', clientOf(peer, http.req.header('x-forwarded-for'), trustedProxies));
    await next();
  };
}

/** Behind a proxy that isn't trusted (TRUSTED_PROXIES) all clients have the proxy's address. */
export function clientAddress(http: HttpContext): string {
  return http.get('clientAddress');
}
