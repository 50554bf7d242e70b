/** Dealt from a seed, so that the same sample company comes out again. */
export interface Dice {
  /** 0 (inclusive) to 1 (exclusive). */
  next(): number;
  pick<T>(from: readonly T[]): T;
  /** One of them, by weight. */
  weighted<T>(from: readonly (readonly [T, number])[]): T;
  /** Lognormal (facts/graph.md: meetings a week). */
  lognormal(median: number, sigma: number): number;
}

/** The 64-bit linear congruential generator of Knuth's MMIX; its upper bits are good enough to deal from. */
export function dice(seed: string): Dice {
  let state = 14695981039346656037n;
  for (const byte of new TextEncoder().encode(seed))
    state = BigInt.asUintN(64, (state ^ BigInt(byte)) * 1099511628211n);
  const next = () => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return Number(state >> 11n) / 2 ** 53;
  };
  return {
    next,
    pick: (from) => from[Math.floor(next() * from.length)]!,
    weighted(from) {
      let rest = next() * from.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of from) {
        rest -= weight;
        if (rest < 0) return value;
      }
      return from.at(-1)![0];
    },
    lognormal(median, sigma) {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()); // Box-Muller
      return median * Math.exp(sigma * normal);
    },
  };
}
