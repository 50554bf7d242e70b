/**
 * What Graph was asked, by what it was for: which of the delta rounds and views belonged to full rounds the simulator
 * doesn't tell, and tokens it doesn't count.
 */
export class Counted {
  tokens = 0;
  readonly #full = { delta: 0, view: 0 };
  /** Mailboxes whose last round was a full one. */
  readonly #begun = new Set<string>();

  see({ pathname, searchParams }: URL, authorization: string): void {
    const mailbox = `${authorization} ${/^\/v1\.0\/(?:me|users\/[^/]+)/.exec(pathname)?.[0]}`;
    if (pathname.endsWith('/calendarView/delta')) {
      if (searchParams.has('$deltatoken')) this.#begun.delete(mailbox);
      else {
        this.#begun.add(mailbox);
        this.#full.delta++;
      }
    } else if (pathname.endsWith('/calendarView') && this.#begun.has(mailbox)) this.#full.view++;
  }

  read({
    delta = 0,
    view = 0,
    instances = 0,
    event = 0,
    calendars = 0,
    settings = 0,
    subscriptions = 0,
    ...rest
  }: Record<string, number>) {
    const full = this.#full.delta + this.#full.view;
    const other = Object.values(rest).reduce((sum, count) => sum + count, 0);
    const series = instances + event + view - this.#full.view;
    return {
      ...{ delta: delta - this.#full.delta, series, 'full rounds': full, calendars, 'zone and hours': settings },
      ...{ subscriptions, tokens: this.tokens, other },
    };
  }
}
