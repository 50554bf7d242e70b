import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { RelationshipLevel } from '../../../../server/src/agenda/privacy-settings.ts';
import type { OwnPrivacy, RelationshipList } from '../../../../server/src/api/schemas/relationships.ts';
import { get, request, withQuery } from '../../shell/api.ts';

/** What is in force for me (my group's settings). */
export const privacyQuery = queryOptions({
  queryKey: ['privacy'],
  queryFn: ({ signal }) => get<OwnPrivacy>('/users/me/privacy', signal),
});

/** @param onlyChosen only what I have chosen myself. */
export const relationshipsQuery = (search: string, onlyChosen: boolean) =>
  infiniteQueryOptions({
    queryKey: ['relationships', search, onlyChosen],
    queryFn: ({ pageParam, signal }) =>
      get<RelationshipList>(
        withQuery('/users/me/relationships', {
          search: search || undefined,
          chosen: onlyChosen ? 'true' : undefined,
          after: pageParam,
          limit: 50,
        }),
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: (known) => known,
  });

/** Chooses what somebody is to me; null: as location and work groups say. */
export function useRelationshipChoice() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ otherId, level }: { otherId: string; level: RelationshipLevel | null }) =>
      level === null
        ? request('DELETE', `/users/me/relationships/${otherId}`)
        : request('PUT', `/users/me/relationships/${otherId}`, { level }),
    onSettled: () => client.invalidateQueries({ queryKey: ['relationships'] }),
  });
}
