/**
 * The lamps that we set ourselves. Asterisk tells of them as of anybody's, and each would be a reason to look at its phone
 * again, just when thousands are being written. What else lights or clears them still is one.
 */

/** An event of ours comes with the answer; what comes much later is somebody else's. Milliseconds. */
const awaitedMs = 2_000;

export interface OwnLamps {
  /** @param device as Asterisk calls it ("Custom:CF201"). */
  set(device: string, state: string): void;
  /** Whether this event is the answer to what was set; it is so once. */
  isOurs(device: string, state: string): boolean;
}

/** @param now milliseconds */
export function ownLamps(now: () => number = Date.now): OwnLamps {
  const awaited = new Map<string, { state: string; until: number }>();
  return {
    set: (device, state) => void awaited.set(device, { state, until: now() + awaitedMs }),
    isOurs(device, state) {
      const own = awaited.get(device);
      if (own?.state !== state) return false;
      awaited.delete(device);
      return now() <= own.until;
    },
  };
}
