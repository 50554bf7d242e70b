/** Runs as people begin, see, carry out and cancel them. */
import { sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import { type RunState, wakeImports } from './runs.queries.ts';

/** Whether a run of the source is being read or carried out. */
export async function hasLiveRun(executor: Executor, sourceId: string): Promise<boolean> {
  const row = await executor
    .selectFrom('import_run')
    .select('id')
    .where('source_id', '=', sourceId)
    .where('state', 'in', ['reading', 'running'])
    .executeTakeFirst();
  return row !== undefined;
}

export interface NewRun {
  sourceId: string;
  /** What was uploaded; null for directories. */
  file: Uint8Array | null;
  startedBy: string | null;
  bySchedule?: boolean;
}

/**
 * Begins to read; a plan of the source that nobody has carried out gives way. Run it in a transaction. @returns its id.
 * @throws ApiError conflict while another run of the source is at work.
 */
export async function beginRun(executor: Executor, { sourceId, file, startedBy, bySchedule = false }: NewRun) {
  // One after another, for the sake of what is looked at next.
  await sql`select 1 from import_source where id = ${sourceId}::uuid for no key update`.execute(executor);
  if (await hasLiveRun(executor, sourceId))
    throw new ApiError('conflict', 'A run of this import is under way: wait for it, or cancel it.');
  await executor
    .updateTable('import_run')
    .set({ state: 'cancelled', message: 'A newer run has taken its place.', finished_at: sql`now()` })
    .where('source_id', '=', sourceId)
    .where('state', '=', 'planned')
    .execute();
  const { id } = await executor
    .insertInto('import_run')
    .values({
      source_id: sourceId,
      state: 'reading',
      file: file && Buffer.from(file),
      started_by: startedBy,
      by_schedule: bySchedule,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await wakeImports(executor);
  return id;
}

/** Has the plan carried out, and nothing but the plan. @throws ApiError notFound; conflict unless it waits for that. */
export async function carryOut(executor: Executor, runId: string, startedBy: string): Promise<void> {
  const { numUpdatedRows } = await executor
    .updateTable('import_run')
    .set({ state: 'running', message: null, started_by: startedBy })
    .where('id', '=', runId)
    .where('state', '=', 'planned')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new ApiError('conflict', whyNot(await stateOf(executor, runId)));
  await wakeImports(executor);
}

/** Rows that have been carried out stay. Run it in a transaction. @throws ApiError notFound; conflict when it is over. */
export async function cancelRun(transaction: Executor, runId: string, actor: Actor): Promise<void> {
  const before = await stateOf(transaction, runId);
  const cancelled = await transaction
    .updateTable('import_run')
    .set({ state: 'cancelled', file: null, leased_until: null, leased_by: null, finished_at: sql`now()` })
    .where('id', '=', runId)
    .where('state', 'in', ['reading', 'planned', 'running'])
    .returning(['source_id as sourceId', 'done', 'total'])
    .executeTakeFirst();
  if (!cancelled) throw new ApiError('conflict', whyNot(await stateOf(transaction, runId)));
  const { sourceId, done, total } = cancelled;
  const source = await transaction
    .selectFrom('import_source')
    .select('name')
    .where('id', '=', sourceId)
    .executeTakeFirst();
  await recordChange(transaction, actor, {
    ...{ action: 'run', subject: 'importSource', subjectId: sourceId, subjectName: source?.name ?? '' },
    before: { state: before },
    after: { run: runId, state: 'cancelled', done, total },
  });
}

async function stateOf(executor: Executor, runId: string): Promise<RunState> {
  const row = await executor.selectFrom('import_run').select('state').where('id', '=', runId).executeTakeFirst();
  if (!row) throw new ApiError('notFound', 'There is no such run.');
  return row.state;
}

const whyNot = (state: RunState): string =>
  ({
    reading: 'The source is still being read: wait for the plan.',
    planned: 'It only waits to be carried out.',
    running: 'It is being carried out already.',
    done: 'It has been carried out.',
    failed: 'It failed: begin a new run.',
    cancelled: 'It was cancelled: begin a new run.',
  })[state];
