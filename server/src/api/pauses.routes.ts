/** Pausing forwarding, giving everything back now, and resuming: of a user, a group, a phone system, or all of them. */
import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { presenceSettingsOf } from '../presence/settings.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import type { PauseScope } from '../telephony/trust/pauses.ts';
import { pauseForwarding, pauseState, resumeForwarding } from '../telephony/trust/pausing.ts';
import { takeBack } from '../telephony/trust/taking-back.ts';
import { administers, administersUser } from './access.ts';
import { ApiError } from './errors.ts';
import { atGroup } from './places.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id, UserId } from './schemas/common.ts';
import { NewPause, PauseState } from './schemas/pause.ts';

const how = `Pausing with \`giveBack\` gives everything back now: from then on nothing is wanted of the phones, and what is ours there is
given back as soon as the phone system can be reached. Read the state until \`waiting\` is 0. Pausing again replaces the pause.`;

export function pauseRoutes({ store: { db } }: Context): Route[] {
  const notThere = () => new ApiError('notFound', 'There is nothing with this id.');

  async function stateOf(viewer: Viewer, scope: PauseScope) {
    const state = await pauseState(db, scope);
    if (!state) throw notThere();
    const may = await mayChange(db, viewer, scope);
    const own = scope.kind === 'user' && scope.id === viewer.userId;
    const mayPause = may || (own && (await ownPauseAllowed(db, scope.id)));
    const mayResume = may || (own && state.pause?.by.id === viewer.userId);
    return { ...state, mayPause, mayResume };
  }
  async function pause(viewer: Viewer, scope: PauseScope, wish: z.output<typeof NewPause>) {
    if (wish.until && Temporal.Instant.compare(wish.until, Temporal.Now.instant()) <= 0)
      throw new ApiError('invalid', 'Choose an end that is still to come.', { field: 'until' });
    const found = await retrying(db, (transaction) => pauseForwarding(transaction, scope, wish, actorOf(viewer)));
    if (!found && scope.kind !== 'all') throw notThere();
    return stateOf(viewer, scope);
  }
  async function resume(viewer: Viewer, scope: PauseScope) {
    const found = await retrying(db, (transaction) => resumeForwarding(transaction, scope, actorOf(viewer)));
    if (found === null) throw notThere();
    return stateOf(viewer, scope);
  }
  const user = (id: string): PauseScope => ({ kind: 'user', id });
  const group = (id: string): PauseScope => ({ kind: 'group', id });
  const system = (id: string): PauseScope => ({ kind: 'phoneSystem', id });
  const ofUser = {
    access: 'selfOrAdministrator',
    tag: 'Presence',
    path: '/users/{userId}/forwarding-pause',
    params: z.object({ userId: UserId }),
  } as const;
  const ofGroup = { tag: 'Telephony', path: '/groups/{groupId}/forwarding-pause', ...atGroup } as const;
  const ofSystem = {
    tag: 'Telephony',
    path: '/phone-systems/{phoneSystemId}/forwarding-pause',
    params: z.object({ phoneSystemId: Id }),
  } as const;
  const ofAll = { tag: 'Telephony', path: '/forwarding-pause' } as const;

  return [
    route({
      ...ofUser,
      method: 'get',
      operation: 'readForwardingPause',
      summary: 'Whether a user’s forwarding is paused, and what is still to be given back',
      answer: PauseState,
      handle: ({ viewer, params: { userId } }) => stateOf(viewer, user(userId)),
    }),
    route({
      ...ofUser,
      method: 'put',
      operation: 'pauseForwarding',
      summary: 'Pause a user’s forwarding, or give it back now',
      description: `${how} For oneself where the group’s settings allow it, and by administrators.`,
      body: NewPause,
      answer: PauseState,
      async handle({ viewer, params: { userId }, body }) {
        if (!(await administersUser(db, viewer, userId))) {
          if (!(await ownPauseAllowed(db, userId)))
            throw new ApiError('forbidden', 'Your group’s settings leave pausing to administrators.');
          await requireOwnPause(viewer, userId);
        }
        return pause(viewer, user(userId), body);
      },
    }),
    route({
      ...ofUser,
      method: 'delete',
      operation: 'resumeForwarding',
      summary: 'Let a user’s forwarding follow presence again',
      description: 'For oneself only what one has paused oneself.',
      status: 200,
      answer: PauseState,
      async handle({ viewer, params: { userId } }) {
        if (!(await administersUser(db, viewer, userId))) await requireOwnPause(viewer, userId);
        return resume(viewer, user(userId));
      },
    }),
    route({
      ...ofGroup,
      access: 'reader',
      method: 'get',
      operation: 'readGroupPause',
      summary: 'Whether a group’s forwarding is paused, and what is still to be given back',
      answer: PauseState,
      handle: ({ viewer, params: { groupId } }) => stateOf(viewer, group(groupId)),
    }),
    route({
      ...ofGroup,
      access: 'locationAdministrator',
      method: 'put',
      operation: 'pauseGroup',
      summary: 'Pause a group’s forwarding, or give it back now',
      description: how,
      body: NewPause,
      answer: PauseState,
      handle: ({ viewer, params: { groupId }, body }) => pause(viewer, group(groupId), body),
    }),
    route({
      ...ofGroup,
      access: 'locationAdministrator',
      method: 'delete',
      operation: 'resumeGroup',
      summary: 'Let a group’s forwarding follow presence again',
      status: 200,
      answer: PauseState,
      handle: ({ viewer, params: { groupId } }) => resume(viewer, group(groupId)),
    }),
    route({
      ...ofSystem,
      access: 'systemReader',
      method: 'get',
      operation: 'readPhoneSystemPause',
      summary: 'Whether a phone system is paused, and what is still to be given back',
      answer: PauseState,
      handle: ({ viewer, params: { phoneSystemId } }) => stateOf(viewer, system(phoneSystemId)),
    }),
    route({
      ...ofSystem,
      access: 'administrator',
      method: 'put',
      operation: 'pausePhoneSystem',
      summary: 'Pause a phone system, or give everything on it back now',
      description: how,
      body: NewPause,
      answer: PauseState,
      handle: ({ viewer, params: { phoneSystemId }, body }) => pause(viewer, system(phoneSystemId), body),
    }),
    route({
      ...ofSystem,
      access: 'administrator',
      method: 'delete',
      operation: 'resumePhoneSystem',
      summary: 'Let a phone system go on with what it did before it was paused',
      description: 'After the guard has paused it: the changes it held back are carried out.',
      status: 200,
      answer: PauseState,
      handle: ({ viewer, params: { phoneSystemId } }) => resume(viewer, system(phoneSystemId)),
    }),
    route({
      ...ofAll,
      access: 'systemReader',
      method: 'get',
      operation: 'readPauseOfAll',
      summary: 'Whether all phone systems are paused, and what is still to be given back',
      answer: PauseState,
      handle: ({ viewer }) => stateOf(viewer, { kind: 'all' }),
    }),
    route({
      ...ofAll,
      access: 'administrator',
      method: 'put',
      operation: 'pauseAll',
      summary: 'Pause all phone systems, or give everything back now',
      description: `${how} For maintenance, and before Whenabouts is removed.`,
      body: NewPause,
      answer: PauseState,
      handle: ({ viewer, body }) => pause(viewer, { kind: 'all' }, body),
    }),
    route({
      ...ofAll,
      access: 'administrator',
      method: 'delete',
      operation: 'resumeAll',
      summary: 'Let all paused phone systems go on',
      status: 200,
      answer: PauseState,
      handle: ({ viewer }) => resume(viewer, { kind: 'all' }),
    }),
    route({
      access: 'selfOrAdministrator',
      method: 'post',
      path: '/users/{userId}/phones/{extensionId}/take-back',
      tag: 'Presence',
      operation: 'takePhoneBack',
      summary: 'After a change by hand at a phone: set again what presence says',
      description:
        'A phone whose phase is `overridden` keeps what was set there until another forwarding is wanted. This sets the wanted one at once; what was set by hand comes back with its end. 409 when nothing was changed by hand.',
      params: z.object({ userId: UserId, extensionId: Id }),
      answer: null,
      async handle({ params: { userId, extensionId } }) {
        if (!(await db.transaction().execute((transaction) => takeBack(transaction, userId, extensionId))))
          throw new ApiError('conflict', 'Nothing was changed by hand at this phone, or it is over already.');
        return undefined;
      },
    }),
  ];

  /** What an administrator has paused, the user doesn't resume or replace. */
  async function requireOwnPause(viewer: Viewer, userId: string): Promise<void> {
    const state = await pauseState(db, user(userId));
    if (state?.pause && state.pause.by.id !== viewer.userId)
      throw new ApiError('conflict', `${state.pause.by.name} has paused your forwarding, and may resume it.`);
  }
}

async function mayChange(db: Executor, viewer: Viewer, scope: PauseScope): Promise<boolean> {
  if (scope.kind === 'user') return administersUser(db, viewer, scope.id);
  if (scope.kind === 'group') return administers(viewer, await atGroup.locationOf(db, { groupId: scope.id }));
  return viewer.role === 'administrator';
}

async function ownPauseAllowed(db: Executor, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('users')
    .innerJoin('configuration_group as group', 'group.id', 'users.group_id')
    .select('group.settings')
    .where('users.id', '=', userId)
    .executeTakeFirst();
  return row !== undefined && presenceSettingsOf(row.settings).ownPauseAllowed;
}
