import { queryOptions } from '@tanstack/react-query';
import type { IdentityProviderList, SignInSettings } from '../../../../server/src/api/schemas/sign-in.ts';
import { get } from '../../shell/api.ts';

export const signInSettingsQuery = queryOptions({
  queryKey: ['signInSettings'],
  queryFn: ({ signal }) => get<SignInSettings>('/settings/sign-in', signal),
});
export const identityProvidersQuery = queryOptions({
  queryKey: ['identityProviders'],
  queryFn: async ({ signal }) => (await get<IdentityProviderList>('/identity-providers', signal)).identityProviders,
});
