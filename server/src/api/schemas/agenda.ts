import { z } from '@hono/zod-openapi';
import { responseValues, sensitivityValues, showAsValues } from '../../agenda/appointment.ts';
import { Id, Instant, InstantInput, PlainDate } from './common.ts';

export const AppointmentSource = z
  .object({ accountId: Id, calendarId: Id, calendarName: z.string(), color: z.string().nullable() })
  .openapi('AppointmentSource');

export const Appointment = z
  .object({
    id: z.string().openapi({
      description: 'Names the occurrence in this agenda; stays the same while it is in the calendar.',
    }),
    uid: z.string().openapi({ description: 'The normalised iCalendar UID: the same in every attendee’s calendar.' }),
    occurrence: z.string().openapi({ description: 'The original start within a series; empty for a single one.' }),
    kind: z.enum(['event', 'task']),
    start: Instant,
    end: Instant.openapi({ description: 'Exclusive.' }),
    allDay: z.boolean(),
    startDate: PlainDate.optional().openapi({ description: 'All-day only: the first day.' }),
    endDate: PlainDate.optional().openapi({ description: 'All-day only: the day after the last.' }),
    title: z.string().nullable().openapi({ description: 'Null where the viewer may not read it.' }),
    location: z.string().nullable(),
    organizer: z.string().nullable(),
    attendeeCount: z.int(),
    showAs: z.enum(showAsValues),
    sensitivity: z.enum(sensitivityValues),
    response: z.enum(responseValues),
    cancelled: z.boolean(),
    completed: z.boolean(),
    categories: z.array(z.string()),
    joinUrl: z.string().nullable().openapi({ description: 'Joins the meeting online.' }),
    openUrl: z.string().nullable().openapi({
      description:
        'Opens the appointment where it came from; a path at this server where the address has to be asked for.',
    }),
    series: z.boolean(),
    sources: z.array(AppointmentSource).openapi({ description: 'The calendars that hold it; the first one leads.' }),
  })
  .openapi('Appointment');
export type Appointment = z.infer<typeof Appointment>;

export const Agenda = z
  .object({
    timeZone: z.string().openapi({ description: 'The user’s zone.' }),
    appointments: z.array(Appointment),
  })
  .openapi('Agenda', { description: 'In order of start. Copies of one meeting from several calendars are one.' });
export type Agenda = z.infer<typeof Agenda>;

export const Reminder = z
  .object({
    id: z.string(),
    kind: z.enum(['event', 'task']),
    uid: z.string(),
    occurrence: z.string(),
    title: z.string(),
    location: z.string().nullable(),
    joinUrl: z.string().nullable(),
    start: Instant.openapi({ description: 'When the appointment starts, or the task is due.' }),
    minutesBefore: z.int(),
    due: Instant.openapi({ description: 'When to remind: the snoozed time where it was snoozed.' }),
    snoozedUntil: Instant.nullable(),
    dismissedAt: Instant.nullable(),
  })
  .openapi('Reminder');
export type Reminder = z.infer<typeof Reminder>;

export const ReminderList = z.object({ reminders: z.array(Reminder) }).openapi('ReminderList');
export type ReminderList = z.infer<typeof ReminderList>;

export const Snooze = z
  .union([
    z.object({
      minutes: z
        .int()
        .min(1)
        .max(60 * 24 * 14),
    }),
    z.object({ until: InstantInput }),
  ])
  .openapi('Snooze', { description: 'For some minutes from now, or until an instant.' });
export type Snooze = z.input<typeof Snooze>;
