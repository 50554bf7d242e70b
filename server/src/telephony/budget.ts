/** Rule 10: how many requests a phone system gets. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../calendars/connector.ts';

/** Lets through `perSecond` requests a second, up to one second's worth at once. */
export function requestBudget(perSecond: number): (signal: AbortSignal) => Promise<void> {
  const step = 1_000 / perSecond;
  let next = 0;
  return async (signal) => {
    const now = Date.now();
    next = Math.max(next, now - 1_000) + step;
    if (next > now)
      await delay(next - now, undefined, { signal }).catch(() => {
        throw new ConnectorError('throttled', 'The request budget of this phone system is used up for now.');
      });
  };
}

/** What looking at phones costs where requests are limited. */
export interface ReadingCost {
  /** Requests a second that the phone system gets. */
  perSecond: number;
  /** Requests to read one phone; 0 where all are read by a few. */
  perPhone: number;
}

/** Of the budget, so that there is always some left for what has to be written. */
const shareForPolling = 0.5;

/**
 * How often phones in force are looked at: as often as asked for, or as seldom as the budget makes it. Pure.
 * @param pollMs as often as it would be without a budget. Milliseconds, as the result.
 */
export function pollEvery(pollMs: number, cost: ReadingCost | undefined, phones: number): number {
  if (!cost) return pollMs;
  return Math.max(pollMs, Math.ceil((phones * cost.perPhone * 1_000) / (cost.perSecond * shareForPolling)));
}
