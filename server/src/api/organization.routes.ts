import type { Context } from '../context.ts';
import { listGroups } from '../organization/tree.ts';
import { locationsOf } from './access.ts';
import { type Route, route } from './route.ts';
import { ConfigurationGroupList } from './schemas/organization.ts';

const tag = 'Locations and groups';

export function organizationRoutes(context: Context): Route[] {
  const { db } = context.store;
  return [
    route({
      access: 'reader',
      method: 'get',
      path: '/groups',
      tag,
      operation: 'listGroups',
      summary: 'Configuration groups, by location and name',
      description: 'Those of the locations that the viewer administers.',
      answer: ConfigurationGroupList,
      handle: async ({ viewer }) => ({ groups: await listGroups(db, locationsOf(viewer)) }),
    }),
  ];
}
