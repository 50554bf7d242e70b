/**
 * Keeps a service account from being locked: directories lock accounts after a few wrong passwords, and thousands of
 * mailboxes sign in with this one. The first request of all goes alone, and once the account wasn't let in nobody tries
 * for a while, longer each time. Another password makes another client, which begins anew.
 */
import { ConnectorError } from '../../connector.ts';
import type { Time } from '../../gate.ts';
import type { SignIn } from './sign-in.ts';

const firstHoldMs = 60_000;
const longestHoldMs = 15 * 60_000;

export function careful(signIn: SignIn, time: Time): SignIn {
  let refused: { error: ConnectorError; until: number } | null = null;
  let inARow = 0;
  /** Until the first is through; null: anybody may. */
  let first: Promise<void> | null = null;
  let isTried = false;

  const hold = (error: ConnectorError) => {
    refused = { error, until: time.now() + Math.min(longestHoldMs, firstHoldMs * 2 ** inARow) };
    inARow++;
    isTried = false;
  };

  return {
    async send(session, url, request) {
      while (first !== null) await first;
      if (refused !== null && time.now() < refused.until) throw again(refused.error, refused.until);
      const alone = isTried ? null : Promise.withResolvers<void>();
      if (alone) first = alone.promise;
      try {
        const answer = await signIn.send(session, url, request);
        refused = null;
        inARow = 0;
        return answer;
      } catch (error) {
        const isRefusal = error instanceof ConnectorError && error.errorClass === 'credentials';
        // Of several at a time the first is enough.
        if (isRefusal && (refused === null || time.now() >= refused.until)) hold(error);
        throw error;
      } finally {
        if (alone) {
          first = null;
          isTried = refused === null;
          alone.resolve();
        }
      }
    },
  };
}

const again = ({ errorClass, message }: ConnectorError, until: number): ConnectorError =>
  new ConnectorError(errorClass, message, { retryAt: Temporal.Instant.fromEpochMilliseconds(Math.ceil(until)) });
