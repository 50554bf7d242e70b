/** Streams of a server that is written here, so that it does what it should at the moment it should. */
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ConnectorError, type Hint } from '../connector.ts';
import { ExchangeRefusal } from './refusal.ts';
import type { StreamedMailbox } from './stream-member.ts';
import { type Heard, Streams } from './streams.ts';

const mailbox = (number: number, folders = ['calendar']): StreamedMailbox => {
  const name = String(number).padStart(3, '0');
  return { accountId: `account ${name}`, address: `${name}@contoso.example`, folders };
};
const mailboxes = (count: number) => Array.from({ length: count }, (_, index) => mailbox(index));

interface OpenStream {
  address: string;
  ids: readonly string[];
  minutes: number;
  say(...heard: Heard[]): void;
  /** Ends it: well, or with what broke it. */
  end(error?: Error): void;
}

/** @param options.perStream mailboxes that a stream hears of. */
interface Habits {
  most?: number;
  perStream?: number;
  /** Of subscriptions. */
  refuses?: (address: string) => Error | null;
  /** Of streams that are listened to as the address. */
  deaf?: (address: string) => Error | null;
  groupOf?: (address: string) => string;
  /** Where it truly lives: a stream knows no subscription of another site than its anchor's. */
  siteOf?: (address: string) => string;
}

function fake(options: Habits = {}) {
  const { most = 10, perStream = 200, refuses = () => null, deaf = () => null, groupOf = () => '' } = options;
  const { siteOf = () => '' } = options;
  const open = new Set<OpenStream>();
  const hints: string[] = [];
  const doubted: string[] = [];
  const apart = new Map<string, string>();
  const abort = new AbortController();
  let subscriptions = 0;
  /** By subscription: whether it was made where its mailbox lives. */
  const homes = new Map<string, boolean>();
  let now = 0;
  const streams = new Streams({
    signal: abort.signal,
    tell: ({ accountId, what }: Hint) => void hints.push(`${accountId.replace('account ', '')} ${what}`),
    // Sleeping takes no time, but gives everybody a turn.
    time: {
      now: () => now,
      async sleep(milliseconds) {
        now += milliseconds;
        await setImmediate();
      },
    },
    groups: {
      of: async (addresses) => new Map(addresses.map((one) => [one, `${groupOf(one)}${apart.get(one) ?? ''}`])),
      doubt: (addresses) => void doubted.push(...addresses),
      setApart(addresses) {
        for (const one of addresses) apart.set(one, `${apart.get(one) ?? ''} apart`);
      },
    },
    server: (anchor) => ({
      async subscribe({ address }) {
        const error = refuses(address);
        if (error) throw error;
        homes.set(`${address} ${subscriptions + 1}`, siteOf(address) === siteOf(anchor));
        return `${address} ${++subscriptions}`;
      },
      async *listen(address, ids, minutes) {
        const error = deaf(address);
        if (error) throw error;
        if (open.size >= most)
          throw new ExchangeRefusal('ErrorExceededConnectionCount', null, 'throttled', 'Too many connections.');
        const queue: (Heard | Error | null)[] = [{ kind: 'alive' }];
        const lost = ids.filter((id, index) => index >= perStream || !homes.get(id));
        if (lost.length > 0) queue.splice(0, 1, { kind: 'lost', subscriptionIds: lost }, null);
        let ring = () => {};
        const put = (...what: (Heard | Error | null)[]) => {
          queue.push(...what);
          ring();
        };
        const stream: OpenStream = { address, ids, minutes, say: put, end: (error) => put(error ?? null) };
        open.add(stream);
        abort.signal.addEventListener('abort', () => put(null));
        try {
          for (;;) {
            const next = queue.shift();
            if (next === null) return;
            if (next instanceof Error) throw next;
            if (next) yield next;
            else await new Promise<void>((resolve) => (ring = resolve));
          }
        } finally {
          open.delete(stream);
        }
      },
    }),
  });
  return {
    ...{ streams, open, hints, doubted },
    /** What was said since the last time, when all is quiet. */
    async said() {
      for (let turns = 0; turns < 200; turns++) await setImmediate();
      return hints.splice(0).sort();
    },
    async stop() {
      abort.abort();
      await streams.closed();
    },
  };
}

test('two hundred mailboxes share a stream, the rest another; each is told once, and hints name the account', async () => {
  const { streams, open, said, stop } = fake();
  streams.keep(mailboxes(250));
  const told = await said();
  expect(told).toHaveLength(250);
  expect(told.every((hint) => hint.endsWith(' told'))).toBe(true);
  expect([...open].map(({ ids }) => ids.length).sort()).toEqual([200, 50]);
  const first = [...open].find(({ ids }) => ids.length === 200);
  // Affinity is that of the alphabetically first.
  expect(first!.address).toBe('000@contoso.example');
  first!.say({ kind: 'events', subscriptionId: first!.ids[7]! }, { kind: 'alive' });
  expect(await said()).toEqual(['007 changed']);
  // The server closes streams from time to time: nothing is lost by that.
  first!.end();
  expect(await said()).toEqual([]);
  expect(open.size).toBe(2);
  await stop();
});

test('what was on its way is lost with a connection that breaks: all on it are looked at again', async () => {
  const { streams, open, said, stop } = fake();
  streams.keep(mailboxes(2));
  await said();
  [...open][0]!.end(new ConnectorError('unreachable', 'broken'));
  expect(await said()).toEqual(['000 told', '001 told']);
  await stop();
});

test('a lost subscription is made anew, and its mailbox looked at again', async () => {
  const { streams, open, said, stop } = fake();
  streams.keep(mailboxes(3));
  await said();
  const [stream] = [...open];
  stream!.say({ kind: 'lost', subscriptionIds: [stream!.ids[1]!] });
  stream!.end();
  expect(await said()).toEqual(['001 told', '001 untold']);
  expect([...open][0]!.ids).toHaveLength(3);
  await stop();
});

test('while the server is away its mailboxes are polled, and told of again when it is back', async () => {
  let away = false;
  const { streams, open, said, stop } = fake({
    refuses: () => (away ? new ConnectorError('unreachable', 'away') : null),
  });
  streams.keep(mailboxes(2));
  await said();
  away = true;
  const [stream] = [...open];
  stream!.say({ kind: 'lost', subscriptionIds: stream!.ids });
  stream!.end(new ConnectorError('unreachable', 'broken'));
  expect(await said()).toEqual(['000 untold', '001 untold']);
  away = false;
  expect(await said()).toEqual(['000 told', '001 told']);
  await stop();
});

test('a mailbox that can’t be subscribed to is polled, without a word of the others', async () => {
  const { streams, said, stop } = fake({
    refuses: (address) => (address.startsWith('001') ? new ConnectorError('notFound', 'moved away') : null),
  });
  streams.keep(mailboxes(3));
  expect(await said()).toEqual(['000 told', '002 told']);
  await stop();
});

test('mailboxes that don’t live together share no stream', async () => {
  const { streams, open, said, stop } = fake({ groupOf: (address) => (address < '002' ? 'north' : 'south') });
  streams.keep(mailboxes(5));
  expect(await said()).toHaveLength(5);
  expect([...open].map(({ address, ids }) => [address.slice(0, 3), ids.length])).toEqual([
    ['000', 2],
    ['002', 3],
  ]);
  await stop();
});

test('the mailbox that a stream is opened as may go: another one speaks for the others', async () => {
  const { streams, open, said, stop } = fake({
    deaf: (address) => (address.startsWith('000') ? new ConnectorError('notFound', 'moved away') : null),
  });
  streams.keep(mailboxes(3));
  expect(await said()).toEqual(['001 told', '002 told']);
  expect([...open].map(({ address }) => address)).toEqual(['001@contoso.example']);
  await stop();
});

test('where a stream hears of one mailbox alone, each gets its own as far as connections reach; the rest is polled', async () => {
  const { streams, open, said, stop } = fake({ perStream: 1 });
  streams.keep(mailboxes(12));
  expect((await said()).filter((hint) => hint.endsWith(' told'))).toHaveLength(10);
  expect([...open].every(({ ids }) => ids.length === 1)).toBe(true);
  await stop();
});

test('a server that allows fewer connections is held to by fewer', async () => {
  const { streams, open, said, stop } = fake({ perStream: 1, most: 3 });
  streams.keep(mailboxes(6));
  const hints = await said();
  expect(open.size).toBe(3);
  const state = new Map(hints.map((hint) => hint.split(' ') as [string, string]));
  expect([...state.values()].filter((what) => what === 'told')).toHaveLength(3);
  await stop();
});

test('who leaves is heard of no more, and who comes is told of when the stream begins anew', async () => {
  const { streams, open, said, stop } = fake();
  streams.keep(mailboxes(2));
  await said();
  const [stream] = [...open];
  streams.keep([mailbox(0), mailbox(5)]);
  expect(await said()).toEqual(['001 untold']);
  stream!.say({ kind: 'events', subscriptionId: stream!.ids[1]! });
  stream!.end();
  expect(await said()).toEqual(['005 told']);
  // Another calendar of the mailbox is read now: another subscription.
  streams.keep([mailbox(0, ['calendar', 'second']), mailbox(5)]);
  await said();
  [...open][0]!.end();
  expect(await said()).toEqual(['000 told']);
  await stop();
});

test('a stream that has room is opened anew every minute, so that who comes is told of; a full one every ten', async () => {
  const { streams, open, said, stop } = fake();
  streams.keep(mailboxes(201));
  await said();
  expect(new Map([...open].map(({ ids, minutes }) => [ids.length, minutes]))).toEqual(
    new Map([
      [200, 10],
      [1, 1],
    ]),
  );
  await stop();
});

test('a mailbox that isn’t to be reached for a while keeps nobody else from being told of', async () => {
  const moving = new ExchangeRefusal('ErrorMailboxMoveInProgress', null, 'unreachable', 'is being moved');
  const away = new Set(['000', '002', '003', '004', '006']);
  const { streams, open, said, stop } = fake({ refuses: (address) => (away.has(address.slice(0, 3)) ? moving : null) });
  streams.keep(mailboxes(8));
  const first = await said();
  // Where several in a row are refused, the rest waits for the next time.
  [...open][0]!.end();
  first.push(...(await said()));
  expect(new Set(first)).toEqual(new Set(['001 told', '005 told', '007 told']));
  expect([...open].map(({ ids }) => ids.length)).toEqual([3]);
  await stop();
});

test('where a whole server is away, it isn’t asked for each of its mailboxes', async () => {
  let asked = 0;
  const { streams, open, said, stop } = fake({
    refuses: () => {
      asked++;
      return new ExchangeRefusal('ErrorMailboxStoreUnavailable', null, 'unreachable', 'away');
    },
  });
  streams.keep(mailboxes(100));
  expect(await said()).toEqual([]);
  expect(open.size).toBe(0);
  expect(asked).toBeGreaterThan(2);
  await stop();
});

test('another mailbox speaks for a stream while the first is being moved', async () => {
  let isMoving = false;
  const { streams, open, said, stop } = fake({
    deaf: (address) =>
      isMoving && address.startsWith('000')
        ? new ExchangeRefusal('ErrorMailboxMoveInProgress', null, 'unreachable', 'is being moved')
        : null,
  });
  streams.keep(mailboxes(3));
  await said();
  isMoving = true;
  [...open][0]!.end();
  expect(await said()).toEqual(expect.arrayContaining(['000 told', '001 told', '002 told']));
  expect([...open].map(({ address, ids }) => [address, ids.length])).toEqual([['001@contoso.example', 3]]);
  await stop();
});

test('who lives elsewhere, though nothing says so, finds a stream of its own, and its group is asked for anew', async () => {
  const { streams, open, doubted, said, stop } = fake({ siteOf: (address) => String(Number(address.slice(0, 3)) % 3) });
  streams.keep(mailboxes(9));
  expect(new Set((await said()).filter((hint) => hint.endsWith(' told'))).size).toBe(9);
  const sites = [...open].map(({ ids }) => ids.map((id) => Number(id.slice(0, 3)) % 3));
  expect(sites.map((each) => new Set(each).size)).toEqual([1, 1, 1]);
  expect(doubted).toContain('001@contoso.example');
  await stop();
});

test('a mailbox that has moved to another group leaves its stream for one of those', async () => {
  const south = new Set(['002@contoso.example']);
  const { streams, open, said, stop } = fake({ groupOf: (address) => (south.has(address) ? 'south' : 'north') });
  streams.keep(mailboxes(3));
  await said();
  south.add('001@contoso.example');
  streams.keep(mailboxes(3));
  expect(await said()).toEqual(['001 untold']);
  for (const stream of open) stream.end();
  expect(await said()).toEqual(['001 told']);
  expect([...open].map(({ ids }) => ids.map((id) => id.slice(0, 3)).join())).toEqual(['000', '002,001']);
  await stop();
});
