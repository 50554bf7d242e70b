/**
 * Removing a user, an extension or a phone system begins here: from the commit on nobody signs in as the user and
 * nothing new is wanted of the phones. What then has to be given back and erased is carried out, and tried again, by
 * leavings.ts.
 */
import { sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { forgetSessions } from '../../api/sessions.ts';
import { markReachDue } from '../../presence/due.ts';
import type { Executor } from '../../store/database.ts';
import { wantNothingOf } from '../../telephony/release.ts';
import { type Actor, type AuditSubject, recordChange } from '../audit.ts';
import { refuseLastAdministrator } from '../roles.ts';
import { endSwitchingOff, insertLeaving, type Leaving, runningLeaving } from './leaving.queries.ts';
import { plannedSteps, withStep } from './steps.ts';

export interface LeavingSubject {
  kind: 'user' | 'extension' | 'phoneSystem';
  id: string;
}

/**
 * Asked again while it is under way it answers that one. Run it in a transaction (retrying: it meets activation and the
 * reconciler at the same rows).
 * @throws ApiError notFound; conflict for the last administrator.
 */
export async function startLeaving(transaction: Executor, subject: LeavingSubject, actor: Actor): Promise<Leaving> {
  const under = await runningLeaving(transaction, subject.kind, subject.id);
  if (under) return under;
  const { leaving, before } = await begin[subject.kind](transaction, subject.id, actor);
  await recordChange(transaction, actor, {
    action: 'delete',
    subject: auditSubjects[subject.kind],
    subjectId: subject.id,
    subjectName: leaving.subjectName,
    locationId: leaving.locationId,
    before,
    after: { leaving: leaving.id },
  });
  return leaving;
}

const auditSubjects: Record<LeavingSubject['kind'], AuditSubject> = {
  user: 'user',
  extension: 'extension',
  phoneSystem: 'phoneSystem',
};

type Begin = (
  transaction: Executor,
  id: string,
  actor: Actor,
) => Promise<{ leaving: Leaving; before: Record<string, unknown> }>;

const begin: Record<LeavingSubject['kind'], Begin> = {
  async user(transaction, userId, actor) {
    const user = await transaction
      .selectFrom('users')
      .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
      .select(['display_name', 'email', 'role', 'active', 'location_id'])
      .where('users.id', '=', userId)
      .executeTakeFirst();
    if (!user) throw new ApiError('notFound', 'There is no such user.');
    if (user.role === 'administrator') await refuseLastAdministrator(transaction, userId);
    await endSwitchingOff(transaction, [userId]); // what it was about is done here too
    await transaction
      .updateTable('users')
      .set({ active: false, leaving_at: sql`now()`, updated_at: sql`now()` })
      .where('id', '=', userId)
      .execute();
    await markReachDue(transaction, [userId]); // calls aren't forwarded to who leaves
    const ended = await endSignIn(transaction, userId);
    await wantNothingOf(transaction, { userId });
    const steps = withStep(
      plannedSteps('user'),
      'endSignIn',
      { state: 'done', message: ended },
      Temporal.Now.instant(),
    );
    const leaving = await insertLeaving(transaction, {
      ...{ kind: 'user', subjectId: userId, subjectName: user.display_name, locationId: user.location_id, steps },
      ...{ detail: { wasActive: user.active }, requestedBy: actor.userId },
    });
    return { leaving, before: { displayName: user.display_name, email: user.email, role: user.role } };
  },

  async extension(transaction, extensionId, actor) {
    const extension = await transaction
      .selectFrom('extension')
      .innerJoin('phone_system', 'phone_system.id', 'extension.phone_system_id')
      .innerJoin('users', 'users.id', 'extension.user_id')
      .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
      .select(['extension.number', 'phone_system.name', 'users.display_name', 'location_id'])
      .where('extension.id', '=', extensionId)
      .executeTakeFirst();
    if (!extension) throw new ApiError('notFound', 'There is no such extension.');
    await wantNothingOf(transaction, { extensionId });
    const subjectName = `${extension.number} (${extension.name}, ${extension.display_name})`;
    const leaving = await insertLeaving(transaction, {
      ...{ kind: 'extension', subjectId: extensionId, subjectName, locationId: extension.location_id },
      requestedBy: actor.userId,
    });
    const { number, name: phoneSystem, display_name: user } = extension;
    return { leaving, before: { number, phoneSystem, user } };
  },

  async phoneSystem(transaction, phoneSystemId, actor) {
    const system = await transaction
      .selectFrom('phone_system')
      .select(['name', 'kind', 'settings', 'mode'])
      .where('id', '=', phoneSystemId)
      .executeTakeFirst();
    if (!system) throw new ApiError('notFound', 'There is no such phone system.');
    await wantNothingOf(transaction, { phoneSystemId });
    const leaving = await insertLeaving(transaction, {
      ...{ kind: 'phoneSystem', subjectId: phoneSystemId, subjectName: system.name, locationId: null },
      requestedBy: actor.userId,
    });
    return { leaving, before: { ...system } };
  },
};

/** Sessions, API tokens, identities of sign-in providers and invitations. The password goes with the user's data. */
async function endSignIn(transaction: Executor, userId: string): Promise<string> {
  const ended = async (table: 'login_session' | 'api_token' | 'login_identity' | 'invitation') =>
    Number((await transaction.deleteFrom(table).where('user_id', '=', userId).executeTakeFirst()).numDeletedRows);
  const sessions = await ended('login_session');
  const tokens = await ended('api_token');
  const identities = await ended('login_identity');
  await ended('invitation');
  await forgetSessions(transaction, userId);
  return `Sign-in is blocked. Ended: ${counted(sessions, 'session')}, ${counted(tokens, 'API token')}, ${counted(identities, 'identity', 'identities')} of sign-in providers.`;
}

const counted = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** Nothing new for what is leaving. @throws ApiError conflict */
export async function refuseWhileLeaving(executor: Executor, subject: LeavingSubject, field: string): Promise<void> {
  const leaving = await runningLeaving(executor, subject.kind, subject.id);
  if (leaving) throw new ApiError('conflict', `${leaving.subjectName} is being removed. Cancel that first.`, { field });
}
