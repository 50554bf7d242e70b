import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { isBroader } from '../organization/relationships/levels.ts';
import {
  changeWorkGroup,
  createWorkGroup,
  deleteWorkGroup,
  listWorkGroups,
  type Member,
  membersOf,
  readWorkGroup,
  type WorkGroup as StoredWorkGroup,
  setMembers,
} from '../organization/relationships/work-groups.ts';
import { administers, locationsOf, requireLocation } from './access.ts';
import { ApiError } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id } from './schemas/common.ts';
import {
  MemberChoice,
  Members,
  NewWorkGroup,
  WorkGroup,
  WorkGroupChange,
  WorkGroupList,
} from './schemas/relationships.ts';

const tag = 'Relationships';
const params = z.object({ workGroupId: Id });
const administrator = { access: 'locationAdministrator', tag } as const;

const shown = (members: readonly Member[]) => members.map(({ id, displayName }) => ({ id, displayName }));

/** @throws ApiError forbidden */
function requireOwn(viewer: Viewer, { displayName, locationId }: Member): void {
  if (!administers(viewer, locationId))
    throw new ApiError('forbidden', `${displayName} belongs to a location that others administer.`);
}

export function workGroupRoutes({ store: { db } }: Context): Route[] {
  /** @throws ApiError notFound, forbidden */
  async function own(viewer: Viewer, workGroupId: string): Promise<StoredWorkGroup> {
    const group = await readWorkGroup(db, workGroupId);
    requireLocation(viewer, group.locationId);
    return group;
  }
  return [
    route({
      access: 'reader',
      tag,
      method: 'get',
      path: '/work-groups',
      operation: 'listWorkGroups',
      summary: 'All work groups',
      description: 'By name. Administrators of locations see those of their locations.',
      answer: WorkGroupList,
      handle: async ({ viewer }) => ({ workGroups: await listWorkGroups(db, locationsOf(viewer)) }),
    }),
    route({
      ...administrator,
      method: 'post',
      path: '/work-groups',
      operation: 'createWorkGroup',
      summary: 'Create a work group',
      description: 'Its members are to each other at least what its level says.',
      body: NewWorkGroup,
      status: 201,
      answer: WorkGroup,
      async handle({ viewer, body }) {
        requireLocation(viewer, body.locationId);
        return db.transaction().execute((transaction) => createWorkGroup(transaction, actorOf(viewer), body));
      },
    }),
    route({
      ...administrator,
      method: 'patch',
      path: '/work-groups/{workGroupId}',
      operation: 'changeWorkGroup',
      summary: 'Change a work group',
      description: 'A broader level only where every member is of the asker’s locations.',
      params,
      body: WorkGroupChange,
      answer: WorkGroup,
      async handle({ viewer, params: { workGroupId }, body }) {
        const group = await own(viewer, workGroupId);
        if (body.locationId !== undefined) requireLocation(viewer, body.locationId);
        // Who keeps the group may not make its members more to users whom others administer.
        if (body.level && isBroader(body.level, group.level))
          for (const member of await membersOf(db, workGroupId)) requireOwn(viewer, member);
        return db
          .transaction()
          .execute((transaction) => changeWorkGroup(transaction, actorOf(viewer), workGroupId, body));
      },
    }),
    route({
      ...administrator,
      method: 'delete',
      path: '/work-groups/{workGroupId}',
      operation: 'deleteWorkGroup',
      summary: 'Delete a work group',
      params,
      answer: null,
      async handle({ viewer, params: { workGroupId } }) {
        await own(viewer, workGroupId);
        await db.transaction().execute((transaction) => deleteWorkGroup(transaction, actorOf(viewer), workGroupId));
        return undefined;
      },
    }),
    route({
      access: 'reader',
      tag,
      method: 'get',
      path: '/work-groups/{workGroupId}/members',
      operation: 'listWorkGroupMembers',
      summary: 'Who is in a work group',
      params,
      answer: Members,
      async handle({ viewer, params: { workGroupId } }) {
        if (viewer.role === 'reader') await readWorkGroup(db, workGroupId);
        else await own(viewer, workGroupId);
        return { members: shown(await membersOf(db, workGroupId)) };
      },
    }),
    route({
      ...administrator,
      method: 'put',
      path: '/work-groups/{workGroupId}/members',
      operation: 'setWorkGroupMembers',
      summary: 'Say who is in a work group',
      description: 'All of them. Administrators of locations take in and out only users of their locations.',
      params,
      body: MemberChoice,
      answer: Members,
      async handle({ viewer, params: { workGroupId }, body: { userIds } }) {
        await own(viewer, workGroupId);
        const members = await db
          .transaction()
          .execute((transaction) =>
            setMembers(transaction, actorOf(viewer), workGroupId, userIds, (member) => requireOwn(viewer, member)),
          );
        return { members: shown(members) };
      },
    }),
  ];
}
