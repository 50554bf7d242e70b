import { infiniteQueryOptions } from '@tanstack/react-query';
import type { PresenceHistory } from '../../../../server/src/api/schemas/presence.ts';
import { get, withQuery } from '../../shell/api.ts';

const dayMs = 86_400_000;
const daysAtOnce = 14;

/** A page is so many days, the newest first; its parameter: how many days before `now` it ends. */
export const historyQuery = (now: Date) =>
  infiniteQueryOptions({
    queryKey: ['presenceHistory'],
    queryFn: ({ pageParam, signal }) => {
      const to = new Date(now.getTime() - pageParam * dayMs);
      const from = new Date(to.getTime() - daysAtOnce * dayMs);
      const period = { from: from.toISOString(), to: to.toISOString() };
      return get<PresenceHistory>(withQuery('/users/me/presence/history', period), signal);
    },
    initialPageParam: 0,
    getNextPageParam: ({ keptDays }, _pages, daysBack) =>
      daysBack + daysAtOnce < keptDays ? daysBack + daysAtOnce : undefined,
  });
