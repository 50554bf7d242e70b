/** What becomes of profiles when a group's function "Profiles" goes from "Default" to "Individual" and back. */
import { sql } from 'kysely';
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
      insert into profile (group_id, key, name, status, active, forwarding_mode, forwarding_target, note, position)
      select configuration_group.id, key, profile.name, status, active, forwarding_mode, forwarding_target, note, position
        from configuration_group join profile on profile.location_id = configuration_group.location_id
       where configuration_group.id = ${groupId}::uuid`.execute(transaction);
  await moveChoices(transaction, groupId, 'toGroup');
}

/**
 * Running choices move to the location's profile of the same key or name; where there is none they keep their status.
 * The group's own profiles stay, for undo. In the transaction that makes the function "Default".
 */
export const returnToLocationProfiles = (transaction: Executor, groupId: string): Promise<void> =>
  moveChoices(transaction, groupId, 'toLocation');

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
  await moveChoices(transaction, groupId, 'toLocation');
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

async function moveChoices(transaction: Executor, groupId: string, way: 'toGroup' | 'toLocation'): Promise<void> {
  const own = sql`(select id, key, name from profile where group_id = ${groupId}::uuid)`;
  const inherited = sql`(
    select profile.id, profile.key, profile.name from profile
      join configuration_group on configuration_group.location_id = profile.location_id
     where configuration_group.id = ${groupId}::uuid)`;
  const [from, to] = way === 'toGroup' ? [inherited, own] : [own, inherited];
  await sql`
    with pair as (
      select old.id as old_id,
             (select new.id from ${to} as new
               where new.key = old.key or lower(new.name) = lower(old.name)
               order by new.key is not distinct from old.key desc limit 1) as new_id
        from ${from} as old
    )
    update claim set profile_id = pair.new_id from pair, users
     where claim.profile_id = pair.old_id and users.id = claim.user_id and users.group_id = ${groupId}::uuid`.execute(
    transaction,
  );
}
