/** Predefined forwarding targets of a location: numbers with names, such as the reception. */
import { sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import { markLocationDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import { type Actor, recordChange } from './audit.ts';
import { enteredNumber } from './dialling.ts';

export interface PredefinedTarget {
  id: string;
  locationId: string;
  name: string;
  number: string;
}

const select = (db: Executor) =>
  db.selectFrom('predefined_target').select(['id', 'location_id as locationId', 'name', 'number']);

export const listPredefinedTargets = (db: Executor, locationId: string): Promise<PredefinedTarget[]> =>
  select(db).where('location_id', '=', locationId).orderBy('name').execute();

/** @throws ApiError notFound */
export async function readPredefinedTarget(db: Executor, id: string): Promise<PredefinedTarget> {
  const target = await select(db).where('id', '=', id).executeTakeFirst();
  if (!target) throw new ApiError('notFound', 'There is no such predefined target.');
  return target;
}

/** Run it in a transaction. @throws ApiError conflict when the location has the name; invalid, see enteredNumber. */
export async function createPredefinedTarget(
  transaction: Executor,
  actor: Actor,
  locationId: string,
  fields: { name: string; number: string },
): Promise<PredefinedTarget> {
  const number = await enteredNumber(transaction, locationId, fields.number, 'number');
  await refuseTakenName(transaction, locationId, fields.name, null);
  const { id } = await transaction
    .insertInto('predefined_target')
    .values({ location_id: locationId, name: fields.name, number })
    .returning('id')
    .executeTakeFirstOrThrow();
  const target = await readPredefinedTarget(transaction, id);
  await recordChange(transaction, actor, { action: 'create', ...subjectOf(target), after: { ...target } });
  return target;
}

/** Everybody at the location is looked at again. Run it in a transaction. @throws ApiError as createPredefinedTarget */
export async function changePredefinedTarget(
  transaction: Executor,
  actor: Actor,
  id: string,
  change: { name?: string | undefined; number?: string | undefined },
): Promise<PredefinedTarget> {
  const before = await readPredefinedTarget(transaction, id);
  const name = change.name ?? before.name;
  const number =
    change.number === undefined
      ? before.number
      : await enteredNumber(transaction, before.locationId, change.number, 'number');
  await refuseTakenName(transaction, before.locationId, name, id);
  await transaction.updateTable('predefined_target').set({ name, number }).where('id', '=', id).execute();
  if (number !== before.number) await markLocationDue(transaction, before.locationId);
  const after = { ...before, name, number };
  await recordChange(transaction, actor, { action: 'change', ...subjectOf(after), before: { ...before }, after });
  return after;
}

/** Run it in a transaction. @throws ApiError notFound; conflict, naming the profiles that forward there. */
export async function deletePredefinedTarget(transaction: Executor, actor: Actor, id: string): Promise<void> {
  const target = await readPredefinedTarget(transaction, id);
  const uses = await usesOf(transaction, id);
  if (uses.length > 0)
    throw new ApiError(
      'conflict',
      `"${target.name}" is in use: ${uses.join('; ')}. Give these profiles another target first.`,
    );
  await transaction.deleteFrom('predefined_target').where('id', '=', id).execute();
  await recordChange(transaction, actor, { action: 'delete', ...subjectOf(target), before: { ...target } });
}

const subjectOf = ({ id, name, locationId }: PredefinedTarget) =>
  ({ subject: 'predefinedTarget', subjectId: id, subjectName: name, locationId }) as const;

/** Where it is used, for people. */
async function usesOf(executor: Executor, id: string): Promise<string[]> {
  const rows = await executor
    .selectFrom('profile')
    .leftJoin('location', 'location.id', 'profile.location_id')
    .leftJoin('configuration_group', 'configuration_group.id', 'profile.group_id')
    .leftJoin('users', 'users.id', 'profile.user_id')
    .select(['profile.name', 'location.name as location', 'configuration_group.name as group', 'users.display_name'])
    .where(
      sql<boolean>`${id} in (forwarding_target ->> 'targetId', busy_target ->> 'targetId', unanswered_target ->> 'targetId')`,
    )
    .orderBy('profile.name')
    .limit(10)
    .execute();
  return rows.map(({ name, location, group, display_name }) =>
    location
      ? `profile "${name}" of location ${location}`
      : group
        ? `profile "${name}" of group ${group}`
        : `profile "${name}" of ${display_name}`,
  );
}

async function refuseTakenName(executor: Executor, locationId: string, name: string, ownId: string | null) {
  const other = await executor
    .selectFrom('predefined_target')
    .select('id')
    .where('location_id', '=', locationId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (other && other.id !== ownId)
    throw new ApiError('conflict', `The location has a predefined target "${name}" already.`, { field: 'name' });
}
