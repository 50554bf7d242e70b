import { QueryClient } from '@tanstack/react-query';
import { afterEach, expect, test, vi } from 'vitest';
import { applyLive } from '../shell/live-cache.ts';
import { loadMissing } from './visible-presence.ts';

afterEach(() => vi.unstubAllGlobals());

test('a presence that is told while an older answer is on its way stays', async () => {
  const client = new QueryClient();
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(new URL(url, 'http://localhost').searchParams.get('users')!);
    const status = asked.length === 1 ? 'available' : 'appointment';
    if (asked.length === 1) applyLive(client, 'presence', { userId: 'ben', status: 'appointment' });
    const users = asked.at(-1)!.split(',');
    return Response.json({ presence: users.map((userId) => ({ userId, status, phones: [] })) });
  });
  await loadMissing(client, ['ada', 'ben']);
  expect(asked).toEqual(['ada,ben', 'ben']);
  expect(client.getQueryData(['presence', 'ada'])).toMatchObject({ status: 'available' });
  expect(client.getQueryData(['presence', 'ben'])).toMatchObject({ status: 'appointment', phones: [] });
  client.clear();
});
