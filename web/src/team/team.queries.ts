import { queryOptions } from '@tanstack/react-query';
import type { UserList } from '../../../server/src/api/schemas/users.ts';
import { get } from '../shell/api.ts';

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await get<UserList>('/users', signal)).users,
  staleTime: 120_000,
});
