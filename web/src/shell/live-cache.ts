import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type {
  AccountEvent,
  AgendaEvent,
  ForwardingEvent,
  PresenceEvent,
} from '../../../server/src/api/schemas/live.ts';
import { useLive } from './live.ts';
import type { LiveEvent } from './live-stream.ts';
import { meQuery } from './session.ts';

/** Puts live changes where the pages read: presence as it comes, everything else by reading again. */
export function useLiveCache(): void {
  const client = useQueryClient();
  useLive(useCallback((name, data) => applyLive(client, name, data), [client]));
}

export function applyLive(client: QueryClient, name: LiveEvent | 'resumed', data: unknown): void {
  const again = (...queryKey: unknown[]) => readAgain(client, queryKey);
  switch (name) {
    case 'presence': {
      const presence = data as PresenceEvent;
      // It comes without phones and titles: what is known stays, and one's own is read anew.
      client.setQueryData<PresenceEvent>(['presence', presence.userId], (known) => merged(known, presence));
      // An answer that is on its way may be older, and would be put over it.
      const isAsked = client.isFetching({ queryKey: ['presence', presence.userId] }) > 0;
      if (isAsked || presence.userId === client.getQueryData(meQuery.queryKey)?.id) again('presence', presence.userId);
      again('timeline', presence.userId);
      again('stack', presence.userId);
      break;
    }
    case 'agenda': {
      const { userId } = data as AgendaEvent;
      again('agenda', userId);
      again('reminders', userId);
      again('timeline', userId);
      again('stack', userId);
      break;
    }
    case 'account':
      again('account', (data as AccountEvent).accountId);
      again('accounts');
      break;
    case 'forwarding':
      again('forwardingLog');
      again('presence', (data as ForwardingEvent).userId);
      again('pause');
      break;
    case 'alert':
      again('alerts');
      again('phoneSystems');
      break;
    case 'resumed':
    case 'reload':
      again();
      break;
  }
}

/**
 * An answer that is on its way may be older than the news. Where there is data already its request is begun anew; but a
 * first one is waited for as if nothing had been said (TanStack Query, Query.fetch), so that one is followed by another.
 */
function readAgain(client: QueryClient, queryKey: unknown[]): void {
  const first = client.getQueryCache().findAll({
    queryKey,
    fetchStatus: 'fetching',
    predicate: ({ state }) => state.data === undefined,
  });
  void client.invalidateQueries({ queryKey });
  for (const { queryKey: key, promise } of first) {
    const anew = () => client.invalidateQueries({ queryKey: key, exact: true });
    void promise?.then(anew, anew);
  }
}

function merged(known: PresenceEvent | undefined, told: PresenceEvent): PresenceEvent {
  const same = known?.reason?.uid === told.reason?.uid && known?.reason?.occurrence === told.reason?.occurrence;
  const reason = told.reason && same ? { ...told.reason, title: known?.reason?.title } : told.reason;
  return { ...told, reason, phones: told.phones ?? known?.phones, mayAct: known?.mayAct };
}
