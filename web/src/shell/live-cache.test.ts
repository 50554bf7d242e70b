import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import { applyLive } from './live-cache.ts';

/** A page that shows `queryKey`; every request waits until it is answered. */
function show(client: QueryClient, queryKey: unknown[]) {
  const requests: ((answer: string) => void)[] = [];
  const queryFn = () => new Promise<string>((answer) => requests.push(answer));
  const observer = new QueryObserver(client, { queryKey, queryFn, staleTime: 60_000 });
  const close = observer.subscribe(() => {});
  return { requests, close, data: () => observer.getCurrentResult().data };
}

const news = [
  ['account', { userId: 'me', accountId: 'one' }, ['accounts']],
  ['agenda', { userId: 'me' }, ['agenda', 'me']],
  ['reload', {}, ['anything']],
] as const;

test.each(news)('%s: told while the first answer is on its way, it is read once more', async (name, data, queryKey) => {
  const client = new QueryClient();
  const page = show(client, [...queryKey]);
  const elsewhere = show(client, ['profiles', 'not told of']);
  applyLive(client, name, data);
  page.requests[0]!('before the change');
  elsewhere.requests[0]!('as ever');
  await vi.waitFor(() => expect(page.requests).toHaveLength(2));
  expect(page.data()).toBe('before the change');
  page.requests[1]!('after it');
  await vi.waitFor(() => expect(page.data()).toBe('after it'));
  if (name !== 'reload') expect(elsewhere.requests).toHaveLength(1);

  // From then on one request for one change.
  applyLive(client, name, data);
  await vi.waitFor(() => expect(page.requests).toHaveLength(3));
  page.requests[2]!('after another');
  await vi.waitFor(() => expect(page.data()).toBe('after another'));
  expect(page.requests).toHaveLength(3);
  for (const { close } of [page, elsewhere]) close();
  client.clear();
});

test('a first answer that fails is followed by another too', async () => {
  const client = new QueryClient();
  const queryFn = vi.fn(async () => 'mended');
  queryFn.mockRejectedValueOnce(new Error('cut off'));
  const observer = new QueryObserver(client, { queryKey: ['accounts'], queryFn, retry: false });
  const close = observer.subscribe(() => {});
  applyLive(client, 'account', { userId: 'me', accountId: 'one' });
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toBe('mended'));
  close();
  client.clear();
});

test('a colleague’s presence that is told while an older answer is on its way stays', async () => {
  const client = new QueryClient();
  const requests: ((presence: object) => void)[] = [];
  const queryFn = () => new Promise<object>((answer) => requests.push(answer));
  const observer = new QueryObserver(client, { queryKey: ['presence', 'ben'], queryFn });
  const close = observer.subscribe(() => {});
  applyLive(client, 'presence', { userId: 'ben', status: 'appointment' });
  await vi.waitFor(() => expect(requests).toHaveLength(2));
  requests[0]!({ userId: 'ben', status: 'available' });
  expect(observer.getCurrentResult().data).toMatchObject({ status: 'appointment' });
  requests[1]!({ userId: 'ben', status: 'appointment', phones: [] });
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toMatchObject({ phones: [] }));
  expect(observer.getCurrentResult().data).toMatchObject({ status: 'appointment' });

  // Else what is told is all that is needed.
  applyLive(client, 'presence', { userId: 'ben', status: 'available' });
  await vi.waitFor(() => expect(observer.getCurrentResult().data).toMatchObject({ status: 'available', phones: [] }));
  expect(requests).toHaveLength(2);
  close();
  client.clear();
});
