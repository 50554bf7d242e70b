import { expect, test } from 'vitest';
import { backOff, paced } from './pace.ts';

test('work is done at once, once more when woken meanwhile, and never twice at the same time', async () => {
  let running = 0;
  let most = 0;
  let times = 0;
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  const work = paced(
    async () => {
      most = Math.max(most, ++running);
      if (++times === 1) await first.promise;
      running--;
      if (times === 2) second.resolve();
      return 60_000;
    },
    () => 60_000,
  );
  for (let i = 0; i < 5; i++) work.wake();
  first.resolve();
  await second.promise;
  await work.stop();
  expect({ times, most }).toEqual({ times: 2, most: 1 });
  work.wake();
  expect(times).toBe(2);
});

test('what fails is told how often in a row, waits as long as it is told to, and begins anew', async () => {
  const failures: number[] = [];
  const healed = Promise.withResolvers<void>();
  let times = 0;
  const work = paced(
    async () => {
      times++;
      if (times <= 3 || times === 5) throw new Error('not yet');
      if (times === 6) healed.resolve();
      return 0;
    },
    (_, inARow) => {
      failures.push(inARow);
      return 0;
    },
  );
  await healed.promise;
  await work.stop();
  expect(failures).toEqual([1, 2, 3, 1]);
});

test('waiting grows, and never beyond the most', () => {
  for (const times of [1, 2, 3, 10, 1_000]) {
    const wait = backOff(times, 30_000);
    const full = Math.min(30_000, 500 * 2 ** (times - 1));
    expect(wait).toBeGreaterThanOrEqual(full * 0.75);
    expect(wait).toBeLessThanOrEqual(full);
  }
});
