/**
 * Addresses and extensions that users of one import pass on to each other in one run: swapped by two, or moved up by
 * one along a row of people. Nobody can have what somebody else keeps. Pure.
 */

/**
 * Who can't take what they are to take, because whoever has it keeps it, or can't take theirs either. A ring in which
 * nobody keeps anything is free: all in it take at the same moment.
 * @param giverOf who has what this one is to take; undefined: nobody. Nobody gives to two.
 * @param keepers who give nothing up.
 * @returns those who are held up, each with its giver; none of the keepers.
 */
export function heldUp<T>(all: Iterable<T>, giverOf: (taker: T) => T | undefined, keepers: Iterable<T>): Map<T, T> {
  const takerFrom = new Map<T, T>();
  for (const taker of all) {
    const giver = giverOf(taker);
    if (giver !== undefined) takerFrom.set(giver, taker);
  }
  const held = new Map<T, T>();
  const keeping = new Set(keepers); // grows while it is walked
  for (const giver of keeping) {
    const taker = takerFrom.get(giver);
    if (taker === undefined || keeping.has(taker)) continue;
    held.set(taker, giver);
    keeping.add(taker);
  }
  return held;
}
