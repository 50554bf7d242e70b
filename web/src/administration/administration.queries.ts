import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { NetworkSettings, WebhookList } from '../../../server/src/api/schemas/settings.ts';
import type { PhoneSystemList } from '../../../server/src/api/schemas/telephony.ts';
import { get, request } from '../shell/api.ts';
import { notify } from '../shell/notices.tsx';
import { useErrorText } from '../shell/parts.tsx';

export const phoneSystemsQuery = queryOptions({
  queryKey: ['phoneSystems'],
  queryFn: async ({ signal }) => (await get<PhoneSystemList>('/phone-systems', signal)).phoneSystems,
});
export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: async ({ signal }) => (await get<WebhookList>('/webhooks', signal)).webhooks,
});
export const networkQuery = queryOptions({
  queryKey: ['network'],
  queryFn: ({ signal }) => get<NetworkSettings>('/settings/network', signal),
});

/** A location as its list tells it. */
export interface Location {
  id: string;
  name: string;
  timeZone: string;
  groups: number;
  users: number;
}
export interface Group {
  id: string;
  name: string;
  locationId: string;
  location: string;
  timeZone: string;
  users: number;
  functions: Record<'activation' | 'synchronization' | 'profiles' | 'privacy', 'default' | 'individual'>;
}
export const locationsQuery = queryOptions({
  queryKey: ['locations'],
  queryFn: async ({ signal }) => (await get<{ locations: Location[] }>('/locations', signal)).locations,
});
export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  queryFn: async ({ signal }) => (await get<{ groups: Group[] }>('/groups', signal)).groups,
});

interface Change {
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  path: string;
  body?: unknown;
}

interface Afterwards<Answer> {
  onSuccess?(answer: Answer): void;
  onError?(error: Error): void;
  onSettled?(): void;
}

/**
 * One change of the administration; the lists named by `keys` are read again before it counts as done. What is to happen
 * then happens also where that reading has drawn the form anew: the library's own callbacks die with the form.
 */
export function useChange<Answer = unknown>(...keys: string[]) {
  const client = useQueryClient();
  const mutation = useMutation({
    mutationFn: ({ method, path, body }: Change) => request<Answer>(method, path, body),
    onSuccess: () => Promise.all(keys.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
  function mutate(change: Change, { onSuccess, onError, onSettled }: Afterwards<Answer> = {}): void {
    // A failure stays in `error`, where the form shows it.
    void mutation
      .mutateAsync(change)
      .then(onSuccess, onError ?? (() => undefined))
      .finally(onSettled);
  }
  return { ...mutation, mutate };
}

/** For buttons without a form of their own: what fails is told at the page's edge. */
export function useQuickChange(...keys: string[]) {
  const change = useChange(...keys);
  const errorText = useErrorText();
  return {
    isPending: change.isPending,
    run: (wish: Change, done?: () => void) =>
      change.mutate(wish, {
        onSuccess: () => done?.(),
        onError: (error) => notify(errorText(error), { tone: 'problem' }),
      }),
  };
}
