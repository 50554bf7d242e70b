/** One browser that follows colleagues over GET /api/v1/live. */
export interface Watcher {
  /** When (epoch milliseconds) the last of the colleagues was told to have a segment that began at the instant. */
  toldOf(since: Temporal.Instant): Promise<number>;
  /** How many colleagues it still waits for. */
  missing(): number;
  close(): void;
}

/** @returns when the stream stands and has said what is current. */
export async function follow(address: string, cookie: string, colleagues: readonly string[]): Promise<Watcher> {
  const stop = new AbortController();
  const response = await fetch(`${address}/api/v1/live?users=${colleagues.join(',')}`, {
    headers: { cookie, accept: 'text/event-stream' },
    signal: stop.signal,
  });
  if (!response.ok || !response.body) throw new Error(`The live stream answered ${response.status}.`);
  const begun = Promise.withResolvers<void>();
  let waiting = new Set<string>();
  let since = '';
  let told = Promise.withResolvers<number>();

  function take(block: string): void {
    if (block.includes('event: position')) begun.resolve();
    if (!block.includes('event: presence')) return;
    const presence = JSON.parse(/^data: (.*)$/m.exec(block)![1]!) as { userId: string; since: string };
    if (Temporal.Instant.from(presence.since).toString() !== since) return;
    waiting.delete(presence.userId);
    if (waiting.size === 0) told.resolve(Date.now());
  }

  const read = async () => {
    let text = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (text + part).split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) take(block);
    }
  };
  read().catch((error) => {
    if (!stop.signal.aborted) told.reject(error);
  });
  await begun.promise;
  return {
    toldOf(instant) {
      since = instant.toString();
      waiting = new Set(colleagues);
      told = Promise.withResolvers();
      return told.promise;
    },
    missing: () => waiting.size,
    close: () => stop.abort(),
  };
}
