import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { readNetworkSettings, writeNetworkSettings } from '../organization/network.ts';
import { type Route, route } from './route.ts';
import { NetworkSettings } from './schemas/settings.ts';

const tag = 'Profiles and settings';

export function settingsRoutes(context: Context): Route[] {
  const { db } = context.store;
  return [
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
