import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import {
  afterFailure,
  type Counted,
  type Failures,
  type Key,
  lockedSeconds,
  networkOf,
  withoutTry,
} from './lock-out.ts';

const start = Temporal.Instant.from('2026-11-22T08:00:00Z');
const keyOf = (counted: Counted): Key => ({ counted, key: `${counted}:192.0.2.1` });

/** Fails as soon as it may, `times` times. @returns seconds of each lock. */
function failing(key: Key, times: number, wait = 1): number[] {
  let now = start;
  let failures: Failures | null = null;
  const locks: number[] = [];
  for (let i = 0; i < times; i++) {
    failures = afterFailure(failures, key, now);
    const seconds = lockedSeconds(failures, now);
    locks.push(seconds);
    now = now.add({ seconds: seconds + wait });
  }
  return locks;
}

test.each([
  ['person', 9],
  ['device', 9],
  ['own', 9],
  ['address', 99],
] as const)('%s: %d failures are free, then each locks for longer, up to a quarter of an hour', (counted, free) => {
  const locks = failing(keyOf(counted), free + 8);
  expect(locks.slice(0, free)).toEqual(Array(free).fill(0));
  expect(locks.slice(free)).toEqual([60, 120, 240, 480, 900, 900, 900, 900]);
});

test('everybody behind a proxy on this machine has one address, which takes more to lock', () => {
  for (const address of ['127.0.0.1', '::1'])
    expect(failing({ counted: 'address', key: `address:${address}` }, 1000).findIndex((seconds) => seconds > 0)).toBe(
      999,
    );
});

test('a day without a failure forgets all of them', () => {
  const locked: Failures = { failures: 30, lastAt: start, lockedUntil: start.add({ minutes: 15 }) };
  const almost = start.add({ hours: 24 }).subtract({ seconds: 1 });
  expect(afterFailure(locked, keyOf('person'), almost)).toMatchObject({ failures: 31 });
  expect(afterFailure(locked, keyOf('person'), start.add({ hours: 24 }))).toMatchObject({
    failures: 1,
    lockedUntil: null,
  });
});

test('the rest of a lock is told in whole seconds, rounded up, and is over on time', () => {
  const failures: Failures = { failures: 10, lastAt: start, lockedUntil: start.add({ minutes: 1 }) };
  expect(lockedSeconds(failures, start.add({ milliseconds: 1 }))).toBe(60);
  expect(lockedSeconds(failures, start.add({ seconds: 59, milliseconds: 1 }))).toBe(1);
  expect(lockedSeconds(failures, start.add({ minutes: 1 }))).toBe(0);
});

const runs = Number(process.env.WHENABOUTS_RUNS ?? 300);
const seed = seedOfThisRun();

test(`whatever is tried: no lock is longer than 15 minutes, and guesses stay few (${runs} runs, WHENABOUTS_SEED=${seed})`, () => {
  const waits = fc.array(fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 30 * 3600 })), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.constantFrom<Counted>('person', 'device', 'own'), waits, (counted, seconds) => {
      const key = keyOf(counted);
      let now = start;
      let failures: Failures | null = null;
      const guesses: number[] = [];
      for (const wait of seconds) {
        now = now.add({ seconds: wait });
        const locked = lockedSeconds(failures, now);
        expect(locked).toBeLessThanOrEqual(900);
        if (locked > 0) continue;
        failures = afterFailure(failures, key, now);
        guesses.push(now.epochMilliseconds);
        // A try that was none leaves what was there before it.
        const again = afterFailure(failures, key, now.add({ hours: 1 }));
        expect(withoutTry(again, key).failures).toBe(failures.failures);
      }
      // In any day: ten that are free, then at most one in each step. Forgetting needs a whole day without.
      for (const from of guesses)
        expect(guesses.filter((at) => at >= from && at < from + 86_400_000).length).toBeLessThanOrEqual(9 + 5 + 96);
    }),
    { numRuns: runs, seed },
  );
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '::1'],
  ['unknown', 'unknown'],
])('%s stands for the network %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
