/**
 * Zone and working hours of users as their mailboxes have them, where the group takes them from there: looked at with
 * each discovery. Where it no longer does, the group's working day counts again; the zone stays, for the user to change.
 */
import { sql } from 'kysely';
import { forgetSessions } from '../api/sessions.ts';
import { type CalendarConnector, type ConnectorAccount, ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { recordChange, systemActor } from '../organization/audit.ts';
import { locationIdOfUser } from '../organization/roles.ts';
import { markDue } from '../presence/due.ts';
import { retrying } from '../store/retrying.ts';
import { syncUserNow } from './accounts.ts';
import type { LeasedAccount } from './lease.queries.ts';

/** @param wanted by the group. @throws errors of the database */
export async function takeOwnersTime(
  { store: { db }, log }: Pick<Context, 'store' | 'log'>,
  connector: CalendarConnector,
  { account, opened }: { account: LeasedAccount; opened: ConnectorAccount },
  { wanted, signal }: { wanted: boolean; signal: AbortSignal },
): Promise<void> {
  if (!connector.ownersTime || !(await speaksForUser())) return;
  const told = wanted ? await ask() : { timeZone: null, workingDay: null };
  if (told === null) return;
  await retrying(db, async (transaction) => {
    const user = await transaction
      .selectFrom('users')
      .select(['display_name', 'time_zone', 'working_day'])
      .where('id', '=', account.userId)
      .forUpdate()
      .executeTakeFirst();
    if (!user) return;
    const timeZone = told.timeZone ?? user.time_zone;
    const workingDay = told.workingDay && JSON.stringify(told.workingDay);
    const sameDay = workingDay === (user.working_day && JSON.stringify(ordered(user.working_day)));
    if (timeZone === user.time_zone && sameDay) return;
    await transaction
      .updateTable('users')
      .set({ time_zone: timeZone, working_day: workingDay, updated_at: sql`now()` })
      .where('id', '=', account.userId)
      .execute();
    await markDue(transaction, [account.userId]);
    if (timeZone === user.time_zone) return;
    await syncUserNow(transaction, account.userId);
    await forgetSessions(transaction, account.userId);
    await recordChange(transaction, systemActor, {
      ...{ action: 'change', subject: 'user', subjectId: account.userId, subjectName: user.display_name },
      locationId: await locationIdOfUser(transaction, account.userId),
      ...{ before: { timeZone: user.time_zone }, after: { timeZone } },
    });
  });

  /** Of a user with several mailboxes the one that the group has read, or else the first. */
  async function speaksForUser(): Promise<boolean> {
    const first = await db
      .selectFrom('account')
      .select('id')
      .where('user_id', '=', account.userId)
      .where('kind', '=', account.kind)
      .orderBy('origin') // 'group' before 'user'
      .orderBy('created_at')
      .orderBy('id')
      .executeTakeFirst();
    return first?.id === account.id;
  }

  /** Null: it wasn't told, and what is stored stays. */
  async function ask() {
    try {
      return await connector.ownersTime!(opened, signal);
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
      log.info({ account: account.id, error }, 'A mailbox does not tell its time zone and working hours.');
      return null;
    }
  }
}

const ordered = ({ start, end, days }: { start: string; end: string; days: number[] }) => ({ start, end, days });
