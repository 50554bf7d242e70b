/**
 * What presence needs of appointments, for many users at once: the columns that the default mapping looks at, and of the
 * others (titles above all) only those that somebody's rules look at.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Detail } from '../presence/rules/matching.ts';
import type { Executor } from '../store/database.ts';
import type { Interval, Response, Sensitivity, ShowAs } from './appointment.ts';
import { type Copy, type Merged, mergeCopies } from './merge.ts';

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
  /** What was asked for of it; of all copies together. */
  details?: AppointmentDetails;
}

/** Each there only where it was asked for. */
export interface AppointmentDetails {
  title?: string;
  categories?: string[];
  /** The address, small letters. */
  organizer?: string | null;
  attendeeCount?: number;
  /** There is a link to join by. */
  online?: boolean;
  /** Names, of all calendars that hold it. */
  calendars?: string[];
  /** Kinds of accounts, of all that hold it. */
  sources?: string[];
}

interface Row extends Copy, Omit<PresenceAppointment, 'details'> {
  title?: string;
  categories?: string[];
  organizer?: string | null;
  attendeeCount?: number;
  online?: boolean;
  calendar?: string;
}

/** The source is there in any case, for the order of copies. */
const columns: Record<Detail, RawBuilder<unknown>> = {
  title: sql`, title`,
  categories: sql`, categories`,
  organizer: sql`, organizer_address as "organizer"`,
  attendeeCount: sql`, attendee_count as "attendeeCount"`,
  online: sql`, join_url is not null as "online"`,
  calendars: sql`, calendar.name as "calendar"`,
  sources: sql``,
};

/**
 * The appointments of each user that overlap the half-open interval, merged over the user's calendars by merge.ts, in
 * order of start. Tasks and appointments without length are left out: they never make presence. Declined and cancelled
 * ones are there (`response`, `cancelled`). A user without any has no entry.
 * @param needs details to load beside.
 */
export async function appointmentsForPresence(
  executor: Executor,
  userIds: readonly string[],
  interval: Interval,
  needs: ReadonlySet<Detail> = new Set(),
): Promise<Map<string, PresenceAppointment[]>> {
  const byUser = new Map<string, Row[]>();
  if (userIds.length === 0) return new Map();
  const { rows } = await sql<Row>`
    select appointment.user_id as "userId", uid, occurrence, starts_at as "start", ends_at as "end",
           start_date is not null as "allDay", show_as as "showAs", sensitivity, response, cancelled,
           calendar_id as "calendarId", object_key as "objectKey", account.kind as "source"
           ${sql.join(
             [...needs].map((need) => columns[need]),
             sql``,
           )}
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
  for (const [userId, copies] of byUser)
    result.set(
      userId,
      mergeCopies(copies)
        .map((meeting) => spoken(meeting, needs))
        .sort(byStart),
    );
  return result;
}

const spoken = (
  { first, copies, sensitivity, showAs }: Merged<Row>,
  needs: ReadonlySet<Detail>,
): PresenceAppointment => ({
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
  ...(needs.size > 0 && { details: detailsOf(copies, needs) }),
});

/** As the agenda shows them: what the first copy doesn't know comes from the next one that does. */
function detailsOf(copies: readonly Row[], needs: ReadonlySet<Detail>): AppointmentDetails {
  const details: AppointmentDetails = {};
  if (needs.has('title')) details.title = copies.find(({ title }) => title)?.title ?? '';
  if (needs.has('categories')) details.categories = copies.flatMap(({ categories = [] }) => categories);
  if (needs.has('organizer')) details.organizer = copies.find(({ organizer }) => organizer)?.organizer ?? null;
  if (needs.has('attendeeCount'))
    details.attendeeCount = Math.max(...copies.map(({ attendeeCount = 0 }) => attendeeCount));
  if (needs.has('online')) details.online = copies.some(({ online }) => online);
  if (needs.has('calendars')) details.calendars = copies.flatMap(({ calendar }) => calendar ?? []);
  if (needs.has('sources')) details.sources = copies.map(({ source }) => source);
  return details;
}

const byStart = (a: PresenceAppointment, b: PresenceAppointment) => Temporal.Instant.compare(a.start, b.start);
