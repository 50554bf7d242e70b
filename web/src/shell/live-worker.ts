/** The SharedWorker: one stream for all tabs of the browser, over everyone that any tab shows. */
import { openLiveStream } from './live-stream.ts';

export type ToWorker = { kind: 'watch'; users: string[] } | { kind: 'alive'; lock: string } | { kind: 'signedOut' };
export type FromWorker =
  | { kind: 'event'; name: string; data: unknown }
  | { kind: 'state'; state: 'connected' | 'resumed' | 'lost' };

const tabs = new Map<MessagePort, string[]>();
let lastState: FromWorker | undefined;

const stream = openLiveStream({
  event: (name, data) => tell({ kind: 'event', name, data }),
  state(state) {
    lastState = { kind: 'state', state: state === 'resumed' ? 'connected' : state };
    tell({ kind: 'state', state });
  },
});

function tell(message: FromWorker): void {
  for (const tab of tabs.keys()) tab.postMessage(message);
}

function watchAll(anew = false): void {
  if (tabs.size === 0) stream.close();
  else stream.watch([...tabs.values()].flat(), anew);
}

// A port doesn't say when its tab is gone; a lock the tab holds does: we get it when the tab can't hold it any more.
async function forgetWhenGone(tab: MessagePort, lock: string): Promise<void> {
  await navigator.locks.request(lock, () => {
    tabs.delete(tab);
    watchAll();
  });
}

self.addEventListener('connect', (connect) => {
  const tab = (connect as MessageEvent).ports[0]!;
  tab.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.kind === 'alive') void forgetWhenGone(tab, data.lock);
    else if (data.kind === 'watch') {
      const isNew = !tabs.has(tab);
      tabs.set(tab, data.users);
      if (lastState) tab.postMessage(lastState);
      watchAll(isNew);
    } else {
      tabs.clear();
      stream.close();
      lastState = undefined;
    }
  };
});
