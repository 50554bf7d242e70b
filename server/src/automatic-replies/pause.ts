/** All automatic replies of ours taken back, and none set, until somebody ends it: `whenabouts release --all`. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';

/** In system_setting while it lasts. */
const key = 'automaticRepliesPause';

/** In a query: whether it is so now. */
export const repliesArePaused = sql`exists (
  select from system_setting
   where key = ${key} and coalesce((value ->> 'until')::timestamptz > now(), true))`;

/** Run it in a transaction. @param by the name of whoever did it. */
export async function pauseReplies(
  transaction: Executor,
  { by, reason, until }: { by: string; reason: string | null; until: Temporal.Instant | null },
): Promise<void> {
  await sql`
    insert into system_setting (key, value) values (${key}, ${JSON.stringify({ by, reason, until })}::jsonb)
    on conflict (key) do update set value = excluded.value, updated_at = now()`.execute(transaction);
}

/** Run it in a transaction. */
export async function resumeReplies(transaction: Executor): Promise<void> {
  await transaction.deleteFrom('system_setting').where('key', '=', key).execute();
}
