/** Reading the audit log, and how long it is kept. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { type Actor, recordChange } from './audit.ts';

export interface AuditFilter {
  subjectKind?: string | undefined;
  subjectId?: string | undefined;
  actorId?: string | undefined;
  /** From this instant on. */
  from?: Temporal.Instant | undefined;
  /** Before this instant. */
  to?: Temporal.Instant | undefined;
  /** An entry's id: what is older than that. */
  before?: number | undefined;
  limit: number;
}

export interface AuditEntry {
  id: number;
  at: Temporal.Instant;
  actor: { id: string | null; name: string };
  via: Actor['via'];
  action: string;
  subject: { kind: string; id: string | null; name: string };
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Newest first. @param locationIds whose entries; null for all, also those that belong to no location. */
export async function auditEntries(
  db: Executor,
  locationIds: readonly string[] | null,
  { subjectKind, subjectId, actorId, from, to, before, limit }: AuditFilter,
): Promise<AuditEntry[]> {
  let query = db.selectFrom('audit_entry').selectAll().orderBy('id', 'desc').limit(limit);
  if (locationIds) query = query.where('location_id', '=', sql<string>`any(${[...locationIds]}::uuid[])`);
  if (subjectKind !== undefined) query = query.where('subject_kind', '=', subjectKind);
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId);
  if (actorId !== undefined) query = query.where('actor_id', '=', actorId);
  if (from) query = query.where('at', '>=', from);
  if (to) query = query.where('at', '<', to);
  if (before !== undefined) query = query.where('id', '<', before);
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actor: { id: row.actor_id, name: row.actor_name },
    via: row.via,
    action: row.action,
    subject: { kind: row.subject_kind, id: row.subject_id, name: row.subject_name },
    before: row.before,
    after: row.after,
  }));
}

export interface AuditSettings {
  /** Older entries are removed. */
  keptDays: number;
}
const key = 'audit';
const whenNotSet: AuditSettings = { keptDays: 365 };

export async function readAuditSettings(db: Executor): Promise<AuditSettings> {
  const row = await db.selectFrom('system_setting').select('value').where('key', '=', key).executeTakeFirst();
  return { ...whenNotSet, ...(row?.value as Partial<AuditSettings> | undefined) };
}

/** Run it in a transaction. */
export async function writeAuditSettings(executor: Executor, actor: Actor, settings: AuditSettings): Promise<void> {
  const before = await readAuditSettings(executor);
  const value = JSON.stringify(settings);
  await executor
    .insertInto('system_setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: sql`now()` }))
    .execute();
  await recordChange(executor, actor, {
    ...{ action: 'change', subject: 'auditLog', subjectId: null, subjectName: 'Audit log' },
    ...{ before: { ...before }, after: { ...settings } },
  });
}

/** Removes entries that are older than the setting says, in portions. */
export async function dropOldAuditEntries(db: Executor, now: Temporal.Instant): Promise<void> {
  const { keptDays } = await readAuditSettings(db);
  const oldest = now.subtract({ hours: 24 * keptDays });
  for (;;) {
    const { numAffectedRows } = await sql`
      delete from audit_entry where id in (
        select id from audit_entry where at < ${oldest} order by id limit 5000)`.execute(db);
    if (Number(numAffectedRows ?? 0) < 5_000) return;
  }
}
