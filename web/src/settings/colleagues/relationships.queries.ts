import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { CalendarDetail, RelationshipLevel } from '../../../../server/src/agenda/privacy-settings.ts';
import { get, request, withQuery } from '../../shell/api.ts';

export interface Relationship {
  other: { id: string; displayName: string };
  level: RelationshipLevel;
  /** Where the level comes from. */
  from: 'location' | 'workGroup' | 'assistant' | 'own';
  workGroup: { id: string; name: string } | null;
}
interface RelationshipList {
  relationships: Relationship[];
  next: string | null;
}

/** What is in force for me (my group's settings): what others see, and how long my history is kept. */
export interface OwnPrivacy {
  detail: Record<RelationshipLevel, CalendarDetail>;
  historyDays: number;
}
export const privacyQuery = queryOptions({
  queryKey: ['privacy'],
  queryFn: ({ signal }) => get<OwnPrivacy>('/users/me/privacy', signal),
});

export const relationshipsQuery = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['relationships', search],
    queryFn: ({ pageParam, signal }) =>
      get<RelationshipList>(
        withQuery('/users/me/relationships', { search: search || undefined, after: pageParam, limit: 50 }),
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
