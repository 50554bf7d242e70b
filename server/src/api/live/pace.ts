/**
 * When what is queued for the streams is sent: every 100 ms, so that what comes together is told together; but while more
 * is known to come, all at once when it has come, at most a little later. Writing to a thousand streams takes longer than
 * reading the changes that a herd's next batch brings, and would hold it up.
 */
export const coalesceMs = 100;
/** However much is to come. */
export const longestHoldMs = 400;

export interface Pace {
  /** Something is waiting. */
  queued(): void;
  /** Whether more is about to be queued. */
  expectMore(more: boolean): void;
  stop(): void;
}

/** @param send sends all that waits. */
export function createPace(send: () => void): Pace {
  let timer: NodeJS.Timeout | undefined;
  let moreComes = false;
  let held = false;

  function sendNow(): void {
    clearTimeout(timer);
    timer = undefined;
    held = false;
    send();
  }
  function sendUnlessMoreComes(): void {
    held = moreComes;
    if (held) timer = setTimeout(sendNow, longestHoldMs - coalesceMs);
    else sendNow();
  }
  return {
    queued() {
      timer ??= setTimeout(sendUnlessMoreComes, coalesceMs);
    },
    expectMore(more) {
      moreComes = more;
      if (held && !more) sendNow();
    },
    stop: () => clearTimeout(timer),
  };
}
