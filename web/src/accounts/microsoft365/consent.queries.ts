import { queryOptions } from '@tanstack/react-query';
import type { GraphConsent } from '../../../../server/src/api/schemas/graph-consent.ts';
import { get, request } from '../../shell/api.ts';

export const consentQuery = queryOptions({
  queryKey: ['graphConsent'],
  queryFn: ({ signal }) => get<GraphConsent>('/users/me/graph-consent', signal),
});

/** @returns where the browser goes. */
export const setOut = async (how: 'redirect' | 'paste'): Promise<string> => {
  const returnTo = how === 'redirect' ? window.location.pathname : undefined;
  return (await request<{ url: string }>('POST', '/users/me/graph-consent/start', { how, returnTo })).url;
};

export const paste = (address: string): Promise<GraphConsent> =>
  request('POST', '/users/me/graph-consent/paste', { address });
