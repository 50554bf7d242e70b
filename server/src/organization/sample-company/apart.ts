/**
 * Keeps the sample company and real phones apart: its meetings are made up and its profiles forward, so whoever takes
 * part in it has no extension on a real phone system, and its phone system stays the simulated one.
 */
import { ApiError } from '../../api/errors.ts';
import type { Executor } from '../../store/database.ts';
import { readState, type SampleState } from './state.ts';

const state = (db: Executor): Promise<SampleState | null> => readState(db, Temporal.Now.instant());

/** Before somebody gets an extension. @throws ApiError conflict */
export async function refuseRealPhone(db: Executor, userId: string, phoneSystemId: string): Promise<void> {
  const sample = await state(db);
  if (!sample || phoneSystemId === sample.phoneSystemId) return;
  const user = await db
    .selectFrom('users')
    .select(['group_id', 'sample', 'display_name'])
    .where('id', '=', userId)
    .executeTakeFirst();
  if (!user || !(user.sample || user.group_id === sample.groupId || userId === sample.administrator?.userId)) return;
  throw new ApiError(
    'conflict',
    `${user.display_name} takes part in the sample company, whose meetings are made up and would forward a real phone. Remove the sample company first.`,
    { field: 'userId' },
  );
}

/** Before somebody comes into a group. @throws ApiError conflict */
export async function refuseSampleGroup(db: Executor, userId: string, groupId: string): Promise<void> {
  const sample = await state(db);
  if (!sample || groupId !== sample.groupId || !(await hasRealPhone(db, userId, sample.phoneSystemId))) return;
  throw new ApiError(
    'conflict',
    'This group belongs to the sample company, whose profiles would forward this user’s real phone. Choose another group.',
    { field: 'groupId' },
  );
}

/** The group that belongs to the sample company: nobody is imported into it. Null while there is none. */
export const sampleGroupId = async (db: Executor): Promise<string | null> => (await state(db))?.groupId ?? null;

/** Before the address or the secret of a phone system is changed by hand. @throws ApiError conflict */
export async function refuseSamplePhones(db: Executor, phoneSystemId: string): Promise<void> {
  if ((await state(db))?.phoneSystemId !== phoneSystemId) return;
  throw new ApiError(
    'conflict',
    'This is the simulated phone system of the sample company. Connect your own as a phone system of its own.',
    { field: 'settings' },
  );
}

/** @param samplePhones the sample company's phone system, which isn't a real one. */
export async function hasRealPhone(db: Executor, userId: string, samplePhones: string | null): Promise<boolean> {
  const extensions = await db.selectFrom('extension').select('phone_system_id').where('user_id', '=', userId).execute();
  return extensions.some((extension) => extension.phone_system_id !== samplePhones);
}
