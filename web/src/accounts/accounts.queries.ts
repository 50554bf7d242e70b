import { queryOptions } from '@tanstack/react-query';
import type {
  Account,
  AccountCheckResult,
  Calendar,
  CalendarList,
  Connection,
  NewAccount,
} from '../../../server/src/api/schemas/accounts.ts';
import { get, request } from '../shell/api.ts';

export { accountsQuery, useSyncNow } from '../agenda/agenda.queries.ts';

export const calendarsQuery = (accountId: string) =>
  queryOptions({
    queryKey: ['account', accountId, 'calendars'],
    queryFn: async ({ signal }) => (await get<CalendarList>(`/accounts/${accountId}/calendars`, signal)).calendars,
  });

export const checkConnection = (connection: Connection): Promise<AccountCheckResult> =>
  request('POST', '/accounts/check', connection);

export const selectCalendar = (calendar: Calendar, selected: boolean): Promise<unknown> =>
  request('PATCH', `/calendars/${calendar.id}`, { selected });

export function uploadFile(file: File, name: string): Promise<Account> {
  const form = new FormData();
  form.set('file', file);
  if (name !== '') form.set('name', name);
  return request('POST', '/accounts/file', form);
}

const discoveryMs = 10_000;
const pauseMs = 500;

/**
 * Makes the account and, where the user left calendars out, deselects them. Calendars are known once the account has
 * been read the first time; after ten seconds without any the choice is left to the accounts page.
 */
export async function connect(account: NewAccount, without: ReadonlySet<string>): Promise<Account> {
  const made = await request<Account>('POST', '/accounts', account);
  if (without.size === 0) return made;
  for (const end = Date.now() + discoveryMs; Date.now() < end; await new Promise((go) => setTimeout(go, pauseMs))) {
    const { calendars } = await get<CalendarList>(`/accounts/${made.id}/calendars`);
    if (calendars.length === 0) continue;
    await Promise.all(calendars.filter((one) => without.has(one.name)).map((one) => selectCalendar(one, false)));
    break;
  }
  return made;
}
