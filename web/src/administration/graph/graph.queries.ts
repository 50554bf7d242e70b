import { queryOptions } from '@tanstack/react-query';
import type { GraphApplicationList } from '../../../../server/src/api/schemas/graph-applications.ts';
import { get } from '../../shell/api.ts';

export const graphApplicationsQuery = queryOptions({
  queryKey: ['graphApplications'],
  queryFn: async ({ signal }) => (await get<GraphApplicationList>('/graph-applications', signal)).graphApplications,
});
