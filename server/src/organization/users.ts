/** Users: made with an invitation, changed, removed. Whoever may do so is the API's matter. */

import { sql } from 'kysely';
import { ApiError } from '../api/errors.ts';
import { forgetSessions } from '../api/sessions.ts';
import { markDue, markReachDue } from '../presence/due.ts';
import type { Database, Executor } from '../store/database.ts';
import type { Role } from '../store/schema.ts';
import { syncUserNow } from '../sync/accounts.ts';
import { deactivateUsers, reactivateUsers } from './activity.ts';
import { type Actor, recordChange } from './audit.ts';
import { invite } from './credentials.ts';
import { enteredNumber } from './dialling.ts';
import { moveChoices } from './profiles/copies.ts';
import { tellRelationships } from './relationships/relationships.queries.ts';
import { locationIdOfUser, refuseLastAdministrator, roleOf, setRole } from './roles.ts';
import { refuseSampleGroup } from './sample-company/apart.ts';
import { ensureDefaultGroup } from './setup.ts';

export interface UserRow {
  id: string;
  email: string;
  displayName: string;
  language: 'en' | 'de';
  timeZone: string;
  mobileNumber: string | null;
  deputyId: string | null;
  assistantId: string | null;
  role: Role;
  groupId: string;
  sample: boolean;
  active: boolean;
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
    'deputy_id as deputyId',
    'assistant_id as assistantId',
    'role',
    'group_id as groupId',
    'sample',
    'active',
    'created_at as createdAt',
    of
      .exists(of.selectFrom('login_password').select('user_id').whereRef('login_password.user_id', '=', 'users.id'))
      .$castTo<boolean>()
      .as('signInReady'),
  ]);

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
  /** Of a location administrator. */
  locationIds?: readonly string[] | undefined;
  mobileNumber: string | null;
  deputyId?: string | null | undefined;
  assistantId?: string | null | undefined;
  groupId?: string | undefined;
}

/** What the audit log tells of a user. */
const audited = (user: UserRow) => {
  const { email, displayName, timeZone, language, mobileNumber, deputyId, assistantId, groupId, active } = user;
  return { email, displayName, timeZone, language, mobileNumber, deputyId, assistantId, groupId, active };
};

/** @throws ApiError conflict when the e-mail address is taken, invalid when there is no such group. */
export async function createUser(
  db: Database,
  actor: Actor,
  fields: NewUserFields,
  now: Temporal.Instant,
): Promise<{ user: UserRow; token: string; expiresAt: Temporal.Instant }> {
  return db.transaction().execute(async (transaction) => {
    const groupId = fields.groupId ?? (await ensureDefaultGroup(transaction, fields.timeZone ?? 'UTC'));
    const group = await transaction
      .selectFrom('configuration_group')
      .innerJoin('location', 'location.id', 'configuration_group.location_id')
      .select(['location.id as locationId', 'location.time_zone'])
      .where('configuration_group.id', '=', groupId)
      .executeTakeFirst();
    if (!group) throw new ApiError('invalid', 'There is no such group.', { field: 'groupId' });
    await refuseTakenAddress(transaction, fields.email, null);
    await refuseUnknownSubstitutes(transaction, fields, null);
    const { id } = await transaction
      .insertInto('users')
      .values({
        group_id: groupId,
        email: fields.email,
        display_name: fields.displayName,
        time_zone: fields.timeZone ?? group.time_zone,
        language: fields.language,
        mobile_number: await enteredNumber(transaction, group.locationId, fields.mobileNumber, 'mobileNumber'),
        deputy_id: fields.deputyId ?? null,
        assistant_id: fields.assistantId ?? null,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await markDue(transaction, [id]);
    await recordChange(transaction, actor, {
      ...{ action: 'create', subject: 'user', subjectId: id, subjectName: fields.displayName },
      locationId: await locationIdOfUser(transaction, id),
      after: audited(await readUser(transaction, id)),
    });
    if (fields.role !== 'user')
      await setRole(transaction, actor, id, { role: fields.role, locationIds: fields.locationIds ?? [] });
    return { user: await readUser(transaction, id), ...(await invite(transaction, id, now)) };
  });
}

export interface UserFieldChange {
  email?: string | undefined;
  displayName?: string | undefined;
  timeZone?: string | undefined;
  language?: 'en' | 'de' | undefined;
  role?: Role | undefined;
  /** Of a location administrator; left out, those stay that they have. */
  locationIds?: readonly string[] | undefined;
  mobileNumber?: string | null | undefined;
  deputyId?: string | null | undefined;
  assistantId?: string | null | undefined;
  groupId?: string | undefined;
  /** False deactivates: no sign-in, and calendars and phones rest. */
  active?: boolean | undefined;
}

/**
 * @throws ApiError notFound, conflict when the last administrator would go, the address is taken, or a real phone would
 *   come into the sample company.
 */
export async function changeUser(
  db: Database,
  actor: Actor,
  userId: string,
  change: UserFieldChange,
): Promise<UserRow> {
  return db.transaction().execute(async (transaction) => {
    const before = await readUser(transaction, userId);
    if (change.email !== undefined) await refuseTakenAddress(transaction, change.email, userId);
    if (change.groupId !== undefined) await refuseSampleGroup(transaction, userId, change.groupId);
    await refuseUnknownSubstitutes(transaction, change, userId);
    const mobileNumber = await changedNumber(transaction, before, change);
    const role = change.role ?? before.role;
    if (change.role !== undefined || change.locationIds !== undefined) {
      const kept = role === 'locationAdministrator' ? (await roleOf(transaction, userId)).locationIds : [];
      await setRole(transaction, actor, userId, { role, locationIds: change.locationIds ?? kept });
    }
    await transaction
      .updateTable('users')
      .set({
        ...(change.email !== undefined && { email: change.email }),
        ...(change.displayName !== undefined && { display_name: change.displayName }),
        ...(change.timeZone !== undefined && { time_zone: change.timeZone }),
        ...(change.language !== undefined && { language: change.language }),
        ...(mobileNumber !== undefined && { mobile_number: mobileNumber }),
        ...(change.deputyId !== undefined && { deputy_id: change.deputyId }),
        ...(change.assistantId !== undefined && { assistant_id: change.assistantId }),
        ...(change.groupId !== undefined && { group_id: change.groupId }),
        updated_at: sql`now()`,
      })
      .where('id', '=', userId)
      .execute();
    await setActive(transaction, actor, before, change.active);
    if (change.groupId !== undefined) await moveChoices(transaction, { userIds: [userId] });
    await markReachDue(transaction, [userId]);
    // Floating times and all-day dates happen in the user's zone; answers are found by the address; another group may
    // read calendars otherwise.
    const readAnew = (['timeZone', 'email', 'groupId'] as const).some(
      (field) => (change[field] ?? before[field]) !== before[field],
    );
    if (readAnew) await syncUserNow(transaction, userId);
    if (change.assistantId !== undefined || change.groupId !== undefined) await tellRelationships(transaction);
    await forgetSessions(transaction, userId);
    const after = await readUser(transaction, userId);
    await recordChange(transaction, actor, {
      ...{ action: 'change', subject: 'user', subjectId: userId, subjectName: after.displayName },
      locationId: await locationIdOfUser(transaction, userId),
      ...{ before: audited(before), after: audited(after) },
    });
    return after;
  });
}

async function setActive(
  transaction: Executor,
  actor: Actor,
  { id, active, role }: UserRow,
  wanted = active,
): Promise<void> {
  if (wanted === active) return;
  if (wanted) return reactivateUsers(transaction, [id]);
  if (role === 'administrator') await refuseLastAdministrator(transaction, id);
  await deactivateUsers(transaction, [id], actor.userId);
}

/** As the rules of the location have it that the user will be in. An unchanged one isn't refused by rules made since. */
async function changedNumber(db: Executor, before: UserRow, change: UserFieldChange) {
  const { mobileNumber } = change;
  if (mobileNumber === undefined || mobileNumber === before.mobileNumber) return undefined;
  const groupId = change.groupId ?? before.groupId;
  const group = await db
    .selectFrom('configuration_group')
    .select('location_id')
    .where('id', '=', groupId)
    .executeTakeFirst();
  if (!group) throw new ApiError('invalid', 'There is no such group.', { field: 'groupId' });
  return enteredNumber(db, group.location_id, mobileNumber, 'mobileNumber');
}

type Substitutes = Pick<UserFieldChange, 'deputyId' | 'assistantId'>;

async function refuseUnknownSubstitutes(db: Executor, { deputyId, assistantId }: Substitutes, userId: string | null) {
  for (const [field, id] of Object.entries({ deputyId, assistantId })) {
    if (!id) continue;
    if (id === userId)
      throw new ApiError('invalid', 'Nobody stands in for themselves: choose somebody else.', { field });
    const found = await db.selectFrom('users').select('id').where('id', '=', id).executeTakeFirst();
    if (!found) throw new ApiError('invalid', 'There is no such user.', { field });
  }
}

async function refuseTakenAddress(db: Executor, email: string, ownerId: string | null): Promise<void> {
  const other = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst();
  if (other && other.id !== ownerId)
    throw new ApiError('conflict', `${email} belongs to another user already.`, { field: 'email' });
}
