/** Tries a source while somebody waits: every way it can end is a step in plain words. */
import {
  type CalendarConnector,
  type CheckStep,
  type ConnectorAccount,
  ConnectorError,
  type RemoteCalendar,
} from './connector.ts';

export interface SourceCheck {
  /** Up to the first that failed. */
  steps: CheckStep[];
  /** Empty unless all steps are well. */
  calendars: RemoteCalendar[];
}

/**
 * @param signal of whoever waits: when they have gone, nothing more is asked.
 * @param timeLimit milliseconds for all of it; also ends a connector that ignores its signal.
 * @throws what isn't the source's fault.
 */
export async function checkSource(
  connector: CalendarConnector,
  account: ConnectorAccount,
  signal: AbortSignal,
  timeLimit: number,
): Promise<SourceCheck> {
  const limit = AbortSignal.timeout(timeLimit);
  const either = AbortSignal.any([signal, limit]);
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  aborted.catch(() => {});
  either.addEventListener('abort', () => reject(either.reason), { once: true });
  if (either.aborted) reject(either.reason);
  let steps: CheckStep[] = [];
  try {
    steps = await Promise.race([connector.check(account, either), aborted]);
    if (!steps.every(({ ok }) => ok)) return { steps, calendars: [] };
    return { steps, calendars: await Promise.race([connector.discover(account, either), aborted]) };
  } catch (error) {
    const { message, errorClass } = faultWithin(error, limit.aborted, timeLimit);
    // The calendars had been counted, and yet they can't be listed: what is told last is what holds.
    const passed = steps.filter(({ name }) => name !== 'calendars');
    const name = passed.length > 0 ? 'calendars' : 'server';
    return { steps: [...passed, { name, ok: false, message, errorClass }], calendars: [] };
  }
}

/** Why a check ended early. @throws what isn't the source's fault. */
export function faultWithin(error: unknown, timedOut: boolean, timeLimit: number): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (!timedOut) throw error;
  const message =
    `The server did not finish answering within ${Math.round(timeLimit / 1000)} seconds. ` +
    'Check the address, or try again later: it may be busy.';
  return new ConnectorError('unreachable', message, { cause: error });
}
