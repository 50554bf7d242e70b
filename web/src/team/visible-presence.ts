import { type QueryClient, useQueries, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Presence } from '../../../server/src/api/schemas/presence.ts';
import { loadPresence, presenceQuery } from '../presence/presence.queries.ts';
import { useWatch } from '../shell/live.ts';

const settleMs = 120;
const mostAtOnce = 100;

/** Loads and watches the presence of the people on the screen; those scrolled past quickly are never asked for. */
export function useVisiblePresence(visible: readonly string[]): Map<string, Presence> {
  const client = useQueryClient();
  const key = visible.join();
  const [settled, setSettled] = useState<readonly string[]>([]);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(key === '' ? [] : key.split(',').slice(0, mostAtOnce)), settleMs);
    return () => clearTimeout(timer);
  }, [key]);
  useWatch(settled);
  useEffect(() => {
    const missing = settled.filter((id) => !client.getQueryData(['presence', id]));
    loadMissing(client, missing).catch(() => undefined);
  }, [settled, client]);
  const found = useQueries({ queries: visible.map((id) => ({ ...presenceQuery(id), enabled: false })) });
  return new Map(found.flatMap(({ data }) => (data ? [[data.userId, data] as const] : [])));
}

/** Whoever is told of live meanwhile is asked for again: the answer may be the older one. */
export async function loadMissing(client: QueryClient, missing: readonly string[]): Promise<void> {
  const timesTold = (id: string) => client.getQueryState(['presence', id])?.dataUpdateCount ?? 0;
  while (missing.length > 0) {
    const before = new Map(missing.map((id) => [id, timesTold(id)]));
    const found = await loadPresence(missing);
    const isOvertaken = ({ userId }: Presence) => timesTold(userId) !== before.get(userId);
    missing = found.filter(isOvertaken).map(({ userId }) => userId);
    for (const presence of found)
      if (!isOvertaken(presence)) client.setQueryData(['presence', presence.userId], presence);
  }
}
