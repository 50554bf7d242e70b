/**
 * Counts failures (wrong passwords, wrong set-up links) per key in a fixed time. In memory: with several processes each
 * counts for itself, so an attacker gets the limit times the number of processes, which is still next to nothing.
 */
export interface FailureLimit {
  /** Seconds until the next try is allowed; 0 when it is allowed now. */
  blockedFor(key: string, now: Temporal.Instant): number;
  failed(key: string, now: Temporal.Instant): void;
  succeeded(key: string): void;
}

/** @param windowSeconds counted from the first failure. */
export function failureLimit(failures: number, windowSeconds: number): FailureLimit {
  const entries = new Map<string, { count: number; until: number }>();
  const current = (key: string, now: Temporal.Instant) => {
    const entry = entries.get(key);
    if (entry && entry.until <= now.epochMilliseconds) {
      entries.delete(key);
      return undefined;
    }
    return entry;
  };
  return {
    blockedFor(key, now) {
      const entry = current(key, now);
      return entry && entry.count >= failures ? Math.ceil((entry.until - now.epochMilliseconds) / 1000) : 0;
    },
    failed(key, now) {
      const entry = current(key, now);
      if (entry) entry.count++;
      else {
        // An attacker who invents keys must not fill the memory: the oldest are forgotten first.
        if (entries.size >= 10_000) entries.delete(entries.keys().next().value!);
        entries.set(key, { count: 1, until: now.epochMilliseconds + windowSeconds * 1000 });
      }
    },
    succeeded(key) {
      entries.delete(key);
    },
  };
}
