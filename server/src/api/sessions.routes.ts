import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { type Actor, actorOf, recordChange } from '../organization/audit.ts';
import { requireManageable } from '../organization/roles.ts';
import { sessionOwner, sessionsOf } from '../organization/sign-in/sessions.queries.ts';
import { userById } from '../organization/sign-in/user.queries.ts';
import type { Executor } from '../store/database.ts';
import { ApiError } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id, UserId } from './schemas/common.ts';
import { LoginSessionList } from './schemas/sign-in.ts';
import type { Sessions } from './sessions.ts';

const tag = 'Set-up and sign-in';
const userParams = z.object({ userId: UserId });

export function sessionListRoutes(context: Context, sessions: Sessions): Route[] {
  const { db } = context.store;
  async function list(userId: string, viewer: Viewer) {
    const rows = await sessionsOf(db, userId, Temporal.Now.instant());
    return { sessions: rows.map((row) => ({ ...row, current: row.id === viewer.sessionId })) };
  }
  return [
    route({
      access: 'signedIn',
      tag,
      method: 'get',
      path: '/sessions',
      operation: 'listSessions',
      summary: 'One’s running sessions',
      answer: LoginSessionList,
      handle: ({ viewer }) => list(viewer.userId, viewer),
    }),
    route({
      access: 'self',
      ownerOf: async (executor, { sessionId }) => (sessionId ? sessionOwner(executor, sessionId) : null),
      tag,
      method: 'delete',
      path: '/sessions/{sessionId}',
      operation: 'endSession',
      summary: 'End one of one’s sessions',
      description: 'Whoever uses it is signed out at once.',
      params: z.object({ sessionId: Id }),
      answer: null,
      async handle({ viewer, params: { sessionId } }) {
        await db.transaction().execute(async (transaction) => {
          await sessions.end(transaction, sessionId);
          await recordEnd(transaction, actorOf(viewer), viewer.userId, { sessions: 1 });
        });
        return undefined;
      },
    }),
    route({
      access: 'selfOrAdministrator',
      tag,
      method: 'get',
      path: '/users/{userId}/sessions',
      operation: 'listSessionsOfUser',
      summary: 'A user’s running sessions',
      params: userParams,
      answer: LoginSessionList,
      async handle({ viewer, params: { userId } }) {
        if (!(await userById(db, userId))) throw new ApiError('notFound', 'There is no such user.');
        return list(userId, viewer);
      },
    }),
    route({
      access: 'selfOrAdministrator',
      tag,
      method: 'delete',
      path: '/users/{userId}/sessions',
      operation: 'endSessionsOfUser',
      summary: 'End all sessions of a user',
      description: 'Of one’s own, all but the one that asks.',
      params: userParams,
      answer: null,
      async handle({ viewer, params: { userId } }) {
        if (!(await userById(db, userId))) throw new ApiError('notFound', 'There is no such user.');
        if (userId !== viewer.userId) await requireManageable(db, viewer, userId);
        await db.transaction().execute(async (transaction) => {
          const running = await sessionsOf(transaction, userId, Temporal.Now.instant());
          const ended = running.filter(({ id }) => id !== viewer.sessionId).length;
          await sessions.endAllOf(transaction, userId, viewer.sessionId);
          if (ended > 0) await recordEnd(transaction, actorOf(viewer), userId, { sessions: ended });
        });
        return undefined;
      },
    }),
  ];
}

async function recordEnd(db: Executor, actor: Actor, userId: string, ended: { sessions: number }): Promise<void> {
  const user = await userById(db, userId);
  await recordChange(db, actor, {
    action: 'delete',
    subject: 'session',
    subjectId: userId,
    subjectName: user?.displayName ?? '',
    locationId: user?.locationId ?? null,
    before: ended,
  });
}
