/** Locations and groups as settings are written to them: which rows a change locks, and what follows from it. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { type ByFunction, effective } from './inheritance.ts';

export interface StoredLocation {
  id: string;
  name: string;
  timeZone: string;
  settings: ByFunction;
}

export interface StoredGroup {
  id: string;
  name: string;
  locationId: string;
  individual: ByFunction;
  /** By function, the individual value before the last change of it. */
  previous: ByFunction;
  /** In force. */
  settings: ByFunction;
}

/**
 * Locks the location until the transaction ends. Whoever changes a group holds its location `for share` first: what the
 * group inherits must not change between reading it and writing what is in force.
 */
export async function holdLocation(
  executor: Executor,
  locationId: string,
  to: 'change' | 'inherit',
): Promise<StoredLocation | null> {
  const { rows } = await sql<StoredLocation>`
    select id, name, time_zone as "timeZone", settings from location where id = ${locationId}::uuid
       ${to === 'change' ? sql`for no key update` : sql`for share`}`.execute(executor);
  return rows[0] ?? null;
}

/** Locks locations in one order, so that two who need the same ones never wait for each other. */
export async function holdLocations(executor: Executor, locationIds: readonly string[]): Promise<void> {
  await sql`
    select from location where id = any(${[...locationIds]}::uuid[]) order by id for share`.execute(executor);
}

const groupColumns = sql`id, name, location_id as "locationId", individual, previous, settings`;

/** Locks the group, its location first (`for share`). Null when there is no such group. */
export async function holdGroup(
  executor: Executor,
  groupId: string,
): Promise<{ group: StoredGroup; location: StoredLocation } | null> {
  for (;;) {
    const at = await executor
      .selectFrom('configuration_group')
      .select('location_id')
      .where('id', '=', groupId)
      .executeTakeFirst();
    if (!at) return null;
    const location = await holdLocation(executor, at.location_id, 'inherit');
    const { rows } = await sql<StoredGroup>`
      select ${groupColumns} from configuration_group where id = ${groupId}::uuid for no key update`.execute(executor);
    if (!rows[0]) return null;
    if (location && rows[0].locationId === location.id) return { group: rows[0], location };
    // It was moved to another location between the two.
  }
}

/** Locks the location's groups, in a steady order. */
export async function holdGroupsOf(executor: Executor, locationId: string): Promise<StoredGroup[]> {
  const { rows } = await sql<StoredGroup>`
    select ${groupColumns} from configuration_group
     where location_id = ${locationId}::uuid order by id for no key update`.execute(executor);
  return rows;
}

/** From here on nobody comes into these groups: what is counted before a deletion stays true. */
export async function holdForDeletion(
  executor: Executor,
  of: { groupId: string } | { locationId: string },
): Promise<void> {
  const which = 'groupId' in of ? sql`id = ${of.groupId}::uuid` : sql`location_id = ${of.locationId}::uuid`;
  await sql`select from configuration_group where ${which} order by id for update`.execute(executor);
}

/** Writes what is in force for these groups; they must be held. */
export async function rewriteSettings(
  executor: Executor,
  location: StoredLocation,
  groups: readonly StoredGroup[],
): Promise<void> {
  const rows = groups.map(({ id, individual }) => ({ id, settings: effective(location.settings, individual) }));
  await sql`
    update configuration_group set settings = row.settings
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row (id uuid, settings jsonb)
     where configuration_group.id = row.id and configuration_group.settings is distinct from row.settings`.execute(
    executor,
  );
}
