/** Work groups: their members are to each other what the group's level says, and share a number for forwarding. */
import { sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { markWorkGroupDue } from '../../presence/due.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import { enteredNumber } from '../dialling.ts';
import type { Level } from './levels.ts';
import { tellRelationships } from './relationships.queries.ts';

export interface WorkGroup {
  id: string;
  name: string;
  level: Level;
  /** Where forwarding to "the team" leads. */
  number: string | null;
  /** Whose administrators keep it; null: those of the whole system. */
  locationId: string | null;
  /** How many. */
  members: number;
}

const selectWorkGroups = (executor: Executor) =>
  executor.selectFrom('work_group').select((of) => [
    'work_group.id',
    'work_group.name',
    of.ref('work_group.level').$castTo<Level>().as('level'),
    'work_group.number',
    'work_group.location_id as locationId',
    of
      .selectFrom('work_group_member')
      .select((count) => count.fn.countAll<number>().as('count'))
      .whereRef('work_group_member.work_group_id', '=', 'work_group.id')
      .$asScalar()
      .$notNull()
      .as('members'),
  ]);

/** By name. @param locationIds null: all; else only those of these locations. */
export async function listWorkGroups(executor: Executor, locationIds: readonly string[] | null): Promise<WorkGroup[]> {
  let query = selectWorkGroups(executor).orderBy('work_group.name');
  if (locationIds) query = query.where('location_id', '=', sql<string>`any(${[...locationIds]}::uuid[])`);
  return query.execute();
}

/** @throws ApiError notFound */
export async function readWorkGroup(executor: Executor, id: string): Promise<WorkGroup> {
  const group = await selectWorkGroups(executor).where('work_group.id', '=', id).executeTakeFirst();
  if (!group) throw new ApiError('notFound', 'There is no such work group.');
  return group;
}

export type WorkGroupFields = Pick<WorkGroup, 'name' | 'level' | 'number' | 'locationId'>;

/** Run it in a transaction. @throws ApiError conflict when the name is taken, invalid when there is no such location. */
export async function createWorkGroup(
  transaction: Executor,
  actor: Actor,
  fields: WorkGroupFields,
): Promise<WorkGroup> {
  await refuseTakenName(transaction, fields.name, null);
  await requireKnownLocation(transaction, fields.locationId);
  const { name, level, locationId } = fields;
  const number = await kept(transaction, locationId, fields.number);
  const { id } = await transaction
    .insertInto('work_group')
    .values({ name, level, number, location_id: locationId })
    .returning('id')
    .executeTakeFirstOrThrow();
  await record(transaction, actor, 'create', { id, ...fields }, null, { ...fields, number });
  return readWorkGroup(transaction, id);
}

/** Run it in a transaction. @throws ApiError notFound; else as createWorkGroup. */
export async function changeWorkGroup(
  transaction: Executor,
  actor: Actor,
  id: string,
  change: { [Field in keyof WorkGroupFields]?: WorkGroupFields[Field] | undefined },
): Promise<WorkGroup> {
  const before = await readWorkGroup(transaction, id);
  const { name = before.name, level = before.level } = change;
  const locationId = change.locationId === undefined ? before.locationId : change.locationId;
  const asked = change.number === undefined ? before.number : change.number;
  const number = asked === before.number ? asked : await kept(transaction, locationId, asked);
  await refuseTakenName(transaction, name, id);
  await requireKnownLocation(transaction, locationId);
  await transaction
    .updateTable('work_group')
    .set({ name, level, number, location_id: locationId })
    .where('id', '=', id)
    .execute();
  const after = await readWorkGroup(transaction, id);
  await record(transaction, actor, 'change', after, audited(before), audited(after));
  if (number !== before.number) await markWorkGroupDue(transaction, id);
  if (level !== before.level) await tellRelationships(transaction);
  return after;
}

/** Without a location each member's own rules say how it is dialled, and there is no one form to keep it in. */
const kept = (executor: Executor, locationId: string | null, number: string | null): Promise<string | null> =>
  locationId === null ? Promise.resolve(number) : enteredNumber(executor, locationId, number, 'number');

/** Run it in a transaction. @throws ApiError notFound */
export async function deleteWorkGroup(transaction: Executor, actor: Actor, id: string): Promise<void> {
  const before = await readWorkGroup(transaction, id);
  await markWorkGroupDue(transaction, id);
  await transaction.deleteFrom('work_group').where('id', '=', id).execute();
  await record(transaction, actor, 'delete', before, audited(before), null);
  await tellRelationships(transaction);
}

export interface Member {
  id: string;
  displayName: string;
  locationId: string;
}

/** By name. */
export const membersOf = (executor: Executor, workGroupId: string): Promise<Member[]> =>
  executor
    .selectFrom('work_group_member')
    .innerJoin('users', 'users.id', 'work_group_member.user_id')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['users.id', 'users.display_name as displayName', 'location_id as locationId'])
    .where('work_group_id', '=', workGroupId)
    .orderBy('display_name')
    .orderBy('users.id')
    .execute();

/**
 * Run it in a transaction.
 * @param mayMove refuses (by throwing) whoever comes or goes and isn't the actor's to move.
 * @throws ApiError notFound, invalid when somebody isn't there.
 */
export async function setMembers(
  transaction: Executor,
  actor: Actor,
  workGroupId: string,
  userIds: readonly string[],
  mayMove: (member: Member) => void,
): Promise<Member[]> {
  const group = await readWorkGroup(transaction, workGroupId);
  const wanted = new Set(userIds);
  const before = await membersOf(transaction, workGroupId);
  const gone = before.filter(({ id }) => !wanted.has(id));
  const known = new Set(before.map(({ id }) => id));
  const come = [...wanted].filter((id) => !known.has(id));
  if (come.length > 0)
    await transaction
      .insertInto('work_group_member')
      .columns(['work_group_id', 'user_id'])
      .expression(sql`select ${workGroupId}::uuid, id from users where id = any(${come}::uuid[]) order by id`)
      .execute();
  if (gone.length > 0)
    await transaction
      .deleteFrom('work_group_member')
      .where('work_group_id', '=', workGroupId)
      .where('user_id', '=', sql<string>`any(${gone.map(({ id }) => id)}::uuid[])`)
      .execute();
  const after = await membersOf(transaction, workGroupId);
  if (after.length !== wanted.size)
    throw new ApiError('invalid', 'One of these users is not there.', { field: 'userIds' });
  for (const member of [...gone, ...after.filter(({ id }) => !known.has(id))]) mayMove(member);
  const names = (members: readonly Member[]) => members.map(({ displayName }) => displayName);
  await record(transaction, actor, 'change', group, { members: names(before) }, { members: names(after) });
  await markWorkGroupDue(
    transaction,
    workGroupId,
    gone.map(({ id }) => id),
  );
  await tellRelationships(transaction);
  return after;
}

const audited = ({ name, level, number, locationId }: WorkGroupFields) => ({ name, level, number, locationId });

const record = (
  transaction: Executor,
  actor: Actor,
  action: 'create' | 'change' | 'delete',
  { id, name, locationId }: { id: string; name: string; locationId: string | null },
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
) =>
  recordChange(transaction, actor, {
    ...{ action, subject: 'workGroup', subjectId: id, subjectName: name, locationId, before, after },
  });

async function refuseTakenName(executor: Executor, name: string, ownId: string | null): Promise<void> {
  const other = await executor.selectFrom('work_group').select('id').where('name', '=', name).executeTakeFirst();
  if (other && other.id !== ownId)
    throw new ApiError('conflict', `There is a work group "${name}" already.`, { field: 'name' });
}

async function requireKnownLocation(executor: Executor, locationId: string | null): Promise<void> {
  if (locationId === null) return;
  const location = await executor.selectFrom('location').select('id').where('id', '=', locationId).executeTakeFirst();
  if (!location) throw new ApiError('invalid', 'There is no such location.', { field: 'locationId' });
}
