/** One mailbox on a stream: its subscription, and what was said of it last. */
import type { Hint } from '../connector.ts';

export interface StreamedMailbox {
  accountId: string;
  address: string;
  /** Ids of its calendars. */
  folders: readonly string[];
}

/** A mailbox that refuses a subscription is asked again after it. */
const askAgainMs = 3_600_000;

export class StreamMember {
  readonly mailbox: StreamedMailbox;
  subscription: string | null = null;
  /** Epoch milliseconds before which nothing is asked of it. */
  notBefore = 0;
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

  /** @param now epoch milliseconds. */
  setAside(now: number): void {
    this.subscription = null;
    this.notBefore = now + askAgainMs;
    this.untold();
  }
}
