import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { hasPassword, setPasswordHash, takeInvitation } from '../organization/credentials.ts';
import { hashPassword } from '../organization/passwords.ts';
import { setUp, setupNeeded } from '../organization/setup.ts';
import { recordRefusal, recordSignIn } from '../organization/sign-in/log.ts';
import { signInWithPassword } from '../organization/sign-in/password.ts';
import { secondFactorOf } from '../organization/sign-in/second-factor.ts';
import { beginTry, endTries, ownKey } from '../organization/sign-in/tries.queries.ts';
import { userById } from '../organization/sign-in/user.queries.ts';
import { changeUser } from '../organization/users.ts';
import { ApiError, tooMany } from './errors.ts';
import { type FailureLimit, failureLimit } from './rate-limit.ts';
import { type Route, route } from './route.ts';
import { InvitationAccept, Me, MeChange, PasswordChange, Setup, SetupState, SignIn } from './schemas/users.ts';
import { forgetSessions, type Sessions } from './sessions.ts';
import { beginSession, clearCookie, clientAddress, deviceOf, originOf, readMe, type SignedIn } from './signed-in.ts';

const tag = 'Set-up and sign-in';
const quarterHour = 15 * 60;

export function sessionRoutes(context: Context, sessions: Sessions, secure: boolean): Route[] {
  const { db } = context.store;
  const signedIn: SignedIn = { db, sessions, secrets: context.secrets, secure };
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
        return beginSession(http, signedIn, userId);
      },
    }),
    route({
      access: 'public',
      method: 'post',
      path: '/session',
      tag,
      operation: 'signIn',
      summary: 'Sign in',
      description:
        'Sets the session cookie. 401 `secondFactorNeeded` asks for the same again with a code. After ten failures in a ' +
        'row a person is locked for a minute, then for longer ones up to 15; `Retry-After` says how long. Devices that ' +
        'the person signed in on before are counted by themselves.',
      body: SignIn,
      answer: Me,
      async handle({ body, http }) {
        const origin = { ...originOf(http), device: deviceOf(http, secure) };
        const result = await signInWithPassword(context, body, origin, Temporal.Now.instant());
        switch (result.outcome) {
          case 'signedIn':
            return beginSession(http, signedIn, result.userId);
          case 'locked':
            throw tooMany(result.seconds);
          case 'codeNeeded':
            throw new ApiError('secondFactorNeeded', 'Enter the code that your authenticator app shows.', {
              field: 'code',
            });
          case 'wrongCode':
            throw new ApiError('notSignedIn', 'This code is wrong, too old, or was used already.', { field: 'code' });
          case 'inactive':
            throw new ApiError('forbidden', 'You may not sign in any more: ask your administrator.');
          case 'wrong':
            throw new ApiError('notSignedIn', 'The e-mail address or the password is wrong.');
        }
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
      description: 'The link works once and for seven days. Signs the user in, unless a second factor is to come.',
      params: z.object({ token: z.string().min(1).max(200) }),
      body: InvitationAccept,
      answer: Me,
      async handle({ params: { token }, body: { password }, http }) {
        const now = Temporal.Now.instant();
        refuseBlocked(perLink, clientAddress(http));
        const passwordHash = await hashPassword(password);
        const userId = await db.transaction().execute(async (transaction) => {
          const invited = await takeInvitation(transaction, token, now);
          if (invited) {
            await setPasswordHash(transaction, invited, passwordHash);
            await sessions.endAllOf(transaction, invited);
          }
          return invited;
        });
        if (!userId) {
          perLink.failed(clientAddress(http), now);
          throw new ApiError('notFound', 'This link was used or is too old: ask your administrator for a new one.');
        }
        const user = await userById(db, userId);
        if (!user?.mayEnter) {
          await recordRefusal(db, user, originOf(http), { by: 'invitation', reason: 'deactivated' });
          throw new ApiError('forbidden', 'You may not sign in any more: ask your administrator.');
        }
        // Whoever got hold of a mailbox has the link, but not the phone.
        if (await secondFactorOf(db, userId))
          throw new ApiError('secondFactorNeeded', 'Your new password is set. Sign in with it and with a code.');
        await recordSignIn(db, user, originOf(http), { by: 'invitation' });
        return beginSession(http, signedIn, userId);
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
      withoutSecondFactor: true,
      handle: ({ viewer }) => readMe(db, viewer),
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
        // Open pages are told in the language and zone they began with: they begin anew.
        if (body.language !== undefined || body.timeZone !== undefined) await forgetSessions(db, viewer.userId);
        return readMe(db, viewer);
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
        const tries = [ownKey(viewer.userId)];
        const seconds = await beginTry(db, tries, Temporal.Now.instant());
        if (seconds > 0) throw tooMany(seconds);
        if (!(await hasPassword(db, viewer.userId, current)))
          throw new ApiError('invalid', 'The current password is wrong.', { field: 'current' });
        await endTries(db, tries);
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
  if (seconds > 0) throw tooMany(seconds);
}
