/** What a change of settings would do, told before it is saved: nothing here writes. */
import { sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import type { Executor } from '../store/database.ts';
import { type SynchronizationNote, synchronizationNotes } from '../sync/impact.ts';
import { phonesThatMayTrip } from '../telephony/trust/guard-impact.queries.ts';
import { functionOf } from './functions.ts';
import { type FieldChange, type FunctionName, fieldChanges, type Mode, modeOf } from './inheritance.ts';
import { storedValue } from './stored-value.ts';
import { type ByFunctionRow, groupAsStored, groupsInheriting, locationAsStored } from './tree.ts';

export interface Impact {
  users: number;
  /** By name, at most ten. */
  first: { id: string; displayName: string }[];
  changes: FieldChange[];
  /** What else comes of it, in words. */
  notes: SynchronizationNote[];
}

/** @throws ApiError notFound */
export async function impactOnGroup(
  executor: Executor,
  groupId: string,
  name: FunctionName,
  change: { mode: 'default' } | { mode: 'individual'; value: object },
): Promise<Impact> {
  const found = await groupAsStored(executor, groupId);
  if (!found) throw new ApiError('notFound', 'There is no such group.');
  const { individual, inherited } = found;
  const after = change.mode === 'individual' ? change.value : inherited[name];
  const modes = { from: modeOf(individual, name), to: change.mode };
  return impactOf(executor, [groupId], name, { before: individual[name] ?? inherited[name], after, modes });
}

/** On the groups that have the function from the location. @throws ApiError notFound */
export async function impactOnLocation(
  executor: Executor,
  locationId: string,
  name: FunctionName,
  value: object,
): Promise<Impact> {
  const location: ByFunctionRow | null = await locationAsStored(executor, locationId);
  if (!location) throw new ApiError('notFound', 'There is no such location.');
  const groups = await groupsInheriting(executor, locationId, name);
  return impactOf(executor, groups, name, { before: location.settings[name], after: value, modes: null });
}

async function impactOf(
  executor: Executor,
  groupIds: readonly string[],
  name: FunctionName,
  { before, after, modes }: { before: unknown; after: unknown; modes: { from: Mode; to: Mode } | null },
): Promise<Impact> {
  const { schema } = functionOf(name);
  const changes = fieldChanges(storedValue(schema, before), storedValue(schema, after));
  // Whose central profiles count is decided by the mode alone: the same settings may bring other profiles.
  if (name === 'profiles' && modes && modes.from !== modes.to)
    changes.push({ path: 'profiles', from: modes.from, to: modes.to });
  if (changes.length === 0) return { users: 0, first: [], changes, notes: [] };
  const members = sql`group_id = any(${[...groupIds]}::uuid[])`;
  const counted = await sql<{ users: number }>`select count(*) as users from users where ${members}`.execute(executor);
  const first = await sql<{ id: string; displayName: string }>`
    select id, display_name as "displayName" from users where ${members} order by display_name, email limit 10`.execute(
    executor,
  );
  const notes = name === 'synchronization' ? await synchronizationNotes(executor, groupIds, { before, after }) : [];
  if (name === 'activation' || name === 'profiles') notes.push(...(await guardNotes(executor, groupIds)));
  return { users: counted.rows[0]!.users, first: first.rows, changes, notes };
}

async function guardNotes(executor: Executor, groupIds: readonly string[]): Promise<SynchronizationNote[]> {
  const count = await phonesThatMayTrip(executor, groupIds);
  const message = `Forwarding may change at up to ${count} phones at once: their phone system may pause itself until you let the changes through.`;
  return count > 0 ? [{ code: 'guard', count, message }] : [];
}
