import { setTimeout as delay } from 'node:timers/promises';
import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { cancelLeaving } from '../organization/leaving/cancel.ts';
import { listLeavings, readLeaving, type Leaving as StoredLeaving } from '../organization/leaving/leaving.queries.ts';
import { type LeavingSubject, startLeaving } from '../organization/leaving/start.ts';
import { retrying } from '../store/retrying.ts';
import { administers, locationsOf, requireLocation } from './access.ts';
import { ApiError } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id } from './schemas/common.ts';
import { Leaving, LeavingList, LeavingState } from './schemas/leaving.ts';

const tag = 'Leaving';
const params = z.object({ leavingId: Id });
/** What needs nobody's answer is done within this: then the answer says so, and lists read next are without it. */
const answerWithinMs = 1_000;

/** Begins a removal, and answers when it is done or after a second. */
export async function beginLeaving(
  { store: { db } }: Pick<Context, 'store'>,
  viewer: Viewer,
  subject: LeavingSubject,
): Promise<{ leaving: StoredLeaving }> {
  let leaving = await retrying(db, (transaction) => startLeaving(transaction, subject, actorOf(viewer)));
  const deadline = performance.now() + answerWithinMs;
  while (leaving.state === 'running' && performance.now() < deadline) {
    if (leaving.steps.some(({ state }) => state === 'failed')) break;
    await delay(25);
    leaving = (await readLeaving(db, leaving.id)) ?? leaving;
  }
  return { leaving };
}

export function leavingRoutes({ store: { db } }: Context): Route[] {
  async function seen(viewer: Viewer, leavingId: string): Promise<StoredLeaving> {
    const leaving = await readLeaving(db, leavingId);
    if (!leaving) throw new ApiError('notFound', 'There is no such removal.');
    if (viewer.role !== 'reader' && !administers(viewer, leaving.locationId)) requireLocation(viewer, null);
    return leaving;
  }
  return [
    route({
      access: 'reader',
      method: 'get',
      path: '/leavings',
      tag,
      operation: 'listLeavings',
      summary: 'Removals under way, and those that are done',
      description: 'The newest first, at most 500. Kept for 90 days after they are done.',
      query: z.object({ state: LeavingState.optional() }),
      answer: LeavingList,
      handle: async ({ viewer, query: { state } }) => ({
        leavings: await listLeavings(db, locationsOf(viewer), state),
      }),
    }),
    route({
      access: 'reader',
      method: 'get',
      path: '/leavings/{leavingId}',
      tag,
      operation: 'readLeaving',
      summary: 'How far a removal is',
      params,
      answer: Leaving,
      handle: ({ viewer, params: { leavingId } }) => seen(viewer, leavingId),
    }),
    route({
      access: 'locationAdministrator',
      method: 'post',
      path: '/leavings/{leavingId}/cancel',
      tag,
      operation: 'cancelLeaving',
      summary: 'Take a removal back',
      description:
        'As long as nothing is erased: forwarding follows presence again, and a user may sign in again. Sessions, API tokens and identities of sign-in providers that were ended stay ended. 409 when it is too late.',
      params,
      answer: Leaving,
      async handle({ viewer, params: { leavingId } }) {
        requireLocation(viewer, (await seen(viewer, leavingId)).locationId);
        return retrying(db, (transaction) => cancelLeaving(transaction, leavingId, actorOf(viewer)));
      },
    }),
  ];
}
