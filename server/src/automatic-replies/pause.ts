/** All automatic replies of ours taken back, and none set, until somebody ends it: `whenabouts release --all`. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { wakeReplies } from './wake.ts';

/** In system_setting while it lasts. */
export const repliesPause = 'automaticRepliesPause';

/** Run it in a transaction. */
export async function pauseReplies(transaction: Executor, by: string, reason: string | null): Promise<void> {
  await sql`
    insert into system_setting (key, value) values (${repliesPause}, ${JSON.stringify({ by, reason })}::jsonb)
    on conflict (key) do update set value = excluded.value, updated_at = now()`.execute(transaction);
  await wakeReplies(transaction);
}

/** Run it in a transaction. @returns whether it had been. */
export async function resumeReplies(transaction: Executor): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('system_setting')
    .where('key', '=', repliesPause)
    .executeTakeFirst();
  await wakeReplies(transaction);
  return numDeletedRows > 0n;
}
