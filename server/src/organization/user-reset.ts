/** Takes a user back to how they began: what they chose for themselves goes, what administrators set stays. */

import { ApiError } from '../api/errors.ts';
import { markDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import { type Actor, recordChange } from './audit.ts';

/** How many of each are gone. */
export interface UserReset {
  profiles: number;
  manualChoices: number;
  relationships: number;
  reminders: number;
  rules: number;
  appointmentChoices: number;
}

/**
 * Own profiles and rules, choices of presence by hand and for appointments, own relationships, and what was done with reminders. Accounts, phones, groups,
 * and what others have chosen stay. Run it in a transaction. @throws ApiError notFound
 */
export async function resetUser(transaction: Executor, userId: string, actor: Actor): Promise<UserReset> {
  const user = await transaction
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['display_name', 'location_id'])
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!user) throw new ApiError('notFound', 'There is no such user.');
  const gone = async (query: { executeTakeFirst(): Promise<{ numDeletedRows: bigint }> }) =>
    Number((await query.executeTakeFirst()).numDeletedRows);
  const claims = transaction.deleteFrom('claim').where('user_id', '=', userId).where('origin', '=', 'manual');
  const manualChoices = await gone(claims);
  const profiles = await gone(transaction.deleteFrom('profile').where('user_id', '=', userId));
  const relationships = await gone(transaction.deleteFrom('relationship').where('user_id', '=', userId));
  const reminders = await gone(transaction.deleteFrom('reminder_state').where('user_id', '=', userId));
  const rules = await ownRules(transaction, userId);
  const appointmentChoices = await gone(transaction.deleteFrom('appointment_choice').where('user_id', '=', userId));
  const reset = { profiles, manualChoices, relationships, reminders, rules, appointmentChoices };
  await markDue(transaction, [userId]);
  await recordChange(transaction, actor, {
    ...{ action: 'run', subject: 'user', subjectId: userId, subjectName: user.display_name },
    locationId: user.location_id,
    after: { reset },
  });
  return reset;
}

/** @returns how many they were. */
async function ownRules(transaction: Executor, userId: string): Promise<number> {
  const row = await transaction
    .deleteFrom('own_rules')
    .where('user_id', '=', userId)
    .returning('rules')
    .executeTakeFirst();
  return row?.rules.length ?? 0;
}
