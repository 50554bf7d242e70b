/** Names for the ids that stand in audited values: of what is there, else as the log itself last called it. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { AuditEntry } from './audit.queries.ts';

const id = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Every id in the values, however deep. Pure. */
export function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return id.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(idsIn);
}

/** By id; what nobody knows any more is left out. */
export async function namesIn(db: Executor, entries: readonly AuditEntry[]): Promise<Record<string, string>> {
  const ids = [...new Set(entries.flatMap(({ before, after }) => [...idsIn(before), ...idsIn(after)]))];
  if (ids.length === 0) return {};
  const { rows } = await sql<{ id: string; name: string }>`
    with wanted as (select unnest(${ids}::uuid[]) as id),
    there as (
      select users.id, display_name as name from users join wanted using (id)
      union all select profile.id, profile.name from profile join wanted using (id)
      union all select predefined_target.id, predefined_target.name from predefined_target join wanted using (id)
      union all select phone_system.id, phone_system.name from phone_system join wanted using (id)
      union all select work_group.id, work_group.name from work_group join wanted using (id)
      union all select location.id, location.name from location join wanted using (id)
      union all select configuration_group.id, configuration_group.name from configuration_group join wanted using (id)
      union all select identity_provider.id, identity_provider.name from identity_provider join wanted using (id)
      union all select import_source.id, import_source.name from import_source join wanted using (id)
      union all select graph_application.id, graph_application.name from graph_application join wanted using (id)
      union all select exchange_server.id, exchange_server.name from exchange_server join wanted using (id)
    )
    select id, name from there
    union all
    select wanted.id, gone.subject_name from wanted
      join lateral (select subject_name from audit_entry
                     where subject_kind = any(${[...kindsWithNames]}::text[]) and subject_id = wanted.id::text
                     order by audit_entry.id desc limit 1) gone on true
     where wanted.id not in (select id from there)`.execute(db);
  return Object.fromEntries(rows.map((row) => [row.id, row.name]));
}

const kindsWithNames = [
  'user',
  'profile',
  'predefinedTarget',
  'phoneSystem',
  'workGroup',
  'location',
  'group',
  'graphApplication',
  'exchangeServer',
] as const;
