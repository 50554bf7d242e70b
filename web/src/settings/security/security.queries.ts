import { queryOptions } from '@tanstack/react-query';
import type { ApiTokenList } from '../../../../server/src/api/schemas/access.ts';
import type { LoginSessionList, SecondFactor } from '../../../../server/src/api/schemas/sign-in.ts';
import { get } from '../../shell/api.ts';

export const secondFactorQuery = queryOptions({
  queryKey: ['secondFactor'],
  queryFn: ({ signal }) => get<SecondFactor>('/me/second-factor', signal),
});
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await get<LoginSessionList>('/sessions', signal)).sessions,
});
export const apiTokensQuery = queryOptions({
  queryKey: ['apiTokens'],
  queryFn: async ({ signal }) => (await get<ApiTokenList>('/api-tokens', signal)).apiTokens,
});
