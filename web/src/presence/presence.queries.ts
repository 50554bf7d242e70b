import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { Stack } from '../../../server/src/api/schemas/claims.ts';
import type {
  ForwardingLog,
  ManualPresence,
  Presence,
  PresenceList,
  ProfileList,
  Timeline,
} from '../../../server/src/api/schemas/presence.ts';
import { get, request, withQuery } from '../shell/api.ts';

export const presenceQuery = (userId: string) =>
  queryOptions({
    queryKey: ['presence', userId],
    queryFn: ({ signal }) => get<Presence>(`/users/${userId}/presence`, signal),
    staleTime: 60_000,
  });

/** Of several people at once; each is also put where `presenceQuery` finds it. */
export async function loadPresence(users: readonly string[], signal?: AbortSignal): Promise<Presence[]> {
  if (users.length === 0) return [];
  return (await get<PresenceList>(withQuery('/presence', { users: users.join(',') }), signal)).presence;
}

export const timelineQuery = (userId: string, from: Date, to: Date) =>
  queryOptions({
    queryKey: ['timeline', userId, from.toISOString(), to.toISOString()],
    queryFn: async ({ signal }) => {
      const period = { from: from.toISOString(), to: to.toISOString() };
      return (await get<Timeline>(withQuery(`/users/${userId}/presence/timeline`, period), signal)).segments;
    },
  });

/** All claims on somebody's presence: for oneself, whom one acts for, and administration. */
export const stackQuery = (userId: string) =>
  queryOptions({
    queryKey: ['stack', userId],
    queryFn: ({ signal }) => get<Stack>(`/users/${userId}/presence/stack`, signal),
    staleTime: 15_000,
  });

export const profilesQuery = queryOptions({
  queryKey: ['profiles'],
  queryFn: async ({ signal }) => (await get<ProfileList>('/profiles', signal)).profiles,
});

type Choosable = Pick<ProfileList['profiles'][number], 'id' | 'name' | 'status' | 'active'> &
  Partial<Pick<ProfileList['profiles'][number], 'forwarding'>>;

/** What may be chosen for somebody whose presence one may change; of others without what it forwards. */
export const choosableProfilesQuery = (userId: string, own: boolean) =>
  queryOptions({
    queryKey: own ? profilesQuery.queryKey : ['profiles', userId],
    queryFn: async ({ signal }) =>
      (await get<{ profiles: Choosable[] }>(own ? '/profiles' : `/users/${userId}/presence/profiles`, signal)).profiles,
  });

export const forwardingLogQuery = (userId: string, before: number | undefined) =>
  queryOptions({
    queryKey: ['forwardingLog', userId, before],
    queryFn: async ({ signal }) =>
      (await get<ForwardingLog>(withQuery(`/users/${userId}/forwarding-log`, { before, limit: 50 }), signal)).entries,
  });

/** Sets the presence by hand, or gives it back to the calendar (null). */
export function useManualPresence(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (choice: ManualPresence | null) =>
      choice === null
        ? request<Presence | undefined>('DELETE', `/users/${userId}/presence/manual`)
        : request<Presence | undefined>('PUT', `/users/${userId}/presence/manual`, choice),
    onSuccess(presence) {
      if (presence?.userId) client.setQueryData(['presence', userId], presence);
      else void client.invalidateQueries({ queryKey: ['presence', userId] });
      void client.invalidateQueries({ queryKey: ['timeline', userId] });
      void client.invalidateQueries({ queryKey: ['stack', userId] });
    },
  });
}
