/** Reading all mailboxes for the first time, beside a bare loop that sends the very same requests. */
import type { Office, Source } from './office.ts';

export interface FirstSync {
  /** Milliseconds of each run. */
  whole: number[];
  bare: number[];
  /** What the source was asked in one run. */
  requests: number;
}

export interface BareLoop<Sent> {
  /** Ends the recording. @returns what each mailbox was asked, in order. */
  recorded(): Promise<Sent[][]>;
  /** @returns milliseconds. */
  replay(recorded: readonly Sent[][]): Promise<number>;
  /** Disconnects all mailboxes, as if they had never been read. */
  disconnect(): Promise<void>;
}

export async function measureFirstSync<Sent>(
  { source, firstSync }: Office<Source>,
  { recorded, replay, disconnect }: BareLoop<Sent>,
  runs: number,
): Promise<FirstSync> {
  await disconnect();
  const before = await source.requests();
  await source.record();
  await firstSync(); // warms both, and tells what the bare loop has to send
  const sent = await recorded();
  const requests = (await source.requests()) - before;
  const [whole, bare]: [number[], number[]] = [[], []];
  for (let run = 0; run < runs; run++) {
    await disconnect();
    bare.push(await replay(sent));
    whole.push(await firstSync());
  }
  return { whole, bare, requests };
}

/** One mailbox's requests one after the other. @param atOnce mailboxes at a time: as many as the product reads. */
export async function replayAll<Sent>(
  recorded: readonly Sent[][],
  atOnce: number,
  send: (sent: Sent) => Promise<unknown>,
): Promise<void> {
  const rest = [...recorded];
  const work = async () => {
    for (let mailbox = rest.shift(); mailbox; mailbox = rest.shift()) for (const sent of mailbox) await send(sent);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
