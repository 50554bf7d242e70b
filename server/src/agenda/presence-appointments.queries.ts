/** What presence needs of appointments, for many users at once: no titles, only the columns the mapping looks at. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { Interval, Response, Sensitivity, ShowAs } from './appointment.ts';
import { type Copy, mergeCopies } from './merge.ts';

export interface PresenceAppointment {
  userId: string;
  /** Normalised UID and original start: the meeting's key. */
  uid: string;
  occurrence: string;
  start: Temporal.Instant;
  /** Exclusive, always after `start`. */
  end: Temporal.Instant;
  allDay: boolean;
  showAs: ShowAs;
  sensitivity: Sensitivity;
  response: Response;
  cancelled: boolean;
}

interface Row extends Copy, PresenceAppointment {}

/**
 * The appointments of each user that overlap the half-open interval, merged over the user's calendars by merge.ts, in
 * order of start. Tasks and appointments without length are left out: they never make presence. Declined and cancelled
 * ones are there (`response`, `cancelled`). A user without any has no entry.
 */
export async function appointmentsForPresence(
  executor: Executor,
  userIds: readonly string[],
  interval: Interval,
): Promise<Map<string, PresenceAppointment[]>> {
  const byUser = new Map<string, Row[]>();
  if (userIds.length === 0) return new Map();
  const { rows } = await sql<Row>`
    select appointment.user_id as "userId", uid, occurrence, starts_at as "start", ends_at as "end",
           start_date is not null as "allDay", show_as as "showAs", sensitivity, response, cancelled,
           calendar_id as "calendarId", object_key as "objectKey", account.kind as "source"
      from appointment
      join calendar on calendar.id = appointment.calendar_id
      join account on account.id = calendar.account_id
     where appointment.user_id = any(${[...userIds]}::uuid[])
       and starts_at < ${interval.to} and ends_at > ${interval.from} and ends_at > starts_at
       and appointment.kind = 'event'
     order by starts_at, appointment.id`.execute(executor);
  for (const row of rows) {
    const known = byUser.get(row.userId);
    if (known) known.push(row);
    else byUser.set(row.userId, [row]);
  }
  const result = new Map<string, PresenceAppointment[]>();
  for (const [userId, copies] of byUser) result.set(userId, mergeCopies(copies).map(spoken).sort(byStart));
  return result;
}

const spoken = ({ first, sensitivity, showAs }: ReturnType<typeof mergeCopies<Row>>[number]): PresenceAppointment => ({
  userId: first.userId,
  uid: first.uid,
  occurrence: first.occurrence,
  start: first.start,
  end: first.end,
  allDay: first.allDay,
  showAs,
  sensitivity,
  response: first.response,
  cancelled: first.cancelled,
});

const byStart = (a: PresenceAppointment, b: PresenceAppointment) => Temporal.Instant.compare(a.start, b.start);
