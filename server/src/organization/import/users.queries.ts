/** The users that an import compares with and writes, in bulk. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import type { StoredUser } from './plan.ts';

interface Wanted {
  sourceId: string;
  emails?: readonly string[];
  ids?: readonly string[];
  /** All that the source has made. */
  whole?: boolean;
  phoneSystemId: string | null;
  /** Locked until the transaction ends. */
  lock?: boolean;
}

/** The source's users (`whole`), those with these ids, and everybody who has one of these addresses. */
export async function storedUsers(executor: Executor, wanted: Wanted): Promise<StoredUser[]> {
  const { sourceId, emails = [], ids = [], whole = false, phoneSystemId, lock = false } = wanted;
  const { rows } = await sql<StoredUser>`
    select id, email, display_name as "displayName", group_id as "groupId", language, time_zone as "timeZone",
           mobile_number as "mobileNumber", active, origin, import_source_id as "importSourceId",
           external_id as "externalId", missed_runs as "missedRuns", leaving_at is not null as leaving,
           array(select number from extension where user_id = users.id and phone_system_id = ${phoneSystemId}::uuid
                    and not exists (select from leaving where subject_id = extension.id and state = 'running')
                  order by number) as extensions
      from users
     where email = any(${[...emails]}::text[]) or id = any(${[...ids]}::uuid[])
        or (${whole} and import_source_id = ${sourceId}::uuid)
     order by id ${lock ? sql`for no key update` : sql``}`.execute(executor);
  return rows;
}

export async function extensionOwners(
  executor: Executor,
  phoneSystemId: string,
  numbers: readonly string[],
  { lock = false } = {},
): Promise<Map<string, { id: string; userId: string; displayName: string }>> {
  const query = executor
    .selectFrom('extension')
    .innerJoin('users', 'users.id', 'extension.user_id')
    .select(['extension.id', 'number', 'users.id as userId', 'users.display_name as displayName'])
    .where('phone_system_id', '=', phoneSystemId)
    .where('number', '=', sql<string>`any(${[...numbers]}::text[])`)
    .orderBy('extension.id');
  const rows = await (lock ? query.forNoKeyUpdate('extension') : query).execute();
  return new Map(rows.map(({ number, ...owner }) => [number, owner]));
}

export interface NewUser {
  id: string;
  groupId: string;
  email: string;
  displayName: string;
  language: string;
  timeZone: string;
  mobileNumber: string | null;
  externalId: string;
}

/** @returns the ids of those that could be made: an address that somebody has by now isn't taken away. */
export async function insertUsers(
  executor: Executor,
  sourceId: string,
  users: readonly NewUser[],
): Promise<Set<string>> {
  if (users.length === 0) return new Set();
  const { rows } = await sql<{ id: string }>`
    insert into users (id, group_id, email, display_name, language, time_zone, mobile_number, external_id,
                       import_source_id, origin)
    select id, "groupId", email, "displayName", language, "timeZone", "mobileNumber", "externalId", ${sourceId}::uuid,
           'import'
      from jsonb_to_recordset(${JSON.stringify(users)}::jsonb)
           as u(id uuid, "groupId" uuid, email text, "displayName" text, language text, "timeZone" text,
                "mobileNumber" text, "externalId" text)
    on conflict do nothing returning id`.execute(executor);
  return new Set(rows.map(({ id }) => id));
}

export type ChangedUser = Pick<
  StoredUser,
  'id' | 'email' | 'displayName' | 'groupId' | 'language' | 'timeZone' | 'mobileNumber' | 'externalId' | 'missedRuns'
>;

/** Writes rows that `storedUsers` has locked, whole. Their new addresses must be free, or given up by others of them. */
export async function updateUsers(executor: Executor, users: readonly ChangedUser[]): Promise<void> {
  if (users.length === 0) return;
  // PostgreSQL looks at a unique constraint row by row, so addresses that are passed on are put down first.
  await sql`
    update users set email = id::text
     where id = any(${users.map(({ id }) => id)}::uuid[])
       and exists (select from jsonb_to_recordset(${JSON.stringify(users)}::jsonb) as u(id uuid, email text)
                    where u.email = users.email and u.id <> users.id)`.execute(executor);
  await sql`
    update users set email = u.email, display_name = u."displayName", group_id = u."groupId", language = u.language,
           time_zone = u."timeZone", mobile_number = u."mobileNumber", external_id = u."externalId",
           missed_runs = u."missedRuns", updated_at = now()
      from jsonb_to_recordset(${JSON.stringify(users)}::jsonb)
           as u(id uuid, email text, "displayName" text, "groupId" uuid, language text, "timeZone" text,
                "mobileNumber" text, "externalId" text, "missedRuns" integer)
     where users.id = u.id`.execute(executor);
}

/** @returns what could be made: a number that somebody has by now isn't taken away. */
export async function insertExtensions(
  executor: Executor,
  phoneSystemId: string,
  extensions: ReadonlyArray<{ userId: string; number: string }>,
): Promise<Set<string>> {
  if (extensions.length === 0) return new Set();
  const { rows } = await sql<{ user_id: string }>`
    with made as (
      insert into extension (user_id, phone_system_id, number)
      select "userId", ${phoneSystemId}::uuid, number
        from jsonb_to_recordset(${JSON.stringify(extensions)}::jsonb) as e("userId" uuid, number text)
       where exists (select from phone_system where id = ${phoneSystemId}::uuid)
      on conflict do nothing returning id, user_id),
    record as (insert into forwarding_record (extension_id) select id from made)
    select user_id from made`.execute(executor);
  return new Set(rows.map((row) => row.user_id));
}

/** Has the calendars of these users read anew: what they hold depends on the owner's zone and address. */
export async function readCalendarsAnew(executor: Executor, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  await sql`update account set due_at = clock_timestamp() where user_id = any(${[...userIds]}::uuid[])`.execute(
    executor,
  );
  await sql`select pg_notify('sync', '')`.execute(executor);
}

/** Whether somebody else may still administer the whole system. */
export async function administratorRemains(executor: Executor, without: readonly string[]): Promise<boolean> {
  const { rows } = await sql`
    select 1 from users where role = 'administrator' and active and id <> all(${[...without]}::uuid[]) limit 1`.execute(
    executor,
  );
  return rows.length > 0;
}

export async function administratorsAmong(executor: Executor, userIds: readonly string[]): Promise<Set<string>> {
  const rows = await executor
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'administrator')
    .where('id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .execute();
  return new Set(rows.map(({ id }) => id));
}
