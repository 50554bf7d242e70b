import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Capabilities } from './connector.ts';
import { dialable, loopOf, resolveWishes, type Wish } from './wishes.ts';

const capabilities: Capabilities = {
  modes: { off: true, all: true, internal: 'no', external: 'no', doNotDisturb: true },
  voicemail: true,
  readAll: true,
  watch: true,
};
const start = Temporal.Instant.from('2026-03-02T09:00:00Z');
const wish = (extension: string, target: string, minute = 0): Wish => ({
  extension,
  forwarding: { mode: 'all', target },
  since: start.add({ minutes: minute }),
});

test('numbers are told as they are dialled', () => {
  expect(dialable('+49 (30) 123-45.6')).toBe('+4930123456');
  expect(dialable('*72 300')).toBe('*72300');
  expect(dialable('voicemail')).toBe('voicemail');
});

test('the later of two wishes that make a circle gives way', () => {
  const resolved = resolveWishes([wish('101', '102', 5), wish('102', '101')], new Map(), capabilities);
  expect(resolved.get('102')?.refusal).toBeNull();
  expect(resolved.get('101')).toMatchObject({
    forwarding: { mode: 'all', target: 'voicemail' },
    refusal: { kind: 'loop', path: ['101', '102', '101'] },
  });
  const silent = { ...capabilities, voicemail: false };
  expect(resolveWishes([wish('101', '101')], new Map(), silent).get('101')?.forwarding).toEqual({
    mode: 'off',
    target: null,
  });
});

test('a mode the system can’t do is off, with its reason', () => {
  const internal: Wish = { ...wish('101', '102'), forwarding: { mode: 'internal', target: '102' } };
  expect(resolveWishes([internal], new Map(), capabilities).get('101')).toEqual({
    forwarding: { mode: 'off', target: null },
    refusal: { kind: 'unsupported', reason: 'no' },
  });
});

const number = fc.integer({ min: 100, max: 107 }).map(String);
test('however wishes and forwardings by hand are tangled, no call goes round because of us, in any order of asking', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.record({ extension: number, target: number, minute: fc.integer({ min: 0, max: 3 }) }), {
        selector: ({ extension }) => extension,
      }),
      fc.uniqueArray(fc.tuple(number, number), { selector: ([extension]) => extension }),
      (wanted, hands) => {
        const wishes = wanted.map(({ extension, target, minute }) => wish(extension, target, minute));
        const byHand = new Map(hands.filter(([extension]) => !wanted.some((each) => each.extension === extension)));
        const resolved = resolveWishes(wishes, byHand, capabilities);
        expect(new Map([...resolveWishes(wishes.toReversed(), byHand, capabilities)].toSorted())).toEqual(
          new Map([...resolved].toSorted()),
        );
        const next = new Map(byHand);
        for (const [extension, { forwarding }] of resolved)
          if (forwarding.target && forwarding.target !== 'voicemail') next.set(extension, forwarding.target);
        for (const [extension, { forwarding, refusal }] of resolved) {
          if (forwarding.target && !refusal) expect(loopOf(extension, forwarding.target, next)).toBeNull();
        }
      },
    ),
    { numRuns: Number(process.env.WHENABOUTS_RUNS ?? 1_000) },
  );
});
