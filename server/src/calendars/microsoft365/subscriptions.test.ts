/** What Graph may say to a subscription that the simulator never says: answers written by hand. */
import { expect, test } from 'vitest';
import { ApplicationGate } from './gate.ts';
import { GraphClient, rootOfMailbox } from './graph-client.ts';
import { keepSubscribed } from './subscriptions.ts';

const now = Temporal.Instant.from('2026-11-22T08:00:00Z');
const address = 'https://times.example/api/v1/graph/notifications/1';

interface Asked {
  method: string;
  path: string;
  body: Record<string, string>;
}

function graphThat(answers: (asked: Asked) => { status: number; body?: object }) {
  const all: Asked[] = [];
  const client = new GraphClient({
    outbound: {
      async fetch(url, { method, body }) {
        const asked = { method: method!, path: new URL(url).pathname, body: JSON.parse(String(body ?? '{}')) };
        all.push(asked);
        const told = answers(asked);
        const text = JSON.stringify(told.body ?? {});
        const headers = new Headers();
        return { status: told.status, headers, url: String(url), body: Buffer.from(text), text: () => text };
      },
      session: () => Promise.reject() as never,
      connect: () => Promise.reject() as never,
      close: async () => {},
    },
    ...{
      address: 'https://graph.test',
      root: rootOfMailbox('anna+x@contoso.example'),
      mailbox: 'anna@contoso.example',
    },
    ...{ gate: new ApplicationGate(), token: async () => 'token', random: () => 0.5 },
    time: { now: () => now.epochMilliseconds, sleep: async () => {} },
    signal: new AbortController().signal,
  });
  const keep = (remoteId: string | null) => keepSubscribed(client, { address, remoteId, clientState: 'state', now });
  return { keep, all };
}
const minutesOf = ({ body }: Asked) => Temporal.Instant.from(body.expirationDateTime!).since(now).total('minutes');
const refused = (status: number, message: string) => ({ status, body: { error: { code: 'Refused', message } } });

test('where the longest lifetime is refused a shorter one is asked for, to make and to renew', async () => {
  const { keep, all } = graphThat((asked) =>
    minutesOf(asked) > 4_230
      ? refused(400, 'Subscription expiration can only be 4230 minutes in the future.')
      : { status: 201, body: { id: 'one', expirationDateTime: asked.body.expirationDateTime } },
  );
  const made = await keep(null);
  expect(made).toMatchObject({ remoteId: 'one', renewed: false });
  expect(made.expiresAt.since(now).total('minutes')).toBeGreaterThan(4_000);
  expect(await keep('one')).toMatchObject({ remoteId: 'one', renewed: true });
  expect(all.map(({ method }) => method)).toEqual(['POST', 'POST', 'PATCH', 'PATCH']);
  // The mailbox as Microsoft's examples write it.
  expect(all[0]!.body.resource).toBe('users/anna%2Bx@contoso.example/events');
});

test('what is refused for another reason is asked for once', async () => {
  const { keep, all } = graphThat(() => refused(400, 'Subscription validation request failed.'));
  await expect(keep(null)).rejects.toMatchObject({ status: 400 });
  expect(all).toHaveLength(1);
});

test('one that may no longer be renewed is made anew, whatever Graph says of it', async () => {
  for (const status of [400, 403, 404, 410]) {
    const { keep } = graphThat(({ method, body }) =>
      method === 'PATCH'
        ? refused(status, 'Subscription belongs to a different application.')
        : { status: 201, body: { id: 'two', expirationDateTime: body.expirationDateTime } },
    );
    expect(await keep('one')).toMatchObject({ remoteId: 'two', renewed: false });
  }
});

test('one that was lost sight of is removed by its resource, however that is written', async () => {
  const lost = { id: 'lost', resource: '/Users/anna%2Bx%40contoso.example/events', notificationUrl: `${address}0` };
  const others = [
    { ...lost, id: 'elsewhere', notificationUrl: 'https://other.example/' },
    { ...lost, id: 'grace', resource: 'users/grace@contoso.example/events' },
  ];
  const there = new Map([lost, ...others].map((each) => [each.id, each]));
  const { keep } = graphThat(({ method, path, body }) => {
    if (method === 'GET') return { status: 200, body: { value: [...there.values()] } };
    if (method === 'DELETE') return { status: there.delete(path.split('/').at(-1)!) ? 204 : 404 };
    if (there.has('lost')) return { status: 409 };
    return { status: 201, body: { id: 'new', expirationDateTime: body.expirationDateTime } };
  });
  expect(await keep(null)).toMatchObject({ remoteId: 'new' });
  expect([...there.keys()]).toEqual(['elsewhere', 'grace']);
});
