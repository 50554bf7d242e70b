/**
 * A group stops reading calendars in some way: its method is switched off or another one, or a kind of account is no
 * longer allowed. The accounts concerned are no longer read and their appointments count no longer; what those had set on
 * phones is given back; then tokens and data go.
 */
import { sql } from 'kysely';
import { markDue } from '../../presence/due.ts';
import type { Executor } from '../../store/database.ts';
import { syncChannel } from '../../sync/sync.ts';
import { type Actor, recordChange } from '../audit.ts';
import { insertLeaving, type Leaving, readLeaving, runningLeaving, wakeLeavings } from './leaving.queries.ts';
import { plannedSteps } from './steps.ts';

export interface LeavingMethod {
  groupId: string;
  /** Kinds of account that are no longer to be read; 'all': every kind. */
  kinds: readonly string[] | 'all';
}

/**
 * Run it in the transaction that changes the setting. Null when no account is concerned. One that is under way for the
 * group takes the further kinds in and begins anew.
 */
export async function startMethodLeaving(
  transaction: Executor,
  { groupId, kinds }: LeavingMethod,
  actor: Actor,
): Promise<Leaving | null> {
  const { rows } = await sql<Touched>`
    update account set leaving_at = now(), leased_by = null, leased_until = null
     where leaving_at is null and user_id in (select id from users where group_id = ${groupId}::uuid)
       and (${kinds === 'all'} or kind = any(${kinds === 'all' ? [] : [...kinds]}::text[]))
    returning user_id as "userId", id as "accountId"`.execute(transaction);
  const under = await runningLeaving(transaction, 'groupMethod', groupId);
  if (rows.length === 0) return under;
  if (under) {
    await transaction
      .updateTable('leaving')
      .set({
        steps: JSON.stringify(plannedSteps('groupMethod')),
        ...{ failures: 0, due_at: sql<Temporal.Instant>`now()`, leased_by: null, leased_until: null },
      })
      .where('id', '=', under.id)
      .execute();
    await wakeLeavings(transaction);
    return readLeaving(transaction, under.id);
  }
  const group = await transaction
    .selectFrom('configuration_group')
    .select(['name', 'location_id'])
    .where('id', '=', groupId)
    .executeTakeFirstOrThrow();
  const leaving = await insertLeaving(transaction, {
    ...{ kind: 'groupMethod', subjectId: groupId, subjectName: group.name, locationId: group.location_id },
    requestedBy: actor.userId,
  });
  await recordChange(transaction, actor, {
    action: 'delete',
    subject: 'groupFunction',
    subjectId: groupId,
    subjectName: `${group.name}: synchronization`,
    locationId: group.location_id,
    after: { leaving: leaving.id, accounts: rows.length },
  });
  return leaving;
}

/** The group's setting allows them again: a removal under way ends. Run it in the transaction that changes the setting. */
export async function cancelMethodLeaving(transaction: Executor, groupId: string): Promise<void> {
  await sql`
    update leaving set state = 'cancelled', finished_at = now(), leased_by = null, leased_until = null
     where kind = 'groupMethod' and subject_id = ${groupId}::uuid and state = 'running'`.execute(transaction);
  await keepMethodAccounts(transaction, groupId);
}

/** They are read again, in full: their appointments may be gone already. */
export async function keepMethodAccounts(transaction: Executor, groupId: string): Promise<void> {
  const { rows } = await sql<Touched>`
    with kept as (
      update account set leaving_at = null, failures = 0, due_at = clock_timestamp()
       where leaving_at is not null and user_id in (select id from users where group_id = ${groupId}::uuid)
      returning id, user_id
    ), anew as (
      update calendar set cursor = null, window_from = null, window_to = null, expanded_for = null, full_round_at = null
        from kept where calendar.account_id = kept.id
    )
    select user_id as "userId", id as "accountId" from kept`.execute(transaction);
  if (rows.length === 0) return;
  await announce(transaction, rows);
  await sql`select pg_notify(${syncChannel}, '')`.execute(transaction);
}

/** From the commit on they are in nobody's agenda and presence; they come back by reading the source. @returns how many appointments. */
export async function forgetMethodAppointments(transaction: Executor, groupId: string): Promise<number> {
  const calendars = sql`
    select calendar.id from calendar join account on account.id = calendar.account_id
      join users on users.id = account.user_id
     where users.group_id = ${groupId}::uuid and account.leaving_at is not null`;
  const { rows } = await sql<Touched & { count: number }>`
    with gone as (
      delete from appointment where calendar_id in (${calendars}) returning user_id, calendar_id
    ), objects as (
      delete from calendar_object where calendar_id in (${calendars})
    )
    select gone.user_id as "userId", calendar.account_id as "accountId", count(*)::int as count
      from gone join calendar on calendar.id = gone.calendar_id
     group by gone.user_id, calendar.account_id order by 1, 2`.execute(transaction);
  await announce(transaction, rows);
  return rows.reduce((sum, { count }) => sum + count, 0);
}

/** Users of the group whose presence or phones don't say yet what they are to say without these accounts. */
export async function unsettledUsers(
  executor: Executor,
  groupId: string,
): Promise<{ displayName: string; phoneSystem: string | null; reason: string | null }[]> {
  const { rows } = await sql<{ displayName: string; phoneSystem: string | null; reason: string | null }>`
    select u.display_name as "displayName", s.name as "phoneSystem", coalesce(r.error_message, s.error_message) as reason
      from users u
      join presence_state p on p.user_id = u.id
      left join extension e on e.user_id = u.id
      left join forwarding_record r on r.extension_id = e.id
      left join phone_system s on s.id = e.phone_system_id
     where u.group_id = ${groupId}::uuid
       and exists (select from account where account.user_id = u.id and leaving_at is not null)
       and (p.next_due_at <= now()
            or (s.mode = 'active' and (r.phase in ('intent', 'restoring')
                or (p.forwarding_mode = 'off' and r.phase <> 'idle')
                or (p.forwarding_mode <> 'off' and r.desired ->> 'mode' is distinct from p.forwarding_mode))))
     order by u.display_name limit 20`.execute(executor);
  return rows;
}

/** @returns how many accounts went. */
export async function eraseMethodAccounts(transaction: Executor, groupId: string): Promise<number> {
  const { rows } = await sql<Touched>`
    delete from account where leaving_at is not null
       and user_id in (select id from users where group_id = ${groupId}::uuid)
    returning user_id as "userId", id as "accountId"`.execute(transaction);
  await announce(transaction, rows);
  return rows.length;
}

interface Touched {
  userId: string;
  accountId: string;
}

/** As sync's announceAgenda, for many users at once. */
async function announce(transaction: Executor, touched: readonly Touched[]): Promise<void> {
  const users = [...new Set(touched.map(({ userId }) => userId))];
  await markDue(transaction, users);
  await sql`select pg_notify('agenda', id::text) from unnest(${users}::uuid[]) id`.execute(transaction);
  const accounts = touched.map(({ accountId }) => accountId);
  await sql`select pg_notify('account', id::text) from unnest(${accounts}::uuid[]) id`.execute(transaction);
}
