/** What users did with their reminders. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { ReminderState } from './reminders.ts';

export async function reminderStates(executor: Executor, userId: string): Promise<ReminderState[]> {
  const { rows } = await sql<ReminderState>`
    select uid, occurrence, minutes_before as "minutesBefore", due_at as "due", snoozed_until as "snoozedUntil",
           dismissed_at as "dismissedAt"
      from reminder_state where user_id = ${userId}::uuid`.execute(executor);
  return rows;
}

/** Tells the user's other windows in the same transaction, and clears out what no appointment needs any more. */
export async function saveReminderState(executor: Executor, userId: string, state: ReminderState): Promise<void> {
  await sql`
    insert into reminder_state (user_id, uid, occurrence, minutes_before, due_at, snoozed_until, dismissed_at)
    values (${userId}, ${state.uid}, ${state.occurrence}, ${state.minutesBefore}, ${state.due}, ${state.snoozedUntil},
            ${state.dismissedAt})
    on conflict (user_id, uid, occurrence, minutes_before) do update set due_at = excluded.due_at,
       snoozed_until = excluded.snoozed_until, dismissed_at = excluded.dismissed_at, updated_at = now()`.execute(
    executor,
  );
  await sql`
    delete from reminder_state where user_id = ${userId}::uuid
       and greatest(due_at, snoozed_until, updated_at) < now() - interval '90 days'`.execute(executor);
  await sql`select pg_notify('agenda', ${userId})`.execute(executor);
}
