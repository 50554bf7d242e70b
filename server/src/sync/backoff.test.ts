import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorClasses } from '../calendars/connector.ts';
import { backoff, longestRetryAfter, nextPoll } from './backoff.ts';

const errorClass = fc.constantFrom(...errorClasses);
const dice = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const day = 24 * 3600_000;

test('waits grow with failures, between some seconds and about a day, and are spread by the dice', () => {
  fc.assert(
    fc.property(errorClass, fc.integer({ min: 0, max: 1e9 }), dice, (of, failures, random) => {
      const wait = backoff(of, failures, random);
      expect(wait).toBeGreaterThanOrEqual(20_000);
      expect(wait).toBeLessThanOrEqual(1.25 * day);
      expect(backoff(of, failures + 1, random)).toBeGreaterThanOrEqual(wait);
      expect(backoff(of, failures, 0.999)).toBeGreaterThan(1.6 * backoff(of, failures, 0));
    }),
  );
});

test('what only a person can mend waits longer than what mends itself', () => {
  for (const patient of ['credentials', 'consent', 'refused'] as const)
    for (const quick of ['unreachable', 'throttled', 'internal'] as const)
      expect(backoff(patient, 1, 0)).toBeGreaterThan(backoff(quick, 1, 0.999));
});

test('Retry-After is honoured up to a day', () => {
  fc.assert(
    fc.property(errorClass, dice, fc.integer({ min: 1, max: 400 * day }), (of, random, asked) => {
      const wait = backoff(of, 1, random, asked);
      expect(wait).toBeGreaterThanOrEqual(Math.min(asked, longestRetryAfter));
      expect(wait).toBeLessThanOrEqual(Math.min(asked, longestRetryAfter) + 60_000);
    }),
  );
});

test('the next pull comes when the source asks for it, between a minute and a day', () => {
  const habit = Temporal.Duration.from({ minutes: 15 });
  const minutes = (asked: string | null) =>
    nextPoll(asked === null ? null : Temporal.Duration.from(asked), habit, 0) / 60_000;
  expect(minutes(null)).toBe(15);
  expect(minutes('PT1H')).toBe(60);
  expect(minutes('PT0.1S')).toBe(1);
  expect(minutes('P1W')).toBe(24 * 60);
  expect(minutes('P1M')).toBe(24 * 60);
  for (const nonsense of ['PT0S', '-P1D', 'P999999Y']) expect([15, 24 * 60]).toContain(minutes(nonsense));
});
