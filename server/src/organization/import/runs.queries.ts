/**
 * Runs of imports as a work queue: reading and running ones are at work, leased by the database's clock. What has been
 * done is in the rows, so whoever takes a run over goes on where the last one was.
 */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import type { ImportPlan, PlanRow } from './plan.ts';

/** Wakes whoever works on imports; the payload says nothing, the table does. */
export const importChannel = 'import';
export const leaseSeconds = 20;

export type RunState = 'reading' | 'planned' | 'running' | 'done' | 'failed' | 'cancelled';

export interface ClaimedRun {
  id: string;
  state: 'reading' | 'running';
  sourceId: string;
  sourceName: string;
  kind: 'csv' | 'ldap';
  settings: Record<string, unknown>;
  secret: string | null;
  file: Buffer | null;
  bySchedule: boolean;
  startedBy: string | null;
  /** Names this claim and no other. */
  lease: string;
}

/** The oldest run that nobody is at; null when there is none. */
export async function claimRun(executor: Executor, processName: string): Promise<ClaimedRun | null> {
  const { rows } = await sql<ClaimedRun>`
    with free as (
      select id from import_run where state in ('reading', 'running') and (leased_until is null or leased_until < now())
       order by created_at limit 1 for update skip locked)
    update import_run r set leased_until = now() + make_interval(secs => ${leaseSeconds}),
           leased_by = ${processName} || '/' || gen_random_uuid()
      from free, import_source s where r.id = free.id and s.id = r.source_id
    returning r.id, r.state, r.source_id as "sourceId", s.name as "sourceName", s.kind, s.settings, s.secret, r.file,
              r.by_schedule as "bySchedule", r.started_by as "startedBy", r.leased_by as lease`.execute(executor);
  return rows[0] ?? null;
}

/** False when the run isn't ours any more: cancelled, or taken over. */
export async function renewRun(executor: Executor, run: Pick<ClaimedRun, 'id' | 'lease' | 'state'>): Promise<boolean> {
  const { rows } = await sql`
    update import_run set leased_until = now() + make_interval(secs => ${leaseSeconds})
     where id = ${run.id}::uuid and leased_by = ${run.lease} and state = ${run.state} returning id`.execute(executor);
  return rows.length > 0;
}

/** Locks the run until the transaction ends; false when it isn't ours any more. */
export async function holdRun(executor: Executor, run: Pick<ClaimedRun, 'id' | 'lease' | 'state'>): Promise<boolean> {
  const { rows } = await sql`
    select 1 from import_run where id = ${run.id}::uuid and leased_by = ${run.lease} and state = ${run.state}
       for no key update`.execute(executor);
  return rows.length > 0;
}

/** Gives it back untouched: another process may go on at once. */
export async function giveRunBack(executor: Executor, lease: string): Promise<void> {
  await sql`update import_run set leased_until = null, leased_by = null where leased_by = ${lease}`.execute(executor);
  await wakeImports(executor);
}

export const wakeImports = (executor: Executor) => sql`select pg_notify(${importChannel}, '')`.execute(executor);

export interface RunEnd {
  state: 'planned' | 'running' | 'done' | 'failed';
  message?: string | null;
}

/** Ends the claim with a new state, in the transaction that holds the run. */
export async function advanceRun(executor: Executor, runId: string, { state, message = null }: RunEnd): Promise<void> {
  const over = state === 'done' || state === 'failed';
  await sql`
    update import_run set state = ${state}, message = ${message}, leased_until = null, leased_by = null, file = null,
           finished_at = case when ${over} then now() end
     where id = ${runId}::uuid`.execute(executor);
  await wakeImports(executor);
}

export async function tellProgress(executor: Executor, runId: string, done: number, total: number): Promise<void> {
  await executor.updateTable('import_run').set({ done, total }).where('id', '=', runId).execute();
}

const rowsAtOnce = 2_000;

/** Writes the plan, whole: of a run that was broken off while it was written nothing is there. */
export async function writePlan(
  executor: Executor,
  runId: string,
  rows: readonly PlanRow[],
  plan: ImportPlan,
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const portion = rows.slice(from, from + rowsAtOnce).map((row, index) => ({ ...row, number: from + index + 1 }));
    await sql`
      insert into import_row (run_id, number, kind, place, email, display_name, user_id, changes, reason)
      select ${runId}::uuid, number, kind, place, email, "displayName", "userId", changes, reason
        from jsonb_to_recordset(${JSON.stringify(portion)}::jsonb)
             as r(number integer, kind text, place text, email text, "displayName" text, "userId" uuid, changes jsonb,
                  reason text)`.execute(executor);
  }
  const total = plan.create + plan.change + plan.missing + plan.deactivate;
  await executor
    .updateTable('import_run')
    .set({ plan: JSON.stringify(plan), done: 0, total })
    .where('id', '=', runId)
    .execute();
}

export interface StoredRow extends PlanRow {
  number: number;
}

/** The next rows of the plan that are to be carried out, in order; the first ones of all that go together, all of them. */
export async function plannedRows(executor: Executor, runId: string, limit: number): Promise<StoredRow[]> {
  const { rows } = await sql<StoredRow>`
    select number, kind, place, email, display_name as "displayName", user_id as "userId", changes, reason
      from import_row where run_id = ${runId}::uuid and state = 'planned' and kind not in ('conflict', 'wrong')
     order by number
     limit (select greatest(${limit}::integer, coalesce((plan ->> 'together')::integer - done, 0))
              from import_run where id = ${runId}::uuid)`.execute(executor);
  return rows;
}

export interface RowOutcome {
  number: number;
  state: 'done' | 'refused';
  userId: string | null;
  reason: string | null;
}

export async function settleRows(executor: Executor, runId: string, outcomes: readonly RowOutcome[]): Promise<void> {
  await sql`
    with settled as (
      update import_row r set state = o.state, user_id = o."userId", reason = o.reason
        from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb)
             as o(number integer, state text, "userId" uuid, reason text)
       where r.run_id = ${runId}::uuid and r.number = o.number returning 1)
    update import_run set done = done + (select count(*) from settled) where id = ${runId}::uuid`.execute(executor);
}

/** How many rows ended how. */
export async function outcomeOf(executor: Executor, runId: string): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; count: number }>`
    select case when state = 'refused' then 'refused' else kind end as name, count(*) as count
      from import_row where run_id = ${runId}::uuid and (state <> 'planned' or kind in ('conflict', 'wrong'))
     group by 1`.execute(executor);
  return Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]));
}

export interface DueSource {
  id: string;
  settings: Record<string, unknown>;
  now: Temporal.Instant;
}

/** A source whose schedule says so, locked; null when none is due. */
export async function dueSource(executor: Executor): Promise<DueSource | null> {
  const { rows } = await sql<DueSource>`
    select id, settings, now() as now from import_source where due_at <= now()
     order by due_at limit 1 for update skip locked`.execute(executor);
  return rows[0] ?? null;
}
