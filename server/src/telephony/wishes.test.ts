import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Slot } from '../presence/presence.ts';
import type { Capabilities } from './connector.ts';
import { dialable, loopOf, resolveWishes, type Wish, wishKey } from './wishes.ts';

const capabilities: Capabilities = {
  modes: { off: true, all: true, internal: 'no', external: 'no', doNotDisturb: true },
  slots: { busy: true, unanswered: 'none' },
  voicemail: true,
  readAll: true,
  watch: true,
};
const start = Temporal.Instant.from('2026-03-02T09:00:00Z');
const wish = (extension: string, target: string, minute = 0, slot: Slot = 'always'): Wish => ({
  ...{ extension, slot },
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
  expect(resolved.get('102 always')?.refusal).toBeNull();
  expect(resolved.get('101 always')).toMatchObject({
    forwarding: { mode: 'all', target: 'voicemail' },
    refusal: { kind: 'loop', path: ['101', '102', '101'] },
  });
  const silent = { ...capabilities, voicemail: false };
  expect(resolveWishes([wish('101', '101')], new Map(), silent).get('101 always')?.forwarding).toEqual({
    mode: 'off',
    target: null,
  });
});

test('a mode the system can’t do is off, with its reason', () => {
  const internal: Wish = { ...wish('101', '102'), forwarding: { mode: 'internal', target: '102' } };
  expect(resolveWishes([internal], new Map(), capabilities).get('101 always')).toEqual({
    forwarding: { mode: 'off', target: null },
    refusal: { kind: 'unsupported', reason: 'no' },
  });
});

test('a slot the system hasn’t got is off, with its reason, and the others are not concerned', () => {
  const wishes = [wish('101', '102'), wish('101', '103', 0, 'busy'), wish('101', '103', 0, 'unanswered')];
  const resolved = resolveWishes(wishes, new Map(), capabilities);
  expect(resolved.get('101 busy')).toEqual({ forwarding: { mode: 'all', target: '103' }, refusal: null });
  expect(resolved.get('101 unanswered')).toEqual({
    forwarding: { mode: 'off', target: null },
    refusal: { kind: 'unsupported', reason: 'none' },
  });
  expect(resolved.get('101 always')?.refusal).toBeNull();
});

test('a circle may lead through several slots, and through what users have set themselves', () => {
  const wishes = [wish('101', '102', 0, 'busy'), wish('102', '103', 1)];
  expect(
    resolveWishes(wishes, new Map([['103', ['200', '101']]]), capabilities).get('102 always')?.refusal?.path,
  ).toEqual(['102', '103', '101', '102']);
});

const minutes = fc.integer({ min: 0, max: 3 });
const number = fc.integer({ min: 100, max: 107 }).map(String);
test('however wishes and forwardings by hand are tangled, no call goes round because of us, in any order of asking', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.record({ extension: number, slot: fc.constantFrom('always', 'busy'), target: number, minute: minutes }),
        { selector: wishKey },
      ),
      fc.array(fc.tuple(number, number)),
      (wanted, hands) => {
        const wishes = wanted.map(({ extension, slot, target, minute }) => wish(extension, target, minute, slot));
        const byHand = Map.groupBy(hands, ([extension]) => extension);
        const edges = () => new Map([...byHand].map(([extension, of]) => [extension, of.map(([, target]) => target)]));
        const resolved = resolveWishes(wishes, edges(), capabilities);
        expect(new Map([...resolveWishes(wishes.toReversed(), edges(), capabilities)].toSorted())).toEqual(
          new Map([...resolved].toSorted()),
        );
        const all = edges();
        const ours = wishes.flatMap(({ extension, slot }) => {
          const { forwarding, refusal } = resolved.get(wishKey({ extension, slot }))!;
          return refusal ? [] : [{ extension, target: forwarding.target! }];
        });
        for (const { extension, target } of ours) all.set(extension, [...(all.get(extension) ?? []), target]);
        for (const { extension, target } of ours) expect(loopOf(extension, target, all)).toBeNull();
      },
    ),
    { numRuns: Number(process.env.WHENABOUTS_RUNS ?? 1_000) },
  );
});
