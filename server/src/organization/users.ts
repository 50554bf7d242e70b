/** Users: made with an invitation, changed, removed. Whoever may do so is the API's matter. */

import { sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import { forgetSessions } from '../api/sessions.ts';
import type { Context } from '../context.ts';
import { markDue } from '../presence/due.ts';
import type { Database, Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import type { Role } from '../store/schema.ts';
import { syncUserNow } from '../sync/accounts.ts';
import { releaseExtension } from '../telephony/release.ts';
import { invite } from './credentials.ts';
import { refuseSampleGroup } from './sample-company/apart.ts';
import { ensureDefaultGroup } from './setup.ts';

export interface UserRow {
  id: string;
  email: string;
  displayName: string;
  language: 'en' | 'de';
  timeZone: string;
  mobileNumber: string | null;
  role: Role;
  groupId: string;
  sample: boolean;
  createdAt: Temporal.Instant;
  signInReady: boolean;
}

const selectUsers = (db: Executor) =>
  db.selectFrom('users').select((of) => [
    'id',
    'email',
    'display_name as displayName',
    'language',
    'time_zone as timeZone',
    'mobile_number as mobileNumber',
    'role',
    'group_id as groupId',
    'sample',
    'created_at as createdAt',
    of
      .exists(of.selectFrom('login_password').select('user_id').whereRef('login_password.user_id', '=', 'users.id'))
      .$castTo<boolean>()
      .as('signInReady'),
  ]);

/** By name, then address. */
export const listUsers = (db: Executor): Promise<UserRow[]> =>
  selectUsers(db).orderBy('display_name').orderBy('email').execute();

/** @throws ApiError notFound */
export async function readUser(db: Executor, userId: string): Promise<UserRow> {
  const user = await selectUsers(db).where('id', '=', userId).executeTakeFirst();
  if (!user) throw new ApiError('notFound', 'There is no such user.');
  return user;
}

export interface NewUserFields {
  email: string;
  displayName: string;
  timeZone?: string | undefined;
  language: 'en' | 'de';
  role: Role;
  mobileNumber: string | null;
  groupId?: string | undefined;
}

/** @throws ApiError conflict when the e-mail address is taken, invalid when there is no such group. */
export async function createUser(
  db: Database,
  fields: NewUserFields,
  now: Temporal.Instant,
): Promise<{ user: UserRow; token: string; expiresAt: Temporal.Instant }> {
  return db.transaction().execute(async (transaction) => {
    const groupId = fields.groupId ?? (await ensureDefaultGroup(transaction, fields.timeZone ?? 'UTC'));
    const group = await transaction
      .selectFrom('configuration_group')
      .innerJoin('location', 'location.id', 'configuration_group.location_id')
      .select('location.time_zone')
      .where('configuration_group.id', '=', groupId)
      .executeTakeFirst();
    if (!group) throw new ApiError('invalid', 'There is no such group.', { field: 'groupId' });
    await refuseTakenAddress(transaction, fields.email, null);
    const { id } = await transaction
      .insertInto('users')
      .values({
        group_id: groupId,
        email: fields.email,
        display_name: fields.displayName,
        time_zone: fields.timeZone ?? group.time_zone,
        language: fields.language,
        role: fields.role,
        mobile_number: fields.mobileNumber,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await markDue(transaction, [id]);
    return { user: await readUser(transaction, id), ...(await invite(transaction, id, now)) };
  });
}

export interface UserFieldChange {
  email?: string | undefined;
  displayName?: string | undefined;
  timeZone?: string | undefined;
  language?: 'en' | 'de' | undefined;
  role?: Role | undefined;
  mobileNumber?: string | null | undefined;
  groupId?: string | undefined;
}

/**
 * @throws ApiError notFound, conflict when the last administrator would go, the address is taken, or a real phone would
 *   come into the sample company.
 */
export async function changeUser(db: Database, userId: string, change: UserFieldChange): Promise<UserRow> {
  return db.transaction().execute(async (transaction) => {
    const before = await readUser(transaction, userId);
    if (change.email !== undefined) await refuseTakenAddress(transaction, change.email, userId);
    if (change.groupId !== undefined) await refuseSampleGroup(transaction, userId, change.groupId);
    if (change.role !== undefined && change.role !== 'administrator' && before.role === 'administrator')
      await refuseLastAdministrator(transaction, userId);
    await transaction
      .updateTable('users')
      .set({
        ...(change.email !== undefined && { email: change.email }),
        ...(change.displayName !== undefined && { display_name: change.displayName }),
        ...(change.timeZone !== undefined && { time_zone: change.timeZone }),
        ...(change.language !== undefined && { language: change.language }),
        ...(change.role !== undefined && { role: change.role }),
        ...(change.mobileNumber !== undefined && { mobile_number: change.mobileNumber }),
        ...(change.groupId !== undefined && { group_id: change.groupId }),
        updated_at: sql`now()`,
      })
      .where('id', '=', userId)
      .execute();
    await markDue(transaction, [userId]);
    // Floating times and all-day dates happen in the user's zone; answers are found by the address.
    if ((change.timeZone ?? before.timeZone) !== before.timeZone || (change.email ?? before.email) !== before.email)
      await syncUserNow(transaction, userId);
    await forgetSessions(transaction, userId);
    return readUser(transaction, userId);
  });
}

/**
 * Gives the user's forwarding back first, then removes everything of the user.
 * @throws ApiError notFound; conflict for the last administrator.
 */
export async function deleteUser(context: Context, userId: string): Promise<void> {
  const { db } = context.store;
  const user = await readUser(db, userId);
  if (user.role === 'administrator') await refuseLastAdministrator(db, userId);
  const extensions = await db.selectFrom('extension').select('id').where('user_id', '=', userId).execute();
  for (const { id } of extensions) await releaseExtension(context, id);
  await retrying(db, async (transaction) => {
    if (user.role === 'administrator') await refuseLastAdministrator(transaction, userId);
    await transaction.deleteFrom('users').where('id', '=', userId).execute();
    await forgetSessions(transaction, userId);
  });
}

async function refuseTakenAddress(db: Executor, email: string, ownerId: string | null): Promise<void> {
  const other = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  if (other && other.id !== ownerId)
    throw new ApiError('conflict', `${email} belongs to another user already.`, { field: 'email' });
}

async function refuseLastAdministrator(db: Executor, userId: string): Promise<void> {
  const others = await db
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'administrator')
    .where('id', '!=', userId)
    .forUpdate()
    .execute();
  if (others.length === 0)
    throw new ApiError('conflict', 'This is the only administrator: make somebody else one first.', { field: 'role' });
}
