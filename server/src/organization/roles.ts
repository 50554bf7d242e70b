/**
 * Who administers what. Pure rules first: nobody gives more than they have, and nobody takes over somebody who may more
 * than they (a new password or address for an administrator would be a way to become one).
 */
import { sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import { forgetSessions } from '../api/sessions.ts';
import type { Executor } from '../store/database.ts';
import type { Role } from '../store/schema.ts';
import { type Actor, recordChange } from './audit.ts';

export interface UserRole {
  role: Role;
  /** Of a location administrator; empty for everybody else. */
  locationIds: readonly string[];
}

/** Pure. Whether somebody with this role may change, invite, sign out or remove somebody with that one. */
export function mayManage(own: UserRole, other: UserRole): boolean {
  if (own.role === 'administrator') return true;
  if (own.role !== 'locationAdministrator') return false;
  if (other.role === 'locationAdministrator') return other.locationIds.every((id) => own.locationIds.includes(id));
  return other.role === 'user';
}

/** @throws ApiError notFound */
export async function roleOf(db: Executor, userId: string): Promise<UserRole & { displayName: string }> {
  const user = await db
    .selectFrom('users')
    .select(['role', 'display_name as displayName'])
    .select(
      sql<string[]>`array(select location_id::text from administered_location
        where administered_location.user_id = users.id order by 1)`.as('locationIds'),
    )
    .where('id', '=', userId)
    .executeTakeFirst();
  if (!user) throw new ApiError('notFound', 'There is no such user.');
  return { ...user, locationIds: user.role === 'locationAdministrator' ? user.locationIds : [] };
}

/** @throws ApiError notFound, forbidden */
export async function requireManageable(db: Executor, own: UserRole, userId: string): Promise<void> {
  if (own.role === 'administrator') return;
  if (!mayManage(own, await roleOf(db, userId)))
    throw new ApiError('forbidden', 'This user may more than you do: an administrator of the whole system does this.');
}

/**
 * Gives the user a role. It counts from the next request on, in every process. Run it in a transaction.
 * @throws ApiError notFound, conflict for the last administrator, invalid when locations are missing, unknown or too many.
 */
export async function setRole(
  transaction: Executor,
  actor: Actor,
  userId: string,
  { role, locationIds }: UserRole,
): Promise<void> {
  const before = await roleOf(transaction, userId);
  const wanted = [...new Set(locationIds)].sort();
  if (role === 'locationAdministrator' && wanted.length === 0)
    throw new ApiError('invalid', 'Name at least one location that this user administers.', { field: 'locationIds' });
  if (role !== 'locationAdministrator' && wanted.length > 0)
    throw new ApiError('invalid', 'Only a location administrator has locations.', { field: 'locationIds' });
  if (before.role === 'administrator' && role !== 'administrator') await refuseLastAdministrator(transaction, userId);
  const known = await transaction
    .selectFrom('location')
    .select(['id', 'name'])
    .where('id', '=', sql<string>`any(${[...new Set([...wanted, ...before.locationIds])]}::uuid[])`)
    .execute();
  const names = new Map(known.map(({ id, name }) => [id, name]));
  if (wanted.some((id) => !names.has(id)))
    throw new ApiError('invalid', 'There is no such location.', { field: 'locationIds' });
  await transaction.updateTable('users').set({ role, updated_at: sql`now()` }).where('id', '=', userId).execute();
  await transaction.deleteFrom('administered_location').where('user_id', '=', userId).execute();
  if (wanted.length > 0)
    await transaction
      .insertInto('administered_location')
      .values(wanted.map((location_id) => ({ user_id: userId, location_id })))
      .execute();
  const locations = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id).sort();
  await recordChange(transaction, actor, {
    ...{ action: 'change', subject: 'user', subjectId: userId, subjectName: before.displayName },
    locationId: await locationIdOfUser(transaction, userId),
    before: { role: before.role, administers: locations(before.locationIds) },
    after: { role, administers: locations(wanted) },
  });
  await forgetSessions(transaction, userId);
}

/** Where the user's administrators are. Null for nobody. */
export async function locationIdOfUser(db: Executor, userId: string): Promise<string | null> {
  const row = await db
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select('location_id')
    .where('users.id', '=', userId)
    .executeTakeFirst();
  return row?.location_id ?? null;
}

/**
 * Somebody must be left who gets in without any other system: an active administrator with a password of their own.
 * Locks all administrators in one order, so that two who go at once wait for each other. Run it in a transaction.
 * @throws ApiError conflict
 */
export async function refuseLastAdministrator(transaction: Executor, userId: string): Promise<void> {
  const administrators = await transaction
    .selectFrom('users')
    .select(['id', 'active', 'leaving_at'])
    .where('role', '=', 'administrator')
    .orderBy('id')
    .forUpdate()
    .execute();
  const others = administrators.filter(({ id, active, leaving_at }) => id !== userId && active && leaving_at === null);
  const ready = await transaction
    .selectFrom('login_password')
    .select('user_id')
    .where('user_id', '=', sql<string>`any(${others.map(({ id }) => id)}::uuid[])`)
    .limit(1)
    .execute();
  if (ready.length === 0)
    throw new ApiError(
      'conflict',
      'This is the only administrator who can sign in with a password: make somebody else one first.',
      { field: 'role' },
    );
}
