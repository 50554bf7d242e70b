import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Presence } from '../../../server/src/api/schemas/presence.ts';
import type { User } from '../../../server/src/api/schemas/users.ts';
import { loadPresence } from '../presence/presence.queries.ts';
import type { Status } from '../presence/status.tsx';

const batch = 100;

/**
 * The people with a status. Only when a status is chosen everybody's presence is read (in batches, again every 15 s);
 * what the live stream has told since wins.
 */
export function useStatusFilter(users: readonly User[], status: Status | 'any'): { people: User[]; loading: boolean } {
  const client = useQueryClient();
  const ids = users.map((user) => user.id);
  const all = useQuery({
    queryKey: ['presenceOfAll', ids],
    enabled: status !== 'any' && ids.length > 0,
    refetchInterval: 15_000,
    queryFn: async ({ signal }) => {
      const found = new Map<string, Status>();
      for (let at = 0; at < ids.length; at += batch)
        for (const presence of await loadPresence(ids.slice(at, at + batch), signal)) {
          client.setQueryData(['presence', presence.userId], presence);
          found.set(presence.userId, presence.status);
        }
      return found;
    },
  });
  if (status === 'any') return { people: [...users], loading: false };
  const now = (id: string) => client.getQueryData<Presence>(['presence', id])?.status ?? all.data?.get(id);
  return { people: users.filter((user) => now(user.id) === status), loading: all.isLoading };
}
