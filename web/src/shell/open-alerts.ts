import { queryOptions } from '@tanstack/react-query';
import type { AlertList } from '../../../server/src/api/schemas/trust.ts';
import { get } from './api.ts';

/** Here, because every page asks; what shows them is fetched only when there are any. */
export const openAlertsQuery = queryOptions({
  queryKey: ['alerts', 'open'],
  queryFn: async ({ signal }) => (await get<AlertList>('/alerts?open=true', signal)).alerts,
  staleTime: 60_000,
});
