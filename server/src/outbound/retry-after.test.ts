import { expect, test } from 'vitest';
import { parseRetryAfter } from './retry-after.ts';

const now = Temporal.Instant.from('2026-11-22T08:00:00Z');

test.each([
  ['120', '2026-11-22T08:02:00Z'],
  [' 0 ', '2026-11-22T08:00:00Z'],
  ['Sun, 22 Nov 2026 08:30:00 GMT', '2026-11-22T08:30:00Z'],
  ['Sun, 22 Nov 2020 08:30:00 GMT', '2026-11-22T08:00:00Z'],
  ['Sun, 22 Nov 2099 08:30:00 GMT', '2026-11-23T08:00:00Z'],
  ['999999999', '2026-11-23T08:00:00Z'],
  ['999999999999', '2026-11-23T08:00:00Z'],
  ['-1', '2026-11-22T08:00:00Z'],
  ['soon', null],
  ['', null],
  [null, null],
])('Retry-After: %s', (value, expected) => {
  const parsed = parseRetryAfter(value, now);
  expect(parsed?.toString() ?? null).toBe(expected);
});
