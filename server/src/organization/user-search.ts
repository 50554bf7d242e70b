/**
 * Users as they are listed: by how words of their name or address, or their extension, begin; page by page. Fast with
 * 50,000 of them: every way in is an index (users_by_name, users_by_search, extension_by_number), and a page goes on
 * where the last one ended instead of counting rows off.
 */
import { type RawBuilder, sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import type { Status } from '../presence/presence.ts';
import { type Executor, prepared } from '../store/database.ts';
import type { UserRow } from './users.ts';

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

export interface ListedUser extends UserRow {
  locationId: string;
  leaving: boolean;
  origin: 'manual' | 'import' | 'code' | 'provider';
  importSourceId: string | null;
  externalId: string | null;
  /** There is a link that still works. */
  invited: boolean;
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
  const asked = { conditions: sql.join(conditionsOf(filter), sql` and `), after: after && readCursor(after), limit };
  const { rows, total } = (isNarrow(filter) ? await amongFew(db, asked) : undefined) ?? (await amongMany(db, asked));
  const users = rows.slice(0, limit);
  const last = users.at(-1);
  return { users, next: rows.length > limit && last ? cursorAfter(last) : null, total };
}

export async function readListedUser(db: Executor, userId: string): Promise<ListedUser | undefined> {
  const [row] = await listed<{ total: null }>(db, {
    chosen: sql`select ${columns} from users where id = ${userId}::uuid`,
  });
  return row && withoutTotal(row);
}

interface Asked {
  conditions: RawBuilder<unknown>;
  after: RawBuilder<unknown> | undefined | '';
  limit: number;
}

interface Found {
  /** One more than asked for where there are more. */
  rows: ListedUser[];
  total: number;
}

const few = 1_000;
const isNarrow = ({ search = '' }: UserFilter) => searchWords(search).some((word) => word.length > 2);

/**
 * Fetches, counts and sorts all that are found: the shortest way to as many as a search usually finds. Which way it
 * takes doesn't depend on the words, so that it is planned once; planning takes longer than finding.
 * @returns undefined when there are more than `few`, or none behind the cursor.
 */
async function amongFew(db: Executor, { conditions, after, limit }: Asked): Promise<Found | undefined> {
  const rows = await listed<{ total: number }>(db, {
    begin: sql`${prepared} with found as materialized (select ${columns} from users where ${conditions} limit ${few + 1}),`,
    chosen: sql`select * from found where ${after || sql`true`} order by display_name, email limit ${limit + 1}`,
    total: sql`(select count(*) from found)`,
  });
  const total = rows[0]?.total ?? 0;
  return total > few || (after && rows.length === 0) ? undefined : { rows: rows.map(withoutTotal), total };
}

/** Planned anew each time, because a page of many is found along the index of names, and one of few isn't. */
async function amongMany(db: Executor, { conditions, after, limit }: Asked): Promise<Found> {
  const count = sql<{ count: number }>`select count(*) from users where ${conditions}`;
  const rows = await listed<{ total: number | null }>(db, {
    chosen: sql`
      select ${columns} from users where ${conditions} and ${after || sql`true`}
       order by display_name, email limit ${limit + 1}`,
    // Whoever fits on the first page is counted already.
    total: after ? sql`(${count})` : sql`case when (select count(*) from page) > ${limit} then (${count}) end`,
  });
  const counted = rows.length === 0 && after ? (await count.execute(db)).rows[0]?.count : rows[0]?.total;
  return { rows: rows.map(withoutTotal), total: counted ?? rows.length };
}

const withoutTotal = <T extends ListedUser>({ total: _, ...user }: T & { total: number | null }) => user;

/** All but `search`, which is as long as the rest together. */
const columns = sql.raw(
  `id, email, display_name, language, time_zone, mobile_number, deputy_id, assistant_id, role, group_id, sample, active,
   leaving_at, origin, import_source_id, external_id, created_at`,
);

async function listed<More>(
  db: Executor,
  {
    begin = sql`with`,
    chosen,
    total = sql`null`,
  }: { begin?: RawBuilder<unknown>; chosen: RawBuilder<unknown>; total?: RawBuilder<unknown> },
): Promise<Array<ListedUser & More>> {
  const { rows } = await sql<ListedUser & More>`${begin} page as materialized (${chosen})
    select page.id, email, display_name as "displayName", language, time_zone as "timeZone",
           mobile_number as "mobileNumber", deputy_id as "deputyId", assistant_id as "assistantId", role,
           group_id as "groupId", location_id as "locationId", sample, active, leaving_at is not null as leaving, origin,
           import_source_id as "importSourceId", external_id as "externalId", page.created_at as "createdAt",
           exists (select from login_password where user_id = page.id) as "signInReady",
           exists (select from invitation where user_id = page.id and expires_at > now()) as invited,
           coalesce((select jsonb_agg(jsonb_build_object('id', id, 'phoneSystemId', phone_system_id, 'number', number)
                                      order by number) from extension where user_id = page.id), '[]') as extensions,
           ${total} as total
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

function readCursor(cursor: string): RawBuilder<unknown> {
  try {
    const [name, email] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof name === 'string' && typeof email === 'string') return sql`(display_name, email) > (${name}, ${email})`;
  } catch {
    // Falls through to the answer for what isn't one.
  }
  throw new ApiError('invalid', 'This is not the "next" of a page.', { field: 'after' });
}
