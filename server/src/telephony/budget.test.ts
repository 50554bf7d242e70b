import { expect, test } from 'vitest';
import { pollEvery, requestBudget } from './budget.ts';

test.each([
  ['no budget: as often as asked for', undefined, 100_000, 30_000],
  ['all read by a few requests', { perSecond: 1, perPhone: 0 }, 100_000, 30_000],
  ['few phones', { perSecond: 20, perPhone: 1 }, 300, 30_000],
  ['as many as half of the budget reads in time', { perSecond: 20, perPhone: 1 }, 301, 30_100],
  ['a small budget', { perSecond: 0.5, perPhone: 2 }, 60, 480_000],
])('%s', (_, cost, phones, every) => {
  expect(pollEvery(30_000, cost, phones)).toBe(every);
});

test('lets through a second’s worth at once, and then one after the other', async () => {
  const budget = requestBudget(100);
  const { signal } = new AbortController();
  const began = performance.now();
  await Promise.all(Array.from({ length: 100 }, () => budget(signal)));
  const atOnce = performance.now() - began;
  await Promise.all(Array.from({ length: 20 }, () => budget(signal)));
  // What the first hundred took on a busy machine counts for the others.
  expect(performance.now() - began).toBeGreaterThan(Math.max(150, atOnce));
  const refused = budget(AbortSignal.abort());
  await expect(refused).rejects.toThrow('budget');
});
