/** What becomes of an account, or of some of its calendars, that may not be read: nothing of it stays here. */
import type { Database } from '../store/database.ts';
import { announceAgenda } from './announce.ts';
import { calendarsOfAccount, emptyCalendars, type StoredCalendar } from './calendar.queries.ts';
import { LeaseLost } from './faults.ts';
import { holdLease, type LeasedAccount, type Outcome } from './lease.queries.ts';
import type { RestReason } from './rest.ts';

/** A change of settings makes accounts due; this is for the one that was missed. */
const lookAgainMs = 24 * 3600_000;

/** Its owner's choice of calendars stays. @throws LeaseLost */
export async function putToRest(db: Database, account: LeasedAccount, reason: RestReason): Promise<Outcome> {
  await leaveOut(db, account, await calendarsOfAccount(db, account.id));
  return { error: null, rests: reason, failures: 0, nextIn: lookAgainMs };
}

/** Empties calendars that take part no longer, where anything was read of them. @throws LeaseLost */
export async function leaveOut(
  db: Database,
  account: LeasedAccount,
  calendars: readonly StoredCalendar[],
): Promise<void> {
  const read = calendars.filter(({ window }) => window !== null).map(({ id }) => id);
  if (read.length === 0) return;
  await db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
    await emptyCalendars(transaction, read);
    await announceAgenda(transaction, account.userId, account.id);
  });
}
