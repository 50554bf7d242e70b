/** Accounts as people see them: with their health, never with their secret. */
import type { Executor } from '../store/database.ts';
import { takesPart } from '../sync/calendar.queries.ts';
import { accountsHealth } from '../sync/health.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';

/** @param viewerId who looks: the address of a feed is often a secret itself, so others see its host only. */
export async function accountsOf(db: Executor, where: { userId: string } | { accountId: string }, viewerId: string) {
  let query = db
    .selectFrom('account')
    .select(['id', 'user_id as userId', 'kind', 'name', 'settings', 'origin', 'created_at as createdAt'])
    .select((of) => of('secret', 'is not', null).$castTo<boolean>().as('hasSecret'));
  query = 'userId' in where ? query.where('user_id', '=', where.userId) : query.where('id', '=', where.accountId);
  const accounts = await query.orderBy('created_at').orderBy('id').execute();
  const health = await accountsHealth(
    db,
    accounts.map(({ id }) => id),
  );
  // An account that goes away between the two queries is gone.
  return accounts.flatMap((account) => {
    const found = health.get(account.id);
    const settings = account.userId === viewerId ? account.settings : withoutPaths(account.settings);
    return found ? [{ ...account, settings, health: found }] : [];
  });
}

function withoutPaths(settings: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => {
      const url = typeof value === 'string' ? URL.parse(value) : null;
      return [name, url?.host ? `${url.protocol}//${url.host}/…` : value];
    }),
  );
}

export async function ownerOfAccount(db: Executor, { accountId }: Record<string, string>): Promise<string | null> {
  const row = await db.selectFrom('account').select('user_id').where('id', '=', accountId!).executeTakeFirst();
  return row?.user_id ?? null;
}

export async function ownerOfCalendar(db: Executor, { calendarId }: Record<string, string>): Promise<string | null> {
  const row = await db
    .selectFrom('calendar')
    .innerJoin('account', 'account.id', 'calendar.account_id')
    .select('account.user_id')
    .where('calendar.id', '=', calendarId!)
    .executeTakeFirst();
  return row?.user_id ?? null;
}

async function shownCalendars(db: Executor, column: 'calendar.account_id' | 'calendar.id', id: string) {
  const rows = await db
    .selectFrom('calendar')
    .innerJoin('account', 'account.id', 'calendar.account_id')
    .innerJoin('users', 'users.id', 'account.user_id')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select(['calendar.id', 'account_id as accountId', 'calendar.name', 'color', 'selected', 'by_default as byDefault'])
    .select('configuration_group.settings')
    .where(column, '=', id)
    .orderBy('calendar.name')
    .execute();
  return rows.map(({ settings, byDefault, ...calendar }) => {
    const choice = synchronizationSettingsOf(settings).calendars;
    const selected = takesPart({ selected: calendar.selected, byDefault }, choice);
    return { ...calendar, selected, choosable: choice === 'chosen' };
  });
}

export const calendarsOf = (db: Executor, accountId: string) => shownCalendars(db, 'calendar.account_id', accountId);

export const calendarById = async (db: Executor, calendarId: string) =>
  (await shownCalendars(db, 'calendar.id', calendarId))[0];
