import { queryOptions } from '@tanstack/react-query';
import type { ExchangeServerList } from '../../../../server/src/api/schemas/exchange-servers.ts';
import { get } from '../../shell/api.ts';

export const exchangeServersQuery = queryOptions({
  queryKey: ['exchangeServers'],
  queryFn: async ({ signal }) => (await get<ExchangeServerList>('/exchange-servers', signal)).exchangeServers,
});
