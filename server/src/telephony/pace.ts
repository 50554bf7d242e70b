/** Work that is done when something says so, at the latest after the time it asked for, and never twice at once. */

export interface Paced {
  /** Do it now; where it is being done, once more after that. */
  wake(): void;
  /** What is in hand finishes first. */
  stop(): Promise<void>;
}

/**
 * @param work returns after how many milliseconds to do it again. What it throws is given to `failed`, with how often in
 *   a row, which says the same.
 */
export function paced(work: () => Promise<number>, failed: (error: unknown, times: number) => number): Paced {
  let working: Promise<void> | null = null;
  let again = false;
  let stopped = false;
  let failures = 0;
  let timer: NodeJS.Timeout | null = null;

  async function run(): Promise<void> {
    if (timer) clearTimeout(timer);
    let wait = 0;
    while (again && !stopped) {
      again = false;
      try {
        wait = await work();
        failures = 0;
      } catch (error) {
        failures++;
        wait = failed(error, failures);
        // Woken meanwhile or not: what fails is given its time.
        break;
      }
    }
    again = false;
    if (stopped) return;
    timer = setTimeout(wake, wait);
    timer.unref();
  }
  function wake(): void {
    if (stopped) return;
    again = true;
    working ??= run().finally(() => {
      working = null;
      if (again) wake();
    });
  }
  wake();
  return {
    wake,
    async stop() {
      stopped = true;
      await working;
      if (timer) clearTimeout(timer);
    },
  };
}

/** Milliseconds: half a second, one, two … up to `most`, with jitter. */
export const backOff = (times: number, most: number): number =>
  Math.min(most, 500 * 2 ** Math.min(times - 1, 10)) * (0.75 + Math.random() / 4);
