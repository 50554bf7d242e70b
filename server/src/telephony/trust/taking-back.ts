/** After a change by hand at the phone: its user wants what presence says there after all. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import { forwardingChannel } from '../reconciler.queries.ts';

/**
 * What the user set at the phone stays what they get back in the end. Run it in a transaction.
 * @returns false when nothing of the phone was changed by hand (any more).
 */
export async function takeBack(executor: Executor, userId: string, extensionId: string): Promise<boolean> {
  const { rows } = await sql`
    update forwarding_record r set retake = true, due_at = now() from extension e
     where e.id = r.extension_id and e.id = ${extensionId}::uuid and e.user_id = ${userId}::uuid
       and r.phase = 'overridden' returning r.slot`.execute(executor);
  if (rows.length > 0) await sql`select pg_notify(${forwardingChannel}, '')`.execute(executor);
  return rows.length > 0;
}
