/**
 * Users as they are listed: by how words of their name or address, or their extension, begin; page by page. Fast with
 * 50,000 of them: every way in is an index (users_by_name, users_by_search, extension_by_number), and a page goes on
 * where the last one ended instead of counting rows off.
 */
import { type RawBuilder, sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import type { Status } from '../presence/presence.ts';
import type { Executor } from '../store/database.ts';
import type { Role } from '../store/schema.ts';

export interface UserFilter {
  /** Words; each must begin a word of the name or address. One word may also begin an extension. */
  search?: string | undefined;
  locationId?: string | undefined;
  groupId?: string | undefined;
  active?: boolean | undefined;
  /** As everybody sees it, at this moment. */
  status?: Status | undefined;
  /** The id of somebody who is left out. */
  except?: string | undefined;
}

export interface ListedUser {
  id: string;
  email: string;
  displayName: string;
  language: 'en' | 'de';
  timeZone: string;
  mobileNumber: string | null;
  deputyId: string | null;
  assistantId: string | null;
  role: Role;
  groupId: string;
  locationId: string;
  sample: boolean;
  active: boolean;
  leaving: boolean;
  origin: 'manual' | 'import' | 'code' | 'provider';
  importSourceId: string | null;
  externalId: string | null;
  createdAt: Temporal.Instant;
  signInReady: boolean;
  extensions: Array<{ id: string; phoneSystemId: string; number: string }>;
}

export interface UserPage {
  users: ListedUser[];
  /** Where the next page begins; null after the last one. */
  next: string | null;
  /** How many fit the filter, on all pages. */
  total: number;
}

/**
 * By name, then address.
 * @param after the `next` of the page before.
 * @throws ApiError invalid for a cursor that is none.
 */
export async function findUsers(
  db: Executor,
  filter: UserFilter,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<UserPage> {
  const conditions = conditionsOf(filter);
  const { rows: counted } = await sql<{ total: number }>`
    select count(*) as total from users where ${sql.join(conditions, sql` and `)}`.execute(db);
  if (after !== undefined) {
    const [name, email] = readCursor(after);
    conditions.push(sql`(display_name, email) > (${name}, ${email})`);
  }
  const rows = await listed(
    db,
    sql`select * from users where ${sql.join(conditions, sql` and `)} order by display_name, email limit ${limit + 1}`,
  );
  const users = rows.slice(0, limit);
  const last = users.at(-1);
  return {
    users,
    next: rows.length > limit && last ? cursorAfter(last) : null,
    total: Number(counted[0]?.total ?? 0),
  };
}

export async function readListedUser(db: Executor, userId: string): Promise<ListedUser | undefined> {
  return (await listed(db, sql`select * from users where id = ${userId}::uuid`))[0];
}

async function listed(db: Executor, chosen: RawBuilder<unknown>): Promise<ListedUser[]> {
  const { rows } = await sql<ListedUser>`
    with page as materialized (${chosen})
    select page.id, email, display_name as "displayName", language, time_zone as "timeZone",
           mobile_number as "mobileNumber", deputy_id as "deputyId", assistant_id as "assistantId", role,
           group_id as "groupId", location_id as "locationId", sample, active, leaving_at is not null as leaving, origin,
           import_source_id as "importSourceId", external_id as "externalId", page.created_at as "createdAt",
           exists (select from login_password where user_id = page.id) as "signInReady",
           coalesce((select jsonb_agg(jsonb_build_object('id', id, 'phoneSystemId', phone_system_id, 'number', number)
                                      order by number) from extension where user_id = page.id), '[]') as extensions
      from page join configuration_group on configuration_group.id = group_id
     order by display_name, email`.execute(db);
  return rows;
}

function conditionsOf({ search = '', locationId, groupId, active, status, except }: UserFilter): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = [];
  const words = searchWords(search);
  if (words.length > 0) {
    const query = words.map((word) => `'${word}':*`).join(' & ');
    const named = sql`search @@ ${query}::tsquery`;
    // Without a digit it is hardly an extension, and the shorter way in is taken.
    const [extension] = /^[0-9A-Za-z_.+-]{1,40}$/.test(search.trim()) && /\d/.test(search) ? [search.trim()] : [];
    conditions.push(
      extension === undefined
        ? named
        : sql`id in (select id from users where ${named}
              union all select user_id from extension where number like ${likePrefix(extension)})`,
    );
  } else if (search.trim() !== '') conditions.push(sql`false`); // nothing but punctuation fits nobody
  if (groupId !== undefined) conditions.push(sql`group_id = ${groupId}::uuid`);
  if (locationId !== undefined)
    conditions.push(sql`group_id in (select id from configuration_group where location_id = ${locationId}::uuid)`);
  if (active !== undefined) conditions.push(active ? sql`active` : sql`not active`);
  if (status !== undefined) conditions.push(sql`id in (select user_id from presence_state where status = ${status})`);
  if (except !== undefined) conditions.push(sql`id <> ${except}::uuid`);
  return conditions.length > 0 ? conditions : [sql`true`];
}

/** As the function search_words of the database takes names apart (migration 0002). Pure. */
export function searchWords(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .split(/[\s\u200b!-/:-@[-`{-~]+/)
    .filter((word) => word !== '')
    .slice(0, 10);
}

const likePrefix = (text: string) => `${text.replace(/[\\%_]/g, '\\$&')}%`;

const cursorAfter = ({ displayName, email }: ListedUser): string =>
  Buffer.from(JSON.stringify([displayName, email])).toString('base64url');

function readCursor(cursor: string): [string, string] {
  try {
    const [name, email] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof name === 'string' && typeof email === 'string') return [name, email];
  } catch {
    // Falls through to the answer for what isn't one.
  }
  throw new ApiError('invalid', 'This is not the "next" of a page.', { field: 'after' });
}
