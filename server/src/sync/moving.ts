/**
 * A user's mailbox moves from Exchange to Microsoft 365. Both accounts are there; the one on Exchange is shown until all
 * calendars of the other were read well, then one transaction puts them in its place. A mailbox that isn't found there, or
 * can't be read whole, stays on Exchange and is tried again, so an agenda is never empty, short or doubled.
 */
import { sql } from 'kysely';
import { ConnectorError } from '../calendars/connector.ts';
import { crashPoint } from '../store/crash-points.ts';
import type { Database, Executor } from '../store/database.ts';
import { announceAgenda } from './announce.ts';
import { calendarsOfAccount, type StoredCalendar } from './calendar.queries.ts';
import type { LeasedAccount } from './lease.queries.ts';
import { type Pull, type ReadCalendar, readCalendar, storeCalendars } from './pull-calendar.ts';
import { isMoving } from './rest.ts';
import type { SynchronizationSettings } from './settings.ts';

/** The account on Exchange whose place this one is to take; null: none. */
export async function replacedAccount(
  db: Database,
  { userId, kind, origin }: LeasedAccount,
  settings: SynchronizationSettings,
): Promise<string | null> {
  if (kind !== 'microsoft365' || origin !== 'group' || !isMoving(settings)) return null;
  const row = await db
    .selectFrom('account')
    .select('id')
    .where('user_id', '=', userId)
    .where('kind', '=', 'exchange')
    .where('origin', '=', 'group')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Calendars take part as their user chose on Exchange: the mailbox's own is the same here, the others have their names. */
export async function takeChoice(db: Database, accountId: string, replaced: string): Promise<void> {
  await sql`
    update calendar set selected = before.selected
      from calendar before
     where calendar.account_id = ${accountId}::uuid and before.account_id = ${replaced}::uuid
       and case when calendar.by_default then before.by_default
                else not before.by_default and before.name = calendar.name end
       and calendar.selected <> before.selected`.execute(db);
}

/** Of the mailbox that was looked for in Microsoft 365: what isn't all there yet. */
class NotMovedYet extends ConnectorError {
  constructor(message: string) {
    super('notFound', message);
  }
}

/**
 * Until a mailbox is moved nothing is wrong with its not being there. @param mailbox its address.
 * @returns in plain words what is waited for; null where something else is the matter
 */
export function waitsForMove(mailbox: string, faults: readonly ConnectorError[]): string | null {
  const [fault] = faults;
  if (fault?.errorClass !== 'notFound') return null;
  return fault instanceof NotMovedYet
    ? fault.message
    : `The mailbox ${mailbox} isn’t in Microsoft 365 yet, so it is read from Exchange. It is looked for again by itself.`;
}

/**
 * @param calendars all that take part. @param replaced goes with them.
 * @returns what was read. @throws as `pullCalendar`: everything is as it was then
 */
export async function moveIn(
  pull: Pull,
  calendars: readonly StoredCalendar[],
  replaced: string,
): Promise<ReadCalendar[]> {
  const { account, db } = pull;
  const missing = (await calendarsOfAccount(db, replaced)).find(
    (before) => before.window !== null && !calendars.some((calendar) => isSame(calendar, before)),
  );
  if (missing || calendars.length === 0)
    throw new NotMovedYet(
      `The calendar "${missing?.name ?? account.name}" isn’t in Microsoft 365 yet, so this mailbox is read from Exchange.`,
    );
  const read: ReadCalendar[] = [];
  for (const calendar of calendars) read.push(await readCalendar(pull, calendar));
  await storeCalendars(pull, read, async (transaction) => {
    await takeReplies(transaction, account.id, replaced);
    await sql`delete from account where id = ${replaced}::uuid`.execute(transaction);
    await announceAgenda(transaction, account.userId, replaced);
    crashPoint('sync.moving');
  });
  crashPoint('sync.moved');
  return read;
}

/**
 * Automatic replies move with their mailbox: what was set there is gone on with, or taken back, by whoever reads it now.
 * Who looks after them locks the account first, and so does this.
 */
async function takeReplies(transaction: Executor, accountId: string, replaced: string): Promise<void> {
  await sql`select from account where id = ${replaced}::uuid for update`.execute(transaction);
  await sql`
    delete from automatic_replies
     where account_id = ${accountId}::uuid and phase = 'idle'
       and exists (select from automatic_replies before where before.account_id = ${replaced}::uuid)`.execute(
    transaction,
  );
  await sql`
    update automatic_replies set account_id = ${accountId}::uuid, due_at = now(), failures = 0, error_class = null,
           error_message = null
     where account_id = ${replaced}::uuid
       and not exists (select from automatic_replies where account_id = ${accountId}::uuid)`.execute(transaction);
}

const isSame = (calendar: StoredCalendar, before: StoredCalendar): boolean =>
  before.byDefault ? calendar.byDefault : !calendar.byDefault && calendar.name === before.name;
