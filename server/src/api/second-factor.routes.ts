import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { hasPassword } from '../organization/credentials.ts';
import {
  beginSecondFactor,
  confirmSecondFactor,
  readSecondFactor,
  removeSecondFactor,
  renewRecoveryCodes,
} from '../organization/sign-in/second-factor.ts';
import { readSignInSettings, writeSignInSettings } from '../organization/sign-in/settings.ts';
import { beginTry, endTries, ownKey } from '../organization/sign-in/tries.queries.ts';
import { ApiError, tooMany } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import { UserId } from './schemas/common.ts';
import {
  CurrentPassword,
  NewSecondFactor,
  RecoveryCodes,
  SecondFactor,
  SecondFactorCode,
  SignInSettings,
} from './schemas/sign-in.ts';
import type { Sessions } from './sessions.ts';

const tag = 'Set-up and sign-in';
const own = { access: 'signedIn', tag, withoutSecondFactor: true } as const;

export function secondFactorRoutes(context: Context, sessions: Sessions): Route[] {
  const { db } = context.store;

  /** Runs `work`; when it throws `invalid`, that is counted as a failed try. */
  async function counted<T>(viewer: Viewer, work: () => Promise<T>): Promise<T> {
    const tries = [ownKey(viewer.userId)];
    const seconds = await beginTry(db, tries, Temporal.Now.instant());
    if (seconds > 0) throw tooMany(seconds);
    const result = await work();
    await endTries(db, tries);
    return result;
  }
  async function requirePassword(viewer: Viewer, password: string): Promise<void> {
    if (!(await hasPassword(db, viewer.userId, password)))
      throw new ApiError('invalid', 'The password is wrong.', { field: 'password' });
  }

  return [
    route({
      ...own,
      method: 'get',
      path: '/me/second-factor',
      operation: 'readSecondFactor',
      summary: 'Whether a code is asked for beside one’s password',
      answer: SecondFactor,
      handle: ({ viewer }) => readSecondFactor(db, viewer.userId),
    }),
    route({
      ...own,
      method: 'post',
      path: '/me/second-factor',
      operation: 'beginSecondFactor',
      summary: 'Set up a second factor',
      description: 'Makes a secret for an authenticator app (TOTP, RFC 6238). It counts once a code has come back.',
      status: 201,
      answer: NewSecondFactor,
      handle: ({ viewer }) => beginSecondFactor(context, viewer.userId),
    }),
    route({
      ...own,
      method: 'post',
      path: '/me/second-factor/confirm',
      operation: 'confirmSecondFactor',
      summary: 'Confirm the second factor with a code of the app',
      description: 'From now on sign-in asks for a code. All other sessions of the user end.',
      body: SecondFactorCode,
      answer: RecoveryCodes,
      async handle({ viewer, body: { code } }) {
        const confirm = () =>
          confirmSecondFactor(context, actorOf(viewer), viewer.userId, code, Temporal.Now.instant());
        const recoveryCodes = await counted(viewer, confirm);
        await sessions.endAllOf(db, viewer.userId, viewer.sessionId);
        return { recoveryCodes };
      },
    }),
    route({
      ...own,
      method: 'post',
      path: '/me/second-factor/recovery-codes',
      operation: 'renewRecoveryCodes',
      summary: 'Make new recovery codes',
      description: 'The earlier ones stop working.',
      body: CurrentPassword,
      answer: RecoveryCodes,
      async handle({ viewer, body: { password } }) {
        await counted(viewer, () => requirePassword(viewer, password));
        return { recoveryCodes: await renewRecoveryCodes(context, actorOf(viewer), viewer.userId) };
      },
    }),
    route({
      ...own,
      method: 'delete',
      path: '/me/second-factor',
      operation: 'removeSecondFactor',
      summary: 'Remove one’s second factor',
      description: 'Where the role needs one, the next one has to be set up before anything else.',
      body: CurrentPassword,
      answer: null,
      async handle({ viewer, body: { password } }) {
        await counted(viewer, () => requirePassword(viewer, password));
        await removeSecondFactor(context, actorOf(viewer), viewer.userId);
        sessions.forget(viewer.userId);
        return undefined;
      },
    }),
    route({
      access: 'administrator',
      tag,
      method: 'delete',
      path: '/users/{userId}/second-factor',
      scope: 'session', // a token changes no credentials
      operation: 'removeSecondFactorOfUser',
      summary: 'Remove a user’s second factor',
      description: 'For somebody who has lost both the phone and the recovery codes.',
      params: z.object({ userId: UserId }),
      answer: null,
      async handle({ viewer, params: { userId } }) {
        if (userId === viewer.userId)
          throw new ApiError('conflict', 'Remove your own second factor in your settings, with your password.');
        await removeSecondFactor(context, actorOf(viewer), userId);
        sessions.forget(userId);
        return undefined;
      },
    }),
    route({
      access: 'systemReader',
      tag,
      method: 'get',
      path: '/settings/sign-in',
      operation: 'readSignInSettings',
      summary: 'What is asked of everybody who signs in',
      answer: SignInSettings,
      handle: () => readSignInSettings(db),
    }),
    route({
      access: 'administrator',
      tag,
      method: 'put',
      path: '/settings/sign-in',
      operation: 'writeSignInSettings',
      summary: 'Set what is asked of everybody who signs in',
      description: 'Counts from the next request on, in running sessions too.',
      body: SignInSettings,
      answer: SignInSettings,
      async handle({ viewer, body }) {
        await db.transaction().execute((transaction) => writeSignInSettings(transaction, actorOf(viewer), body));
        sessions.forget('');
        return readSignInSettings(db);
      },
    }),
  ];
}
