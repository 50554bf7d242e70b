/** The way in for whoever has the machine, when nobody else can open the door: no password, no phone, locked. */

import { forgetSessions } from '../../api/sessions.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import { invite } from '../credentials.ts';
import { dropFactor } from './second-factor.queries.ts';
import { personKey } from './tries.queries.ts';
import { userByEmail } from './user.queries.ts';

/**
 * Takes lock and second factor away, lets a deactivated user in again, and makes a one-time link to a new password. Run
 * it in a transaction.
 * @returns the token of the link. @throws Error in plain words when there is no such user.
 */
export async function letIn(
  transaction: Executor,
  actor: Actor,
  email: string,
  now: Temporal.Instant,
): Promise<{ token: string; expiresAt: Temporal.Instant }> {
  const user = await userByEmail(transaction, email);
  if (!user) throw new Error(`There is no user with the address ${email}.`);
  await transaction.deleteFrom('sign_in_failure').where('key', '=', personKey(email).key).execute();
  const factor = await dropFactor(transaction, user.id);
  await transaction.updateTable('users').set({ active: true }).where('id', '=', user.id).execute();
  await recordChange(transaction, actor, {
    action: 'run',
    subject: 'signIn',
    subjectId: user.id,
    subjectName: user.displayName,
    locationId: user.locationId,
    before: { secondFactor: factor, mayEnter: user.mayEnter },
    after: { secondFactor: false, mayEnter: true, invited: true },
  });
  await forgetSessions(transaction, user.id);
  return invite(transaction, user.id, now);
}
