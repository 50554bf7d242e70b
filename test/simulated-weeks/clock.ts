/**
 * Time that only passes when there is nothing left to do: events in order, weeks in milliseconds. Everything under test
 * takes `now` from here, and waits by `sleep`.
 */
import { setImmediate } from 'node:timers/promises';

interface Event {
  at: number;
  /** Events of one instant happen in the order in which they were planned. */
  order: number;
  run: () => void;
}

export class Clock {
  /** Epoch milliseconds. */
  now: number;
  #events: Event[] = [];
  #order = 0;
  /** Asynchronous work that may go on at this instant. */
  #awake = 0;

  constructor(now: number) {
    this.now = now;
  }

  instant = (): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(this.now);

  /** An instant that has passed is now. @returns what takes it off the list again. */
  at(at: number, run: () => void): () => void {
    const event = { at: Math.max(Math.ceil(at), this.now), order: this.#order++, run };
    this.#insert(event);
    return () => {
      event.run = () => {};
    };
  }

  /** Where nothing else happens meanwhile, time passes at once. */
  sleep(milliseconds: number): Promise<void> {
    const until = this.now + milliseconds;
    if (!Number.isFinite(until)) throw new RangeError(`Nobody waits for ${milliseconds} ms.`);
    const next = this.#events[0];
    if (!next || next.at > until) {
      this.now = until;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.at(until, () => {
        this.#awake++;
        resolve();
      });
    });
  }

  /** Work that waits by `sleep`. What it throws ends the run. */
  start(work: () => Promise<void>): void {
    this.#awake++;
    void work().catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }
  #failure: { error: unknown } | null = null;
  /** For what was found where a throw might be caught by the work that is under test. */
  fail(error: Error): void {
    this.#failure ??= { error };
  }

  /** @throws what any of the work threw. */
  async runUntil(end: number): Promise<void> {
    for (let next = this.#events[0]; next && next.at <= end; next = this.#events[0]) {
      this.#remove();
      this.now = Math.max(this.now, next.at);
      next.run();
      // Until everything that was woken sleeps again.
      if (this.#awake > 0) {
        this.#awake = 0;
        await setImmediate();
      }
      if (this.#failure) throw this.#failure.error;
    }
    this.now = Math.max(this.now, end);
  }

  // A binary heap.
  #insert(event: Event): void {
    const heap = this.#events;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
  }
  #remove(): void {
    const heap = this.#events;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

const before = (a: Event, b: Event) => a.at < b.at || (a.at === b.at && a.order < b.order);
