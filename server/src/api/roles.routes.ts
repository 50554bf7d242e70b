import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { roleOf, setRole } from '../organization/roles.ts';
import { locationOfUser } from './access.ts';
import { type Route, route } from './route.ts';
import { UserId } from './schemas/common.ts';
import { UserRole, UserRoleChange } from './schemas/users.ts';
import type { Sessions } from './sessions.ts';

const params = z.object({ userId: UserId });

export function roleRoutes({ store: { db } }: Context, sessions: Sessions): Route[] {
  const shown = async (userId: string) => {
    const { role, locationIds } = await roleOf(db, userId);
    return { role, locationIds: [...locationIds] };
  };
  return [
    route({
      access: 'reader',
      locationOf: locationOfUser,
      method: 'get',
      path: '/users/{userId}/role',
      tag: 'Access',
      operation: 'readRole',
      summary: 'What a user may administer',
      params,
      answer: UserRole,
      handle: ({ params: { userId } }) => shown(userId),
    }),
    route({
      access: 'administrator',
      method: 'put',
      path: '/users/{userId}/role',
      tag: 'Access',
      operation: 'setRole',
      summary: 'Make a user an administrator, of all or of some locations, a reader, or none of these',
      description:
        'Counts from the user’s next request on. The last administrator who can sign in with a password stays one.',
      params,
      body: UserRoleChange,
      answer: UserRole,
      async handle({ viewer, params: { userId }, body }) {
        await db.transaction().execute((transaction) => setRole(transaction, actorOf(viewer), userId, body));
        sessions.forget(userId);
        return shown(userId);
      },
    }),
  ];
}
