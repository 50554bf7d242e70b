/** People with calendars for the tests and figures of presence. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { markDue } from './due.ts';
import { seedBuiltInProfiles } from './profiles.queries.ts';

let made = 0;

/** A group of its own with the built-in profiles of its location. */
export async function makeGroup(db: Executor): Promise<string> {
  const name = `Group ${process.pid} ${++made}`;
  const location = await db
    .insertInto('location')
    .values({ name, time_zone: 'UTC' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const group = await db
    .insertInto('configuration_group')
    .values({ location_id: location.id, name })
    .returning('id')
    .executeTakeFirstOrThrow();
  await seedBuiltInProfiles(db, { locationId: location.id });
  return group.id;
}

/** Users with one account and one calendar each; not marked due. */
export async function makePeople(db: Executor, groupId: string, count: number, timeZone = 'UTC'): Promise<string[]> {
  const prefix = `p${process.pid}-${++made}`;
  const { rows } = await sql<{ id: string }>`
    with person as (
      insert into users (group_id, email, display_name, time_zone)
      select ${groupId}, ${prefix}::text || '-' || number || '@example.com', 'Person ' || number, ${timeZone}
        from generate_series(1, ${count}::int) number returning id
    ), connection as (
      insert into account (user_id, kind, name, due_at) -- sync lets it be
      select id, 'icalendar-file', 'Calendar', now() + interval '10 years' from person returning id, user_id
    ), book as (
      insert into calendar (account_id, remote_id, name) select id, 'feed', 'Calendar' from connection
    )
    select id from person`.execute(db);
  return rows.map(({ id }) => id);
}

export interface MadeAppointment {
  uid?: string;
  start: Temporal.Instant;
  end: Temporal.Instant;
  showAs?: string;
}

/** Puts the same appointment into each user's calendar (in place of one with the same uid) and marks them due. */
export async function putAppointment(db: Executor, userIds: readonly string[], made: MadeAppointment): Promise<void> {
  const uid = made.uid ?? 'meeting';
  await sql`
    insert into appointment (user_id, calendar_id, object_key, kind, uid, starts_at, ends_at, show_as, sensitivity, response)
    select account.user_id, calendar.id, ${uid}::text, 'event', ${uid}::text, ${made.start}, ${made.end},
           ${made.showAs ?? 'busy'}::text, 'normal', 'accepted'
      from calendar join account on account.id = calendar.account_id
     where account.user_id = any(${[...userIds]}::uuid[])
    on conflict (calendar_id, object_key, uid, occurrence) do update
       set starts_at = excluded.starts_at, ends_at = excluded.ends_at, show_as = excluded.show_as`.execute(db);
  await markDue(db, userIds);
}

export async function removeAppointment(db: Executor, userIds: readonly string[], uid = 'meeting'): Promise<void> {
  await db
    .deleteFrom('appointment')
    .where('user_id', 'in', [...userIds])
    .where('uid', '=', uid)
    .execute();
  await markDue(db, userIds);
}
