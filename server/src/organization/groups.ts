/** Configuration groups: made with all functions "Default", renamed, moved to another location, removed when empty. */
import { ApiError } from '../api/errors.ts';
import { markGroupsDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import { syncGroupsNow } from '../sync/accounts.ts';
import { type Actor, recordChange } from './audit.ts';
import { effective } from './inheritance.ts';
import { alignMethodLeaving } from './leaving/group-method.ts';
import { moveChoices } from './profiles/copies.ts';
import { tellRelationships } from './relationships/relationships.queries.ts';
import { silentRule, silentRuleRefusal } from './silent-rules.ts';
import { holdForDeletion, holdGroup, holdLocation, holdLocations, rewriteSettings } from './tree.queries.ts';

/** Run it in a transaction. @returns its id. @throws ApiError invalid for an unknown location, conflict for a taken name. */
export async function createGroup(
  transaction: Executor,
  { name, locationId }: { name: string; locationId: string },
  actor: Actor,
): Promise<string> {
  const location = await holdLocation(transaction, locationId, 'inherit');
  if (!location) throw new ApiError('invalid', 'There is no such location.', { field: 'locationId' });
  await refuseTakenName(transaction, name, location, null);
  const { id } = await transaction
    .insertInto('configuration_group')
    .values({ location_id: locationId, name, settings: JSON.stringify(effective(location.settings, {})) })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordChange(transaction, actor, {
    ...{ action: 'create', subject: 'group', subjectId: id, subjectName: name, locationId },
    after: { name, location: location.name },
  });
  return id;
}

/**
 * In another location the group inherits from that one, and everybody in it is looked at again; what it has of its own
 * stays. Run it in a transaction.
 * @throws ApiError notFound, invalid for an unknown location and for one whose rules could never apply in the group (silent-rules.ts),
 *   conflict for a taken name.
 */
export async function changeGroup(
  transaction: Executor,
  groupId: string,
  change: { name?: string | undefined; locationId?: string | undefined },
  actor: Actor,
): Promise<void> {
  if (change.locationId) await holdBothLocations(transaction, groupId, change.locationId);
  const held = await holdGroup(transaction, groupId);
  if (!held) throw new ApiError('notFound', 'There is no such group.');
  const { group, location } = held;
  const moved = change.locationId !== undefined && change.locationId !== location.id;
  const target = moved ? await holdLocation(transaction, change.locationId!, 'inherit') : location;
  if (!target) throw new ApiError('invalid', 'There is no such location.', { field: 'locationId' });
  const name = change.name ?? group.name;
  if (moved || name !== group.name) await refuseTakenName(transaction, name, target, groupId);
  const silent = moved && silentRule(effective(target.settings, group.individual));
  if (silent) throw new ApiError('invalid', silentRuleRefusal(silent, name), { field: 'locationId' });
  await transaction
    .updateTable('configuration_group')
    .set({ name, location_id: target.id })
    .where('id', '=', groupId)
    .execute();
  if (moved) {
    await rewriteSettings(transaction, target, [group]);
    await moveChoices(transaction, { groupId });
    await markGroupsDue(transaction, [groupId]);
    await syncGroupsNow(transaction, [groupId]);
    await alignMethodLeaving(transaction, [groupId], actor);
    await tellRelationships(transaction);
  }
  await recordChange(transaction, actor, {
    ...{ action: 'change', subject: 'group', subjectId: groupId, subjectName: name, locationId: target.id },
    before: { name: group.name, location: location.name },
    after: { name, location: target.name },
  });
}

/** Of two groups that change places at once neither waits for the other's location. */
async function holdBothLocations(transaction: Executor, groupId: string, targetId: string): Promise<void> {
  const at = await transaction
    .selectFrom('configuration_group')
    .select('location_id')
    .where('id', '=', groupId)
    .executeTakeFirst();
  await holdLocations(transaction, at ? [at.location_id, targetId] : [targetId]);
}

/** Run it in a transaction. @throws ApiError notFound, conflict while it has users. */
export async function deleteGroup(transaction: Executor, groupId: string, actor: Actor): Promise<void> {
  const held = await holdGroup(transaction, groupId);
  if (!held) throw new ApiError('notFound', 'There is no such group.');
  const { group, location } = held;
  await holdForDeletion(transaction, { groupId });
  const { users } = await transaction
    .selectFrom('users')
    .select((of) => of.fn.countAll<number>().as('users'))
    .where('group_id', '=', groupId)
    .executeTakeFirstOrThrow();
  if (users > 0)
    throw new ApiError(
      'conflict',
      `${group.name} has ${users} ${users === 1 ? 'user' : 'users'}. Move them to another group first.`,
    );
  await transaction.deleteFrom('configuration_group').where('id', '=', groupId).execute();
  await recordChange(transaction, actor, {
    ...{ action: 'delete', subject: 'group', subjectId: groupId, subjectName: group.name, locationId: location.id },
    before: { name: group.name, location: location.name },
  });
}

async function refuseTakenName(
  transaction: Executor,
  name: string,
  location: { id: string; name: string },
  ownId: string | null,
): Promise<void> {
  const other = await transaction
    .selectFrom('configuration_group')
    .select('id')
    .where('location_id', '=', location.id)
    .where('name', '=', name)
    .executeTakeFirst();
  if (other && other.id !== ownId)
    throw new ApiError('conflict', `${location.name} has a group called ${name} already.`, { field: 'name' });
}
