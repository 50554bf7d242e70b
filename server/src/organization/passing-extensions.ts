/** Extensions that get another owner without leaving the first one: two users swap theirs, or it goes along a row of users. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { wakeReconcilers } from '../telephony/trust/pausing.ts';

export interface PassedExtension {
  id: string;
  /** Whose it is from now on. */
  userId: string;
}

/**
 * The record of what is on the phone stays with the phone: what of ours is there was wanted by the former owner's
 * presence, so it is given back, or replaced by what the new owner's wants, and what was set there before is kept.
 * Run it in a transaction, with `markReachDue` for both owners.
 */
export async function passExtensionsOn(executor: Executor, passed: readonly PassedExtension[]): Promise<void> {
  if (passed.length === 0) return;
  // One statement, so that at no instant somebody has two of them, or none.
  await sql`
    with passed as (select * from jsonb_to_recordset(${JSON.stringify(passed)}::jsonb) as p(id uuid, "userId" uuid)),
    owned as (
      update extension e set user_id = passed."userId" from passed where e.id = passed.id)
    update forwarding_record r
       set released_at = case when u.active then null else coalesce(r.released_at, now()) end, due_at = now(),
           unplanned = true
      from passed join users u on u.id = passed."userId" where r.extension_id = passed.id`.execute(executor);
  await wakeReconcilers(executor);
}
