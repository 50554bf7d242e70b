import { useEffect, useSyncExternalStore } from 'react';
import { type LiveEvent, type LiveStream, openLiveStream } from './live-stream.ts';
import type { FromWorker, ToWorker } from './live-worker.ts';

/** Live changes in this tab: who is watched, what arrives, and whether the stream stands. */

type Handler = (name: LiveEvent | 'resumed', data: unknown) => void;

const handlers = new Set<Handler>();
const wishes = new Map<symbol, readonly string[]>();
const stateListeners = new Set<() => void>();
let connected = true;
let send: ((message: ToWorker) => void) | undefined;

function receive(message: FromWorker): void {
  if (message.kind === 'event') for (const handle of handlers) handle(message.name as LiveEvent, message.data);
  else {
    connected = message.state !== 'lost';
    for (const tell of stateListeners) tell();
    if (message.state === 'resumed') for (const handle of handlers) handle('resumed', undefined);
  }
}

function start(): (message: ToWorker) => void {
  if (typeof SharedWorker === 'undefined' || !navigator.locks) return perTab();
  const worker = new SharedWorker(new URL('./live-worker.ts', import.meta.url), { type: 'module', name: 'live' });
  let toPort = (message: ToWorker) => worker.port.postMessage(message);
  worker.onerror = () => {
    toPort = perTab();
    tellWatched();
  };
  worker.port.onmessage = ({ data }: MessageEvent<FromWorker>) => receive(data);
  const lock = `live-${crypto.randomUUID()}`;
  void navigator.locks.request(lock, () => {
    toPort({ kind: 'alive', lock });
    return new Promise(() => {});
  });
  return (message) => toPort(message);
}

function perTab(): (message: ToWorker) => void {
  const stream: LiveStream = openLiveStream({
    event: (name, data) => receive({ kind: 'event', name, data }),
    state: (state) => receive({ kind: 'state', state }),
  });
  return (message) => {
    if (message.kind === 'watch') stream.watch(message.users);
    else if (message.kind === 'signedOut') stream.close();
  };
}

function tellWatched(): void {
  send?.({ kind: 'watch', users: [...new Set([...wishes.values()].flat())] });
}

/** Watches these people's presence while the component is shown. */
export function useWatch(users: readonly string[]): void {
  const key = [...users].sort().join();
  useEffect(() => {
    const wish = Symbol('watch');
    wishes.set(wish, key === '' ? [] : key.split(','));
    send ??= start();
    tellWatched();
    return () => {
      wishes.delete(wish);
      if (wishes.size > 0) tellWatched();
    };
  }, [key]);
}

/** Hands every live change to a handler while the component is shown; 'resumed' after a gap. */
export function useLive(handler: Handler): void {
  useEffect(() => {
    handlers.add(handler);
    return () => {
      handlers.delete(handler);
    };
  }, [handler]);
}

export function useLiveConnected(): boolean {
  return useSyncExternalStore(
    (listener) => {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    () => connected,
  );
}

/** Ends the stream of every tab: the session it was opened with is over. */
export function endLive(): void {
  send?.({ kind: 'signedOut' });
  wishes.clear();
}
