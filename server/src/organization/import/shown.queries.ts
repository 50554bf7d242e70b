/** Sources and runs as administrators see them: never with a secret or an uploaded file. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import type { ImportPlan, RowKind } from './plan.ts';
import type { RunState, StoredRow } from './runs.queries.ts';

export interface ShownRun {
  id: string;
  sourceId: string;
  state: RunState;
  bySchedule: boolean;
  done: number;
  total: number;
  message: string | null;
  plan: ImportPlan | null;
  createdAt: Temporal.Instant;
  finishedAt: Temporal.Instant | null;
}

const runColumns = [
  'id',
  'source_id as sourceId',
  'state',
  'by_schedule as bySchedule',
  'done',
  'total',
  'message',
  'plan',
  'created_at as createdAt',
  'finished_at as finishedAt',
] as const;

export const readRun = (db: Executor, runId: string): Promise<ShownRun | undefined> =>
  db.selectFrom('import_run').select(runColumns).where('id', '=', runId).executeTakeFirst();

/** The newest first. */
export const runsOf = (db: Executor, sourceId: string, limit: number): Promise<ShownRun[]> =>
  db
    .selectFrom('import_run')
    .select(runColumns)
    .where('source_id', '=', sourceId)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();

export async function listSources(db: Executor, sourceId?: string) {
  let query = db
    .selectFrom('import_source')
    .select(['id', 'name', 'kind', 'settings', 'due_at as nextRunAt', 'created_at as createdAt'])
    .select((of) => [
      of('secret', 'is not', null).$castTo<boolean>().as('hasSecret'),
      of
        .selectFrom('users')
        .select((count) => count.fn.countAll<number>().as('count'))
        .whereRef('import_source_id', '=', 'import_source.id')
        .as('users'),
    ])
    .$narrowType<{ users: number }>()
    .orderBy('name');
  if (sourceId !== undefined) query = query.where('id', '=', sourceId);
  const sources = await query.execute();
  const { rows } = await sql<ShownRun>`
    select distinct on (source_id) id, source_id as "sourceId", state, by_schedule as "bySchedule", done, total, message,
           plan, created_at as "createdAt", finished_at as "finishedAt"
      from import_run where source_id = any(${sources.map(({ id }) => id)}::uuid[])
     order by source_id, created_at desc`.execute(db);
  const last = new Map(rows.map((run) => [run.sourceId, run]));
  return sources.map((source) => ({ ...source, lastRun: last.get(source.id) ?? null }));
}

export interface ShownRow extends StoredRow {
  state: 'planned' | 'done' | 'refused';
}

/** The rows of a plan after a number, in order; groups by their names. */
export async function rowsOf(
  db: Executor,
  runId: string,
  { after, limit, kind }: { after: number; limit: number; kind?: RowKind | 'refused' | undefined },
): Promise<ShownRow[]> {
  let query = db
    .selectFrom('import_row')
    .select(['number', 'kind', 'place', 'email', 'display_name as displayName', 'user_id as userId', 'changes'])
    .select(['reason', 'state'])
    .where('run_id', '=', runId)
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit);
  if (kind === 'refused') query = query.where('state', '=', 'refused');
  else if (kind) query = query.where('kind', '=', kind);
  const rows = await query.execute();
  const groups = await db
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'configuration_group.location_id')
    .select(['configuration_group.id', 'configuration_group.name', 'location.name as location'])
    .execute();
  const names = new Map(groups.map(({ id, name, location }) => [id, `${location} / ${name}`]));
  return rows.map((row) => ({
    ...row,
    changes: row.changes.map((change) =>
      change.field === 'groupId'
        ? {
            ...change,
            from: names.get(String(change.from)) ?? change.from,
            to: names.get(String(change.to)) ?? change.to,
          }
        : change,
    ),
  }));
}
