import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const tell of listeners) tell();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The present, rounded down to a step (milliseconds): a component renders anew once a step, not once a second. */
export function useNow(step = 10_000): Date {
  const stamp = useSyncExternalStore(subscribe, () => Math.floor(Date.now() / step) * step);
  return new Date(stamp);
}
