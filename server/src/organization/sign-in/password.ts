/** Sign-in with e-mail address and password, and a code where the user has a second factor. */
import type { Context } from '../../context.ts';
import { passwordMatches } from '../passwords.ts';
import { knownDevice } from './device.ts';
import type { Key } from './lock-out.ts';
import { type Origin, recordRefusal, recordSignIn } from './log.ts';
import { secondFactorOf, takeCode } from './second-factor.ts';
import { addressKey, beginTry, deviceKey, endTries, lockOf, personKey, takeTryBack } from './tries.queries.ts';
import { userByEmail } from './user.queries.ts';

export interface Credentials {
  email: string;
  password: string;
  code?: string | undefined;
}

export type SignInResult =
  | { outcome: 'signedIn'; userId: string }
  | { outcome: 'locked'; seconds: number }
  /** The same for unknown people and wrong passwords. */
  | { outcome: 'wrong' }
  | { outcome: 'codeNeeded' }
  | { outcome: 'wrongCode' }
  | { outcome: 'inactive' };

/**
 * @param device the cookie of a browser that signed somebody in before.
 * What it answers tells nothing of who exists to whoever lacks the password, neither in words, nor by a lock, nor by the
 * time taken.
 */
export async function signInWithPassword(
  context: Pick<Context, 'store' | 'secrets'>,
  { email, password, code }: Credentials,
  origin: Origin & { device: string | undefined },
  now: Temporal.Instant,
): Promise<SignInResult> {
  const { db } = context.store;
  const keys = keysOf(context, email, origin);
  const seconds = await beginTry(db, keys, now);
  if (seconds > 0) return { outcome: 'locked', seconds };
  const locked = async () => {
    const lockedSeconds = await lockOf(db, keys, now);
    return { by: 'password', ...(lockedSeconds > 0 && { lockedSeconds }) };
  };
  const user = await userByEmail(db, email);
  if (!(await passwordMatches(password, user?.password ?? null)) || !user) {
    await recordRefusal(db, user, origin, { reason: 'wrong password', ...(await locked()) });
    return { outcome: 'wrong' };
  }
  if (!user.mayEnter) {
    await recordRefusal(db, user, origin, { by: 'password', reason: 'deactivated' });
    return { outcome: 'inactive' };
  }
  const factor = await secondFactorOf(db, user.id);
  if (factor && !code) {
    await takeTryBack(db, keys);
    return { outcome: 'codeNeeded' };
  }
  const secondFactor = factor ? await takeCode(context, user.id, factor, code ?? '', now) : null;
  if (factor && !secondFactor) {
    await recordRefusal(db, user, origin, { reason: 'wrong code', ...(await locked()) });
    return { outcome: 'wrongCode' };
  }
  await endTries(db, keys);
  await recordSignIn(db, user, origin, { by: 'password', secondFactor });
  return { outcome: 'signedIn', userId: user.id };
}

/** A known device is counted by itself, whatever happens elsewhere (lock-out.ts). */
function keysOf(
  { secrets }: Pick<Context, 'secrets'>,
  email: string,
  { address, device }: Origin & { device: string | undefined },
): Key[] {
  const known = knownDevice(secrets, device, email);
  if (known) return [deviceKey(known)];
  return [personKey(email), ...(address ? [addressKey(address)] : [])];
}
