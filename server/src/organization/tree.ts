/** The tree of locations and configuration groups, as administrators see it. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { type ByFunction, type FunctionName, type Mode, modesOf } from './inheritance.ts';

export interface ShownLocation {
  id: string;
  name: string;
  timeZone: string;
  groups: number;
  users: number;
  /** Of the dialling rules. */
  country: string | null;
  countryAssumed: boolean;
}

export interface ShownGroup {
  id: string;
  name: string;
  locationId: string;
  /** Its name. */
  location: string;
  timeZone: string;
  users: number;
  functions: Record<FunctionName, Mode>;
}

const among = (column: string, ids: readonly string[] | null) =>
  ids === null ? sql`true` : sql`${sql.ref(column)} = any(${[...ids]}::uuid[])`;

/** By name. @param only these; null: all. */
export async function listLocations(executor: Executor, only: readonly string[] | null): Promise<ShownLocation[]> {
  const { rows } = await sql<ShownLocation>`
    select location.id, location.name, location.time_zone as "timeZone", coalesce(of.groups, 0) as "groups",
           coalesce(of.users, 0) as "users", dialling ->> 'country' as "country",
           coalesce((dialling ->> 'countryAssumed')::boolean, false) as "countryAssumed"
      from location
      left join (select location_id, count(*) as groups, sum(members.users)::bigint as users
                   from configuration_group
                   left join (select group_id, count(*) as users from users group by group_id) members
                     on members.group_id = configuration_group.id
                  group by location_id) of on of.location_id = location.id
     where ${among('location.id', only)}
     order by location.name`.execute(executor);
  return rows;
}

/** By location, then name. @param locations of these only; null: of all. */
export async function listGroups(executor: Executor, locations: readonly string[] | null): Promise<ShownGroup[]> {
  return shownGroups(executor, among('configuration_group.location_id', locations));
}

export async function groupShown(executor: Executor, groupId: string): Promise<ShownGroup | null> {
  return (await shownGroups(executor, among('configuration_group.id', [groupId])))[0] ?? null;
}

async function shownGroups(executor: Executor, condition: ReturnType<typeof sql>): Promise<ShownGroup[]> {
  const { rows } = await sql<Omit<ShownGroup, 'functions'> & { individual: ByFunction }>`
    select configuration_group.id, configuration_group.name, location_id as "locationId", location.name as "location",
           location.time_zone as "timeZone", coalesce(members.users, 0) as "users", individual
      from configuration_group
      join location on location.id = location_id
      left join (select group_id, count(*) as users from users group by group_id) members
        on members.group_id = configuration_group.id
     where ${condition}
     order by location.name, configuration_group.name`.execute(executor);
  return rows.map(({ individual, ...group }) => ({ ...group, functions: modesOf(individual) }));
}

/** What a location sets, by function. */
export interface ByFunctionRow {
  name: string;
  settings: ByFunction;
}

/** Read without a lock, to be shown. Null when there is no such location. */
export async function locationAsStored(executor: Executor, locationId: string): Promise<ByFunctionRow | null> {
  const row = await executor
    .selectFrom('location')
    .select(['name', 'settings'])
    .where('id', '=', locationId)
    .executeTakeFirst();
  return row ?? null;
}

/** Read without a lock, to be shown. Null when there is no such group. */
export async function groupAsStored(executor: Executor, groupId: string) {
  const row = await executor
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'configuration_group.location_id')
    .select(['configuration_group.name', 'individual', 'previous', 'location.settings as inherited'])
    .where('configuration_group.id', '=', groupId)
    .executeTakeFirst();
  return row ?? null;
}

/** The groups of a location that have the function from it. */
export async function groupsInheriting(executor: Executor, locationId: string, name: FunctionName): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from configuration_group where location_id = ${locationId}::uuid and not individual ? ${name}`.execute(
    executor,
  );
  return rows.map(({ id }) => id);
}

/** Null when there is no such group. */
export async function locationOfGroup(executor: Executor, groupId: string): Promise<string | null> {
  const row = await executor
    .selectFrom('configuration_group')
    .select('location_id')
    .where('id', '=', groupId)
    .executeTakeFirst();
  return row?.location_id ?? null;
}

export async function locationExists(executor: Executor, locationId: string): Promise<boolean> {
  const row = await executor.selectFrom('location').select('id').where('id', '=', locationId).executeTakeFirst();
  return row !== undefined;
}
