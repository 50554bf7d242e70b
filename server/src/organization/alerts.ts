/** What administrators must know of, until one of them has seen to it: told live, by the API and to webhooks. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { type Actor, recordChange } from './audit.ts';

export const alertKinds = ['guard'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Notified at each commit that brought an alert or had one seen; the payload is the highest id there was. */
export const alertChannel = 'alert';
/** Seen ones are shown, and kept, so long. */
export const alertsKept = Temporal.Duration.from({ hours: 90 * 24 });

export interface NewAlert {
  kind: AlertKind;
  subjectKind: 'phoneSystem';
  subjectId: string;
  subjectName: string;
  /** Whose administrators see it beside those of the whole system; null: nobody's. */
  locationId: string | null;
  /** By kind; nothing private: webhooks are told of it. */
  detail: Record<string, unknown>;
}

export interface Alert extends NewAlert {
  id: number;
  at: Temporal.Instant;
  seenAt: Temporal.Instant | null;
  seenBy: { id: string; displayName: string } | null;
}

/** Run it in the transaction of what it tells of. */
export async function raiseAlert(executor: Executor, alert: NewAlert): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    insert into alert (kind, subject_kind, subject_id, subject_name, location_id, detail)
    values (${alert.kind}, ${alert.subjectKind}, ${alert.subjectId}::uuid, ${alert.subjectName},
            ${alert.locationId}::uuid, ${JSON.stringify(alert.detail)}::jsonb)
    returning id::float8 as id`.execute(executor);
  await tellOfAlerts(executor);
  return rows[0]!.id;
}

const tellOfAlerts = (executor: Executor) =>
  sql`select pg_notify(${alertChannel}, coalesce(max(id), 0)::text) from alert`.execute(executor);

const selectAlerts = (executor: Executor) =>
  executor
    .selectFrom('alert')
    .leftJoin('users', 'users.id', 'alert.seen_by')
    .select([
      'alert.id',
      'alert.at',
      'alert.kind',
      'alert.subject_kind as subjectKind',
      'alert.subject_id as subjectId',
      'alert.subject_name as subjectName',
      'alert.location_id as locationId',
      'alert.detail',
      'alert.seen_at as seenAt',
      'users.id as seenById',
      'users.display_name as seenByName',
    ]);
type Row = Awaited<ReturnType<ReturnType<typeof selectAlerts>['execute']>>[number];

const shown = ({ seenById, seenByName, ...row }: Row): Alert => ({
  ...(row as Omit<Row, 'seenById' | 'seenByName'> & Pick<Alert, 'kind' | 'subjectKind' | 'subjectId' | 'detail'>),
  seenBy: seenById && seenByName !== null ? { id: seenById, displayName: seenByName } : null,
});

/** The newest first, at most 200. @param locationIds null: all; else only those of these locations. */
export async function listAlerts(
  executor: Executor,
  locationIds: readonly string[] | null,
  { open }: { open: boolean },
): Promise<Alert[]> {
  let query = selectAlerts(executor).orderBy('alert.id', 'desc').limit(200);
  if (locationIds) query = query.where('location_id', '=', sql<string>`any(${[...locationIds]}::uuid[])`);
  if (open) query = query.where('seen_at', 'is', null);
  return (await query.execute()).map(shown);
}

export async function readAlert(executor: Executor, id: number): Promise<Alert | null> {
  const row = await selectAlerts(executor).where('alert.id', '=', id).executeTakeFirst();
  return row ? shown(row) : null;
}

/** The oldest first, for whoever tells others of them. */
export async function alertsAfter(executor: Executor, id: number): Promise<Alert[]> {
  const rows = await selectAlerts(executor).where('alert.id', '>', id).orderBy('alert.id').limit(100).execute();
  return rows.map(shown);
}

/** Where whoever only wants what is still to come starts; 0 before the first. */
export async function lastAlert(executor: Executor): Promise<number> {
  const row = await executor
    .selectFrom('alert')
    .select(({ fn }) => fn.max('id').as('id'))
    .executeTakeFirst();
  return row?.id ?? 0;
}

/** Run it in a transaction. Seeing a seen one changes nothing. */
export async function seeAlert(executor: Executor, actor: Actor, alert: Alert): Promise<void> {
  const { numUpdatedRows } = await executor
    .updateTable('alert')
    .set({ seen_at: sql`now()`, seen_by: actor.userId })
    .where('id', '=', alert.id)
    .where('seen_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await recordChange(executor, actor, {
    ...{ action: 'run', subject: 'alert', subjectId: null, subjectName: alert.subjectName },
    ...{ locationId: alert.locationId, after: { alert: alert.kind, seen: true } },
  });
  await tellOfAlerts(executor);
}

/** What an alert was about has been seen to. Run it in the transaction that did. */
export async function settleAlerts(executor: Executor, subjectId: string, actor: Actor): Promise<void> {
  const { numUpdatedRows } = await executor
    .updateTable('alert')
    .set({ seen_at: sql`now()`, seen_by: actor.userId })
    .where('subject_id', '=', subjectId)
    .where('seen_at', 'is', null)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) await tellOfAlerts(executor);
}

export async function dropOldAlerts(executor: Executor, now: Temporal.Instant): Promise<void> {
  await executor.deleteFrom('alert').where('seen_at', '<', now.subtract(alertsKept)).execute();
}
