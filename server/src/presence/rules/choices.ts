/**
 * What a user chose for one appointment or one series, above all rules. It is kept by the meeting's key, so it survives
 * moves, new readings of the calendar and a change of its source.
 */
import { sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import type { Executor } from '../../store/database.ts';
import { markDue } from '../due.ts';
import type { Effect } from './rule.ts';

export interface AppointmentKey {
  uid: string;
  /** The original start within its series; '' for the whole series, and for an appointment that belongs to none. */
  occurrence: string;
}

/** Run it in a transaction. @throws ApiError notFound where the user has no such appointment. */
export async function setChoice(
  transaction: Executor,
  userId: string,
  { uid, occurrence }: AppointmentKey,
  effect: Effect,
): Promise<void> {
  const there = await sql`
    select from appointment where user_id = ${userId}::uuid and uid = ${uid}
       and (${occurrence} = '' or occurrence = ${occurrence}) limit 1`.execute(transaction);
  if (uid === '' || there.rows.length === 0) throw new ApiError('notFound', 'There is no such appointment.');
  await sql`
    insert into appointment_choice (user_id, uid, occurrence, effect)
    values (${userId}::uuid, ${uid}, ${occurrence}, ${JSON.stringify(effect)}::jsonb)
    on conflict (user_id, uid, occurrence) do update set effect = excluded.effect, chosen_at = now()`.execute(
    transaction,
  );
  await markDue(transaction, [userId]);
}

/** The rules decide again. Idempotent. Run it in a transaction. */
export async function clearChoice(
  transaction: Executor,
  userId: string,
  { uid, occurrence }: AppointmentKey,
): Promise<void> {
  const gone = await transaction
    .deleteFrom('appointment_choice')
    .where('user_id', '=', userId)
    .where('uid', '=', uid)
    .where('occurrence', '=', occurrence)
    .executeTakeFirst();
  if (gone.numDeletedRows > 0n) await markDue(transaction, [userId]);
}

/** How long a choice outlives its appointment, which may be away only for a while: a source that doesn't answer, a resync. */
const keptFor = Temporal.Duration.from({ hours: 60 * 24 });

/** Notes which choices still have an appointment, and drops those that have had none for long. */
export async function dropOldChoices(executor: Executor, now: Temporal.Instant): Promise<void> {
  await sql`
    update appointment_choice choice set seen_at = ${now}
     where seen_at < ${now.subtract({ hours: 24 })}
       and exists (select from appointment
                    where appointment.user_id = choice.user_id and appointment.uid = choice.uid
                      and (choice.occurrence = '' or appointment.occurrence = choice.occurrence))`.execute(executor);
  await executor.deleteFrom('appointment_choice').where('seen_at', '<', now.subtract(keptFor)).execute();
}
