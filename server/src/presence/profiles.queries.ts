/** Reading and writing presence profiles. Every write has the users it touches computed again, in the same transaction. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { markDue, markGroupDue } from './due.ts';
import type { ForwardingMode, ForwardingTarget, Profile, Status } from './presence.ts';
import { ownProfilesAllowed } from './profile-settings.ts';
import { builtInProfiles, forwardingFor } from './profiles.ts';

/** Whose a profile is: a location's is that of all its groups whose profiles are "Default (from the location)". */
export type CentralOwner = { locationId: string } | { groupId: string };
export type ProfileOf = CentralOwner | { userId: string };
export type StoredProfile = Profile & { locationId: string | null; groupId: string | null; userId: string | null };
export type ProfileFields = Pick<Profile, 'name' | 'status' | 'active' | 'forwarding' | 'note'>;

/** Gives a new location (or a group's own profiles) the built-in ones, none of which forwards yet. Those that are there
 *  stay as they are. */
export async function seedBuiltInProfiles(executor: Executor, of: CentralOwner): Promise<void> {
  const column = 'locationId' in of ? 'location_id' : 'group_id';
  const owner = 'locationId' in of ? { location_id: of.locationId } : { group_id: of.groupId };
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

export async function profileById(executor: Executor, id: string): Promise<StoredProfile | null> {
  const row = await executor.selectFrom('profile').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? toProfile(row) : null;
}

/** What was asked for would do harm; the message says what mends it. */
export class ProfileRefused extends Error {
  readonly field = 'forwarding';
  constructor(message: string) {
    super(message);
    this.name = 'ProfileRefused';
  }
}

/**
 * Run it in a transaction.
 * @param key of a built-in profile, for a user's own one that replaces it.
 * @throws ProfileRefused when it would forward the user's calls to the user's own extension.
 */
export async function createProfile(
  executor: Executor,
  of: ProfileOf,
  fields: ProfileFields & { key: string | null },
): Promise<StoredProfile> {
  if ('userId' in of) await refuseOwnExtension(executor, of.userId, fields.forwarding);
  const row = await executor
    .insertInto('profile')
    .values({
      ...columnsOf(fields),
      name: fields.name,
      status: fields.status,
      key: fields.key,
      ...ownerColumns(of),
      position: 100,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await markOwnerDue(executor, row);
  return toProfile(row);
}

/** @returns null when there is no such profile. Run it in a transaction. @throws ProfileRefused as createProfile. */
export async function updateProfile(
  executor: Executor,
  id: string,
  change: Partial<ProfileFields>,
): Promise<StoredProfile | null> {
  const columns = columnsOf(change);
  if (Object.keys(columns).length === 0) return profileById(executor, id);
  const row = await executor.updateTable('profile').set(columns).where('id', '=', id).returningAll().executeTakeFirst();
  if (!row) return null;
  if (row.user_id && change.forwarding) await refuseOwnExtension(executor, row.user_id, change.forwarding);
  await markOwnerDue(executor, row);
  return toProfile(row);
}

/** Choices that name the profile go with it. @returns false when there is no such profile. Run it in a transaction. */
export async function deleteProfile(executor: Executor, id: string): Promise<boolean> {
  const row = await executor.deleteFrom('profile').where('id', '=', id).returningAll().executeTakeFirst();
  if (row) await markOwnerDue(executor, row);
  return row !== undefined;
}

/** A group's profile can't be refused for one of its users: for that one it doesn't forward, and says so. */
async function refuseOwnExtension(executor: Executor, userId: string, forwarding: Profile['forwarding']) {
  const user = await executor.selectFrom('users').select('mobile_number').where('id', '=', userId).executeTakeFirst();
  const numbers = await executor.selectFrom('extension').select('number').where('user_id', '=', userId).execute();
  const owner = { mobileNumber: user?.mobile_number ?? null, extensions: numbers.map(({ number }) => number) };
  if (forwardingFor(forwarding, owner).problem === 'ownExtension')
    throw new ProfileRefused(
      'This would forward the calls of an extension to itself, and nothing would ring. Choose another number, or voicemail.',
    );
}

const ownerColumns = (of: ProfileOf) =>
  'locationId' in of
    ? { location_id: of.locationId }
    : 'groupId' in of
      ? { group_id: of.groupId }
      : { user_id: of.userId };

async function markOwnerDue(
  executor: Executor,
  row: { location_id: string | null; group_id: string | null; user_id: string | null },
) {
  if (row.location_id) await markInheritorsDue(executor, row.location_id);
  if (row.group_id) await markGroupDue(executor, row.group_id);
  if (row.user_id) await markDue(executor, [row.user_id]);
}

/** The groups that have the location's profiles, in a steady order. */
async function markInheritorsDue(executor: Executor, locationId: string) {
  const groups = await executor
    .selectFrom('configuration_group')
    .select('id')
    .where('location_id', '=', locationId)
    .where(hasOwnProfiles, '=', false)
    .orderBy('id')
    .execute();
  for (const { id } of groups) await markGroupDue(executor, id);
}

function columnsOf({ name, status, active, forwarding, note }: Partial<ProfileFields>) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(status === undefined ? {} : { status }),
    ...(active === undefined ? {} : { active }),
    ...(note === undefined ? {} : { note }),
    ...(forwarding === undefined
      ? {}
      : {
          forwarding_mode: forwarding.mode,
          forwarding_target: forwarding.target === null ? null : JSON.stringify(forwarding.target),
        }),
  };
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
  note: string | null;
}

const toProfile = (row: Row): StoredProfile => ({
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
  },
  note: row.note,
});
