import { z } from '@hono/zod-openapi';
import { showsSubjects } from '../agenda/privacy.ts';
import type { Context } from '../context.ts';
import { historyOf } from '../presence/history.ts';
import { ChoiceRefused, clearManual, setManual } from '../presence/manual.ts';
import type { Segment } from '../presence/presence.ts';
import { profilesForUser } from '../presence/profiles.queries.ts';
import { presenceOf, type Presence as StoredPresence, timelineOf } from '../presence/service.ts';
import { seenAmong } from './access.ts';
import { recordForAnother, requireActing } from './acting.ts';
import { ApiError } from './errors.ts';
import { forwardingLogOf } from './live/forwarding.queries.ts';
import { interval } from './period.ts';
import { phonesOf, settersOf, subjectsOf } from './presence.queries.ts';
import { noView, ownView, toldPresence, type View, viewsFor } from './presence-views.ts';
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

const tag = 'Presence';
const params = z.object({ userId: UserId });

export function presenceRoutes({ store: { db } }: Context): Route[] {
  async function shown(viewer: Viewer, found: readonly StoredPresence[]) {
    const ids = found.map(({ userId }) => userId);
    const watcher = { userId: viewer.userId, whole: await seenAmong(db, viewer, ids), watched: ids };
    const views = (await viewsFor(db, [watcher])).get(watcher)!;
    const viewOfUser = ({ userId }: StoredPresence) => views.get(userId) ?? noView;
    const open = found.filter((presence) => viewOfUser(presence).presence !== 'limited');
    const phones = await phonesOf(
      db,
      open.map(({ userId }) => userId),
    );
    const setterOf = await settersOf(
      db,
      open.map(({ reason }) => reason),
    );
    const subjectOf = await subjectsOf(
      db,
      found.filter((presence) => showsSubjects(viewOfUser(presence).detail)),
    );
    return found.map((presence) => {
      const { userId, reason } = presence;
      const view = viewOfUser(presence);
      const told = toldPresence(presence, view, subjectOf(userId, reason), setterOf(reason));
      return view.presence === 'limited' ? told : { ...told, phones: phones.get(userId) ?? [], mayAct: view.mayAct };
    });
  }

  async function one(viewer: Viewer, userId: string) {
    const [presence] = await shown(viewer, await presenceOf(db, [userId]));
    if (!presence) throw new ApiError('notFound', 'There is no such user.');
    return presence;
  }

  /** @throws ApiError notFound, forbidden */
  async function wholeView(viewer: Viewer, userId: string): Promise<View> {
    const watcher = { userId: viewer.userId, whole: await seenAmong(db, viewer, [userId]), watched: [userId] };
    const view = (await viewsFor(db, [watcher])).get(watcher)?.get(userId);
    if (!view) throw new ApiError('notFound', 'There is no such user.');
    if (view.presence === 'limited') throw new ApiError('forbidden', 'This belongs to somebody else.');
    return view;
  }

  async function shownSegments(userId: string, view: View, segments: readonly Segment[]) {
    const profiles = new Map((await profilesForUser(db, userId)).map(({ id, name }) => [id, { id, name }]));
    const reasons = segments.map(({ reason }) => ({ userId, reason }));
    const subjectOf = await subjectsOf(db, showsSubjects(view.detail) ? reasons : []);
    const setterOf = await settersOf(
      db,
      segments.map(({ reason }) => reason),
    );
    return segments.map(({ start, end, status, note, profileId, reason, forwarding }) => {
      const profile = profiles.get(profileId ?? '') ?? null;
      const presence = { userId, status, profile, note, since: start, until: end, reason, forwarding };
      const told = toldPresence(presence, view, subjectOf(userId, reason), setterOf(reason));
      const { userId: _, since: __, until: ___, ...shown } = told;
      return { start, end, ...shown };
    });
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
        const view = await wholeView(viewer, userId);
        return { segments: await shownSegments(userId, view, await timelineOf(db, userId, interval(query))) };
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
      async handle({ params: { userId }, query }) {
        const { segments, keptDays } = await historyOf(db, userId, interval(query), Temporal.Now.instant());
        return { keptDays, segments: await shownSegments(userId, ownView, segments) };
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
        await wholeView(viewer, userId);
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
        return one(viewer, userId);
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

function refused(error: unknown): never {
  if (!(error instanceof ChoiceRefused)) throw error;
  if (error.field === 'userId') throw new ApiError('notFound', error.message);
  throw new ApiError('invalid', error.message, { field: error.field });
}
