/** The guard's rules on random situations, beside some that people would name. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { fewestChanges, type GuardSituation, trips } from './guard.ts';

const numRuns = Number(process.env.WHENABOUTS_RUNS ?? 1_000);
const seed = seedOfThisRun();
const check = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>) => fc.assert(property, { numRuns, seed });

describe(`when the guard trips (WHENABOUTS_SEED=${seed})`, () => {
  const situation = fc
    .record({ phones: fc.integer({ min: 1, max: 2_000 }), share: fc.integer({ min: 0, max: 100 }) })
    .chain(({ phones, share }) =>
      fc
        .record({ pending: fc.integer({ min: 0, max: phones }), recent: fc.integer({ min: 0, max: phones }) })
        .filter(({ pending, recent }) => pending + recent <= phones)
        .map((counts): GuardSituation => ({ phones, share, ...counts })),
    );

  test('only when something is about to change, at least five phones, and more than the share', () => {
    check(
      fc.property(situation, (of) => {
        const changes = of.pending + of.recent;
        const more = changes / of.phones > of.share / 100 + 1e-12;
        expect(trips(of)).toBe(of.share > 0 && of.pending > 0 && changes >= fewestChanges && more);
      }),
    );
  });
  test('never by fewer changes, more phones or a larger share where it doesn’t by more, fewer or a smaller one', () => {
    check(
      fc.property(situation, fc.nat(50), (of, by) => {
        if (trips(of)) return;
        expect(trips({ ...of, pending: Math.max(0, of.pending - by) })).toBe(false);
        expect(trips({ ...of, recent: Math.max(0, of.recent - by) })).toBe(false);
        expect(trips({ ...of, phones: of.phones + by })).toBe(false);
        if (of.share > 0) expect(trips({ ...of, share: Math.min(100, of.share + by) })).toBe(false);
      }),
    );
  });
  test('counts what came little by little as it does what comes at once', () => {
    check(
      fc.property(situation, fc.nat(2_000), (of, part) => {
        if (of.pending === 0) return;
        const moved = Math.min(part, of.pending - 1);
        expect(trips({ ...of, pending: of.pending - moved, recent: of.recent + moved })).toBe(trips(of));
      }),
    );
  });
  test.each([
    ['one user of five', { pending: 1, recent: 0, phones: 5, share: 20 }, false],
    ['all four phones of a small office', { pending: 4, recent: 0, phones: 4, share: 20 }, false],
    ['exactly the share', { pending: 20, recent: 0, phones: 100, share: 20 }, false],
    ['one more than the share', { pending: 21, recent: 0, phones: 100, share: 20 }, true],
    ['one more with those of the last minutes', { pending: 1, recent: 20, phones: 100, share: 20 }, true],
    ['switched off', { pending: 100, recent: 0, phones: 100, share: 0 }, false],
    ['a share of all', { pending: 100, recent: 0, phones: 100, share: 100 }, false],
  ])('%s', (_, of, expected) => {
    expect(trips(of)).toBe(expected);
  });
});
