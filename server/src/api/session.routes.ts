import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { hasPassword, setPasswordHash, takeInvitation, userWithPassword } from '../organization/credentials.ts';
import { hashPassword } from '../organization/passwords.ts';
import { setUp, setupNeeded } from '../organization/setup.ts';
import { changeUser } from '../organization/users.ts';
import { ApiError } from './errors.ts';
import { type FailureLimit, failureLimit } from './rate-limit.ts';
import { type Route, route } from './route.ts';
import { InvitationAccept, Me, MeChange, PasswordChange, Setup, SetupState, SignIn } from './schemas/users.ts';
import type { Sessions } from './sessions.ts';
import { clearCookie, clientAddress, readMe, signIn } from './signed-in.ts';

const tag = 'Set-up and sign-in';
const quarterHour = 15 * 60;

export function sessionRoutes(context: Context, sessions: Sessions, secure: boolean): Route[] {
  const { db } = context.store;
  const perPerson = failureLimit(10, quarterHour);
  const perAddress = failureLimit(200, quarterHour);
  const perLink = failureLimit(20, quarterHour);

  return [
    route({
      access: 'public',
      method: 'get',
      path: '/setup',
      tag,
      operation: 'readSetupState',
      summary: 'Whether the server is still to be set up',
      answer: SetupState,
      handle: async () => ({ needed: await setupNeeded(db) }),
    }),
    route({
      access: 'public',
      method: 'post',
      path: '/setup',
      tag,
      operation: 'setUp',
      summary: 'Create the first administrator',
      description: 'Needs the token of the link that the server printed when it started. Signs the administrator in.',
      body: Setup,
      status: 201,
      answer: Me,
      async handle({ body: { token, ...administrator }, http }) {
        refuseBlocked(perLink, 'setup');
        const userId = await setUp(db, token, administrator);
        if (!userId) {
          perLink.failed('setup', Temporal.Now.instant());
          throw new ApiError('forbidden', (await setupNeeded(db)) ? wrongLink : 'Whenabouts is set up: sign in.');
        }
        context.log.info({ userId }, 'Set up.');
        return signIn(http, db, sessions, userId, secure);
      },
    }),
    route({
      access: 'public',
      method: 'post',
      path: '/session',
      tag,
      operation: 'signIn',
      summary: 'Sign in',
      description: 'Sets the session cookie. Ten wrong passwords block the address and person for 15 minutes.',
      body: SignIn,
      answer: Me,
      async handle({ body: { email, password }, http }) {
        const address = clientAddress(http);
        const person = `${address} ${email}`;
        refuseBlocked(perPerson, person);
        refuseBlocked(perAddress, address);
        // Counted before it is checked: tries that run side by side count too.
        for (const [limit, key] of [
          [perPerson, person],
          [perAddress, address],
        ] as const)
          limit.failed(key, Temporal.Now.instant());
        const userId = await userWithPassword(db, email, password);
        if (!userId) throw new ApiError('notSignedIn', 'The e-mail address or the password is wrong.');
        perPerson.succeeded(person);
        perAddress.succeeded(address);
        return signIn(http, db, sessions, userId, secure);
      },
    }),
    route({
      access: 'public',
      method: 'delete',
      path: '/session',
      tag,
      operation: 'signOut',
      summary: 'Sign out',
      answer: null,
      async handle({ viewer, http }) {
        if (viewer) await sessions.end(db, viewer.sessionId);
        clearCookie(http, secure);
        return undefined;
      },
    }),
    route({
      access: 'public',
      method: 'post',
      path: '/invitations/{token}',
      tag,
      operation: 'acceptInvitation',
      summary: 'Choose a password by an invitation',
      description: 'The link works once and for seven days. Signs the user in.',
      params: z.object({ token: z.string().min(1).max(200) }),
      body: InvitationAccept,
      answer: Me,
      async handle({ params: { token }, body: { password }, http }) {
        refuseBlocked(perLink, clientAddress(http));
        const passwordHash = await hashPassword(password);
        const userId = await db.transaction().execute(async (transaction) => {
          const invited = await takeInvitation(transaction, token, Temporal.Now.instant());
          if (invited) {
            await setPasswordHash(transaction, invited, passwordHash);
            await sessions.endAllOf(transaction, invited);
          }
          return invited;
        });
        if (!userId) {
          perLink.failed(clientAddress(http), Temporal.Now.instant());
          throw new ApiError('notFound', 'This link was used or is too old: ask your administrator for a new one.');
        }
        return signIn(http, db, sessions, userId, secure);
      },
    }),
    route({
      access: 'signedIn',
      method: 'get',
      path: '/me',
      tag,
      operation: 'readMe',
      scope: 'any',
      summary: 'Who is signed in',
      answer: Me,
      handle: ({ viewer }) => readMe(db, viewer.userId),
    }),
    route({
      access: 'signedIn',
      method: 'patch',
      path: '/me',
      tag,
      operation: 'changeMe',
      scope: 'presence', // the mobile number is where calls go
      summary: 'Change one’s own language, time zone, mobile number or name',
      body: MeChange,
      answer: Me,
      async handle({ viewer, body }) {
        await changeUser(db, actorOf(viewer), viewer.userId, body);
        return readMe(db, viewer.userId);
      },
    }),
    route({
      access: 'signedIn',
      method: 'post',
      path: '/me/password',
      tag,
      operation: 'changePassword',
      summary: 'Change one’s password',
      body: PasswordChange,
      answer: null,
      async handle({ viewer, body: { current, next } }) {
        refuseBlocked(perPerson, viewer.userId);
        if (!(await hasPassword(db, viewer.userId, current))) {
          perPerson.failed(viewer.userId, Temporal.Now.instant());
          throw new ApiError('invalid', 'The current password is wrong.', { field: 'current' });
        }
        const passwordHash = await hashPassword(next);
        await db.transaction().execute(async (transaction) => {
          await setPasswordHash(transaction, viewer.userId, passwordHash);
          await sessions.endAllOf(transaction, viewer.userId, viewer.sessionId);
        });
        return undefined;
      },
    }),
  ];
}

const wrongLink = 'This set-up link is not the current one: the server prints a new one at each start.';

function refuseBlocked(limit: FailureLimit, key: string): void {
  const seconds = limit.blockedFor(key, Temporal.Now.instant());
  if (seconds > 0)
    throw new ApiError('tooManyRequests', `Too many failed tries: try again in ${Math.ceil(seconds / 60)} minutes.`, {
      retryAfter: seconds,
    });
}
