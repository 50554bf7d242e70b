import { queryOptions } from '@tanstack/react-query';
import type { ProfileList } from '../../../../server/src/api/schemas/presence.ts';
import type { ProfileOptions } from '../../../../server/src/api/schemas/telephony.ts';
import { get } from '../../shell/api.ts';

/** What one may choose, and whether one may make some. Read again with every change of "profiles". */
export const ownProfilesQuery = queryOptions({
  queryKey: ['profiles', 'own'],
  queryFn: ({ signal }) => get<ProfileList>('/profiles', signal),
});

/** What they may forward to, and what one's phones can't do. */
export const profileOptionsQuery = queryOptions({
  queryKey: ['profileOptions'],
  queryFn: ({ signal }) => get<ProfileOptions>('/profiles/options', signal),
});
