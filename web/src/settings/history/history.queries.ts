import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Segment } from '../../../../server/src/api/schemas/presence.ts';
import { get, withQuery } from '../../shell/api.ts';

/** What was, as the timeline tells what is. */
export type PastSegment = Segment & { setBy?: { id: string; displayName: string } | null };

const dayMs = 86_400_000;
const daysAtOnce = 7;

/** A page is so many days, the newest first; `daysBack`: where the page ends, counted from now. */
export const historyQuery = (now: Date, keptDays: number) =>
  infiniteQueryOptions({
    queryKey: ['presenceHistory', keptDays],
    queryFn: async ({ pageParam, signal }) => {
      const to = new Date(now.getTime() - pageParam * dayMs);
      const from = new Date(to.getTime() - daysAtOnce * dayMs);
      const period = { from: from.toISOString(), to: to.toISOString() };
      return (await get<{ segments: PastSegment[] }>(withQuery('/users/me/presence/history', period), signal)).segments;
    },
    initialPageParam: 0,
    getNextPageParam: (_page, _pages, daysBack) =>
      daysBack + daysAtOnce < keptDays ? daysBack + daysAtOnce : undefined,
  });
