/** Takes a removal back, as long as nothing was erased. What was ended stays ended: sessions and API tokens. */
import { sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import { forgetSessions } from '../../api/sessions.ts';
import { markReachDue } from '../../presence/due.ts';
import type { Executor } from '../../store/database.ts';
import { syncUserNow } from '../../sync/accounts.ts';
import { wantAgain } from '../../telephony/release.ts';
import { reactivateUsers } from '../activity.ts';
import { type Actor, recordChange } from '../audit.ts';
import { auditSubjectOf } from './carry-out.ts';
import { keepMethodAccounts } from './group-method.ts';
import { type Leaving, readLeaving } from './leaving.queries.ts';

/**
 * Run it in a transaction (retrying).
 * @throws ApiError notFound; conflict when it is done or cancelled already.
 */
export async function cancelLeaving(transaction: Executor, id: string, actor: Actor): Promise<Leaving> {
  // Whoever erases holds this row until everything is gone: then it is done here, and nothing is undone.
  const row = await transaction.selectFrom('leaving').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) throw new ApiError('notFound', 'There is no such removal.');
  if (row.state === 'done') throw new ApiError('conflict', `${row.subject_name} has been removed already.`);
  if (row.state === 'cancelled') throw new ApiError('conflict', 'This removal was cancelled already.');
  await transaction
    .updateTable('leaving')
    .set({ state: 'cancelled', finished_at: sql`now()`, leased_by: null, leased_until: null, error_message: null })
    .where('id', '=', id)
    .execute();
  const { kind, subject_id: subjectId } = row;
  if (kind === 'userOff') await reactivateUsers(transaction, [subjectId]);
  else if (kind === 'user') await keepUser(transaction, subjectId, row.detail.wasActive !== false);
  else if (kind === 'extension') await wantAgainUnlessLeaving(transaction, { extensionId: subjectId });
  else if (kind === 'phoneSystem') await wantAgainUnlessLeaving(transaction, { phoneSystemId: subjectId });
  else await keepMethodAccounts(transaction, subjectId);
  await recordChange(transaction, actor, {
    action: 'change',
    subject: auditSubjectOf(kind),
    subjectId,
    subjectName: row.subject_name,
    locationId: row.location_id,
    before: { leaving: 'running' },
    after: { leaving: 'cancelled' },
  });
  return (await readLeaving(transaction, id))!;
}

async function keepUser(transaction: Executor, userId: string, active: boolean): Promise<void> {
  await transaction.updateTable('users').set({ active, leaving_at: null }).where('id', '=', userId).execute();
  await wantAgainUnlessLeaving(transaction, { userId });
  await markReachDue(transaction, [userId]);
  await syncUserNow(transaction, userId);
  await forgetSessions(transaction, userId);
}

/** An extension may be leaving in its own right, or with its user, or with its phone system, or its user is switched off: that goes on. */
async function wantAgainUnlessLeaving(transaction: Executor, of: Parameters<typeof wantAgain>[1]): Promise<void> {
  await wantAgain(transaction, of);
  await sql`
    update forwarding_record r set released_at = now(), due_at = now() from extension e join users on users.id = e.user_id
     where e.id = r.extension_id and r.released_at is null
       and (not users.active
            or exists (select from leaving l where l.state = 'running'
                          and (l.kind, l.subject_id) in (('extension', e.id), ('user', e.user_id), ('phoneSystem', e.phone_system_id))))`.execute(
    transaction,
  );
}
