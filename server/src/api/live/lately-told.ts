/**
 * What was told of late, to be told again to streams that open now: a page reads what it shows while its stream is on
 * the way, and is told of nothing that changes in between. Presence isn't kept: streams begin with the current one.
 */
import type { LiveStream } from './stream.ts';

/**
 * Milliseconds from a page's first reading until its stream stands, on a slow machine. The web client reads everything
 * again where it has waited longer (web/src/shell/live-stream.ts).
 */
export const toldAgainMs = 15_000;

export interface News {
  /** Of whom; null: of nobody. */
  userId: string | null;
  /** The same key: the newer one counts. */
  key: string;
  /** As it is sent. */
  block: string;
  mayHear(stream: LiveStream): boolean;
}

export interface LatelyTold {
  keep(news: News): void;
  /** The oldest first. */
  of(stream: LiveStream): News[];
}

/** @param now milliseconds of a clock that only goes forward. */
export function rememberTold(now: () => number = () => performance.now()): LatelyTold {
  const told = new Map<string, { news: News; at: number }>(); // in the order of `at`
  function forgetOld(): void {
    for (const [key, { at }] of told) {
      if (now() - at <= toldAgainMs) return;
      told.delete(key);
    }
  }
  return {
    keep(news) {
      forgetOld();
      told.delete(news.key);
      told.set(news.key, { news, at: now() });
    },
    of(stream) {
      forgetOld();
      return [...told.values()].flatMap(({ news }) => {
        const concerned = news.userId === null || stream.watched.has(news.userId);
        return concerned && news.mayHear(stream) ? news : [];
      });
    },
  };
}
