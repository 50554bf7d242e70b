/** Claims of calls, programs and clients on a user's presence. Appointments make theirs when presence is computed. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import type { EndRule } from './claim-ends.ts';
import { markDue } from './due.ts';
import type { Status } from './presence.ts';

export interface ClaimInput {
  userId: string;
  origin: 'call' | 'manual' | 'client' | 'api';
  /** Tells claims of the same origin and user apart: a call's id, a program's name. */
  key: string;
  status: Status;
  /** Its status, note and forwarding count instead; null: those of the profile that stands for the status. */
  profileId?: string | null;
  /** Instead of the profile's note. */
  note?: string | null;
  start: Temporal.Instant;
  /** Exclusive; null: until `endClaim`, or by `endRule`. */
  end: Temporal.Instant | null;
  endRule?: EndRule;
  /** Whose end is the claim's, with endRule appointmentEnd. */
  appointment?: { uid: string; occurrence: string } | null;
  /** It ends then, whatever its end says, unless it is made again before. */
  leasedUntil?: Temporal.Instant | null;
  createdBy?: string | null;
}

/** Makes a claim, or replaces the one of the same user, origin and key. Idempotent. Run it in a transaction. */
export async function putClaim(executor: Executor, claim: ClaimInput): Promise<void> {
  const values = {
    profile_id: claim.profileId ?? null,
    status: claim.status,
    note: claim.note ?? null,
    starts_at: claim.start.round('millisecond'),
    ends_at: claim.end?.round('millisecond') ?? null,
    end_rule: claim.endRule ?? 'time',
    appointment: claim.appointment ? JSON.stringify(claim.appointment) : null,
    leased_until: claim.leasedUntil?.round('millisecond') ?? null,
    created_by: claim.createdBy ?? null,
  };
  await executor
    .insertInto('claim')
    .values({ user_id: claim.userId, origin: claim.origin, key: claim.key, ...values })
    .onConflict((conflict) => conflict.columns(['user_id', 'origin', 'key']).doUpdateSet(values))
    .execute();
  await markDue(executor, [claim.userId]);
}

/**
 * Ends a claim at the instant, unless it has ended before. It is kept for a while, so that the timeline of today still
 * shows it. Idempotent. Run it in a transaction.
 */
export async function endClaim(
  executor: Executor,
  claim: Pick<ClaimInput, 'userId' | 'origin' | 'key'>,
  at: Temporal.Instant,
): Promise<void> {
  const ended = await executor
    .updateTable('claim')
    .set({ ends_at: sql`greatest(starts_at, ${at.round('millisecond')})`, end_rule: 'time' })
    .where('user_id', '=', claim.userId)
    .where('origin', '=', claim.origin)
    .where('key', '=', claim.key)
    .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', at)]))
    .returning('id')
    .execute();
  if (ended.length > 0) await markDue(executor, [claim.userId]);
}
