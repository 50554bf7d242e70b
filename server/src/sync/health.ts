/** How an account is, for its owner and the administrator. */
import { sql } from 'kysely';
import { type ShownReplies, shownReplies } from '../automatic-replies/shown.ts';
import type { ErrorClass } from '../calendars/connector.ts';
import type { Executor } from '../store/database.ts';
import type { RestReason } from './rest.ts';

export interface AccountHealth {
  /**
   * resting: it may not be read, and nothing of it is stored. new: it hasn't been read yet; where that takes longer for a
   * reason, the message says what is waited for.
   */
  status: 'new' | 'ok' | 'failing' | 'resting';
  restReason: RestReason | null;
  errorClass: ErrorClass | null;
  /** For people: what is wrong and what mends it, or what is waited for. */
  message: string | null;
  /** In a row. */
  failures: number;
  lastAttemptAt: Temporal.Instant | null;
  lastSuccessAt: Temporal.Instant | null;
  /** Null while it rests. */
  nextAt: Temporal.Instant | null;
  counts: { calendars: number; objects: number; appointments: number; skipped: number };
  /** At most 100; `counts.skipped` says how many there are. */
  skipped: { uid: string | null; recurrenceId: string | null; reason: string; calendar: string }[];
  /** What an "out of office" presence does in the mailbox; null: nothing. */
  automaticReplies: ShownReplies | null;
}

/** The health of several accounts; unknown ids have no entry. */
export async function accountsHealth(
  executor: Executor,
  accountIds: readonly string[],
): Promise<Map<string, AccountHealth>> {
  const { rows } = await sql<{ id: string } & Omit<AccountHealth, 'automaticReplies'>>`
    select account.id, status, rest_reason as "restReason", error_class as "errorClass", error_message as "message", failures,
           last_attempt_at as "lastAttemptAt", last_success_at as "lastSuccessAt", case when status <> 'resting' then due_at end as "nextAt",
           json_build_object(
             'calendars', (select count(*) from calendar where account_id = account.id),
             'objects', (select count(*) from calendar_object join calendar on calendar.id = calendar_id
                          where account_id = account.id),
             'appointments', (select count(*) from appointment join calendar on calendar.id = calendar_id
                               where account_id = account.id),
             'skipped', (select coalesce(sum(jsonb_array_length(skipped)), 0) from calendar_object
                           join calendar on calendar.id = calendar_id
                          where account_id = account.id and skipped is not null)) as "counts",
           (select coalesce(json_agg(json_build_object('uid', listed.part -> 'uid',
                     'recurrenceId', listed.part -> 'recurrenceId', 'reason', listed.part -> 'reason',
                     'calendar', listed.name)), '[]')
              from (select part, calendar.name from calendar
                      join calendar_object on calendar_id = calendar.id and skipped is not null,
                           jsonb_array_elements(skipped) part
                     where account_id = account.id order by calendar.name, key limit 100) listed) as "skipped"
      from account where account.id = any(${[...accountIds]}::uuid[])`.execute(executor);
  const replies = await shownReplies(executor, accountIds);
  return new Map(rows.map(({ id, ...health }) => [id, { ...health, automaticReplies: replies.get(id) ?? null }]));
}

/** Null when there is no such account. */
export async function accountHealth(executor: Executor, accountId: string): Promise<AccountHealth | null> {
  return (await accountsHealth(executor, [accountId])).get(accountId) ?? null;
}
