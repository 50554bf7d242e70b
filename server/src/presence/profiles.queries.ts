/** Presence profiles as they are stored, and which of them are in force for whom. Changing them: profile-changes.ts. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { ForwardingMode, ForwardingTarget, Profile, Status } from './presence.ts';
import { ownProfilesAllowed } from './profile-settings.ts';
import { builtInProfiles } from './profiles.ts';

/** Whose a profile is: a location's is that of all its groups whose profiles are "Default (from the location)". */
export type CentralOwner = { locationId: string } | { groupId: string };
export type ProfileOf = CentralOwner | { userId: string };
export type StoredProfile = Profile & { locationId: string | null; groupId: string | null; userId: string | null };

/** Gives a new location (or a group's own profiles) the built-in ones, none of which forwards yet. Those that are there
 *  stay as they are. */
export async function seedBuiltInProfiles(executor: Executor, of: CentralOwner): Promise<void> {
  const column = 'locationId' in of ? 'location_id' : 'group_id';
  const owner = ownerColumns(of);
  await executor
    .insertInto('profile')
    .values(builtInProfiles.map((profile, position) => ({ ...profile, ...owner, position })))
    .onConflict((conflict) => conflict.columns([column, 'key']).where('key', 'is not', null).doNothing())
    .execute();
}

/** The profiles of these owners, in the order they are shown. */
export async function profilesOf(
  executor: Executor,
  of: { locationIds?: readonly string[]; groupIds?: readonly string[]; userIds?: readonly string[] },
): Promise<StoredProfile[]> {
  const among = (ids: readonly string[] = []) => sql<string>`any(${[...ids]}::uuid[])`;
  const rows = await executor
    .selectFrom('profile')
    .selectAll()
    .where((where) =>
      where.or([
        where('location_id', '=', among(of.locationIds)),
        where('group_id', '=', among(of.groupIds)),
        where('user_id', '=', among(of.userIds)),
      ]),
    )
    .orderBy('position')
    .orderBy('name')
    .execute();
  return rows.map(toProfile);
}

/** Where a group's central profiles come from. */
export const centralOwnerOf = (group: { id: string; locationId: string; individual: boolean }): CentralOwner =>
  group.individual ? { groupId: group.id } : { locationId: group.locationId };

export const ownerOf = ({ locationId, groupId, userId }: StoredProfile): ProfileOf =>
  locationId ? { locationId } : groupId ? { groupId } : { userId: userId! };

/** The columns of an owner, to write or to look for. */
export const ownerColumns = (of: ProfileOf) =>
  'locationId' in of
    ? { location_id: of.locationId }
    : 'groupId' in of
      ? { group_id: of.groupId }
      : { user_id: of.userId };

/** The location whose rules and predefined targets count for the owner's profiles; null when there is no such owner. */
export async function locationOfOwner(executor: Executor, of: ProfileOf): Promise<string | null> {
  if ('locationId' in of) return of.locationId;
  const group = executor.selectFrom('configuration_group').select('location_id');
  const row = await ('groupId' in of
    ? group.where('id', '=', of.groupId)
    : group.where('id', '=', executor.selectFrom('users').select('group_id').where('id', '=', of.userId))
  ).executeTakeFirst();
  return row?.location_id ?? null;
}

/** In a query on configuration_group: whether the group has central profiles of its own. */
export const hasOwnProfiles = sql<boolean>`configuration_group.individual ? 'profiles'`;

/** Where the central profiles of this group come from; null when there is no such group. */
export async function centralOwnerOfGroup(executor: Executor, groupId: string): Promise<CentralOwner | null> {
  const group = await executor
    .selectFrom('configuration_group')
    .select(['id', 'location_id as locationId', hasOwnProfiles.as('individual')])
    .where('id', '=', groupId)
    .executeTakeFirst();
  return group ? centralOwnerOf(group) : null;
}

/** The central profiles that are in force in the group. */
export async function profilesInForce(executor: Executor, groupId: string): Promise<StoredProfile[]> {
  const owner = await centralOwnerOfGroup(executor, groupId);
  if (!owner) return [];
  return profilesOf(executor, 'groupId' in owner ? { groupIds: [owner.groupId] } : { locationIds: [owner.locationId] });
}

/** What a user may choose: the user's own profiles, where they are allowed, and the central ones no own one replaces. */
export async function profilesForUser(executor: Executor, userId: string): Promise<StoredProfile[]> {
  const user = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['configuration_group.id', 'configuration_group.settings'])
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!user) return [];
  const central = await profilesInForce(executor, user.id);
  if (!ownProfilesAllowed(user.settings)) return central;
  const own = await profilesOf(executor, { userIds: [userId] });
  const replaced = new Set(own.flatMap(({ key, active }) => (active && key ? [key] : [])));
  return [...own, ...central.filter(({ key }) => !key || !replaced.has(key))];
}

/** Whether the user's group lets users have profiles of their own. */
export async function mayHaveOwnProfiles(executor: Executor, userId: string): Promise<boolean> {
  const group = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select('configuration_group.settings')
    .where('users.id', '=', userId)
    .executeTakeFirst();
  return group !== undefined && ownProfilesAllowed(group.settings);
}

export async function profileById(executor: Executor, id: string): Promise<StoredProfile | null> {
  const row = await executor.selectFrom('profile').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toProfile(row) : null;
}

interface Row {
  id: string;
  location_id: string | null;
  group_id: string | null;
  user_id: string | null;
  key: string | null;
  name: string;
  status: string;
  active: boolean;
  forwarding_mode: string;
  forwarding_target: unknown;
  busy_target: unknown;
  unanswered_target: unknown;
  note: string | null;
}

export const toProfile = (row: Row): StoredProfile => ({
  id: row.id,
  locationId: row.location_id,
  groupId: row.group_id,
  userId: row.user_id,
  key: row.key,
  name: row.name,
  status: row.status as Status,
  active: row.active,
  forwarding: {
    mode: row.forwarding_mode as ForwardingMode,
    target: row.forwarding_target as ForwardingTarget | null,
    busy: row.busy_target as ForwardingTarget | null,
    unanswered: row.unanswered_target as ForwardingTarget | null,
  },
  note: row.note,
});
