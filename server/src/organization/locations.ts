/** Locations: made with the built-in profiles, renamed, removed when nobody is left in them. */
import { ApiError } from '../api/errors.ts';
import { seedBuiltInProfiles } from '../presence/profiles.queries.ts';
import type { Executor } from '../store/database.ts';
import { type Actor, recordChange } from './audit.ts';
import { firstDiallingRules, followTimeZone } from './dialling.ts';
import { holdForDeletion, holdLocation } from './tree.queries.ts';

export interface LocationFields {
  name: string;
  /** IANA name. */
  timeZone: string;
}

/** Run it in a transaction. @returns its id. @throws ApiError conflict when the name is taken. */
export async function createLocation(transaction: Executor, fields: LocationFields, actor: Actor): Promise<string> {
  await refuseTakenName(transaction, fields.name, null);
  const { id } = await transaction
    .insertInto('location')
    .values({
      name: fields.name,
      time_zone: fields.timeZone,
      dialling: JSON.stringify(await firstDiallingRules(fields.timeZone)),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await seedBuiltInProfiles(transaction, { locationId: id });
  await recordChange(transaction, actor, {
    ...{ action: 'create', subject: 'location', subjectId: id, subjectName: fields.name, locationId: id },
    after: { ...fields },
  });
  return id;
}

/**
 * Another time zone is the one that new users of the location get; users keep theirs. Run it in a transaction.
 * @throws ApiError notFound, conflict when the name is taken.
 */
export async function changeLocation(
  transaction: Executor,
  locationId: string,
  change: { [Field in keyof LocationFields]?: LocationFields[Field] | undefined },
  actor: Actor,
): Promise<void> {
  const before = await heldLocation(transaction, locationId);
  const after = { name: change.name ?? before.name, timeZone: change.timeZone ?? before.timeZone };
  if (after.name !== before.name) await refuseTakenName(transaction, after.name, locationId);
  await transaction
    .updateTable('location')
    .set({ name: after.name, time_zone: after.timeZone })
    .where('id', '=', locationId)
    .execute();
  await recordChange(transaction, actor, {
    ...{ action: 'change', subject: 'location', subjectId: locationId, subjectName: after.name, locationId },
    before: { name: before.name, timeZone: before.timeZone },
    after,
  });
  if (after.timeZone !== before.timeZone) await followTimeZone(transaction, actor, locationId, after.timeZone);
}

/**
 * With its groups, profiles and predefined targets. Run it in a transaction.
 * @throws ApiError notFound, conflict while it has users.
 */
export async function deleteLocation(transaction: Executor, locationId: string, actor: Actor): Promise<void> {
  const location = await heldLocation(transaction, locationId);
  await holdForDeletion(transaction, { locationId });
  const { users } = await transaction
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select((of) => of.fn.countAll<number>().as('users'))
    .where('location_id', '=', locationId)
    .executeTakeFirstOrThrow();
  if (users > 0)
    throw new ApiError(
      'conflict',
      `${location.name} has ${users} ${users === 1 ? 'user' : 'users'}. Move them to a group of another location first.`,
    );
  await transaction.deleteFrom('location').where('id', '=', locationId).execute();
  await recordChange(transaction, actor, {
    ...{ action: 'delete', subject: 'location', subjectId: locationId, subjectName: location.name },
    before: { name: location.name, timeZone: location.timeZone },
  });
}

async function heldLocation(transaction: Executor, locationId: string) {
  const held = await holdLocation(transaction, locationId, 'change');
  if (!held) throw new ApiError('notFound', 'There is no such location.');
  return held;
}

async function refuseTakenName(transaction: Executor, name: string, ownId: string | null): Promise<void> {
  const other = await transaction.selectFrom('location').select('id').where('name', '=', name).executeTakeFirst();
  if (other && other.id !== ownId)
    throw new ApiError('conflict', `There is a location called ${name} already.`, { field: 'name' });
}
