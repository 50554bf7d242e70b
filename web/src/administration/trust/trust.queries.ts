import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { NewPause, PauseState } from '../../../../server/src/api/schemas/pause.ts';
import type { Outlook, OutlookLog } from '../../../../server/src/api/schemas/trust.ts';
import { get, request, withQuery } from '../../shell/api.ts';

/** What may be paused, by its path in the API: `users/…`, `groups/…`, `phone-systems/…`; empty: all phone systems. */
export type PausePlace = string;
const pausePath = (place: PausePlace) => `${place === '' ? '' : `/${place}`}/forwarding-pause`;

export const pauseQuery = (place: PausePlace) =>
  queryOptions({
    queryKey: ['pause', place],
    queryFn: ({ signal }) => get<PauseState>(pausePath(place), signal),
    // While phones are being given back one watches the number go down.
    refetchInterval: ({ state: { data } }) => (data?.pause?.giveBack && data.waiting > 0 ? 1_000 : 30_000),
  });

/** Pauses, or resumes (null). */
export function usePausing(place: PausePlace) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (pause: NewPause | null) =>
      pause === null
        ? request<PauseState>('DELETE', pausePath(place))
        : request<PauseState>('PUT', pausePath(place), pause),
    onSuccess(state) {
      client.setQueryData(['pause', place], state);
      for (const key of ['phoneSystems', 'outlook', 'alerts', 'presence', 'users', 'user'])
        void client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export const outlookQuery = (systemId: string, filter: { changing: boolean; search: string; offset: number }) =>
  queryOptions({
    queryKey: ['outlook', systemId, filter],
    queryFn: ({ signal }) =>
      get<Outlook>(
        withQuery(`/phone-systems/${systemId}/outlook`, {
          changing: filter.changing ? 'true' : undefined,
          search: filter.search || undefined,
          offset: filter.offset,
        }),
        signal,
      ),
    refetchInterval: 3_000,
    placeholderData: (before) => before,
  });

export const outlookLogQuery = (systemId: string, before: number | undefined) =>
  queryOptions({
    queryKey: ['outlook', systemId, 'log', before],
    queryFn: async ({ signal }) =>
      (await get<OutlookLog>(withQuery(`/phone-systems/${systemId}/forwarding-log`, { before, limit: 50 }), signal))
        .entries,
    refetchInterval: 3_000,
  });
