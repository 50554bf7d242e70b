import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type { UserOverview } from '../../../../server/src/api/schemas/user-list.ts';
import type { User, UserList } from '../../../../server/src/api/schemas/users.ts';
import { get, withQuery } from '../../shell/api.ts';

export interface UserFilter {
  search: string;
  locationId: string;
  groupId: string;
  active: '' | 'true' | 'false';
}

export const pageSize = 100;
const set = (value: string) => (value === '' ? undefined : value);

/** Page by page: a company may have 50,000. */
export const usersQuery = (filter: UserFilter) =>
  infiniteQueryOptions({
    queryKey: ['users', 'page', filter],
    queryFn: ({ signal, pageParam }) =>
      get<UserList>(
        withQuery('/users', {
          search: set(filter.search.trim()),
          locationId: set(filter.locationId),
          groupId: set(filter.groupId),
          active: set(filter.active),
          after: pageParam ?? undefined,
          limit: pageSize,
        }),
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
  });

/** A few people by the beginning of a word of their name or address, for choosing one. */
export const findUsers = (search: string) =>
  queryOptions({
    queryKey: ['users', 'find', search],
    queryFn: async ({ signal }) =>
      (await get<UserList>(withQuery('/users', { search, limit: 8 }), signal)).users.slice(0, 8),
    placeholderData: (before) => before,
  });

/** All of a user on one page. */
export const overviewQuery = (id: string) =>
  queryOptions({
    queryKey: ['users', 'overview', id],
    queryFn: ({ signal }) => get<UserOverview>(`/users/${id}/overview`, signal),
    enabled: id !== '',
    refetchInterval: 15_000,
  });

export const numbersOf = (user: User): string[] => (user.extensions ?? []).map(({ number }) => number);
