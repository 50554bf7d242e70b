import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import type {
  ImportRow,
  ImportRun,
  ImportRunDetail,
  ImportSource,
  ImportSourceList,
} from '../../../../server/src/api/schemas/import.ts';
import { get, request, withQuery } from '../../shell/api.ts';

export const sourcesQuery = queryOptions({
  queryKey: ['importSources'],
  queryFn: async ({ signal }) => (await get<ImportSourceList>('/import-sources', signal)).importSources,
});

const pollMs = 600;
export const isAtWork = (run: Pick<ImportRun, 'state'> | undefined) =>
  run?.state === 'reading' || run?.state === 'running';

/** A run without its rows; asked for again and again while it is at work. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['importRun', id],
    queryFn: ({ signal }) => get<ImportRunDetail>(withQuery(`/import-runs/${id}`, { limit: 0 }), signal),
    enabled: id !== '',
    refetchInterval: ({ state }) => (isAtWork(state.data) ? pollMs : false),
  });

export type RowFilter = ImportRow['kind'] | 'refused' | '';

export const rowsQuery = (runId: string, kind: RowFilter) =>
  infiniteQueryOptions({
    queryKey: ['importRun', runId, 'rows', kind],
    queryFn: ({ signal, pageParam }) =>
      get<ImportRunDetail>(
        withQuery(`/import-runs/${runId}`, { after: pageParam, limit: 100, kind: kind === '' ? undefined : kind }),
        signal,
      ),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
    placeholderData: (before) => before,
  });

export function beginRun(source: Pick<ImportSource, 'id'>, file: File | null): Promise<ImportRun> {
  const path = `/import-sources/${source.id}/runs`;
  if (!file) return request('POST', path, {});
  const form = new FormData();
  form.set('file', file);
  return request('POST', path, form);
}
