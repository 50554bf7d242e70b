import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { changeGroupSettings, readGroup } from '../organization/flat-settings.ts';
import { readNetworkSettings, writeNetworkSettings } from '../organization/network.ts';
import { locationOfGroup } from '../organization/tree.ts';
import { administers } from './access.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Id } from './schemas/common.ts';
import { Group, GroupSettingsChange, NetworkSettings } from './schemas/settings.ts';

const tag = 'Profiles and settings';
const params = z.object({ groupId: Id });

export function settingsRoutes(context: Context): Route[] {
  const { db } = context.store;
  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/groups/{groupId}/settings',
      tag,
      operation: 'readGroupSettings',
      summary: 'The settings of a configuration group',
      description: 'Of one’s own group; administrators and readers those that they administer or read.',
      params,
      answer: Group,
      async handle({ viewer, params: { groupId } }) {
        const group = await readGroup(db, groupId);
        if (viewer.role !== 'reader' && !administers(viewer, await locationOfGroup(db, groupId))) {
          const own = await db
            .selectFrom('users')
            .select('group_id')
            .where('id', '=', viewer.userId)
            .executeTakeFirst();
          if (own?.group_id !== groupId) throw new ApiError('forbidden', 'This is the group of others.');
        }
        return group;
      },
    }),
    route({
      access: 'administrator',
      method: 'patch',
      path: '/groups/{groupId}/settings',
      tag,
      operation: 'changeGroupSettings',
      summary: 'Change settings of a configuration group',
      description: 'What is left out stays as it is. The presence of everybody in the group is computed anew.',
      params,
      body: GroupSettingsChange,
      answer: Group,
      handle: ({ viewer, params: { groupId }, body }) => changeGroupSettings(db, groupId, body, actorOf(viewer)),
    }),
    route({
      access: 'systemReader',
      method: 'get',
      path: '/settings/network',
      tag,
      operation: 'readNetworkSettings',
      summary: 'How the server reaches the outside',
      answer: NetworkSettings,
      handle: () => readNetworkSettings(db),
    }),
    route({
      access: 'administrator',
      method: 'put',
      path: '/settings/network',
      tag,
      operation: 'writeNetworkSettings',
      summary: 'Set how the server reaches the outside',
      body: NetworkSettings,
      answer: NetworkSettings,
      async handle({ viewer, body }) {
        await db.transaction().execute((transaction) => writeNetworkSettings(transaction, actorOf(viewer), body));
        return readNetworkSettings(db);
      },
    }),
  ];
}
