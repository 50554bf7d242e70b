/**
 * Chance that depends on the seed, the instant and the place only. A story that was shortened keeps the luck of what is
 * left of it, so that a failure can be shrunk.
 */
export class Fortune {
  #seed: number;
  #clock: { now: number };

  constructor(seed: number, clock: { now: number }) {
    this.#seed = seed;
    this.#clock = clock;
  }

  /** In [0, 1). */
  draw(place: string): number {
    let hash = Math.imul(this.#seed ^ 0x9e3779b9, 0x85ebca6b) ^ this.#clock.now;
    hash = Math.imul(hash ^ (this.#clock.now / 2 ** 32), 0xc2b2ae35);
    for (let i = 0; i < place.length; i++) hash = Math.imul(hash ^ place.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
    return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
  }
  /** A whole number of [from, to]. */
  between(place: string, from: number, to: number): number {
    return from + Math.floor(this.draw(place) * (to - from + 1));
  }
  happens(place: string, probability: number): boolean {
    return this.draw(place) < probability;
  }
}
