/** Reads Server-Sent Events as a browser does. */

export interface LiveMessage {
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent
  data: any;
  /** The last id seen up to this event. */
  id: string | undefined;
}

export interface EventReader {
  /** The first event from here on that is wanted. @throws Error after 15 s, with what came instead. */
  next(wanted: (message: LiveMessage) => boolean): Promise<LiveMessage>;
  close(): void;
}

/** @param query what stands after `?`. */
export async function openEvents(url: string, cookie: string, query = '', lastEventId?: string): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(`${url}/api/v1/live?${query}`, {
    headers: { cookie, ...(lastEventId !== undefined && { 'last-event-id': lastEventId }) },
    signal: abort.signal,
  });
  if (response.status !== 200) throw new Error(`GET /live: ${response.status} ${await response.text()}`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const came: LiveMessage[] = [];
  let text = '';
  let id: string | undefined;

  async function read(): Promise<void> {
    const { value, done } = await reader.read();
    if (done) throw new Error('The stream ended.');
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const field = (name: string) =>
        block
          .split('\n')
          .find((line) => line.startsWith(`${name}: `))
          ?.slice(name.length + 2);
      id = field('id') ?? id;
      const event = field('event');
      if (event) came.push({ event, data: JSON.parse(field('data') ?? 'null'), id });
    }
  }

  return {
    async next(wanted) {
      const all: LiveMessage[] = [];
      const late = AbortSignal.timeout(15_000);
      const tooLate = new Promise<never>((_, reject) => {
        late.onabort = () => reject(new Error(`The event did not come. Came: ${JSON.stringify(all)}`));
      });
      tooLate.catch(() => undefined); // what came already is never waited for
      for (;;) {
        for (let message = came.shift(); message; message = came.shift()) {
          all.push(message);
          if (wanted(message)) return message;
        }
        await Promise.race([read(), tooLate]);
      }
    },
    close: () => abort.abort(),
  };
}
