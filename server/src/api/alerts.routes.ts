import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { listAlerts, readAlert, seeAlert } from '../organization/alerts.ts';
import { actorOf } from '../organization/audit.ts';
import { locationsOf, requireLocation } from './access.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Alert, AlertList } from './schemas/trust.ts';

const tag = 'Telephony';

export function alertRoutes({ store: { db } }: Context): Route[] {
  return [
    route({
      access: 'reader',
      method: 'get',
      path: '/alerts',
      tag,
      operation: 'listAlerts',
      summary: 'What administrators must know of',
      description:
        'The newest first, at most 200. Administrators of locations get what concerns users of one of theirs alone. Follow `alert` live.',
      query: z.object({
        open: z.stringbool().default(false).openapi({ type: 'boolean', description: 'Only what nobody has seen yet.' }),
      }),
      answer: AlertList,
      handle: async ({ viewer, query: { open } }) => ({ alerts: await listAlerts(db, locationsOf(viewer), { open }) }),
    }),
    route({
      access: 'locationAdministrator',
      method: 'patch',
      path: '/alerts/{alertId}',
      tag,
      operation: 'seeAlert',
      summary: 'Mark an alert as seen',
      description: 'It isn’t shown to anybody as open any more. What it tells of goes on.',
      params: z.object({ alertId: z.coerce.number().int().min(1) }),
      body: z.object({ seen: z.literal(true) }),
      answer: Alert,
      async handle({ viewer, params: { alertId } }) {
        const alert = await readAlert(db, alertId);
        if (!alert) throw new ApiError('notFound', 'There is no such alert.');
        requireLocation(viewer, alert.locationId);
        await db.transaction().execute((transaction) => seeAlert(transaction, actorOf(viewer), alert));
        return (await readAlert(db, alertId)) ?? alert;
      },
    }),
  ];
}
