/** When an account is tried again. Pure: the dice are a parameter. All times are lengths, so no clock can jump them. */
import type { ErrorClass } from '../calendars/connector.ts';

const minute = 60_000;
const hour = 60 * minute;

/** First wait and longest wait, in milliseconds. What only a person can mend waits long: a wrong password that is sent
 *  every minute locks the mailbox. */
const waits: Record<ErrorClass, { first: number; longest: number }> = {
  credentials: { first: 30 * minute, longest: 24 * hour },
  consent: { first: 30 * minute, longest: 24 * hour },
  notFound: { first: 10 * minute, longest: 12 * hour },
  throttled: { first: minute, longest: hour },
  unreachable: { first: minute / 2, longest: 15 * minute },
  malformed: { first: 5 * minute, longest: 6 * hour },
  refused: { first: 15 * minute, longest: 12 * hour },
  internal: { first: minute, longest: hour },
};

/** A server that asks for more (a Retry-After of years) is asked again after a day. */
export const longestRetryAfter = 24 * hour;

/**
 * Milliseconds until the next attempt: doubled with each failure in a row, plus or minus a quarter by the dice, so that
 * a thousand accounts of one dead server don't come back in the same second.
 * @param failures in a row, this one included: 1 and more.
 * @param random in [0, 1).
 * @param retryAfter milliseconds the server asked for (Retry-After), at least that long is waited, plus up to a tenth.
 */
export function backoff(
  errorClass: ErrorClass,
  failures: number,
  random: number,
  retryAfter: number | null = null,
): number {
  const { first, longest } = waits[errorClass];
  const doubled = Math.min(first * 2 ** Math.min(Math.max(failures, 1) - 1, 30), longest);
  const own = doubled * (0.75 + random * 0.5);
  if (retryAfter === null || !(retryAfter > 0)) return Math.round(own);
  const asked = Math.min(retryAfter, longestRetryAfter);
  return Math.round(asked + Math.min(asked * 0.1, minute) * random);
}

const shortestPoll = minute;
const longestPoll = 24 * hour;

/**
 * Milliseconds until the next pull after a good one: what the source asks for, else the connector's own habit, held
 * between a minute and a day, plus up to a twentieth by the dice.
 */
export function nextPoll(asked: Temporal.Duration | null, habit: Temporal.Duration, random: number): number {
  const wanted = lengthOf(asked) ?? lengthOf(habit) ?? 15 * minute;
  const held = Math.min(Math.max(wanted, shortestPoll), longestPoll);
  return Math.round(held * (1 + random * 0.05));
}

/** Null for what has no certain or no positive length. Calendar units count as in 1970, days as 24 hours. */
function lengthOf(duration: Temporal.Duration | null): number | null {
  if (duration === null) return null;
  try {
    const length = duration.total({ unit: 'milliseconds', relativeTo: Temporal.PlainDate.from('1970-01-01') });
    return length > 0 ? length : null;
  } catch {
    return null;
  }
}
