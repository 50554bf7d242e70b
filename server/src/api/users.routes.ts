import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf, recordChange } from '../organization/audit.ts';
import { invite } from '../organization/credentials.ts';
import { locationIdOfUser, requireManageable } from '../organization/roles.ts';
import { changeUser, createUser, readUser } from '../organization/users.ts';
import { locationOfUser, requireLocation } from './access.ts';
import { ApiError } from './errors.ts';
import { beginLeaving } from './leavings.routes.ts';
import { type Route, route, type Viewer } from './route.ts';
import { UserId } from './schemas/common.ts';
import { LeavingStarted } from './schemas/leaving.ts';
import { Invitation, InvitedUser, NewUser, User, UserChange } from './schemas/users.ts';
import type { Sessions } from './sessions.ts';
import { userListRoutes } from './user-list.routes.ts';

const tag = 'Users';
const params = z.object({ userId: UserId });

/** @param publicUrl what invitation links begin with. */
export function userRoutes(context: Context, sessions: Sessions, publicUrl: string): Route[] {
  const { db } = context.store;
  const link = (token: string) => `${publicUrl}/invitation/${token}`;
  /** Nobody gives more than they have: only administrators of the whole system give roles. */
  const refuseRole = (viewer: Viewer, fields: { role?: string | undefined; locationIds?: unknown }) => {
    if (viewer.role !== 'administrator' && ((fields.role ?? 'user') !== 'user' || fields.locationIds !== undefined))
      throw new ApiError('forbidden', 'Only an administrator of the whole system gives roles.', { field: 'role' });
  };
  /** A location administrator puts users into groups of own locations only. */
  async function requireGroup(viewer: Viewer, groupId: string | undefined) {
    if (viewer.role === 'administrator') return;
    if (groupId === undefined)
      throw new ApiError('invalid', 'Choose a group of a location that you administer.', { field: 'groupId' });
    const group = await db
      .selectFrom('configuration_group')
      .select('location_id')
      .where('id', '=', groupId)
      .executeTakeFirst();
    requireLocation(viewer, group?.location_id ?? null);
  }
  return [
    ...userListRoutes(context),
    route({
      access: 'locationAdministrator',
      method: 'post',
      path: '/users',
      tag,
      operation: 'createUser',
      summary: 'Create a user',
      description: 'The answer holds a one-time link where the user chooses a password: send it to them.',
      body: NewUser,
      status: 201,
      answer: InvitedUser,
      async handle({ viewer, body }) {
        refuseRole(viewer, body);
        await requireGroup(viewer, body.groupId);
        const { user, token, expiresAt } = await createUser(db, actorOf(viewer), body, Temporal.Now.instant());
        return { user, invitation: { url: link(token), expiresAt } };
      },
    }),
    route({
      access: 'locationAdministrator',
      locationOf: locationOfUser,
      method: 'patch',
      path: '/users/{userId}',
      tag,
      operation: 'changeUser',
      summary: 'Change a user',
      description:
        '`active: false` switches the user off: sign-in is blocked, call forwarding is given back, then access to calendar ' +
        'sources is revoked where the source allows; `switchingOff` of the user’s overview shows each step. Nothing is ' +
        'erased. `active: true` takes it back; calendars whose access was revoked have to be connected again.',
      params,
      body: UserChange,
      answer: User,
      async handle({ viewer, params: { userId }, body }) {
        await requireManageable(db, viewer, userId);
        const { role } = await readUser(db, userId);
        refuseRole(viewer, body.role === role ? { ...body, role: undefined } : body);
        if (body.groupId !== undefined) await requireGroup(viewer, body.groupId);
        const changed = await changeUser(db, actorOf(viewer), userId, body);
        sessions.forget(userId);
        return changed;
      },
    }),
    route({
      access: 'locationAdministrator',
      locationOf: locationOfUser,
      method: 'delete',
      path: '/users/{userId}',
      tag,
      operation: 'deleteUser',
      summary: 'Delete a user',
      description: `The user can’t sign in from now on. Call forwarding is given back first, then access to calendar sources is revoked,
then the user is erased with all accounts and history; \`GET /leavings/{leavingId}\` shows each step.`,
      params,
      status: 202,
      answer: LeavingStarted,
      async handle({ viewer, params: { userId } }) {
        await requireManageable(db, viewer, userId);
        const started = await beginLeaving(context, viewer, { kind: 'user', id: userId });
        sessions.forget(userId);
        return started;
      },
    }),
    route({
      access: 'locationAdministrator',
      locationOf: locationOfUser,
      scope: 'session', // the link gives a password, and with it everything its user may
      method: 'post',
      path: '/users/{userId}/invitation',
      tag,
      operation: 'inviteUser',
      summary: 'Make a new invitation link',
      description: 'For a user who lost the first one, or the password. Earlier links stop working.',
      params,
      status: 201,
      answer: Invitation,
      async handle({ viewer, params: { userId } }) {
        await requireManageable(db, viewer, userId);
        const { displayName } = await readUser(db, userId);
        const { token, expiresAt } = await db.transaction().execute(async (transaction) => {
          await recordChange(transaction, actorOf(viewer), {
            ...{ action: 'run', subject: 'user', subjectId: userId, subjectName: displayName },
            locationId: await locationIdOfUser(transaction, userId),
            after: { invited: true },
          });
          return invite(transaction, userId, Temporal.Now.instant());
        });
        return { url: link(token), expiresAt };
      },
    }),
  ];
}
