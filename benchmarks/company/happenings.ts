/** What is still to come in simulated time, in order. */
export class Happenings {
  readonly #entries: { at: number; then: () => void }[] = [];

  add(at: number, then: () => void): void {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.at > at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at, then });
  }
  next = (): number => this.#entries.at(-1)?.at ?? Number.POSITIVE_INFINITY;
  carryOut(until: number): void {
    while (this.next() <= until) this.#entries.pop()!.then();
  }
}
