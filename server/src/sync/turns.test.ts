import { setImmediate as immediately } from 'node:timers';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Outbound } from '../outbound/outbound.ts';
import { inTurns, nextTurn, somebodyAsks } from './turns.ts';

const pulls = 30;
/** Milliseconds on a core, so that others on the machine don't count. */
function work(milliseconds: number): void {
  const spent = () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  for (const until = spent() + milliseconds; spent() < until; );
}

/** @returns the most pieces of work of 4 ms that were done between two looks at timers and sockets. */
async function mostBetweenLooks(turn: () => Promise<unknown>): Promise<number> {
  let since = 0;
  let most = 0;
  let done = false;
  const look = () => {
    since = 0;
    if (!done) setTimeout(look, 0);
  };
  look();
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: pulls }, async (_, pull) => {
      for (let piece = 0; piece < 2; piece++) {
        await turn();
        order.push(pull);
        work(4);
        most = Math.max(most, ++since);
      }
    }),
  );
  done = true;
  expect(order).toHaveLength(2 * pulls);
  expect(new Set(order.slice(0, pulls)).size, 'each has a turn before one has its second').toBe(pulls);
  return most;
}

test('however many pulls have work to do, the process looks at its sockets between some milliseconds of it', async () => {
  expect(await mostBetweenLooks(setImmediate), 'each by itself').toBeGreaterThan(pulls / 2);
  expect(await mostBetweenLooks(nextTurn)).toBeLessThan(8);
});

test('answers that arrive together are taken apart in turns, whole ones and those that come piece by piece', async () => {
  const piece = Uint8Array.of(1);
  async function* pieces() {
    for (let count = 0; count < 2; count++) yield piece;
  }
  const outbound = inTurns({
    fetch: async () => ({ status: 200 }),
    session: () => ({ send: async () => ({ status: 200, body: pieces() }), close: () => {} }),
  } as unknown as Outbound);
  const fetched = () => outbound.fetch('https://graph.example', { typedBy: 'administrator' });
  expect(await mostBetweenLooks(fetched)).toBeLessThan(8);

  const readers = Array.from({ length: pulls }, async () => {
    const request = { method: 'POST', headers: {} };
    const { body } = await outbound.session({ typedBy: 'administrator' }).send(new URL('https://ews.example'), request);
    return body[Symbol.asyncIterator]();
  });
  const waiting = await Promise.all(readers);
  const read = async () => {
    const reader = waiting.shift()!;
    expect(await reader.next()).toEqual({ done: false, value: piece });
    waiting.push(reader);
  };
  expect(await mostBetweenLooks(read)).toBeLessThan(8);
});

test('whoever asks comes first, and doesn’t keep the others from their turn for long', async () => {
  let looks = 0;
  let asks = 5;
  const ask = () => {
    looks++;
    somebodyAsks();
    if (--asks > 0) immediately(ask);
  };
  await nextTurn();
  await setImmediate();
  immediately(ask);
  await nextTurn();
  expect(looks, 'looks at the sockets until all had asked').toBe(5);
  asks = Number.POSITIVE_INFINITY;
  await setImmediate();
  immediately(ask);
  await nextTurn();
  asks = 0;
});
