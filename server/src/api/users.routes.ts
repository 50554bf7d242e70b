import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { invite } from '../organization/credentials.ts';
import { changeUser, createUser, deleteUser, listUsers, readUser, type UserRow } from '../organization/users.ts';
import { type Route, route } from './route.ts';
import { UserId } from './schemas/common.ts';
import { Invitation, InvitedUser, NewUser, User, UserChange, UserList } from './schemas/users.ts';
import type { Sessions } from './sessions.ts';

const tag = 'Users';
const params = z.object({ userId: UserId });

/** What everybody may know of a colleague. */
const asColleague = ({ id, displayName, email, timeZone, sample }: UserRow) => ({
  id,
  displayName,
  email,
  timeZone,
  sample,
});

/** @param publicUrl what invitation links begin with. */
export function userRoutes(context: Context, sessions: Sessions, publicUrl: string): Route[] {
  const { db } = context.store;
  const link = (token: string) => `${publicUrl}/invitation/${token}`;
  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users',
      tag,
      operation: 'listUsers',
      summary: 'All users',
      description: 'By name. Role, language, mobile number and group are told to administrators only.',
      answer: UserList,
      async handle({ viewer }) {
        const users = await listUsers(db);
        return { users: viewer.role === 'administrator' ? users : users.map(asColleague) };
      },
    }),
    route({
      access: 'administrator',
      method: 'post',
      path: '/users',
      tag,
      operation: 'createUser',
      summary: 'Create a user',
      description: 'The answer holds a one-time link where the user chooses a password: send it to them.',
      body: NewUser,
      status: 201,
      answer: InvitedUser,
      async handle({ body }) {
        const { user, token, expiresAt } = await createUser(db, body, Temporal.Now.instant());
        return { user, invitation: { url: link(token), expiresAt } };
      },
    }),
    route({
      access: 'administrator',
      method: 'patch',
      path: '/users/{userId}',
      tag,
      operation: 'changeUser',
      summary: 'Change a user',
      params,
      body: UserChange,
      answer: User,
      async handle({ params: { userId }, body }) {
        const changed = await changeUser(db, userId, body);
        sessions.forget(userId);
        return changed;
      },
    }),
    route({
      access: 'administrator',
      method: 'delete',
      path: '/users/{userId}',
      tag,
      operation: 'deleteUser',
      summary: 'Delete a user',
      description: 'Gives the user’s call forwarding back first, then removes the user with all accounts and history.',
      params,
      answer: null,
      async handle({ params: { userId } }) {
        await deleteUser(context, userId);
        sessions.forget(userId);
        return undefined;
      },
    }),
    route({
      access: 'administrator',
      method: 'post',
      path: '/users/{userId}/invitation',
      tag,
      operation: 'inviteUser',
      summary: 'Make a new invitation link',
      description: 'For a user who lost the first one, or the password. Earlier links stop working.',
      params,
      status: 201,
      answer: Invitation,
      async handle({ params: { userId } }) {
        await readUser(db, userId);
        const { token, expiresAt } = await db
          .transaction()
          .execute((transaction) => invite(transaction, userId, Temporal.Now.instant()));
        return { url: link(token), expiresAt };
      },
    }),
  ];
}
