import { queryOptions } from '@tanstack/react-query';
import type {
  Account,
  AccountCheckResult,
  AccountList,
  Calendar,
  CalendarList,
  Connection,
  NewAccount,
} from '../../../server/src/api/schemas/accounts.ts';
import { get, request } from '../shell/api.ts';

export { accountsQuery, useSyncNow } from '../agenda/agenda.queries.ts';

/** Which kinds of account the user's group allows. */
export const kindsQuery = queryOptions({
  queryKey: ['account', 'kinds'],
  queryFn: async ({ signal }) => (await get<AccountList>('/accounts', signal)).kinds,
});

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

/** Makes the account; `calendars` are the remote ids of those that count (none known: all that are found). */
export const connect = (account: NewAccount): Promise<Account> => request('POST', '/accounts', account);
