/** The bad habits of phone systems, dealt from a seed so that a bad day can be had again. */

export type Habit =
  | { kind: 'none' }
  /** Answers late. */
  | { kind: 'slow'; ms: number }
  /** Says 500; `done` tells whether it did what it was asked before it failed. */
  | { kind: 'error'; done: boolean }
  /** Says 429 with Retry-After. */
  | { kind: 'busy'; seconds: number };

/** mulberry32: small, fast and good enough to deal from. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function habits(seed: number): () => Habit {
  const random = randomFrom(seed);
  return () => {
    const die = random();
    if (die < 0.06) return { kind: 'slow', ms: Math.round(100 + random() * 500) };
    if (die < 0.12) return { kind: 'error', done: random() < 0.5 };
    if (die < 0.15) return { kind: 'busy', seconds: 1 };
    return { kind: 'none' };
  };
}
