/** Second factors and recovery codes in the store. Taking a code is one statement: of two at once, one wins. */
import type { Executor } from '../../store/database.ts';
import { hashRecoveryCode } from './recovery-codes.ts';

export interface StoredFactor {
  /** Sealed with the user's id. */
  secret: string;
  confirmedAt: Temporal.Instant | null;
  lastStep: number;
}

export async function factorOf(db: Executor, userId: string): Promise<StoredFactor | null> {
  const row = await db
    .selectFrom('second_factor')
    .select(['secret', 'confirmed_at as confirmedAt', 'last_step as lastStep'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row ?? null;
}

/** @returns false when a confirmed one is there: that is never replaced. */
export async function storeUnconfirmed(db: Executor, userId: string, secret: string): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('second_factor')
    .values({ user_id: userId, secret })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet({ secret, last_step: 0 }).where('second_factor.confirmed_at', 'is', null),
    )
    .executeTakeFirst();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** Takes the step, unless it or a later one was taken. */
export async function takeStep(db: Executor, userId: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('second_factor')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is not', null)
    .where('last_step', '<', step)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** @param secret what was confirmed, sealed: another one may have been stored meanwhile. */
export async function confirmFactor(
  db: Executor,
  userId: string,
  { secret, step, now }: { secret: string; step: number; now: Temporal.Instant },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('second_factor')
    .set({ confirmed_at: now, last_step: step })
    .where('user_id', '=', userId)
    .where('confirmed_at', 'is', null)
    .where('secret', '=', secret)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Uses a recovery code up. */
export async function takeRecoveryCode(db: Executor, userId: string, typed: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('recovery_code')
    .where('user_id', '=', userId)
    .where('code', '=', hashRecoveryCode(typed))
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Earlier ones stop working. */
export async function replaceRecoveryCodes(db: Executor, userId: string, codes: readonly string[]): Promise<void> {
  await db.deleteFrom('recovery_code').where('user_id', '=', userId).execute();
  await db
    .insertInto('recovery_code')
    .values(codes.map((code) => ({ user_id: userId, code: hashRecoveryCode(code) })))
    .execute();
}

export async function recoveryCodesLeft(db: Executor, userId: string): Promise<number> {
  const { left } = await db
    .selectFrom('recovery_code')
    .select((of) => of.fn.countAll<number>().as('left'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  return Number(left);
}

/** @returns whether there was a confirmed one. */
export async function dropFactor(db: Executor, userId: string): Promise<boolean> {
  await db.deleteFrom('recovery_code').where('user_id', '=', userId).execute();
  const row = await db
    .deleteFrom('second_factor')
    .where('user_id', '=', userId)
    .returning('confirmed_at')
    .executeTakeFirst();
  return Boolean(row?.confirmed_at);
}
