/**
 * The outbox of presence: every change anybody may have to be told of, numbered in the order of commit. A reader keeps
 * the last number it has seen and asks for what is newer; it never misses one and may come back after days.
 */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { Forwarding, ForwardingMode, Reason, Status } from './presence.ts';

/** Notified at each commit that brought changes; the payload is the number of the last one. */
export const presenceChannel = 'presence';

/**
 * Held from before a batch takes its numbers until it has committed. Without it a transaction with lower numbers could
 * commit after one with higher numbers, and a reader who saw the higher ones would never come back for the lower.
 */
export const changeNumberLock = 7420_0002;

/** How long changes are kept for readers that were away: presence history is short (DESIGN.md, rule 7). */
export const changesKept = Temporal.Duration.from({ hours: 14 * 24 });

export interface PresenceChange {
  number: number;
  userId: string;
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

interface Row {
  number: number;
  user_id: string;
  status: Status;
  profile_id: string | null;
  profile_name: string | null;
  note: string | null;
  reason: Reason;
  since: Temporal.Instant;
  until: Temporal.Instant | null;
  forwarding_mode: ForwardingMode;
  forwarding_target: string | null;
  at: Temporal.Instant;
}

/** The changes after the number, the oldest first, at most `limit`; fewer mean that there are no more. */
export async function readChanges(executor: Executor, afterNumber: number, limit: number): Promise<PresenceChange[]> {
  const { rows } = await sql<Row>`
    select change.number, change.user_id, change.status, change.profile_id, profile.name as profile_name, change.note,
           change.reason, change.since, change.until, change.forwarding_mode, change.forwarding_target, change.at
      from presence_change change left join profile on profile.id = change.profile_id
     where change.number > ${afterNumber}
     order by change.number limit ${limit}`.execute(executor);
  return rows.map((row) => ({
    number: row.number,
    userId: row.user_id,
    status: row.status,
    profile: row.profile_id && row.profile_name !== null ? { id: row.profile_id, name: row.profile_name } : null,
    note: row.note,
    reason: row.reason,
    since: row.since,
    until: row.until,
    forwarding: { mode: row.forwarding_mode, target: row.forwarding_target },
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

/** Deletes up to `limit` of the changes older than the instant; the newest change always stays, so that numbers go on
 *  from where readers are. @returns how many. */
export async function dropChangesBefore(executor: Executor, before: Temporal.Instant, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from presence_change where number in (
      select number from presence_change
       where at < ${before} and number < (select max(number) from presence_change) order by number limit ${limit})`.execute(
    executor,
  );
  return Number(numAffectedRows ?? 0);
}
