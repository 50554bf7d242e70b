/**
 * Turns at reading, for the whole process. Everything that `setImmediate` puts off is done in one go before the process
 * looks at its sockets again: thirty pulls that each yield after some milliseconds would still keep whoever asks the
 * server waiting for all of them together. Here the turns between two looks have a time in common.
 */

/** Milliseconds of work between two looks at the sockets, and one more turn. Of work, not of waiting for a core. */
const longestStretch = 10;

/** When the turns since the last look began, by this thread's time on a core. */
let began = Number.NEGATIVE_INFINITY;
/** Somebody waits who comes first after the next look. */
let firstWaits = false;

const worked = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** Resolves when it is the caller's turn, in the order in which it was asked for. */
export function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const tried = (first: boolean) => {
    const now = worked();
    if (!first && now - began > longestStretch) {
      setImmediate(tried, !firstWaits);
      firstWaits = true;
      return;
    }
    if (first) {
      began = now;
      firstWaits = false;
    }
    resolve();
  };
  setImmediate(tried, false);
  return promise;
}
