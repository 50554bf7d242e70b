import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ProfileList } from '../../../server/src/api/schemas/presence.ts';
import type {
  AppointmentChoice,
  AppointmentOutcomes,
  DryRun,
  OwnRules,
  OwnRulesChange,
  Rules,
} from '../../../server/src/api/schemas/rules.ts';
import { get, request, withQuery } from '../shell/api.ts';

export type Rule = Rules[number];
export type Conditions = Rule['when'];
export type Effect = Rule['effect'];
export type { DryRun, OwnRules };
export type Profile = Pick<ProfileList['profiles'][number], 'key' | 'name' | 'status' | 'active'>;
export type AppointmentOutcome = AppointmentOutcomes['appointments'][number];

export const ownRulesQuery = queryOptions({
  queryKey: ['ownRules'],
  queryFn: ({ signal }) => get<OwnRules>('/users/me/rules', signal),
  refetchOnWindowFocus: false,
});

export const saveOwnRules = (rules: readonly Rule[]) =>
  request<OwnRules>('PUT', '/users/me/rules', { rules: [...rules] } satisfies OwnRulesChange);

export const tryOwnRules = (rules: readonly Rule[]) => request<DryRun>('POST', '/users/me/rules/dry-run', { rules });

/** @param wish as for saving. */
export const tryRules = ({ kind, id }: { kind: 'location' | 'group'; id: string }, wish: object) =>
  request<DryRun>('POST', `/${kind}s/${id}/functions/activation/dry-run`, wish);

/** What comes of the appointments in the time. */
export const outcomesQuery = (from: string, to: string) =>
  queryOptions({
    queryKey: ['outcomes', from, to],
    queryFn: async ({ signal }) =>
      (await get<AppointmentOutcomes>(withQuery('/users/me/appointments/outcomes', { from, to }), signal)).appointments,
    staleTime: 0,
  });

type Choice = Pick<AppointmentChoice, 'uid' | 'occurrence'> & { effect: Effect | null };

/** null: the rules decide again. */
export function useAppointmentChoice() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ uid, occurrence, effect }: Choice) =>
      effect
        ? request('PUT', '/users/me/appointments/choices', { uid, occurrence, effect })
        : request('DELETE', withQuery('/users/me/appointments/choices', { uid, occurrence })),
    onSuccess() {
      for (const name of ['outcomes', 'timeline', 'presence']) void client.invalidateQueries({ queryKey: [name] });
    },
  });
}
