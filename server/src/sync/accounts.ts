/** What people do with accounts: connect, change, disconnect, choose calendars, ask for a look now. */

import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { lookAtRepliesAgain } from '../automatic-replies/wake.ts';
import type { Context } from '../context.ts';
import { type Actor, recordChange, systemActor } from '../organization/audit.ts';
import { locationIdOfUser } from '../organization/roles.ts';
import { markDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import { announceAgenda } from './announce.ts';
import { emptyCalendars } from './calendar.queries.ts';
import { syncChannel } from './sync.ts';

export interface NewAccount {
  userId: string;
  /** A connector's kind. */
  kind: string;
  name: string;
  /** Checked by the connector's settingsSchema before. */
  settings: Record<string, unknown>;
  /** Checked by the connector's secretSchema before; stored sealed. */
  secret?: unknown;
  /** Remote ids of the calendars to select when they are first discovered; left out, the source's default counts. */
  calendars?: readonly string[] | undefined;
  /** The Graph application by which it is read. */
  applicationId?: string;
}

/** Stores an account; it is read at once. Returns its id. */
export async function createAccount(
  { store, secrets }: Pick<Context, 'store' | 'secrets'>,
  { userId, kind, name, settings, secret, calendars, applicationId }: NewAccount,
  executor: Executor = store.db,
): Promise<string> {
  const id = randomUUID();
  await executor
    .insertInto('account')
    .values({
      id,
      user_id: userId,
      kind,
      name,
      settings: JSON.stringify(settings),
      secret: seal(secrets, secret, id),
      chosen_calendars: calendars ? [...calendars] : null,
      application_id: applicationId ?? null,
    })
    .execute();
  await wake(executor);
  return id;
}

const seal = (secrets: Context['secrets'], secret: unknown, id: string) =>
  secret === null || secret === undefined ? null : secrets.seal(JSON.stringify(secret), id);

export interface AccountChange {
  name?: string;
  settings?: Record<string, unknown>;
  /** Null removes it. */
  secret?: unknown;
}

/**
 * Changes an account. With other settings or another secret it is read anew at once: a pull with the old ones that is
 * under way doesn't count any more. Returns false when there is no such account.
 */
export const updateAccount = (
  { store, secrets }: Pick<Context, 'store' | 'secrets'>,
  accountId: string,
  change: AccountChange,
  actor: Actor = systemActor,
): Promise<boolean> =>
  retrying(store.db, (transaction) => updateAccountIn(transaction, secrets, accountId, change, actor));

/** The same within a transaction. */
export async function updateAccountIn(
  transaction: Executor,
  secrets: Context['secrets'],
  accountId: string,
  { name, settings, secret }: AccountChange,
  actor: Actor,
): Promise<boolean> {
  const connection = settings !== undefined || secret !== undefined;
  const before = await transaction
    .selectFrom('account')
    .select(['id', 'user_id', 'name'])
    .where('id', '=', accountId)
    .forUpdate()
    .executeTakeFirst();
  const { numUpdatedRows } = await transaction
    .updateTable('account')
    .set({
      id: accountId,
      ...(name === undefined ? {} : { name }),
      ...(settings === undefined ? {} : { settings: JSON.stringify(settings) }),
      ...(secret === undefined ? {} : { secret: seal(secrets, secret, accountId) }),
      ...(connection
        ? {
            failures: 0,
            discovered_at: null,
            leased_by: null,
            leased_until: null,
            due_at: sql<Temporal.Instant>`now()`,
          }
        : {}),
    })
    .where('id', '=', accountId)
    .executeTakeFirst();
  if (!before || numUpdatedRows === 0n) return false;
  await recordOfAnother(transaction, actor, before, {
    ...{ action: 'change', before: { name: before.name } },
    after: { name: name ?? before.name, ...(connection && { connection: 'changed' }) },
  });
  if (connection) {
    // The same names may mean other things at another address: what is stored is compared with it in full.
    await sql`update calendar set cursor = null where account_id = ${accountId}::uuid`.execute(transaction);
    await sql`
        update calendar_object set version = '' from calendar
         where calendar.id = calendar_id and account_id = ${accountId}::uuid`.execute(transaction);
    await wake(transaction);
  }
  await sql`select pg_notify('account', ${accountId})`.execute(transaction);
  return true;
}

/**
 * Another way into the same mailbox: what was read of it stays, and goes on from where it was. A pull that is under way
 * with the old one doesn't count any more, so that it can't store what it refreshed over the new one.
 */
export async function renewSecretIn(
  transaction: Executor,
  secrets: Context['secrets'],
  accountId: string,
  { secret, applicationId }: { secret: unknown; applicationId: string },
): Promise<void> {
  await sql`
    update account set secret = ${seal(secrets, secret, accountId)}, application_id = ${applicationId}::uuid, failures = 0,
           discovered_at = null, leased_by = null, leased_until = null, due_at = clock_timestamp()
     where id = ${accountId}::uuid`.execute(transaction);
  await lookAtRepliesAgain(transaction, sql`account.id = ${accountId}::uuid`);
  await wake(transaction);
  await sql`select pg_notify('account', ${accountId})`.execute(transaction);
}

/** Disconnects: its calendars and appointments go, and presence is computed without them. False when not there. */
export const removeAccount = (
  { store }: Pick<Context, 'store'>,
  accountId: string,
  actor: Actor = systemActor,
): Promise<boolean> => retrying(store.db, (transaction) => removeAccountIn(transaction, accountId, actor));

/** The same within a transaction. */
export async function removeAccountIn(transaction: Executor, accountId: string, actor: Actor): Promise<boolean> {
  const row = await transaction
    .deleteFrom('account')
    .where('id', '=', accountId)
    .returning(['id', 'user_id', 'name', 'kind'])
    .executeTakeFirst();
  if (!row) return false;
  await recordOfAnother(transaction, actor, row, {
    ...{ action: 'delete', before: { name: row.name, kind: row.kind } },
  });
  await announceAgenda(transaction, row.user_id, accountId);
  return true;
}

/** Takes a calendar in, or out with its appointments. False when there is no such calendar. */
export async function selectCalendar(
  { store }: Pick<Context, 'store'>,
  calendarId: string,
  selected: boolean,
  actor: Actor = systemActor,
): Promise<boolean> {
  return await retrying(store.db, async (transaction) => {
    const owner = await transaction
      .selectFrom('calendar')
      .innerJoin('account', 'account.id', 'calendar.account_id')
      .select(['account_id', 'user_id', 'account.name', 'calendar.name as calendar'])
      .where('calendar.id', '=', calendarId)
      .executeTakeFirst();
    if (!owner) return false;
    // The account first, as the engine does: who locks in one order never deadlocks.
    await sql`select 1 from account where id = ${owner.account_id}::uuid for no key update`.execute(transaction);
    const before = await transaction
      .selectFrom('calendar')
      .select('selected')
      .where('id', '=', calendarId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (!before) return false;
    if (before.selected === selected) return true;
    await transaction.updateTable('calendar').set({ selected }).where('id', '=', calendarId).execute();
    const account = { id: owner.account_id, user_id: owner.user_id, name: owner.name };
    await recordOfAnother(transaction, actor, account, {
      ...{ action: 'change', before: { calendar: owner.calendar, selected: before.selected } },
      after: { calendar: owner.calendar, selected },
    });
    if (selected) await syncNow(transaction, owner.account_id);
    else await emptyCalendars(transaction, [calendarId]);
    await announceAgenda(transaction, owner.user_id, owner.account_id);
    return true;
  });
}

/** What people do with their own accounts is theirs; what administrators do with them stands in the audit log. */
async function recordOfAnother(
  transaction: Executor,
  actor: Actor,
  account: { id: string; user_id: string; name: string },
  change: {
    action: 'create' | 'change' | 'delete';
    before?: Record<string, unknown>;
    after?: Record<string, unknown>;
  },
): Promise<void> {
  if (actor.userId === null || actor.userId === account.user_id) return;
  await recordChange(transaction, actor, {
    ...{ subject: 'account', subjectId: account.id, subjectName: account.name, ...change },
    locationId: await locationIdOfUser(transaction, account.user_id),
  });
}

/**
 * Has the account read as soon as may be; when it is being read right now, once more after that.
 * @param newCalendars looks for those too, as if the last look had been long ago: somebody waits.
 */
export async function syncNow(executor: Executor, accountId: string, { newCalendars = false } = {}): Promise<void> {
  // clock_timestamp(): differs from a due_at written by the same transaction, so a pull under way sees the wish.
  await sql`
    update account set due_at = clock_timestamp(),
           discovered_at = case when ${newCalendars} then discovered_at - interval '30 days' else discovered_at end
     where id = ${accountId}::uuid`.execute(executor);
  await wake(executor);
}

/** Has all accounts of a user looked at: after the zone or the address changed, which all appointments depend on. */
export async function syncUserNow(executor: Executor, userId: string): Promise<void> {
  await sql`update account set due_at = clock_timestamp() where user_id = ${userId}::uuid`.execute(executor);
  await lookAtRepliesAgain(executor, sql`account.user_id = ${userId}::uuid`);
  await sql`select pg_notify('group_accounts', '')`.execute(executor);
  await markDue(executor, [userId]);
  await wake(executor);
}

/** Has all accounts of these configuration groups looked at: after their settings of the calendars changed. */
export async function syncGroupsNow(executor: Executor, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length === 0) return;
  await sql`
    update account set due_at = clock_timestamp()
    where user_id in (select id from users where group_id = any(${[...groupIds]}::uuid[]))`.execute(executor);
  await lookAtRepliesAgain(
    executor,
    sql`account.user_id in (select id from users where group_id = any(${[...groupIds]}::uuid[]))`,
  );
  await sql`select pg_notify('group_accounts', '')`.execute(executor); // group-accounts.ts
  await wake(executor);
}

const wake = (executor: Executor) => sql`select pg_notify(${syncChannel}, '')`.execute(executor);
