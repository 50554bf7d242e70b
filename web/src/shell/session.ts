import { QueryClient, queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import type { Me, SignIn } from '../../../server/src/api/schemas/users.ts';
import { ApiError, get, request } from './api.ts';
import { endLive } from './live.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.status === 0),
    },
  },
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => get<Me>('/me', signal),
  staleTime: 300_000,
});

/** Who is signed in; only inside pages that ask for it. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery).data;
}

/** @param code of the second factor, or a recovery code, where the server has asked for one. */
export async function signIn(credentials: SignIn & { code?: string | undefined }): Promise<Me> {
  const me = await request<Me>('POST', '/session', credentials);
  queries.clear();
  queries.setQueryData(meQuery.queryKey, me);
  return me;
}

export async function signOut(): Promise<void> {
  await request('DELETE', '/session');
  endLive();
  queries.clear();
}
