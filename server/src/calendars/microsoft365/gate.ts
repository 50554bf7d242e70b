/**
 * How many requests go to one mailbox at a time, and when it, or all of the application, must be left alone.
 * Outlook lets 4 at a time into a mailbox for each app ("Microsoft Graph service-specific throttling limits"); the
 * documentation contradicts itself on what counts, so what 429 says is believed over what is written.
 */
import { ConnectorError } from '../connector.ts';

export interface Time {
  /** Epoch milliseconds. */
  now(): number;
  /** Ends early, without an error, when the signal does. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const wallTime: Time = {
  now: () => Date.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

const mostAtATime = 4;
/** After so many good answers in a row one more at a time is tried. */
const goodAnswers = 50;
/** Longer waits aren't sat out: the account gives its place to others and comes back when it may. */
export const longestWaitMs = 5_000;

export class Gate {
  /** 1 to 4. */
  atATime = mostAtATime;
  #running = 0;
  #good = 0;
  #closedUntil = 0;
  readonly #waiting: (() => void)[] = [];

  /** @returns what to call when the request is done. */
  async enter(): Promise<() => void> {
    while (this.#running >= this.atATime) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    return () => {
      this.#running--;
      this.#waiting.shift()?.();
    };
  }

  succeeded(): void {
    if (this.atATime >= mostAtATime || ++this.#good < goodAnswers) return;
    this.#good = 0;
    this.atATime++;
  }

  /** Too many: half as many at a time, and none until then. */
  refused(until: number): void {
    this.#good = 0;
    this.atATime = Math.max(1, this.atATime >> 1);
    this.#closedUntil = Math.max(this.#closedUntil, until);
  }

  close(until: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, until);
  }

  get closedUntil(): number {
    return this.#closedUntil;
  }
}

/** Of the application as a whole: closed only when several mailboxes are refused at once. */
export class ApplicationGate {
  readonly #mailboxes = new Map<string, Gate>();
  #refusals: { mailbox: string; at: number }[] = [];
  #answers = 0;
  #closedUntil = 0;

  mailbox(name: string): Gate {
    let gate = this.#mailboxes.get(name);
    if (!gate) {
      // Nobody asks after most of them for minutes: what they knew is soon learnt again.
      if (this.#mailboxes.size >= 20_000) this.#mailboxes.clear();
      gate = new Gate();
      this.#mailboxes.set(name, gate);
    }
    return gate;
  }

  succeeded(now: number): void {
    this.#forget(now);
    this.#answers++;
  }

  refused(mailbox: string, now: number, until: number): void {
    this.#forget(now);
    this.#refusals.push({ mailbox, at: now });
    const mailboxes = new Set(this.#refusals.map((each) => each.mailbox)).size;
    // One mailbox's refusals are its own; many at the same time are the application's.
    if (mailboxes >= 5 && this.#refusals.length > this.#answers) this.#closedUntil = Math.max(this.#closedUntil, until);
  }

  get closedUntil(): number {
    return this.#closedUntil;
  }

  #since = 0;
  #forget(now: number): void {
    if (now - this.#since < 10_000) return;
    this.#since = now;
    this.#refusals = [];
    this.#answers = 0;
  }
}

/** @throws ConnectorError 'throttled' when it would take too long. */
export async function waitUntil(time: Time, until: number, host: string, signal: AbortSignal): Promise<void> {
  const wait = until - time.now();
  if (wait <= 0) return;
  if (wait > longestWaitMs) throw throttled(host, until);
  await time.sleep(wait, signal);
  signal.throwIfAborted();
}

export const throttled = (host: string, until: number): ConnectorError =>
  new ConnectorError(
    'throttled',
    `${host} asks for fewer requests to this mailbox. It is read again when ${host} allows.`,
    {
      retryAt: Temporal.Instant.fromEpochMilliseconds(Math.ceil(until)),
    },
  );
