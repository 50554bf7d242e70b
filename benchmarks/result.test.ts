import { expect, test } from 'vitest';
import { table } from './report.ts';
import { isMet, machine, ratioOf, spread } from './result.ts';

test('the median is the middle value and p99 the slowest of fewer than 100', () => {
  expect(spread([5, 1, 9])).toEqual({ median: 5, p99: 9, runs: 3 });
  expect(spread(Array.from({ length: 200 }, (_, index) => index + 1))).toEqual({ median: 100, p99: 198, runs: 200 });
  expect(() => spread([])).toThrow('Nothing was measured');
});

test('a target counts against the figure or its ratio to the floor, the limit included', () => {
  const row = { label: 'x', unit: 'ms', median: 20, floor: 10 };
  expect(ratioOf(row)).toBe(2);
  expect(isMet({ ...row, target: { ratioAtMost: 2 } })).toBe(true);
  expect(isMet({ ...row, target: { ratioAtLeast: 2.1 } })).toBe(false);
  expect(isMet({ ...row, target: { atMost: 19 } })).toBe(false);
  expect(isMet(row)).toBeUndefined();
  expect(() => isMet({ label: 'y', unit: 'ms', median: 1, target: { ratioAtMost: 1 } })).toThrow('no floor');
});

test('a missed target is written as missed, with its reason', () => {
  const text = table({
    name: 'n',
    title: 'N',
    command: 'npm run benchmark -- n',
    date: '2026-11-22',
    machine: { ...machine({ postgresql: '15.18' }), cpu: 'CPU' },
    rows: [
      { label: 'a', unit: 'ms', median: 3, floor: 1, ratio: 3, target: { ratioAtMost: 2 }, met: false, note: 'Slow.' },
    ],
  });
  expect(text).toContain('| a | ms | 3 |  | 1 | 3.00 x | at most 2 x | **no** |');
  expect(text).toContain('postgresql 15.18');
  expect(text).toContain('a: Slow.');
});
