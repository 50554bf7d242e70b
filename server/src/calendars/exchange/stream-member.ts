/** One mailbox on a stream: its subscription, and what was said of it last. */
import type { Hint } from '../connector.ts';

export interface StreamedMailbox {
  accountId: string;
  address: string;
  /** Ids of its calendars. */
  folders: readonly string[];
}

/** A mailbox that refuses a subscription is asked again after it; one that can't be reached, after less. */
const askAgainMs = 3_600_000;
const passesWithinMs = 300_000;

export class StreamMember {
  readonly mailbox: StreamedMailbox;
  subscription: string | null = null;
  /** Epoch milliseconds before which nothing is asked of it. */
  notBefore = 0;
  /** Epoch milliseconds before which another one is asked to speak for all, if there is one. */
  silentUntil = 0;
  readonly #tell: (hint: Hint) => void;
  #told = false;
  #doubtful = false;

  constructor(mailbox: StreamedMailbox, tell: (hint: Hint) => void) {
    this.mailbox = mailbox;
    this.#tell = tell;
  }

  /** Its changes are told from now on. */
  heard(): void {
    if (this.subscription === null || (this.#told && !this.#doubtful)) return;
    [this.#told, this.#doubtful] = [true, false];
    this.#tell({ accountId: this.mailbox.accountId, what: 'told' });
  }

  changed(): void {
    this.#tell({ accountId: this.mailbox.accountId, what: 'changed' });
  }

  /** Something may have got lost: when it is heard of again, it has to be looked at. */
  doubt(): void {
    this.#doubtful = true;
  }

  untold(): void {
    if (this.#told) this.#tell({ accountId: this.mailbox.accountId, what: 'untold' });
    this.#told = false;
  }

  /** @param now epoch milliseconds. @param passes the reason is expected to pass by itself. */
  setAside(now: number, passes = false): void {
    this.subscription = null;
    this.notBefore = now + (passes ? passesWithinMs : askAgainMs);
    this.untold();
  }

  /** @param now epoch milliseconds. */
  spokeInVain(now: number): void {
    this.silentUntil = now + passesWithinMs;
  }
}
