import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { selectCalendar } from '../sync/accounts.ts';
import { calendarById, calendarsOf, ownerOfAccount, ownerOfCalendar } from './accounts.queries.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Calendar, CalendarChange, CalendarList } from './schemas/accounts.ts';
import { Id } from './schemas/common.ts';

const tag = 'Accounts';

export function calendarRoutes(context: Context): Route[] {
  const { db } = context.store;
  return [
    route({
      access: 'selfOrAdministrator',
      ownerOf: ownerOfAccount,
      tag,
      params: z.object({ accountId: Id }),
      method: 'get',
      path: '/accounts/{accountId}/calendars',
      operation: 'listCalendars',
      summary: 'The calendars of an account',
      answer: CalendarList,
      handle: async ({ params: { accountId } }) => ({ calendars: await calendarsOf(db, accountId) }),
    }),
    route({
      access: 'selfOrAdministrator',
      ownerOf: ownerOfCalendar,
      method: 'patch',
      path: '/calendars/{calendarId}',
      tag,
      operation: 'selectCalendar',
      summary: 'Take a calendar into the agenda, or leave it out',
      params: z.object({ calendarId: Id }),
      body: CalendarChange,
      answer: Calendar,
      async handle({ viewer, params: { calendarId }, body: { selected } }) {
        if ((await calendarById(db, calendarId))?.choosable === false)
          throw new ApiError(
            'forbidden',
            'Your group’s settings say which calendars are read. Ask your administrator.',
            {
              field: 'selected',
            },
          );
        await selectCalendar(context, calendarId, selected, actorOf(viewer));
        const calendar = await calendarById(db, calendarId);
        if (!calendar) throw new ApiError('notFound', 'There is no such calendar.');
        return calendar;
      },
    }),
  ];
}
