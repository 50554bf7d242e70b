/** Writes objects and their appointments, thousands of rows in a few statements, and only what differs. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { AppointmentRow, ObjectRow } from './rows.ts';

/** Rows a statement: enough to make the way to the database cheap, few enough to keep a statement's JSON small. */
const chunk = 1_000;

function* chunksOf<T>(list: readonly T[]): Generator<T[]> {
  for (let at = 0; at < list.length; at += chunk) yield list.slice(at, at + chunk);
}

interface Owner {
  calendarId: string;
  userId: string;
}

/**
 * Keys and versions of what is stored; the version '' says that the object must be read anew.
 * @param keys only these: a round that tells of one change shouldn't cost what the calendar's size is.
 */
export async function storedVersions(
  executor: Executor,
  calendarId: string,
  keys?: readonly string[],
): Promise<Map<string, string>> {
  if (keys?.length === 0) return new Map();
  const rows = await executor
    .selectFrom('calendar_object')
    .select(['key', 'version'])
    .where('calendar_id', '=', calendarId)
    .$if(keys !== undefined, (query) => query.where(sql<boolean>`key = any(${keys}::text[])`))
    .execute();
  return new Map(rows.map(({ key, version }) => [key, version]));
}

/**
 * Makes these objects and their appointments what the store has of them.
 * @param stored keys that the store has: the others have nothing that could be gone. Missing: it may have all.
 * @returns how many appointments became others: 0 when the user would see no difference.
 */
export async function storeObjects(
  executor: Executor,
  owner: Owner,
  objects: readonly ObjectRow[],
  stored?: ReadonlyMap<string, unknown>,
): Promise<number> {
  let changed = 0;
  const written = inOrder();
  for (const part of chunksOf(objects)) {
    changed += await written.next(insertObjects(executor, owner, part));
    const appointments = part.flatMap((object) => object.appointments);
    const older = stored ? part.filter(({ key }) => stored.has(key)) : part;
    if (older.length > 0) changed += await deleteGone(executor, owner, older, appointments);
    for (const some of chunksOf(appointments)) changed += await written.next(upsertAppointments(executor, owner, some));
  }
  return changed + (await written.next(Promise.resolve(0)));
}

/**
 * Hands on the result of the statement before: the text of the next one is made while the database works. Both are of
 * one transaction, whose connection carries them out in the order they were given.
 */
function inOrder(): { next(statement: Promise<number>): Promise<number> } {
  let before = Promise.resolve(0);
  return {
    async next(statement) {
      statement.catch(() => {}); // when the one before fails, this one does too, and nobody awaits it any more
      const result = before;
      before = statement;
      return await result;
    },
  };
}

async function insertObjects(executor: Executor, { calendarId }: Owner, objects: readonly ObjectRow[]): Promise<0> {
  const rows = objects.map(({ appointments, ...row }) => row);
  await sql`
    insert into calendar_object (calendar_id, key, version, source, next_after_window, skipped)
    select ${calendarId}::uuid, row.key, row.version, row.source, row.next_after_window, row.skipped
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (
           key text, version text, source text, next_after_window timestamptz, skipped jsonb)
    on conflict (calendar_id, key) do update set version = excluded.version, source = excluded.source,
           next_after_window = excluded.next_after_window, skipped = excluded.skipped`.execute(executor);
  return 0; // objects aren't what a user sees
}

const nameOf = (row: { object_key: string; uid: string; occurrence: string }) =>
  `${row.object_key}\n${row.uid}\n${row.occurrence}`;

/** What these objects no longer have. Compared here and not in SQL: the planner can't know how long a JSON list is. */
async function deleteGone(
  executor: Executor,
  { calendarId }: Owner,
  objects: readonly ObjectRow[],
  appointments: readonly AppointmentRow[],
): Promise<number> {
  const { rows } = await sql<{ id: number; object_key: string; uid: string; occurrence: string }>`
    select id, object_key, uid, occurrence from appointment
     where calendar_id = ${calendarId}::uuid and object_key = any(${objects.map(({ key }) => key)}::text[])`.execute(
    executor,
  );
  if (rows.length === 0) return 0;
  const kept = new Set(appointments.map(nameOf));
  const gone = rows.filter((row) => !kept.has(nameOf(row))).map(({ id }) => id);
  if (gone.length > 0) await sql`delete from appointment where id = any(${gone}::bigint[])`.execute(executor);
  return gone.length;
}

/** An appointment that stays keeps its id; one that is the same isn't written. */
async function upsertAppointments(
  executor: Executor,
  { calendarId, userId }: Owner,
  rows: readonly AppointmentRow[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    insert into appointment (user_id, calendar_id, object_key, kind, uid, occurrence, starts_at, ends_at, start_date,
           end_date, title, location, organizer, organizer_address, attendee_count, show_as, sensitivity, response, cancelled,
           categories,
           join_url, open_url, reminders, series, completed)
    select ${userId}::uuid, ${calendarId}::uuid, row.*
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (
           object_key text, kind text, uid text, occurrence text, starts_at timestamptz, ends_at timestamptz,
           start_date date, end_date date, title text, location text, organizer text,
           organizer_address text, attendee_count integer,
           show_as text, sensitivity text, response text, cancelled boolean, categories text[], join_url text,
           open_url text, reminders integer[], series boolean, completed boolean)
    on conflict (calendar_id, object_key, uid, occurrence) do update set
           kind = excluded.kind, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
           start_date = excluded.start_date, end_date = excluded.end_date, title = excluded.title,
           location = excluded.location, organizer = excluded.organizer,
           organizer_address = excluded.organizer_address, attendee_count = excluded.attendee_count,
           show_as = excluded.show_as, sensitivity = excluded.sensitivity, response = excluded.response,
           cancelled = excluded.cancelled, categories = excluded.categories, join_url = excluded.join_url,
           open_url = excluded.open_url, reminders = excluded.reminders, series = excluded.series,
           completed = excluded.completed
     where (appointment.kind, appointment.starts_at, appointment.ends_at, appointment.start_date,
            appointment.end_date, appointment.title, appointment.location, appointment.organizer,
            appointment.organizer_address,
            appointment.attendee_count, appointment.show_as, appointment.sensitivity, appointment.response,
            appointment.cancelled, appointment.categories, appointment.join_url, appointment.open_url,
            appointment.reminders, appointment.series, appointment.completed)
           is distinct from
           (excluded.kind, excluded.starts_at, excluded.ends_at, excluded.start_date, excluded.end_date,
            excluded.title, excluded.location, excluded.organizer, excluded.organizer_address, excluded.attendee_count, excluded.show_as,
            excluded.sensitivity, excluded.response, excluded.cancelled, excluded.categories, excluded.join_url,
            excluded.open_url, excluded.reminders, excluded.series, excluded.completed)`.execute(executor);
  return Number(numAffectedRows ?? 0);
}

/** @returns how many appointments went with them. */
export async function removeObjects(executor: Executor, calendarId: string, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0;
  const { numAffectedRows } = await sql`
    delete from appointment where calendar_id = ${calendarId}::uuid and object_key = any(${keys}::text[])`.execute(
    executor,
  );
  await sql`delete from calendar_object where calendar_id = ${calendarId}::uuid and key = any(${keys}::text[])`.execute(
    executor,
  );
  return Number(numAffectedRows ?? 0);
}

/** The past that the window has left behind. Nobody is told: nothing a user looks at changes by it. */
export async function dropBefore(executor: Executor, calendarId: string, from: Temporal.Instant): Promise<void> {
  await sql`
    delete from appointment
     where calendar_id = ${calendarId}::uuid and ends_at <= ${from} and starts_at < ${from}`.execute(executor);
}
