/** What becomes of profiles when a group's function "Profiles" goes from "Default" to "Individual" and back. */
import { type RawBuilder, sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { markGroupDue } from '../../presence/due.ts';
import { hasOwnProfiles } from '../../presence/profiles.queries.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';

/**
 * The group gets profiles of its own: those it had when it was "Individual" before, kept for undo, or else a copy of its
 * location's. Running choices move to them. In the transaction that makes the function "Individual".
 */
export async function copyProfilesToGroup(transaction: Executor, groupId: string): Promise<void> {
  const kept = await transaction
    .selectFrom('profile')
    .select('id')
    .where('group_id', '=', groupId)
    .limit(1)
    .executeTakeFirst();
  if (!kept)
    await sql`
      insert into profile (group_id, key, name, status, active, forwarding_mode, forwarding_target,
                           busy_target, unanswered_target, note, position)
      select configuration_group.id, key, profile.name, status, active, forwarding_mode, forwarding_target,
             busy_target, unanswered_target, note, position
        from configuration_group join profile on profile.location_id = configuration_group.location_id
       where configuration_group.id = ${groupId}::uuid`.execute(transaction);
  await moveChoices(transaction, { groupId });
}

/**
 * Running choices move to the location's profile of the same key or name; where there is none they keep their status.
 * The group's own profiles stay, for undo. In the transaction that makes the function "Default".
 */
export const returnToLocationProfiles = (transaction: Executor, groupId: string): Promise<void> =>
  moveChoices(transaction, { groupId });

/**
 * Puts the location's profiles, as they are now, in place of the group's own. Run it in a transaction.
 * @throws ApiError notFound; conflict for a group that has its location's anyway.
 */
export async function startAgain(transaction: Executor, actor: Actor, groupId: string): Promise<void> {
  const group = await transaction
    .selectFrom('configuration_group')
    .select(['name', 'location_id', hasOwnProfiles.as('individual')])
    .where('id', '=', groupId)
    .forUpdate()
    .executeTakeFirst();
  if (!group) throw new ApiError('notFound', 'There is no such group.');
  if (!group.individual) throw new ApiError('conflict', `${group.name} has the profiles of its location already.`);
  await move(transaction, { groupId }, inherited); // so that they aren't gone with the group's profiles
  const gone = await transaction.deleteFrom('profile').where('group_id', '=', groupId).returning('name').execute();
  await copyProfilesToGroup(transaction, groupId);
  await markGroupDue(transaction, groupId);
  await recordChange(transaction, actor, {
    ...{ action: 'change', subject: 'profile', subjectId: null, subjectName: `${group.name}: all profiles` },
    locationId: group.location_id,
    before: { profiles: gone.map(({ name }) => name) },
    after: { profiles: 'a copy of the location’s' },
  });
}

/**
 * Choices that name a central profile which isn't in force for their users any more move to the one of the same key or
 * name that is; where there is none they keep their status. In the transaction that moved the users or the group.
 */
export const moveChoices = (transaction: Executor, of: { groupId: string } | { userIds: readonly string[] }) =>
  move(transaction, of, inForce);

type Owned = (profile: 'old' | 'new') => RawBuilder<boolean>;

const inherited: Owned = (profile) => sql`${sql.ref(`${profile}.location_id`)} = configuration_group.location_id`;
const inForce: Owned = (profile) => sql`
  case when ${hasOwnProfiles} then ${sql.ref(`${profile}.group_id`)} = configuration_group.id else ${inherited(profile)} end`;

async function move(
  transaction: Executor,
  of: { groupId: string } | { userIds: readonly string[] },
  to: Owned,
): Promise<void> {
  const whose =
    'groupId' in of ? sql`users.group_id = ${of.groupId}::uuid` : sql`users.id = any(${[...of.userIds]}::uuid[])`;
  await sql`
    update claim set profile_id = (
             select new.id from profile as new
              where ${to('new')} and (new.key = old.key or lower(new.name) = lower(old.name))
              order by new.key is not distinct from old.key desc limit 1)
      from profile as old, users, configuration_group
     where claim.profile_id = old.id and old.user_id is null and users.id = claim.user_id
       and configuration_group.id = users.group_id and ${whose} and (${to('old')}) is not true`.execute(transaction);
}
