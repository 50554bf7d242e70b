/** Pauses in the database: beside what they pause, and asked for with the phones they concern. */
import { type RawBuilder, sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import { forwardingLogChannel } from '../reconciler.queries.ts';
import { concerned } from './pauses.sql.ts';
import { type Pause, type PauseScope, pauseOf, type StoredPause } from './pauses.ts';

export interface PausedSubject {
  id: string;
  name: string;
  locationId: string | null;
  pausedAt: Temporal.Instant | null;
  pause: StoredPause | null;
  /** Of a phone system. */
  mode: 'active' | 'observe' | 'paused' | null;
}

/** What the scope names, locked; several for `all`. Empty: it isn't there. */
export async function pausedSubjects(executor: Executor, scope: PauseScope, lock = true): Promise<PausedSubject[]> {
  const suffix = lock ? sql`for no key update of x` : sql``;
  if (scope.kind === 'user')
    return list(sql<PausedSubject>`
      select x.id, x.display_name as name, g.location_id as "locationId", x.forwarding_paused_at as "pausedAt",
             x.forwarding_pause as pause, null as mode
        from users x join configuration_group g on g.id = x.group_id where x.id = ${scope.id}::uuid ${suffix}`);
  if (scope.kind === 'group')
    return list(sql<PausedSubject>`
      select x.id, x.name, x.location_id as "locationId", x.forwarding_paused_at as "pausedAt",
             x.forwarding_pause as pause, null as mode
        from configuration_group x where x.id = ${scope.id}::uuid ${suffix}`);
  const which = scope.kind === 'phoneSystem' ? sql`x.id = ${scope.id}::uuid` : sql`true`;
  return list(sql<PausedSubject>`
    select x.id, x.name, null as "locationId", x.paused_at as "pausedAt", x.paused_reason as pause, x.mode
      from phone_system x where ${which} order by x.name ${suffix}`);
  async function list(query: RawBuilder<PausedSubject>): Promise<PausedSubject[]> {
    return (await query.execute(executor)).rows;
  }
}

export async function writePause(
  executor: Executor,
  kind: 'user' | 'group' | 'phoneSystem',
  id: string,
  pause: StoredPause | null,
): Promise<void> {
  const json = pause && JSON.stringify(pause);
  if (kind === 'phoneSystem') {
    await sql`
      update phone_system set paused_reason = ${json}::jsonb, paused_at = case when ${json}::jsonb is not null then now() end
       where id = ${id}::uuid`.execute(executor);
    return;
  }
  await sql`
    update ${sql.table(kind === 'user' ? 'users' : 'configuration_group')}
       set forwarding_pause = ${json}::jsonb,
           forwarding_paused_at = case when ${json}::jsonb is not null then now() end
     where id = ${id}::uuid`.execute(executor);
}

/** How many phones of the scope have something of ours, and how many there are. */
export async function phonesHeld(executor: Executor, scope: PauseScope): Promise<{ held: number; phones: number }> {
  const { rows } = await sql<{ held: number; phones: number }>`
    select count(distinct e.id) as phones,
           count(distinct e.id) filter (where r.phase <> 'idle') as held
      from extension e join users u on u.id = e.user_id left join forwarding_record r on r.extension_id = e.id
     where ${concerned(scope)}`.execute(executor);
  return rows[0]!;
}

export interface WaitingPhone {
  extension: string;
  user: { id: string; displayName: string };
  phoneSystem: string;
  /** Why it couldn't be given back so far; null while nothing has failed. */
  reason: string | null;
}

/** The phones that still have something of ours, at most `limit`. */
export async function waitingPhones(executor: Executor, scope: PauseScope, limit: number): Promise<WaitingPhone[]> {
  const { rows } = await sql<Omit<WaitingPhone, 'user'> & { userId: string; displayName: string }>`
    select e.number as extension, u.id as "userId", u.display_name as "displayName", s.name as "phoneSystem",
           max(case when s.mode = 'observe' then 'The phone system is only observed: nothing is written to it.'
                    else coalesce(r.error_message, s.error_message) end) as reason
      from forwarding_record r
      join extension e on e.id = r.extension_id
      join users u on u.id = e.user_id
      join phone_system s on s.id = e.phone_system_id
     where r.phase <> 'idle' and ${concerned(scope)}
     group by e.id, u.id, s.id
     order by s.name, e.number limit ${limit}`.execute(executor);
  return rows.map(({ userId, displayName, ...phone }) => ({ ...phone, user: { id: userId, displayName } }));
}

/** The pauses that concern each extension of these users, the narrowest first. */
export async function pausesOfPhones(executor: Executor, userIds: readonly string[]): Promise<Map<string, Pause[]>> {
  const { rows } = await sql<{
    extensionId: string;
    userAt: Temporal.Instant | null;
    userPause: StoredPause | null;
    groupAt: Temporal.Instant | null;
    groupPause: StoredPause | null;
    systemAt: Temporal.Instant | null;
    systemPause: StoredPause | null;
  }>`
    select e.id as "extensionId", u.forwarding_paused_at as "userAt", u.forwarding_pause as "userPause",
           g.forwarding_paused_at as "groupAt", g.forwarding_pause as "groupPause",
           s.paused_at as "systemAt", s.paused_reason as "systemPause"
      from extension e
      join users u on u.id = e.user_id
      join configuration_group g on g.id = u.group_id
      join phone_system s on s.id = e.phone_system_id
     where u.id = any(${[...userIds]}::uuid[])
       and (u.forwarding_pause is not null or g.forwarding_pause is not null or s.paused_reason is not null)`.execute(
    executor,
  );
  return new Map(
    rows.map((row) => [
      row.extensionId,
      [
        ...(row.userAt && row.userPause ? [pauseOf('user', row.userAt, row.userPause)] : []),
        ...(row.groupAt && row.groupPause ? [pauseOf('group', row.groupAt, row.groupPause)] : []),
        ...(row.systemAt && row.systemPause ? [pauseOf('phoneSystem', row.systemAt, row.systemPause)] : []),
      ],
    ]),
  );
}

/**
 * What is wanted of these phones now is let through whenever it came to be wanted: an administrator has seen it. All of
 * them are looked at at once.
 */
export async function letThrough(executor: Executor, scope: PauseScope): Promise<void> {
  await holdRecords(executor, scope);
  // Those that nothing was ever wanted of, too: as records.queries.ts makes them.
  await sql`
    insert into forwarding_record (extension_id, slot)
    select e.id, slot from extension e join users u on u.id = e.user_id
      left join presence_state p on p.user_id = u.id
      cross join lateral unnest(array['always', case when p.forwarding_busy is not null then 'busy' end,
                                      case when p.forwarding_unanswered is not null then 'unanswered' end]) as slot
     where ${concerned(scope)} and slot is not null
    on conflict do nothing`.execute(executor);
  await sql`
    update forwarding_record r set unplanned = false, unplanned_at = null, due_at = now()
      from extension e join users u on u.id = e.user_id
     where e.id = r.extension_id and ${concerned(scope)}`.execute(executor);
}

/** The phones are looked at at once. */
export async function makeScopeDue(executor: Executor, scope: PauseScope): Promise<void> {
  await holdRecords(executor, scope);
  await sql`
    update forwarding_record r set due_at = now() from extension e join users u on u.id = e.user_id
     where e.id = r.extension_id and ${concerned(scope)}`.execute(executor);
}

/** In the order of everybody who writes records, so that nobody waits in a circle. */
const holdRecords = (executor: Executor, scope: PauseScope) =>
  sql`
    select 1 from forwarding_record r join extension e on e.id = r.extension_id join users u on u.id = e.user_id
     where ${concerned(scope)} order by r.extension_id, r.slot for no key update of r`.execute(executor);

/** A line in the forwarding log of everybody concerned, who is told of it live. */
export async function logForAll(
  executor: Executor,
  scope: PauseScope,
  event: 'paused' | 'resumed',
  detail: Record<string, unknown>,
): Promise<void> {
  await sql`
    with entry as (
      insert into forwarding_log (extension_id, user_id, number, event, detail)
      select e.id, u.id, e.number, ${event}, ${JSON.stringify(detail)}::jsonb || jsonb_build_object('phoneSystem', s.name)
        from extension e join users u on u.id = e.user_id join phone_system s on s.id = e.phone_system_id
       where ${concerned(scope)}
      returning id)
    select pg_notify(${forwardingLogChannel}, '') from entry limit 1`.execute(executor);
}
