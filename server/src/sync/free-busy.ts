/**
 * Groups that keep only when their users are busy: what is stored of a calendar has no titles, places, people,
 * categories and addresses, in its appointments or in the text they are expanded from. Switched on, what is there is
 * erased without asking the source; switched off, everything is read again.
 */
import { sql } from 'kysely';
import type { CalendarConnector, ConnectorAccount } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import type { Database, Executor } from '../store/database.ts';
import { announceAgenda } from './announce.ts';
import type { StoredCalendar } from './calendar.queries.ts';
import { LeaseLost } from './faults.ts';
import { holdLease, type LeasedAccount } from './lease.queries.ts';
import { type ObjectRow, storable } from './rows.ts';

/** Makes a stored text free of subjects; null where only the source can give it anew. */
export type Reduce = ((source: string) => string) | null;

/** Pure. */
export const withoutSubjects = (row: ObjectRow, reduce: Reduce): ObjectRow => ({
  ...row,
  source: row.source !== null && reduce ? storable(reduce(row.source)) : null,
  appointments: row.appointments.map((appointment) => ({
    ...appointment,
    ...{ title: '', location: null, organizer: null, organizer_address: null, attendee_count: 0 },
    ...{ categories: [], join_url: null, open_url: null },
  })),
});

/**
 * Makes what is stored of the calendar what the group's setting asks for.
 * @returns the calendar as it is then. @throws LeaseLost
 */
export async function fitFreeBusy(
  db: Database,
  account: LeasedAccount,
  calendar: StoredCalendar,
  freeBusyOnly: boolean,
  reduce: Reduce,
): Promise<StoredCalendar> {
  if (calendar.freeBusy === freeBusyOnly) return calendar;
  return await db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
    await transaction
      .updateTable('calendar')
      .set({ free_busy: freeBusyOnly, ...(freeBusyOnly && reduce ? {} : { cursor: null }) })
      .where('id', '=', calendar.id)
      .execute();
    if (freeBusyOnly) {
      await eraseSubjects(transaction, calendar.id, reduce);
      if (calendar.window !== null) await announceAgenda(transaction, account.userId, account.id);
    } else
      await sql`update calendar_object set version = '' where calendar_id = ${calendar.id}::uuid`.execute(transaction);
    return { ...calendar, freeBusy: freeBusyOnly, cursor: freeBusyOnly && reduce ? calendar.cursor : null };
  });
}

async function eraseSubjects(transaction: Executor, calendarId: string, reduce: Reduce): Promise<void> {
  await sql`
    update appointment set title = '', location = null, organizer = null, organizer_address = null,
           attendee_count = 0, categories = '{}',
           join_url = null, open_url = null
     where calendar_id = ${calendarId}::uuid`.execute(transaction);
  if (!reduce) {
    await sql`
      update calendar_object set source = null, version = '' where calendar_id = ${calendarId}::uuid`.execute(
      transaction,
    );
    return;
  }
  const { rows } = await sql<{ key: string; source: string }>`
    select key, source from calendar_object
     where calendar_id = ${calendarId}::uuid and source is not null`.execute(transaction);
  const reduced = rows.map(({ key, source }) => ({ key, source: storable(reduce(source)) }));
  await sql`
    update calendar_object set source = row.source
      from json_to_recordset(${JSON.stringify(reduced)}::json) as row (key text, source text)
     where calendar_id = ${calendarId}::uuid and calendar_object.key = row.key`.execute(transaction);
}

/** A secret that holds appointments itself (a file) is kept without subjects too. @returns the account as it is then. */
export async function fitSecret(
  { store, secrets }: Pick<Context, 'store' | 'secrets'>,
  account: LeasedAccount,
  connector: CalendarConnector,
  opened: ConnectorAccount,
  ownerAddresses: readonly string[],
): Promise<ConnectorAccount> {
  const secret = connector.freeBusy?.secret?.(opened.secret, ownerAddresses);
  if (secret === undefined) return opened;
  const text = JSON.stringify(secret);
  if (text === JSON.stringify(opened.secret)) return opened;
  await store.db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
    await transaction
      .updateTable('account')
      .set({ secret: secrets.seal(text, account.id) })
      .where('id', '=', account.id)
      .execute();
  });
  return { ...opened, secret };
}
