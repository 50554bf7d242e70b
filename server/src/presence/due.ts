/** How the rest of the house says that a user's presence may have changed. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';

/** Wakes every activation: rows have become due, or (`settingsChanged`) rows are to be looked for. */
export const activationChannel = 'activation';
export const settingsChanged = 'settings';

/**
 * Has the presence of these users computed again at once. Call it in the SAME transaction as the change to their
 * appointments, claims, own profiles, zone or numbers: the row's revision then tells an activation that has computed
 * ahead with the old ones that its result is worthless. Unknown ids are passed over.
 */
export async function markDue(executor: Executor, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  // In order of id, so that two transactions that mark the same users wait for each other instead of deadlocking.
  // least(): who is late already stays at the head of the queue.
  await sql`
    insert into presence_state (user_id, next_due_at)
    select id, now() from users where id = any(${[...userIds]}::uuid[]) order by id
    on conflict (user_id) do update
       set next_due_at = least(presence_state.next_due_at, excluded.next_due_at), revision = presence_state.revision + 1
  `.execute(executor);
  await sql`select pg_notify(${activationChannel}, '')`.execute(executor);
}

/**
 * The numbers by which these users are reached have changed: looks at them again, and at everybody whose deputy or
 * assistant they are, since calls are forwarded there. In the same transaction, as `markDue`.
 */
export async function markReachDue(executor: Executor, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  const ids = sql`any(${[...userIds]}::uuid[])`;
  const { rows } = await sql<{ id: string }>`
    select id from users where id = ${ids}
    union select id from users where deputy_id = ${ids}
    union select id from users where assistant_id = ${ids}`.execute(executor);
  await markDue(
    executor,
    rows.map(({ id }) => id),
  );
}

/** The number of the work group has changed, or who belongs to it; `formerIds`: who did until now. */
export async function markWorkGroupDue(
  executor: Executor,
  workGroupId: string,
  formerIds: readonly string[] = [],
): Promise<void> {
  const members = await executor
    .selectFrom('work_group_member')
    .select('user_id')
    .where('work_group_id', '=', workGroupId)
    .execute();
  await markDue(executor, [...new Set([...formerIds, ...members.map(({ user_id }) => user_id)])]);
}

/**
 * Has the presence of everybody in the groups computed again, soon rather than at once: the groups' settings revision is
 * raised, and activation works through their users portion by portion (upkeep.ts), also after a restart. Call it in the
 * same transaction as the change to the groups' presence settings or profiles.
 */
export async function markGroupsDue(executor: Executor, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length === 0) return;
  await sql`
    update configuration_group set settings_revision = settings_revision + 1
     where id = any(${[...groupIds]}::uuid[])`.execute(executor);
  await sql`select pg_notify(${activationChannel}, ${settingsChanged})`.execute(executor);
}

export const markGroupDue = (executor: Executor, groupId: string): Promise<void> => markGroupsDue(executor, [groupId]);

/** The same for all groups of a location: its dialling rules or predefined targets have changed. */
export async function markLocationDue(executor: Executor, locationId: string): Promise<void> {
  const groups = await executor
    .selectFrom('configuration_group')
    .select('id')
    .where('location_id', '=', locationId)
    .orderBy('id')
    .execute();
  await markGroupsDue(
    executor,
    groups.map(({ id }) => id),
  );
}
