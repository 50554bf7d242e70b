/**
 * How many requests go to one mailbox at a time, and when it, or all of the application, must be left alone.
 * Outlook lets 4 at a time into a mailbox for each app ("Microsoft Graph service-specific throttling limits"); the
 * documentation contradicts itself on what counts, so what 429 says is believed over what is written.
 */
import { ConnectorError } from '../connector.ts';
import { Gate } from '../gate.ts';

const mostAtATime = 4;

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
      gate = new Gate(mostAtATime);
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

export const throttled = (host: string, until: number): ConnectorError =>
  new ConnectorError(
    'throttled',
    `${host} asks for fewer requests to this mailbox. It is read again when ${host} allows.`,
    {
      retryAt: Temporal.Instant.fromEpochMilliseconds(Math.ceil(until)),
    },
  );
