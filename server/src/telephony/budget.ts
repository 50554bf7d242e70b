/** Rule 10: how many requests a phone system gets. */
import { setTimeout as delay } from 'node:timers/promises';
import { ConnectorError } from '../../calendars/connector.ts';

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
