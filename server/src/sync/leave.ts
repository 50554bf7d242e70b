/** What a user's group lets the user do with calendars of their own. */
import { ApiError } from '../api/errors.ts';
import type { Executor } from '../store/database.ts';
import { refusals, restReasonOf } from './rest.ts';
import { type SynchronizationSettings, synchronizationSettingsOf } from './settings.ts';

export interface UserSynchronization {
  email: string;
  settings: SynchronizationSettings;
}

/** @throws ApiError notFound */
export async function synchronizationOf(executor: Executor, userId: string): Promise<UserSynchronization> {
  const user = await executor
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['email', 'configuration_group.settings'])
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!user) throw new ApiError('notFound', 'There is no such user.');
  return { email: user.email, settings: synchronizationSettingsOf(user.settings) };
}

/** Before an account of this kind is added. @throws ApiError forbidden */
export function refuseKind({ settings }: UserSynchronization, kind: string): void {
  const reason = restReasonOf(kind, settings);
  if (reason) throw new ApiError('forbidden', refusals[reason], { field: 'kind' });
}

/** Of each kind whether the user may add one. */
export const leaveFor = ({ settings }: UserSynchronization, kinds: readonly string[]) =>
  kinds.map((kind) => {
    const reason = restReasonOf(kind, settings);
    return { kind, allowed: reason === null, restReason: reason, reason: reason && refusals[reason] };
  });
