import { queryOptions } from '@tanstack/react-query';
import type {
  CountryList,
  DiallingRules,
  PredefinedTargetList,
  TriedNumber,
} from '../../../../server/src/api/schemas/dialling.ts';
import { get, request } from '../../shell/api.ts';

/** As the server answers: nothing is left out. */
export type AllRules = Required<DiallingRules>;

export const rulesQuery = (locationId: string) =>
  queryOptions({
    queryKey: ['dialling', locationId],
    queryFn: ({ signal }) => get<AllRules>(`/locations/${locationId}/dialling`, signal),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });

/** What a number comes to under the saved rules. */
export const trialQuery = (locationId: string, number: string) =>
  queryOptions({
    queryKey: ['dialling', locationId, 'trial', number],
    queryFn: () => request<TriedNumber>('POST', `/locations/${locationId}/dialling/try`, { number }),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });

export const countriesQuery = queryOptions({
  queryKey: ['countries'],
  queryFn: async ({ signal }) => (await get<CountryList>('/countries', signal)).countries,
  staleTime: Number.POSITIVE_INFINITY,
});

export const targetsQuery = (locationId: string) =>
  queryOptions({
    queryKey: ['targets', locationId],
    queryFn: async ({ signal }) =>
      (await get<PredefinedTargetList>(`/locations/${locationId}/predefined-targets`, signal)).predefinedTargets,
  });
