/** The connections to one Exchange server: each is one request's alone while it lasts, and kept for the next. */
import type { Outbound, OutboundSession } from '../../outbound/outbound.ts';

export class Connections {
  readonly #outbound: Outbound;
  readonly #authority: string | null;
  /** The last used is used first: its sign-in is the freshest, the others get to close. */
  readonly #idle: OutboundSession[] = [];
  #closed = false;

  constructor(outbound: Outbound, authority: string | null) {
    this.#outbound = outbound;
    this.#authority = authority;
  }

  take(): OutboundSession {
    return this.#idle.pop() ?? this.#outbound.session({ typedBy: 'administrator', authority: this.#authority });
  }

  giveBack(session: OutboundSession): void {
    if (this.#closed || this.#idle.length >= mostIdle) session.close();
    else this.#idle.push(session);
  }

  /** What is in use is closed when it is given back. */
  close(): void {
    this.#closed = true;
    for (const session of this.#idle.splice(0)) session.close();
  }
}

const mostIdle = 10;
