/** How the rest of the house says that something about automatic replies may have changed. */
import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../store/database.ts';

/** Rung where something else than presence decides otherwise about them. */
export const repliesChannel = 'automatic_replies';

export const wakeReplies = (executor: Executor) => sql`select pg_notify(${repliesChannel}, '')`.execute(executor);

/**
 * Has what is on record looked at again at once, whatever a fault asked to wait for: settings have changed, or what lets
 * us in. Run it in the transaction of the change. @param accounts a condition on `account`.
 */
export async function lookAtRepliesAgain(transaction: Executor, accounts: RawBuilder<unknown>): Promise<void> {
  await sql`
    update automatic_replies set due_at = clock_timestamp(), failures = 0
      from account where account.id = account_id and ${accounts}`.execute(transaction);
  await wakeReplies(transaction);
}
