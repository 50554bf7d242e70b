/**
 * Subscriptions of several mailboxes live on one Mailbox server, and a stream finds them only there: a group of them
 * names an anchor mailbox and keeps the cookie by which the front end finds the server again.
 * Source: "Maintain affinity between a group of subscriptions and the Mailbox server" (Microsoft).
 */

/** X-BackEndOverrideCookie since Exchange 2013, exchangecookie in 2010. */
const kept = /^(?:x-backendoverridecookie|exchangecookie)$/i;
const longestCookie = 4_096;

/** A header has ASCII only (RFC 9110, 5.5): of another address it says nothing. */
export const anchoredAt = (address: string): Record<string, string> =>
  /^[\x21-\x7e]+$/.test(address) ? { 'x-anchormailbox': address } : {};

export class Affinity {
  /** The alphabetically first of the group. */
  readonly anchor: string;
  readonly #cookies = new Map<string, string>();

  constructor(anchor: string) {
    this.anchor = anchor;
  }

  headers(): Record<string, string> {
    const cookies = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return {
      ...anchoredAt(this.anchor),
      'x-preferserveraffinity': 'true',
      ...(cookies && { cookie: cookies }),
    };
  }

  keep(answer: Headers): void {
    for (const line of answer.getSetCookie()) {
      const [, name, value] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
      if (name === undefined || value === undefined || !kept.test(name)) continue;
      if (value.trim() !== '' && value.length <= longestCookie) this.#cookies.set(name, value.trim());
      else this.#cookies.delete(name);
    }
  }
}
