/** Tells the rest of the house that a user's appointments changed, in the transaction that changed them. */
import { sql } from 'kysely';
import { markDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';

export async function announceAgenda(executor: Executor, userId: string, accountId: string): Promise<void> {
  await markDue(executor, [userId]);
  await sql`select pg_notify('agenda', ${userId}), pg_notify('account', ${accountId})`.execute(executor);
}
