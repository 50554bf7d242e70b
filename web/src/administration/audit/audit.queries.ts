import { infiniteQueryOptions } from '@tanstack/react-query';
import type { AuditLog } from '../../../../server/src/api/schemas/access.ts';
import { get, withQuery } from '../../shell/api.ts';

/** What the log is narrowed down to; instants as ISO text. */
export interface AuditFilter {
  subjectKind?: string;
  subjectId?: string;
  actorId?: string;
  from?: string;
  to?: string;
}

export const pageSize = 50;

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) =>
      get<AuditLog>(withQuery('/audit', { ...filter, before: pageParam, limit: pageSize }), signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ entries }) => (entries.length < pageSize ? undefined : entries.at(-1)!.id),
  });
