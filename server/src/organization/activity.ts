/**
 * Users who are deactivated and come back, many at once. A deactivated user can't sign in; calendars rest
 * (sync/lease.queries.ts claims no account of theirs). Forwarding is given back, then access to calendars is revoked
 * where the source allows: as a leaving of the kind `userOff`, whose steps are shown. Nothing is erased.
 */
import { sql } from 'kysely';
import { forgetSessions } from '../api/sessions.ts';
import { markReachDue } from '../presence/due.ts';
import { slots } from '../presence/presence.ts';
import type { Executor } from '../store/database.ts';
import { syncChannel } from '../sync/sync.ts';
import { forwardingChannel } from '../telephony/reconciler.queries.ts';
import { endSwitchingOff, insertSwitchingOff } from './leaving/leaving.queries.ts';

/**
 * Run it in a transaction. Who may not go (the last administrator) is the caller's matter. Idempotent.
 * @param requestedBy the user who did it; null: nobody by hand.
 */
export async function deactivateUsers(
  executor: Executor,
  userIds: readonly string[],
  requestedBy: string | null = null,
): Promise<void> {
  if (userIds.length === 0) return;
  const ids = sql`any(${[...userIds]}::uuid[])`;
  const { rows: gone } = await sql<{ id: string }>`
    update users set active = false, updated_at = now() where id = ${ids} and active returning id`.execute(executor);
  await insertSwitchingOff(
    executor,
    gone.map(({ id }) => id),
    requestedBy,
  );
  await sql`delete from login_session where user_id = ${ids}`.execute(executor);
  await sql`
    insert into forwarding_record (extension_id, slot, released_at)
    select id, slot, now() from extension cross join unnest(${[...slots]}::text[]) slot
     where user_id = ${ids} order by id, slot
    on conflict (extension_id, slot) do update set released_at = now(), due_at = now(), unplanned = true
     where forwarding_record.released_at is null`.execute(executor);
  await tell(executor, userIds);
}

/** As before, with what the calendars say by now. Whoever is being removed stays deactivated. Idempotent. */
export async function reactivateUsers(executor: Executor, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  const { rows } = await sql<{ id: string }>`
    update users set active = true, missed_runs = 0, updated_at = now()
     where id = any(${[...userIds]}::uuid[]) and not active and leaving_at is null returning id`.execute(executor);
  const ids = rows.map(({ id }) => id);
  await endSwitchingOff(executor, ids);
  // What is being removed for itself (an extension, its phone system) goes on leaving.
  await sql`
    update forwarding_record set released_at = null, due_at = now(), unplanned = true from extension e
     where e.id = extension_id and e.user_id = any(${ids}::uuid[]) and released_at is not null
       and not exists (select from leaving where leaving.state = 'running'
                          and leaving.subject_id in (e.id, e.phone_system_id))`.execute(executor);
  await sql`update account set due_at = clock_timestamp() where user_id = any(${ids}::uuid[])`.execute(executor);
  await tell(executor, ids);
}

async function tell(executor: Executor, userIds: readonly string[]): Promise<void> {
  await markReachDue(executor, userIds); // calls are no longer, or again, forwarded to them as deputies
  await sql`select pg_notify(${forwardingChannel}, ''), pg_notify(${syncChannel}, '')`.execute(executor);
  // One notification each, or one for all where that is shorter: '' has every process forget all it remembers.
  if (userIds.length > 50) await forgetSessions(executor, '');
  else for (const userId of userIds) await forgetSessions(executor, userId);
}
