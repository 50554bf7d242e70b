/** What users choose others to be to them, and what others are as location and work groups have it. */
import { sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import type { Level, Relationship } from './levels.ts';
import { relationshipsBetween, tellRelationships } from './relationships.queries.ts';

export interface ListedRelationship extends Relationship {
  other: { id: string; displayName: string };
}

export interface RelationshipPage {
  /** Part of a name or of an address. */
  search?: string | undefined;
  /** Only those that the user has chosen. */
  chosen?: boolean | undefined;
  /** The id of the last one of the page before. */
  after?: string | undefined;
  limit: number;
}

/** What everybody else who is active is to the user, by name. @returns `next`: the `after` of the next page; null at the end. */
export async function listRelationships(
  executor: Executor,
  userId: string,
  { search, chosen, after, limit }: RelationshipPage,
): Promise<{ relationships: ListedRelationship[]; next: string | null }> {
  const wanted = `%${(search ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  const { rows } = await sql<{ id: string; displayName: string }>`
    select id, display_name as "displayName" from users
     where id <> ${userId}::uuid and active
       and (${!search} or lower(display_name) like ${wanted} or email like ${wanted})
       and (${!chosen} or exists (select from relationship where user_id = ${userId}::uuid and other_id = users.id))
       and (${after === undefined} or (display_name, email) > (
             select display_name, email from users last where last.id = ${after ?? userId}::uuid))
     order by display_name, email limit ${limit + 1}`.execute(executor);
  const page = rows.slice(0, limit);
  const known = await relationshipsBetween(
    executor,
    page.map(({ id }) => ({ ownerId: userId, viewerId: id })),
  );
  const byId = new Map(known.map((each) => [each.viewerId, each]));
  const relationships = page.flatMap(({ id, displayName }) => {
    const found = byId.get(id);
    if (!found) return [];
    const { level, from, workGroup } = found;
    return [{ other: { id, displayName }, level, from, workGroup }];
  });
  return { relationships, next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}

/**
 * The user's own choice, which overrides whatever else there is; null takes it back. Run it in a transaction.
 * @throws ApiError notFound when one of the two isn't there, invalid for oneself.
 */
export async function chooseRelationship(
  transaction: Executor,
  actor: Actor,
  userId: string,
  otherId: string,
  level: Level | null,
): Promise<ListedRelationship> {
  if (userId === otherId) throw new ApiError('invalid', 'Nobody is anything to themselves.', { field: 'otherId' });
  const people = await transaction
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['users.id', 'display_name', 'location_id'])
    .where('users.id', 'in', [userId, otherId])
    .execute();
  const user = people.find(({ id }) => id === userId);
  const other = people.find(({ id }) => id === otherId);
  if (!user || !other) throw new ApiError('notFound', 'There is no such user.');
  const before = await transaction
    .selectFrom('relationship')
    .select('level')
    .where('user_id', '=', userId)
    .where('other_id', '=', otherId)
    .forUpdate()
    .executeTakeFirst();
  if (level === null)
    await transaction
      .deleteFrom('relationship')
      .where('user_id', '=', userId)
      .where('other_id', '=', otherId)
      .execute();
  else
    await transaction
      .insertInto('relationship')
      .values({ user_id: userId, other_id: otherId, level })
      .onConflict((conflict) => conflict.columns(['user_id', 'other_id']).doUpdateSet({ level, chosen_at: sql`now()` }))
      .execute();
  await recordChange(transaction, actor, {
    ...{ action: 'change', subject: 'relationship', subjectId: userId, locationId: user.location_id },
    subjectName: `${user.display_name} → ${other.display_name}`,
    before: { level: before?.level ?? null },
    after: { level },
  });
  await tellRelationships(transaction);
  const [known] = await relationshipsBetween(transaction, [{ ownerId: userId, viewerId: otherId }]);
  const { from, workGroup, level: inForce } = known!;
  return { other: { id: otherId, displayName: other.display_name }, level: inForce, from, workGroup };
}
