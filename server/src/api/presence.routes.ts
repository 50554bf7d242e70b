import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { historyOf } from '../presence/history.ts';
import { clearManual, setManual } from '../presence/manual.ts';
import type { Segment } from '../presence/presence.ts';
import { profilesForUser } from '../presence/profiles.queries.ts';
import { presenceOf, timelineOf } from '../presence/service.ts';
import { recordForAnother, refused, requireActing } from './acting.ts';
import { ApiError } from './errors.ts';
import { forwardingLogOf } from './live/forwarding.queries.ts';
import { interval } from './period.ts';
import { ownView, type View } from './presence-views.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id, Period, UserId, UserIds } from './schemas/common.ts';
import {
  ForwardingLog,
  ManualPresence,
  Presence,
  PresenceHistory,
  PresenceList,
  Status,
  Timeline,
} from './schemas/presence.ts';
import { onePresence, shownPresence, shownWhole, wholeView } from './shown-presence.ts';

const tag = 'Presence';
const params = z.object({ userId: UserId });

export function presenceRoutes({ store: { db } }: Context): Route[] {
  async function shownSegments(viewer: Viewer, userId: string, view: View, segments: readonly Segment[]) {
    const shown = await shownWhole(db, viewer, userId, view, segments, ({ start, end }) => ({
      since: start,
      until: end,
    }));
    return segments.map(({ start, end }, index) => ({ start, end, ...shown[index]! }));
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
        'Of others status, since, until and note, of external relationships less. Reason, forwarding and phones for oneself, administrators and assistants; whoever may read the subject of the appointment that is the reason gets that too.',
      params,
      answer: Presence,
      handle: ({ viewer, params: { userId } }) => onePresence(db, viewer, userId),
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
      handle: async ({ viewer, query: { users } }) => ({
        presence: await shownPresence(db, viewer, await presenceOf(db, users)),
      }),
    }),
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users/{userId}/presence/timeline',
      tag,
      operation: 'readTimeline',
      summary: 'A user’s presence over an interval, with its reasons',
      description: `Computed from what is known now: gapless, the strongest claim of each moment. For the user, administrators and
the user’s assistants, who see subjects as in the agenda.`,
      params,
      query: Period,
      answer: Timeline,
      async handle({ viewer, params: { userId }, query }) {
        const view = await wholeView(db, viewer, userId);
        return { segments: await shownSegments(viewer, userId, view, await timelineOf(db, userId, interval(query))) };
      },
    }),
    route({
      access: 'self',
      method: 'get',
      path: '/users/{userId}/presence/history',
      tag,
      operation: 'readPresenceHistory',
      summary: 'One’s own presence as it was',
      description: `What was in force and told to others, unlike the timeline, which is computed anew. Nobody else sees it, administrators
neither. It reaches back as many days as the group’s privacy settings say (14, unless changed).`,
      params,
      query: Period,
      answer: PresenceHistory,
      async handle({ viewer, params: { userId }, query }) {
        const { segments, keptDays } = await historyOf(db, userId, interval(query), Temporal.Now.instant());
        return { keptDays, segments: await shownSegments(viewer, userId, ownView, segments) };
      },
    }),
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users/{userId}/presence/profiles',
      tag,
      operation: 'listProfilesOfUser',
      summary: 'What may be chosen for a user',
      description:
        'The user’s own profiles and the central ones: for the user, administrators and the user’s assistants.',
      params,
      answer: z.object({
        profiles: z.array(
          z.object({ id: Id, name: z.string(), key: z.string().nullable(), status: Status, active: z.boolean() }),
        ),
      }),
      async handle({ viewer, params: { userId } }) {
        await wholeView(db, viewer, userId);
        const profiles = await profilesForUser(db, userId);
        return { profiles: profiles.map(({ id, name, key, status, active }) => ({ id, name, key, status, active })) };
      },
    }),
    route({
      access: 'signedIn',
      method: 'put',
      path: '/users/{userId}/presence/manual',
      tag,
      operation: 'setManualPresence',
      summary: 'Choose a presence by hand',
      description: `Outranks appointments until its end. It is in force within a second; follow it live. For oneself, by administrators
and by those who are the user’s assistants; then the reason says who set it.`,
      params,
      body: ManualPresence,
      status: 202,
      answer: Presence,
      async handle({ viewer, params: { userId }, body }) {
        await requireActing(db, viewer, userId);
        await db
          .transaction()
          .execute(async (transaction) => {
            await setManual(transaction, userId, body, Temporal.Now.instant(), viewer.userId);
            await recordForAnother(transaction, viewer, userId, { status: body.status, profileId: body.profileId });
          })
          .catch(refused);
        return onePresence(db, viewer, userId);
      },
    }),
    route({
      access: 'signedIn',
      method: 'delete',
      path: '/users/{userId}/presence/manual',
      tag,
      operation: 'clearManualPresence',
      summary: 'Back to automatic',
      description: 'For oneself, by administrators and by those who are the user’s assistants.',
      params,
      answer: null,
      async handle({ viewer, params: { userId } }) {
        await requireActing(db, viewer, userId);
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
