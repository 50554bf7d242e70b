import { queryOptions } from '@tanstack/react-query';
import type { User, UserList } from '../../../server/src/api/schemas/users.ts';
import { get, withQuery } from '../shell/api.ts';

/** Everybody who is active; the server hands out so many at a time. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  async queryFn({ signal }) {
    const all: User[] = [];
    for (let after: string | undefined; ; ) {
      const { users, next } = await get<UserList>(withQuery('/users', { after, active: 'true' }), signal);
      all.push(...users);
      if (!next) return all;
      after = next;
    }
  },
  staleTime: 120_000,
});
