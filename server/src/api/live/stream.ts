/** One reader of live changes as Server-Sent Events (WHATWG HTML, section 9.2). */

import type { NoteReader } from '../../presence/note-template.ts';
import type { View } from '../presence-views.ts';

/** A reader this far behind (bytes) is cut off: its browser reconnects and reads what is current. */
const maxBehind = 1_000_000;

export interface LiveStream {
  readonly userId: string;
  /** Of whom everything is sent, not only what colleagues see: of the reader, and of whom the reader administers. */
  whole: ReadonlySet<string> | 'all';
  /** Whose changes are sent; always holds the reader. */
  readonly watched: ReadonlySet<string>;
  /** Whether the reader is told that there are news for administrators; they are asked for then, by whoever may. */
  readonly hearsAlerts: boolean;
  /** In whose language and zone notes are. */
  readonly reader: NoteReader;
  /** By user, what the reader sees of whom is watched; made anew when relationships change. */
  views: ReadonlyMap<string, View>;
  /** What comes first; nothing queued is sent before it. */
  begin(text: string): void;
  /** Replaces what waits under the same key: only the latest state counts. */
  queue(key: string, block: string): void;
  /** Sends what waits as one chunk. */
  flush(): void;
  heartbeat(): void;
  close(): void;
}

/** @param id the number a browser sends back as Last-Event-ID. */
export const eventBlock = (event: string, json: string, id?: number): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${json}\n\n`;

export interface StreamOptions {
  userId: string;
  whole: ReadonlySet<string> | 'all';
  watched: ReadonlySet<string>;
  hearsAlerts?: boolean;
  reader: NoteReader;
  views: ReadonlyMap<string, View>;
  onClose(stream: LiveStream): void;
}

export function openStream({ userId, whole, watched, hearsAlerts = false, reader, views, onClose }: StreamOptions): {
  stream: LiveStream;
  response: Response;
} {
  const encoder = new TextEncoder();
  const waiting = new Map<string, string>();
  let closed = false;
  let begun = false;
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const send = (text: string) => {
    if (closed) return;
    // What the system's buffers don't take piles up here: rather one reader less than memory without end.
    if ((controller.desiredSize ?? 0) < 0) stream.close();
    else controller.enqueue(encoder.encode(text));
  };
  const stream: LiveStream = {
    userId,
    whole,
    watched,
    hearsAlerts,
    reader,
    views,
    begin(text) {
      begun = true;
      send(text);
      stream.flush();
    },
    queue(key, block) {
      waiting.delete(key); // so that ids within a chunk keep ascending
      waiting.set(key, block);
    },
    flush() {
      if (!begun || waiting.size === 0) return;
      send([...waiting.values()].join(''));
      waiting.clear();
    },
    heartbeat() {
      if (begun) send(': still here\n\n');
    },
    close() {
      if (closed) return;
      closed = true;
      waiting.clear();
      try {
        controller.close();
      } catch {
        // the reader went first
      }
      onClose(stream);
    },
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      cancel: () => stream.close(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: maxBehind }),
  );
  const response = new Response(body, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // nginx would keep events until its buffer is full
    },
  });
  return { stream, response };
}
