import { expect, test } from 'vitest';
import { ownLamps } from './own-lamps.ts';

test('a lamp that we set ourselves is told from one that somebody else sets', () => {
  let now = 1_000;
  const own = ownLamps(() => now);
  own.set('Custom:CF201', 'BUSY');
  expect(own.isOurs('Custom:CF202', 'BUSY')).toBe(false);
  expect(own.isOurs('Custom:CF201', 'NOT_INUSE')).toBe(false); // its user was faster
  expect(own.isOurs('Custom:CF201', 'BUSY')).toBe(true);
  expect(own.isOurs('Custom:CF201', 'BUSY')).toBe(false); // the second one isn't ours any more

  own.set('Custom:CF201', 'NOT_INUSE');
  now += 2_001;
  expect(own.isOurs('Custom:CF201', 'NOT_INUSE')).toBe(false);
});
