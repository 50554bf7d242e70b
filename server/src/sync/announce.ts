/** Tells the rest of the house what changed in an account, in the transaction that changed it. */
import { sql } from 'kysely';
import { markDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';

/** A user's appointments changed: presence follows, and whoever looks at the agenda or the account sees it. */
export async function announceAgenda(executor: Executor, userId: string, accountId: string): Promise<void> {
  await markDue(executor, [userId]);
  await sql`select pg_notify('agenda', ${userId}), pg_notify('account', ${accountId})`.execute(executor);
}

/** What can't be read of a calendar, as a text to compare: its owner looks at that list to mend the calendar. */
export async function unreadableParts(executor: Executor, calendarId: string): Promise<string> {
  const { rows } = await sql<{ parts: string }>`
    select coalesce(json_agg(json_build_array(key, skipped) order by key), '[]')::text as "parts"
      from calendar_object where calendar_id = ${calendarId}::uuid and skipped is not null`.execute(executor);
  return rows[0]!.parts;
}

/** As `announceAgenda` when appointments changed; when only the list of what can't be read did, the account's watchers. */
export async function announceRound(
  executor: Executor,
  account: { id: string; userId: string },
  calendarId: string,
  { changed, unreadableBefore }: { changed: number; unreadableBefore: string | null },
): Promise<void> {
  if (changed > 0) await announceAgenda(executor, account.userId, account.id);
  else if (unreadableBefore !== null && (await unreadableParts(executor, calendarId)) !== unreadableBefore)
    await sql`select pg_notify('account', ${account.id})`.execute(executor);
}
