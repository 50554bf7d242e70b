/**
 * Transactions that delete or change what several engines are at work on. Deleting a user reaches into every room in
 * the database's own order, so it can meet sync or activation the other way round: PostgreSQL then breaks one of the
 * two off (deadlock_detected, serialization_failure) and means it to be done again.
 */
import type { Transaction } from 'kysely';
import type { Database } from './database.ts';
import type { Schema } from './schema.ts';

const brokenOffForOthers = new Set(['40P01', '40001']);
const attempts = 6;

/**
 * Runs `work` in a transaction, again when the database broke it off for the sake of others. `work` must do nothing
 * but on its transaction.
 * @throws what `work` throws, and the database's error after six attempts.
 */
export async function retrying<T>(db: Database, work: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt === attempts || !brokenOffForOthers.has((error as { code?: string }).code ?? '')) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 50 * attempt));
    }
  }
}
