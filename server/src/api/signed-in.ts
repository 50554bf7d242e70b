/** The cookie of a session, and whoever it stands for as the API shows them. */
import { getConnInfo } from '@hono/node-server/conninfo';
import type { Context as HttpContext } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import { readUser } from '../organization/users.ts';
import type { Executor } from '../store/database.ts';
import type { Me } from './schemas/users.ts';
import { type Sessions, sessionCookie, sessionLifetime } from './sessions.ts';

/** SameSite=Lax: links from mails and calendars open signed in, other sites' forms don't. */
const cookieOptions = (secure: boolean) =>
  ({ path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge: sessionLifetime.total('seconds') }) as const;

/** @param secure whether people reach the server by https. */
export async function signIn(
  http: HttpContext,
  db: Executor,
  sessions: Sessions,
  userId: string,
  secure: boolean,
): Promise<Me> {
  const token = await sessions.begin(db, userId, {
    address: clientAddress(http),
    userAgent: http.req.header('user-agent') ?? null,
  });
  setCookie(http, sessionCookie, token, cookieOptions(secure));
  return readMe(db, userId);
}

export function clearCookie(http: HttpContext, secure: boolean): void {
  deleteCookie(http, sessionCookie, { path: '/', secure });
}

export async function readMe(db: Executor, userId: string): Promise<Me> {
  const { id, email, displayName, language, timeZone, mobileNumber, role, groupId } = await readUser(db, userId);
  return { id, email, displayName, language, timeZone, mobileNumber, role, groupId };
}

/** Behind a proxy all clients have the proxy's address: limits that use it are wide for that reason. */
export function clientAddress(http: HttpContext): string {
  return getConnInfo(http).remote.address ?? 'unknown';
}
