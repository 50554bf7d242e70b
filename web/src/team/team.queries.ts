import { infiniteQueryOptions } from '@tanstack/react-query';
import type { UserList } from '../../../server/src/api/schemas/users.ts';
import type { Status } from '../presence/status.tsx';
import { get, withQuery } from '../shell/api.ts';

const pageSize = 100;
const refreshMs = 15_000;
const mostPagesRefreshed = 5;

/**
 * Everybody active but oneself, a page at a time: a company may have 50,000. Found by the server, by how words of name
 * or address begin. Who has a status changes by the minute: while one is chosen, the first pages are read again.
 */
export const colleaguesQuery = (self: string, search: string, status: Status | 'any') =>
  infiniteQueryOptions({
    queryKey: ['users', 'colleagues', search, status],
    queryFn: ({ signal, pageParam }) =>
      get<UserList>(
        withQuery('/users', {
          active: 'true',
          except: self,
          search: search === '' ? undefined : search,
          status: status === 'any' ? undefined : status,
          after: pageParam ?? undefined,
          limit: pageSize,
        }),
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
    staleTime: status === 'any' ? 120_000 : 0,
    refetchInterval: ({ state }) =>
      status !== 'any' && (state.data?.pages.length ?? 0) <= mostPagesRefreshed ? refreshMs : false,
  });
