/** The phone systems whose leases a process holds, and what it tells of them. Their records: records.queries.ts. */
import { sql } from 'kysely';
import type { Database, Executor } from '../store/database.ts';
import { concerned, leavesAsItIs } from './trust/pauses.sql.ts';
import type { PauseScope } from './trust/pauses.ts';
import { wish } from './wish.queries.ts';

export const forwardingChannel = 'forwarding';
/** What is said on that channel when phone systems were made or changed, so that a new one is taken up at once. */
export const systemsChanged = 'systems';
/** Notified when the forwarding log has new entries. */
export const forwardingLogChannel = 'forwarding_log';

export interface OwnedSystem {
  id: string;
  name: string;
  kind: string;
  settings: unknown;
  secret: string | null;
  mode: 'active' | 'observe' | 'paused';
  /** Percent (trust/guard.ts). */
  guardShare: number;
}

/** Paused only so that everything is given back first: that is work, too. */
const hasWork = sql`(mode <> 'paused' or (paused_reason ->> 'giveBack')::boolean)`;

/**
 * Renews the leases of this process and takes those that are free; by the database's clock (rule 10).
 * @param only phone systems on which phones of this scope have something of ours; left out: all.
 */
export async function leaseSystems(
  db: Database,
  processName: string,
  leaseMs: number,
  only?: PauseScope,
): Promise<OwnedSystem[]> {
  const within = only
    ? sql`and exists (select from forwarding_record r join extension e on e.id = r.extension_id join users u on u.id = e.user_id
             where e.phone_system_id = phone_system.id and r.phase <> 'idle' and ${concerned(only)})`
    : sql``;
  const { rows } = await sql<OwnedSystem>`
    update phone_system set leased_by = ${processName}, leased_until = now() + make_interval(secs => ${leaseMs / 1000})
     where ${hasWork} ${within} and (leased_by = ${processName} or leased_until is null or leased_until < now())
    returning id, name, kind, settings, secret, mode, guard_share as "guardShare"`.execute(db);
  return rows;
}

export async function isActive(db: Executor, systemId: string): Promise<boolean> {
  const row = await db.selectFrom('phone_system').select('mode').where('id', '=', systemId).executeTakeFirst();
  return row?.mode === 'active';
}

/** Whether phones are to show nothing of ours any more: the system is gone, only watched, or paused to give back. */
export async function takesPresenceBack(db: Executor, systemId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from phone_system
     where id = ${systemId} and (mode = 'active' or mode = 'paused' and not (paused_reason ->> 'giveBack')::boolean)`.execute(
    db,
  );
  return rows.length === 0;
}

export async function giveLeasesBack(db: Database, processName: string): Promise<void> {
  await sql`update phone_system set leased_by = null, leased_until = null where leased_by = ${processName}`.execute(db);
}

export async function saveSystemHealth(
  db: Database,
  systemId: string,
  health: { bootId: string; pollMs: number } | { errorClass: string; message: string },
): Promise<void> {
  if ('bootId' in health)
    await sql`update phone_system set status = 'ok', boot_id = ${health.bootId}, error_class = null, error_message = null,
      last_contact_at = now(), poll_ms = ${health.pollMs} where id = ${systemId}`.execute(db);
  else
    await sql`update phone_system set status = 'failing', error_class = ${health.errorClass},
      error_message = ${health.message} where id = ${systemId}`.execute(db);
}

/** The phone system can't be reached: told once to each user whose forwarding waits for it. */
export async function noteUnreachable(
  db: Database,
  system: Pick<OwnedSystem, 'id' | 'name'>,
  error: { errorClass: string; message: string },
): Promise<void> {
  await sql`
    with waiting as (
      update forwarding_record r
         set failures = failures + 1, error_class = ${error.errorClass}, error_message = ${error.message}, updated_at = now()
        from (select r.extension_id, r.slot, e.user_id, e.number, p.status, p.until, wish.mode, wish.target
                from forwarding_record r join extension e on e.id = r.extension_id
                join phone_system s on s.id = e.phone_system_id join users u on u.id = e.user_id
                join configuration_group g on g.id = u.group_id left join presence_state p on p.user_id = e.user_id
                cross join ${wish}
               where e.phone_system_id = ${system.id} and r.failures = 0 and r.due_at <= now()
               order by r.extension_id, r.slot for no key update of r) as due
       where (r.extension_id, r.slot) = (due.extension_id, due.slot)
         and (r.phase in ('intent', 'restoring')
              or (r.desired->>'mode', r.desired->>'target') is distinct from (due.mode, due.target))
      returning due.*, r.previous
    ), entry as (
      insert into forwarding_log (extension_id, user_id, number, event, detail)
      select extension_id, user_id, number, 'failed', jsonb_build_object(
               'slot', slot, 'phoneSystem', ${system.name}::text, 'status', coalesce(status, 'available'), 'until', until,
               'wanted', jsonb_build_object('mode', mode, 'target', target),
               'previous', previous, 'actual', null, 'reason', ${error.message}::text)
        from waiting
      returning id)
    select pg_notify(${forwardingLogChannel}, '') from entry limit 1`.execute(db);
}

/** Milliseconds until the next record of the system is due (at most `most`); negative when one is overdue. */
export async function nextDue(db: Executor, systemId: string, most: number, only?: PauseScope): Promise<number> {
  const { rows } = await sql<{ ms: number | null }>`
    select extract(epoch from min(r.due_at) - now())::float8 * 1000 as ms
      from forwarding_record r
      join extension e on e.id = r.extension_id
      join users u on u.id = e.user_id
      join configuration_group g on g.id = u.group_id
      join phone_system s on s.id = e.phone_system_id
     where e.phone_system_id = ${systemId} ${only ? sql`and ${concerned(only)}` : sql``}
       and (r.released_at is not null or not u.active or not ${leavesAsItIs})`.execute(db);
  return Math.min(rows[0]?.ms ?? most, most);
}

/** How many phones are looked at regularly. */
export async function phonesInForce(db: Executor, systemId: string): Promise<number> {
  const { rows } = await sql<{ phones: number }>`
    select count(distinct e.id) as phones from forwarding_record r join extension e on e.id = r.extension_id
     where e.phone_system_id = ${systemId} and (r.phase <> 'idle' or r.desired ->> 'mode' <> 'off')`.execute(db);
  return rows[0]!.phones;
}

/** Hints of the phone system: the extensions may have changed, or (null) everything in force may have. */
export async function makeDue(db: Executor, systemId: string, extensions: readonly string[] | null): Promise<boolean> {
  const { numAffectedRows } = await sql`
    with hinted as (
      select r.extension_id, r.slot from extension e join forwarding_record r on r.extension_id = e.id
       where e.phone_system_id = ${systemId} and (r.phase <> 'idle' or r.echoes <> '[]')
         and (${extensions as string[] | null}::text[] is null or e.number = any(${extensions as string[] | null}::text[]))
       order by r.extension_id, r.slot for no key update of r -- as saving locks them
    )
    update forwarding_record r set due_at = now() from hinted
     where r.extension_id = hinted.extension_id and r.slot = hinted.slot`.execute(db);
  return Number(numAffectedRows ?? 0) > 0;
}
