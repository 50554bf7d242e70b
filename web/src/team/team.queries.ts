import { queryOptions } from '@tanstack/react-query';
import type { User, UserList } from '../../../server/src/api/schemas/users.ts';
import { get, withQuery } from '../shell/api.ts';

/** Everybody; the server hands out so many at a time. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  async queryFn({ signal }) {
    const all: User[] = [];
    for (let after: string | undefined; ; ) {
      const { users, next } = await get<UserList>(withQuery('/users', { after }), signal);
      all.push(...users);
      if (!next) return all;
      after = next;
    }
  },
  staleTime: 120_000,
});
