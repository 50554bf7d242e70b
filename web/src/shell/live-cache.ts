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

/** Puts live changes where the pages read: presence as it comes, everything else by reading again. */
export function useLiveCache(): void {
  const client = useQueryClient();
  useLive(useCallback((name, data) => applyLive(client, name, data), [client]));
}

function applyLive(client: QueryClient, name: LiveEvent | 'resumed', data: unknown): void {
  const again = (...queryKey: unknown[]) => void client.invalidateQueries({ queryKey });
  switch (name) {
    case 'presence': {
      const presence = data as PresenceEvent;
      // Live presence comes without phones: what is known of them stays until the forwarding event has them read again.
      client.setQueryData<PresenceEvent>(['presence', presence.userId], (known) => ({
        ...presence,
        phones: known?.phones,
      }));
      again('timeline', presence.userId);
      break;
    }
    case 'agenda': {
      const { userId } = data as AgendaEvent;
      again('agenda', userId);
      again('reminders', userId);
      again('timeline', userId);
      break;
    }
    case 'account':
      again('account', (data as AccountEvent).accountId);
      again('accounts');
      break;
    case 'forwarding':
      again('forwardingLog');
      again('presence', (data as ForwardingEvent).userId);
      break;
    case 'resumed':
    case 'reload':
      void client.invalidateQueries();
      break;
  }
}
