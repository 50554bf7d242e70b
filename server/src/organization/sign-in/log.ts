/** Sign-ins and refusals in the audit log. What was typed in vain is never written, only whom it was for. */
import type { Executor } from '../../store/database.ts';
import { recordChange, systemActor } from '../audit.ts';
import type { SignInUser } from './user.queries.ts';

export interface Origin {
  address: string | null;
  userAgent: string | null;
}

/** @param by 'password', or the provider's name. */
export async function recordSignIn(
  db: Executor,
  user: SignInUser,
  origin: Origin,
  by: { by: string; secondFactor?: 'app' | 'recoveryCode' | null },
): Promise<void> {
  await recordChange(
    db,
    { userId: user.id, name: user.displayName, via: 'session' },
    {
      action: 'signIn',
      subject: 'signIn',
      subjectId: user.id,
      subjectName: user.displayName,
      locationId: user.locationId,
      after: { ...by, address: origin.address },
    },
  );
}

/**
 * @param user null where there is no such one: then only that somebody was refused is written, not what they typed,
 *   which may be a password in the wrong field.
 * @param reason in words for administrators.
 */
export async function recordRefusal(
  db: Executor,
  user: SignInUser | null,
  origin: Origin,
  reason: { by: string; reason: string; lockedSeconds?: number },
): Promise<void> {
  await recordChange(db, systemActor, {
    action: 'refuse',
    subject: 'signIn',
    subjectId: user?.id ?? null,
    subjectName: user?.displayName ?? '',
    locationId: user?.locationId ?? null,
    after: { ...reason, address: origin.address },
  });
}
