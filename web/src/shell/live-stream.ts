/**
 * One EventSource to /live. Runs in the SharedWorker that all tabs share, or in the tab itself where there is none.
 * The browser reconnects by itself after a cut; after an HTTP error it gives up, so we try again with growing pauses.
 */

export const liveEvents = ['presence', 'agenda', 'account', 'forwarding', 'alert', 'reload'] as const;
export type LiveEvent = (typeof liveEvents)[number];

export interface LiveListener {
  event(name: LiveEvent, data: unknown): void;
  /** `resumed`: the stream is back after a gap; what was missed must be read again. */
  state(state: 'connected' | 'resumed' | 'lost'): void;
}

export interface LiveStream {
  /** @param anew for a page that has read before it followed: the server tells again what it told of late. */
  watch(users: readonly string[], anew?: boolean): void;
  close(): void;
}

const settleMs = 150;
const longestPauseMs = 30_000;
/** Less than what the server tells again (server/src/api/live/lately-told.ts), by what a page took to read before. */
const longestGapMs = 8_000;

export function openLiveStream(listener: LiveListener): LiveStream {
  let source: EventSource | undefined;
  let watched: string[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pauseMs = 1000;
  let lost = false;
  let started = false;

  function open(): void {
    source?.close();
    const query = watched.length > 0 ? `?users=${watched.map(encodeURIComponent).join(',')}` : '';
    const opened = new EventSource(`/api/v1/live${query}`);
    source = opened;
    started = true;
    const askedAt = performance.now();
    opened.onopen = () => {
      pauseMs = 1000;
      listener.state(lost || performance.now() - askedAt > longestGapMs ? 'resumed' : 'connected');
      lost = false;
    };
    opened.onerror = () => {
      lost = true;
      listener.state('lost');
      if (opened.readyState !== EventSource.CLOSED || opened !== source) return;
      schedule(pauseMs * (0.75 + Math.random() / 2));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    };
    for (const name of liveEvents)
      opened.addEventListener(name, (event) => listener.event(name, JSON.parse((event as MessageEvent<string>).data)));
  }

  function schedule(delay: number): void {
    clearTimeout(timer);
    timer = setTimeout(open, delay);
  }

  return {
    watch(users, anew = false) {
      const next = [...new Set(users)].sort();
      if (started && !anew && next.join() === watched.join()) return;
      watched = next;
      schedule(settleMs);
    },
    close() {
      clearTimeout(timer);
      source?.close();
      source = undefined;
      started = false;
    },
  };
}
