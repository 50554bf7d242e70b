import { queryOptions } from '@tanstack/react-query';
import type { ProfileList } from '../../../../server/src/api/schemas/presence.ts';
import type { PhoneAbilityList } from '../../../../server/src/api/schemas/telephony.ts';
import { get } from '../../shell/api.ts';

/** The central profiles of a location, or those in force for a group. Read again with every change of "profiles". */
export const centralProfilesQuery = (owner: 'location' | 'group', id: string) =>
  queryOptions({
    queryKey: ['profiles', owner, id],
    queryFn: async ({ signal }) => (await get<ProfileList>(`/${owner}s/${id}/profiles`, signal)).profiles,
  });

/** What the phone systems of the location's users can't do. */
export const phoneAbilitiesQuery = (locationId: string) =>
  queryOptions({
    queryKey: ['phoneAbilities', locationId],
    queryFn: async ({ signal }) =>
      (await get<PhoneAbilityList>(`/locations/${locationId}/phone-abilities`, signal)).phoneSystems,
  });
