import { z } from '@hono/zod-openapi';
import { AgendaHidden } from '../agenda/privacy.ts';
import { agendaOf, dismiss, remindersOf, snooze, undismiss } from '../agenda/service.ts';
import type { CalendarConnector } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { openLinkOf } from '../sync/open-link.ts';
import { ApiError } from './errors.ts';
import { interval } from './period.ts';
import { type Route, route } from './route.ts';
import { Agenda, Reminder, ReminderList, Snooze } from './schemas/agenda.ts';
import { Period, UserId } from './schemas/common.ts';

const tag = 'Agenda';
const params = z.object({ userId: UserId });
const reminderParams = z.object({ userId: UserId, reminderId: z.string().max(50) });

/** @throws ApiError notFound */
function there<T>(found: T | null, what: string): T {
  if (found === null) throw new ApiError('notFound', `There is no such ${what}.`);
  return found;
}

function hidden(error: unknown): never {
  throw error instanceof AgendaHidden ? new ApiError('forbidden', error.message) : error;
}

export function agendaRoutes(context: Context, connectors: readonly CalendarConnector[]): Route[] {
  const { db } = context.store;
  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/users/{userId}/agenda',
      tag,
      operation: 'readAgenda',
      summary: 'A user’s agenda in an interval',
      description: `What overlaps the interval, of all calendars, each meeting once. Of others one sees what their group allows for what one
is to them: nothing (403), when they are busy, subjects of unmarked appointments too, or of all but private ones.
Administrators see no subjects.`,
      params,
      query: Period,
      answer: Agenda,
      handle: async ({ viewer, params: { userId }, query }) =>
        there(await agendaOf(db, userId, interval(query), viewer).catch(hidden), 'user'),
    }),
    route({
      access: 'self',
      method: 'get',
      path: '/users/{userId}/appointments/{appointmentId}/open',
      tag,
      operation: 'openAppointment',
      summary: 'Open an appointment where it came from',
      description: 'Leads on to the program of its source, such as Outlook on the web.',
      params: z.object({ userId: UserId, appointmentId: z.string().regex(/^\d{1,15}$/) }),
      answer: null,
      produces: 'text/html',
      async handle({ params: { userId, appointmentId }, http }) {
        const signal = AbortSignal.any([http.req.raw.signal, AbortSignal.timeout(20_000)]);
        const link = await openLinkOf(context, connectors, userId, Number(appointmentId), signal);
        return http.redirect(there(link, 'appointment'), 303);
      },
    }),
    route({
      access: 'self',
      method: 'get',
      path: '/users/{userId}/reminders',
      tag,
      operation: 'listReminders',
      summary: 'Reminders due in an interval',
      description: 'Dismissed ones too; a snoozed one is due when it was snoozed until.',
      params,
      query: Period,
      answer: ReminderList,
      handle: async ({ params: { userId }, query }) => ({ reminders: await remindersOf(db, userId, interval(query)) }),
    }),
    route({
      access: 'self',
      method: 'post',
      path: '/users/{userId}/reminders/{reminderId}/snooze',
      tag,
      operation: 'snoozeReminder',
      summary: 'Be reminded again later',
      params: reminderParams,
      body: Snooze,
      answer: Reminder,
      async handle({ params: { userId, reminderId }, body }) {
        const now = Temporal.Now.instant();
        const until = 'until' in body ? body.until : now.add({ minutes: body.minutes });
        if (Temporal.Instant.compare(until, now) <= 0)
          throw new ApiError('invalid', 'This time has passed already.', { field: 'until' });
        return there(await snooze(db, userId, reminderId, until), 'reminder');
      },
    }),
    route({
      access: 'self',
      method: 'post',
      path: '/users/{userId}/reminders/{reminderId}/dismiss',
      tag,
      operation: 'dismissReminder',
      summary: 'Dismiss a reminder',
      params: reminderParams,
      answer: Reminder,
      handle: async ({ params: { userId, reminderId } }) =>
        there(await dismiss(db, userId, reminderId, Temporal.Now.instant()), 'reminder'),
    }),
    route({
      access: 'self',
      method: 'post',
      path: '/users/{userId}/reminders/{reminderId}/undismiss',
      tag,
      operation: 'undismissReminder',
      summary: 'Take a dismissal back',
      params: reminderParams,
      answer: Reminder,
      handle: async ({ params: { userId, reminderId } }) => there(await undismiss(db, userId, reminderId), 'reminder'),
    }),
  ];
}
