import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Account, AccountList } from '../../../server/src/api/schemas/accounts.ts';
import type { Agenda, Reminder, ReminderList, Snooze } from '../../../server/src/api/schemas/agenda.ts';
import { get, request, withQuery } from '../shell/api.ts';

export const agendaQuery = (userId: string, from: Date, to: Date) =>
  queryOptions({
    queryKey: ['agenda', userId, from.toISOString(), to.toISOString()],
    queryFn: ({ signal }) => get<Agenda>(withQuery(`/users/${userId}/agenda`, isoPeriod(from, to)), signal),
    placeholderData: keepPreviousData,
  });

export const remindersQuery = (userId: string, from: Date, to: Date) =>
  queryOptions({
    queryKey: ['reminders', userId, from.toISOString(), to.toISOString()],
    queryFn: async ({ signal }) =>
      (await get<ReminderList>(withQuery(`/users/${userId}/reminders`, isoPeriod(from, to)), signal)).reminders,
    placeholderData: keepPreviousData,
  });

function isoPeriod(from: Date, to: Date): { from: string; to: string } {
  return { from: from.toISOString(), to: to.toISOString() };
}

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: async ({ signal }) => (await get<AccountList>('/accounts', signal)).accounts,
});

/** Asks for a pull of these accounts now; their health tells when it has been done. */
export function useSyncNow() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (accounts: readonly Account[]) =>
      Promise.all(accounts.map(({ id }) => request('POST', `/accounts/${id}/sync`))),
    onSettled: () => client.invalidateQueries({ queryKey: ['accounts'] }),
  });
}

type ReminderChange = { kind: 'snooze'; snooze: Snooze } | { kind: 'dismiss' } | { kind: 'undismiss' };

export function useChangeReminder(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ reminder, change }: { reminder: Reminder; change: ReminderChange }) =>
      request(
        'POST',
        `/users/me/reminders/${encodeURIComponent(reminder.id)}/${change.kind}`,
        change.kind === 'snooze' ? change.snooze : undefined,
      ),
    onSettled: () => client.invalidateQueries({ queryKey: ['reminders', userId] }),
  });
}
