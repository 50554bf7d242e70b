/**
 * How many requests go to one place at a time, and when it must be left alone: halved when the place says that it is too
 * much, one more again after a row of good answers.
 */
import type { ConnectorError } from './connector.ts';

export interface Time {
  /** Epoch milliseconds. */
  now(): number;
  /** Ends early, without an error, when the signal does. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const wallTime: Time = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/** After so many good answers in a row one more at a time is tried. */
const goodAnswers = 50;
/** Longer waits aren't sat out: the account gives its place to others and comes back when it may. */
export const longestWaitMs = 5_000;

export class Gate {
  /** 1 to `most`. */
  atATime: number;
  readonly #most: number;
  #running = 0;
  #good = 0;
  #closedUntil = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
    this.atATime = most;
  }

  /** @returns what to call when the request is done. */
  async enter(): Promise<() => void> {
    while (this.#running >= this.atATime) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    return () => {
      this.#running--;
      this.#waiting.shift()?.();
    };
  }

  succeeded(): void {
    if (this.atATime >= this.#most || ++this.#good < goodAnswers) return;
    this.#good = 0;
    this.atATime++;
  }

  /** Too many: half as many at a time, and none until then. */
  refused(until: number): void {
    this.#good = 0;
    this.atATime = Math.max(1, this.atATime >> 1);
    this.#closedUntil = Math.max(this.#closedUntil, until);
  }

  get closedUntil(): number {
    return this.#closedUntil;
  }
}

/** @throws what `tooLong` makes, when it would take too long. */
export async function waitUntil(
  time: Time,
  until: number,
  tooLong: (until: number) => ConnectorError,
  signal: AbortSignal,
): Promise<void> {
  const wait = until - time.now();
  if (wait <= 0) return;
  if (wait > longestWaitMs) throw tooLong(until);
  await time.sleep(wait, signal);
  signal.throwIfAborted();
}

export async function pause(time: Time, milliseconds: number, signal: AbortSignal): Promise<void> {
  await time.sleep(milliseconds, signal);
  signal.throwIfAborted();
}
