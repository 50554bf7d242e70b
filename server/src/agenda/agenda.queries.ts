/** Loads a user's appointments as the agenda shows them. */
import { type RawBuilder, sql } from 'kysely';
import { type Executor, prepared } from '../store/database.ts';
import type { Interval, Response, Sensitivity, ShowAs } from './appointment.ts';
import type { Copy } from './merge.ts';
import { showsSubjects, type Visibility } from './privacy.ts';

export interface AgendaOwner {
  displayName: string;
  timeZone: string;
  /** By id. */
  calendars: ReadonlyMap<string, CalendarOfUser>;
}

export interface CalendarOfUser {
  id: string;
  accountId: string;
  name: string;
  color: string | null;
  /** The account's kind. */
  source: string;
}

export async function agendaOwner(executor: Executor, userId: string): Promise<AgendaOwner | null> {
  const { rows } = await sql<Omit<AgendaOwner, 'calendars'> & { calendars: CalendarOfUser[] }>`${prepared}
    select display_name as "displayName", time_zone as "timeZone",
           (select coalesce(json_agg(json_build_object('id', calendar.id, 'accountId', account.id, 'name', calendar.name,
                     'color', color, 'source', account.kind)), '[]')
              from account join calendar on calendar.account_id = account.id
             where account.user_id = users.id) as "calendars"
      from users where users.id = ${userId}::uuid`.execute(executor);
  const owner = rows[0];
  return owner ? { ...owner, calendars: new Map(owner.calendars.map((calendar) => [calendar.id, calendar])) } : null;
}

/** A copy of a meeting in one of the user's calendars, as it is shown. */
export interface ShownCopy extends Copy {
  id: number;
  kind: 'event' | 'task';
  /** Instants as ISO text in UTC, to the second. An agenda only hands them on, and a Temporal value for each would be
   *  a third of its whole cost, most of it garbage collection (measured with 1,000 appointments). */
  start: string;
  end: string;
  /** Dates as ISO text. */
  startDate: string | null;
  endDate: string | null;
  title: string;
  location: string | null;
  organizer: string | null;
  attendeeCount: number;
  showAs: ShowAs;
  sensitivity: Sensitivity;
  response: Response;
  cancelled: boolean;
  completed: boolean;
  categories: string[];
  joinUrl: string | null;
  openUrl: string | null;
  series: boolean;
}

/** The same as reminders are computed from. */
export interface StoredCopy extends Omit<ShownCopy, 'start' | 'end' | 'startDate' | 'endDate'> {
  start: Temporal.Instant;
  end: Temporal.Instant;
  startDate: Temporal.PlainDate | null;
  endDate: Temporal.PlainDate | null;
  reminders: number[];
}

/** As a row: `source` is filled in from the owner's calendars, so that no row has to repeat what its calendar says. */
type Row<T extends Copy> = Omit<T, 'source'> & { source?: string };

/** Makes rows whole in place. */
export function fromCalendars<T extends Copy>(rows: Row<T>[], { calendars }: AgendaOwner): T[] {
  for (const row of rows) row.source = calendars.get(row.calendarId)?.source ?? '';
  return rows as unknown as T[];
}

const status = sql`
  id, kind, uid, occurrence, show_as as "showAs", sensitivity, response, cancelled, completed, series,
  calendar_id as "calendarId", object_key as "objectKey"`;
const times = sql`starts_at as "start", ends_at as "end", start_date as "startDate", end_date as "endDate"`;
const iso = sql.lit('YYYY-MM-DD"T"HH24:MI:SS"Z"');
const timesAsText = sql`
  to_char(starts_at at time zone 'UTC', ${iso}) as "start", to_char(ends_at at time zone 'UTC', ${iso}) as "end",
  start_date::text as "startDate", end_date::text as "endDate"`;
const subjects = sql`
  title, location, organizer, attendee_count as "attendeeCount", categories, join_url as "joinUrl", open_url as "openUrl"`;
/** Stands where the viewer may not look: the database doesn't even read it. */
const noSubjects = sql`
  '' as title, null as location, null as organizer, 0 as "attendeeCount", '{}'::text[] as categories,
  null as "joinUrl", null as "openUrl"`;

const copies = <T extends Copy>(executor: Executor, columns: RawBuilder<unknown>, condition: RawBuilder<unknown>) =>
  sql<Row<T>>`${prepared} select ${status}, ${columns} from appointment where ${condition} order by starts_at, id`
    .execute(executor)
    .then(({ rows }) => rows);

/** What overlaps the half-open interval, and what has no length and lies in it, in order of start; copies not merged; as they are shown. */
export const copiesInInterval = (executor: Executor, userId: string, { from, to }: Interval, visibility: Visibility) =>
  copies<ShownCopy>(
    executor,
    sql`${timesAsText}, ${showsSubjects(visibility) ? subjects : noSubjects}`,
    sql`user_id = ${userId}::uuid and starts_at < ${to}
        and (ends_at > ${from} or (starts_at = ends_at and starts_at >= ${from}))`,
  );

/** All copies of the meetings of which one has a reminder, original or snoozed, that is due in the interval. */
export const copiesWithReminders = (executor: Executor, userId: string, { from, to }: Interval) =>
  copies<StoredCopy>(
    executor,
    sql`${times}, ${subjects}, reminders`,
    sql`user_id = ${userId}::uuid and (uid, occurrence) in (
          select uid, occurrence from appointment
           where user_id = ${userId}::uuid and reminders <> '{}'
             and exists (select from unnest(reminders) minutes
                          where starts_at - make_interval(mins => minutes) < ${to}
                            and greatest(starts_at, ends_at) - make_interval(mins => minutes) >= ${from})
          union all
          select uid, occurrence from reminder_state
           where user_id = ${userId}::uuid and snoozed_until >= ${from} and snoozed_until < ${to})`,
  );

/** All copies of the meeting that this appointment is a copy of; none when it isn't there or isn't the user's. */
export const copiesOfMeeting = (executor: Executor, userId: string, appointmentId: number) =>
  copies<StoredCopy>(
    executor,
    sql`${times}, ${subjects}, reminders`,
    sql`user_id = ${userId}::uuid and (uid, occurrence) in (
          select uid, occurrence from appointment where id = ${appointmentId} and user_id = ${userId}::uuid)`,
  );
