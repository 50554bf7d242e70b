import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf, recordChange } from '../organization/audit.ts';
import { locationIdOfUser, roleOf } from '../organization/roles.ts';
import { ChoiceRefused, clearManual, setManual } from '../presence/manual.ts';
import { profilesForUser } from '../presence/profiles.queries.ts';
import { presenceOf, type Presence as StoredPresence, timelineOf } from '../presence/service.ts';
import type { Executor } from '../store/database.ts';
import { seenAmong } from './access.ts';
import { ApiError } from './errors.ts';
import { forwardingLogOf } from './live/forwarding.queries.ts';
import { shownPresence } from './live/hub.ts';
import { interval } from './period.ts';
import { phonesOf, titlesOf } from './presence.queries.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Period, UserId, UserIds } from './schemas/common.ts';
import { ForwardingLog, ManualPresence, Presence, PresenceList, Timeline } from './schemas/presence.ts';
import { shownReason } from './shown-reason.ts';

const tag = 'Presence';
const params = z.object({ userId: UserId });

export function presenceRoutes({ store: { db } }: Context): Route[] {
  async function shown(viewer: Viewer, found: readonly StoredPresence[]) {
    const seen = await seenAmong(
      db,
      viewer,
      found.map(({ userId }) => userId),
    );
    const open = found.filter(({ userId }) => seen.has(userId));
    const phones = await phonesOf(
      db,
      open.map(({ userId }) => userId),
    );
    const own = found.filter(({ userId }) => userId === viewer.userId);
    const title = await titlesOf(
      db,
      viewer.userId,
      own.map(({ reason }) => reason),
    );
    return found.map((presence) => {
      if (!seen.has(presence.userId)) return shownPresence(presence);
      const { userId, status, profile, note, since, until, reason, forwarding } = presence;
      return {
        userId,
        status,
        profile,
        note,
        since,
        until,
        reason: shownReason(reason, userId === viewer.userId ? title(reason) : undefined),
        forwarding,
        phones: phones.get(userId) ?? [],
      };
    });
  }

  async function one(viewer: Viewer, userId: string) {
    const [presence] = await shown(viewer, await presenceOf(db, [userId]));
    if (!presence) throw new ApiError('notFound', 'There is no such user.');
    return presence;
  }

  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users/{userId}/presence',
      tag,
      operation: 'readPresence',
      summary: 'A user’s presence now',
      description:
        'Of colleagues only status, since and until; reason, forwarding and phones for oneself and administrators.',
      params,
      answer: Presence,
      handle: ({ viewer, params: { userId } }) => one(viewer, userId),
    }),
    route({
      access: 'signedIn',
      method: 'get',
      path: '/presence',
      tag,
      operation: 'listPresence',
      summary: 'The presence of several users now',
      query: z.object({ users: UserIds.openapi({ description: 'Ids of users, with commas between; at most 1,000.' }) }),
      answer: PresenceList,
      handle: async ({ viewer, query: { users } }) => ({ presence: await shown(viewer, await presenceOf(db, users)) }),
    }),
    route({
      access: 'selfOrAdministrator',
      method: 'get',
      path: '/users/{userId}/presence/timeline',
      tag,
      operation: 'readTimeline',
      summary: 'A user’s presence over an interval, with its reasons',
      description: 'Computed from what is known now: gapless, the strongest claim of each moment.',
      params,
      query: Period,
      answer: Timeline,
      async handle({ viewer, params: { userId }, query }) {
        const segments = await timelineOf(db, userId, interval(query));
        const profiles = new Map((await profilesForUser(db, userId)).map(({ id, name }) => [id, { id, name }]));
        const title =
          userId === viewer.userId
            ? await titlesOf(
                db,
                userId,
                segments.map(({ reason }) => reason),
              )
            : () => undefined;
        return {
          segments: segments.map(({ start, end, status, note, profileId, reason, forwarding }) => ({
            start,
            end,
            status,
            note,
            profile: profiles.get(profileId ?? '') ?? null,
            reason: shownReason(reason, title(reason)),
            forwarding,
          })),
        };
      },
    }),
    route({
      access: 'selfOrAdministrator',
      method: 'put',
      path: '/users/{userId}/presence/manual',
      tag,
      operation: 'setManualPresence',
      summary: 'Choose a presence by hand',
      description: 'Outranks appointments until its end. It is in force within a second; follow it live.',
      params,
      body: ManualPresence,
      status: 202,
      answer: Presence,
      async handle({ viewer, params: { userId }, body }) {
        await db
          .transaction()
          .execute(async (transaction) => {
            await setManual(transaction, userId, body, Temporal.Now.instant(), viewer.userId);
            await recordForAnother(transaction, viewer, userId, { status: body.status, profileId: body.profileId });
          })
          .catch(refused);
        return one(viewer, userId);
      },
    }),
    route({
      access: 'selfOrAdministrator',
      method: 'delete',
      path: '/users/{userId}/presence/manual',
      tag,
      operation: 'clearManualPresence',
      summary: 'Back to automatic',
      params,
      answer: null,
      async handle({ viewer, params: { userId } }) {
        await db.transaction().execute(async (transaction) => {
          await clearManual(transaction, userId, Temporal.Now.instant());
          await recordForAnother(transaction, viewer, userId, { status: 'automatic' });
        });
        return undefined;
      },
    }),
    route({
      access: 'selfOrAdministrator',
      method: 'get',
      path: '/users/{userId}/forwarding-log',
      tag,
      operation: 'readForwardingLog',
      summary: 'What was done about the user’s call forwarding',
      params,
      query: z.object({
        before: z.coerce.number().int().optional().openapi({ description: 'An entry’s id: what is older than that.' }),
        limit: z.coerce.number().int().min(1).max(500).default(50),
      }),
      answer: ForwardingLog,
      async handle({ params: { userId }, query }) {
        const user = await db.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst();
        if (!user) throw new ApiError('notFound', 'There is no such user.');
        return { entries: await forwardingLogOf(db, userId, query) };
      },
    }),
  ];
}

/** One's own presence is nobody's business; who chose another's stands in the audit log. */
async function recordForAnother(executor: Executor, viewer: Viewer, userId: string, after: Record<string, unknown>) {
  if (userId === viewer.userId) return;
  const { displayName } = await roleOf(executor, userId);
  await recordChange(executor, actorOf(viewer), {
    ...{ action: 'run', subject: 'presence', subjectId: userId, subjectName: displayName, after },
    locationId: await locationIdOfUser(executor, userId),
  });
}

function refused(error: unknown): never {
  if (!(error instanceof ChoiceRefused)) throw error;
  if (error.field === 'userId') throw new ApiError('notFound', error.message);
  throw new ApiError('invalid', error.message, { field: error.field });
}
