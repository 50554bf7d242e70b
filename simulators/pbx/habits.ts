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

export interface Dice {
  /** 0 to 1. */
  random: () => number;
  /** True in this share of cases; without a throw where it is 0. */
  chance: (share: number) => boolean;
  between: (range: [number, number]) => number;
  oneOf: <V>(values: readonly V[]) => V;
}

export function diceFrom(seed: number): Dice {
  const random = randomFrom(seed);
  return {
    random,
    chance: (share) => share > 0 && random() < share,
    between: ([from, to]) => from + random() * (to - from),
    oneOf: (values) => values[Math.floor(random() * values.length)]!,
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
