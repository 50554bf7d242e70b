/**
 * The outbox of presence: every change anybody may have to be told of, numbered in the order of commit. A reader keeps
 * the last number it has seen and asks for what is newer; it never misses one and may come back after days.
 */
import { sql } from 'kysely';
import { privacySettingsOf } from '../agenda/privacy-settings.ts';
import type { Executor } from '../store/database.ts';
import { type Forwarding, type ForwardingRow, forwardingOfRow, type Reason, type Status } from './presence.ts';

/** Notified at each commit that brought changes; the payload is the number of the last one. */
export const presenceChannel = 'presence';

/**
 * Held from before a batch takes its numbers until it has committed. Without it a transaction with lower numbers could
 * commit after one with higher numbers, and a reader who saw the higher ones would never come back for the lower.
 */
export const changeNumberLock = 7420_0002;

/** How long a change waits for a follower that is behind (a webhook that can't be delivered) before it goes unread. */
export const followersWaitedFor = Temporal.Duration.from({ hours: 14 * 24 });

export interface PresenceChange {
  number: number;
  userId: string;
  /** Shown name, for notes that speak of it. */
  userName: string;
  status: Status;
  profile: { id: string; name: string } | null;
  note: string | null;
  reason: Reason;
  since: Temporal.Instant;
  /** null: until something changes. */
  until: Temporal.Instant | null;
  forwarding: Forwarding;
  at: Temporal.Instant;
}

interface Row extends ForwardingRow {
  number: number;
  user_id: string;
  user_name: string;
  status: Status;
  profile_id: string | null;
  profile_name: string | null;
  note: string | null;
  reason: Reason;
  since: Temporal.Instant;
  until: Temporal.Instant | null;
  at: Temporal.Instant;
}

/** The changes after the number, the oldest first, at most `limit`; fewer mean that there are no more. */
export async function readChanges(executor: Executor, afterNumber: number, limit: number): Promise<PresenceChange[]> {
  const { rows } = await sql<Row>`
    select change.number, change.user_id, users.display_name as user_name, change.status, change.profile_id, profile.name as profile_name, change.note,
           change.reason, change.since, change.until, change.forwarding_mode, change.forwarding_target,
           change.forwarding_busy, change.forwarding_unanswered, change.at
      from presence_change change
      join users on users.id = change.user_id
      left join profile on profile.id = change.profile_id
     where change.number > ${afterNumber}
     order by change.number limit ${limit}`.execute(executor);
  return rows.map((row) => ({
    number: row.number,
    userId: row.user_id,
    userName: row.user_name,
    status: row.status,
    profile: row.profile_id && row.profile_name !== null ? { id: row.profile_id, name: row.profile_name } : null,
    note: row.note,
    reason: row.reason,
    since: row.since,
    until: row.until,
    forwarding: forwardingOfRow(row),
    at: row.at,
  }));
}

/** Where a reader that only wants what is still to come starts; 0 before the first change. */
export async function lastChangeNumber(executor: Executor): Promise<number> {
  const row = await executor
    .selectFrom('presence_change')
    .select((select) => select.fn.max('number').as('number'))
    .executeTakeFirst();
  return row?.number ?? 0;
}

/** The oldest number still kept: a reader that has seen less than the one before it has missed some. 0: none kept. */
export async function firstChangeNumber(executor: Executor): Promise<number> {
  const row = await executor
    .selectFrom('presence_change')
    .select((select) => select.fn.min('number').as('number'))
    .executeTakeFirst();
  return row?.number ?? 0;
}

/** Numbers looked at by one statement of dropOldChanges: no long lock, and memory for none. */
const portion = 20_000;

/**
 * Deletes the changes that nobody needs any more. A change is kept as long as the privacy settings of the user's group
 * keep the user's history, and until every webhook has been told of it or `followersWaitedFor` is over. The last one that
 * began before the kept time stays, because it says what was in force when that begins; so does the newest of all, so
 * that numbers go on from where readers are. @returns how many went.
 */
export async function dropOldChanges(executor: Executor, now: Temporal.Instant): Promise<number> {
  const groups = await executor.selectFrom('configuration_group').select(['id', 'settings']).execute();
  const cutoffs = groups.map(({ settings }) =>
    now.subtract({ hours: privacySettingsOf(settings).historyDays * 24 }).toString(),
  );
  const { rows } = await sql<{ first: number | null; last: number | null; told: number }>`
    select min(number) as first, max(number) as last,
           coalesce((select min(delivered_number) from webhook where active), max(number)) as told
      from presence_change`.execute(executor);
  const { first, last, told } = rows[0]!;
  let dropped = 0;
  for (let from = first ?? 0; last !== null && from < last; from += portion) {
    const { numAffectedRows } = await sql`
      delete from presence_change old
       using users, unnest(${groups.map(({ id }) => id)}::uuid[], ${cutoffs}::timestamptz[]) as kept (group_id, since)
       where old.number >= ${from} and old.number < ${Math.min(from + portion, last)}
         and users.id = old.user_id and kept.group_id = users.group_id and old.at < kept.since
         and (old.number <= ${told} or old.at < ${now.subtract(followersWaitedFor)})
         and exists (select from presence_change newer
                      where newer.user_id = old.user_id and newer.number > old.number and newer.since <= kept.since)`.execute(
      executor,
    );
    dropped += Number(numAffectedRows ?? 0);
  }
  return dropped;
}
