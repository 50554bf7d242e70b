/** A user's second factor: set up, confirmed, asked for at sign-in, taken away. */
import { randomBytes } from 'node:crypto';
import { ApiError } from '../../api/errors.ts';
import { forgetSessions } from '../../api/sessions.ts';
import type { Context } from '../../context.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import { qrCode } from './qr.ts';
import { looksLikeRecoveryCode, newRecoveryCodes } from './recovery-codes.ts';
import {
  confirmFactor,
  dropFactor,
  factorOf,
  recoveryCodesLeft,
  replaceRecoveryCodes,
  type StoredFactor,
  storeUnconfirmed,
  takeRecoveryCode,
  takeStep,
} from './second-factor.queries.ts';
import { readSignInSettings } from './settings.ts';
import { fromBase32, keyAddress, matchingStep, secretBytes, toBase32 } from './totp.ts';
import { userById } from './user.queries.ts';

type Parts = Pick<Context, 'store' | 'secrets'>;

export async function readSecondFactor(db: Executor, userId: string) {
  const factor = await factorOf(db, userId);
  const user = await userById(db, userId);
  const { secondFactorRequiredFor } = await readSignInSettings(db);
  return {
    state: !factor ? ('off' as const) : factor.confirmedAt ? ('on' as const) : ('unconfirmed' as const),
    since: factor?.confirmedAt ?? null,
    recoveryCodesLeft: await recoveryCodesLeft(db, userId),
    required: user !== null && user.password !== null && secondFactorRequiredFor.includes(user.role),
  };
}

/**
 * Makes a new secret, which counts once a code of it has come back; until then sign-in is as before.
 * @throws ApiError conflict when there is one already, or the user has no password that it could stand beside.
 */
export async function beginSecondFactor(
  { store, secrets }: Parts,
  userId: string,
): Promise<{ secret: string; uri: string; qr: string }> {
  const user = await userById(store.db, userId);
  if (!user?.password)
    throw new ApiError(
      'conflict',
      'You have no password here: whoever you sign in with asks for a second factor, not Whenabouts.',
    );
  const secret = randomBytes(secretBytes);
  const stored = await storeUnconfirmed(store.db, userId, secrets.seal(toBase32(secret), userId));
  if (!stored)
    throw new ApiError('conflict', 'You have a second factor already: remove it first to set up another one.');
  const uri = keyAddress(secret, user.email);
  return { secret: toBase32(secret), uri, qr: await qrCode(uri) };
}

/**
 * @returns recovery codes, which are shown this once.
 * @throws ApiError conflict when nothing waits for it; invalid for a wrong code.
 */
export async function confirmSecondFactor(
  parts: Parts,
  actor: Actor,
  userId: string,
  code: string,
  now: Temporal.Instant,
): Promise<string[]> {
  const factor = await factorOf(parts.store.db, userId);
  if (!factor) throw new ApiError('conflict', 'Nothing waits for a code: set up a second factor first.');
  if (factor.confirmedAt) throw new ApiError('conflict', 'Your second factor is confirmed already.');
  const step = matchingStep(secretOf(parts, userId, factor), code, now, factor.lastStep);
  if (step === null)
    throw new ApiError('invalid', 'This is not the code that the app shows now. Check the clock of your phone.', {
      field: 'code',
    });
  const codes = newRecoveryCodes();
  return parts.store.db.transaction().execute(async (transaction) => {
    if (!(await confirmFactor(transaction, userId, { secret: factor.secret, step, now })))
      throw new ApiError('conflict', 'The second factor was set up anew meanwhile: use the code of the new one.');
    await replaceRecoveryCodes(transaction, userId, codes);
    await recordFactor(transaction, actor, userId, 'create');
    await forgetSessions(transaction, userId);
    return codes;
  });
}

/** Whether a code has to come with this user's password. */
export async function secondFactorOf(db: Executor, userId: string): Promise<StoredFactor | null> {
  const factor = await factorOf(db, userId);
  return factor?.confirmedAt ? factor : null;
}

/** Uses a code of the app or a recovery code up. @returns which of them it was; null for a wrong or used one. */
export async function takeCode(
  parts: Parts,
  userId: string,
  factor: StoredFactor,
  code: string,
  now: Temporal.Instant,
): Promise<'app' | 'recoveryCode' | null> {
  const { db } = parts.store;
  if (looksLikeRecoveryCode(code)) return (await takeRecoveryCode(db, userId, code)) ? 'recoveryCode' : null;
  const step = matchingStep(secretOf(parts, userId, factor), code, now, factor.lastStep);
  return step !== null && (await takeStep(db, userId, step)) ? 'app' : null;
}

/** New recovery codes; the earlier ones stop working. @throws ApiError conflict without a second factor. */
export async function renewRecoveryCodes({ store }: Parts, actor: Actor, userId: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  return store.db.transaction().execute(async (transaction) => {
    if (!(await secondFactorOf(transaction, userId)))
      throw new ApiError('conflict', 'Recovery codes belong to a second factor, and you have none.');
    await replaceRecoveryCodes(transaction, userId, codes);
    await recordFactor(transaction, actor, userId, 'change');
    return codes;
  });
}

/** @throws ApiError notFound when there is neither the user nor a second factor. */
export async function removeSecondFactor({ store }: Parts, actor: Actor, userId: string): Promise<void> {
  await store.db.transaction().execute(async (transaction) => {
    const factor = await factorOf(transaction, userId);
    if (!factor) throw new ApiError('notFound', 'There is no second factor to remove.');
    if (await dropFactor(transaction, userId)) await recordFactor(transaction, actor, userId, 'delete');
    await forgetSessions(transaction, userId);
  });
}

const secretOf = ({ secrets }: Parts, userId: string, { secret }: StoredFactor): Buffer =>
  fromBase32(secrets.open(secret, userId));

/** A renewal of the recovery codes shows as such: the codes themselves are nobody's to read. */
async function recordFactor(
  db: Executor,
  actor: Actor,
  userId: string,
  action: 'create' | 'change' | 'delete',
): Promise<void> {
  const user = await userById(db, userId);
  const [before, after] = { create: [false, true], change: [true, true], delete: [true, false] }[action];
  await recordChange(db, actor, {
    action,
    subject: 'signIn',
    subjectId: userId,
    subjectName: user?.displayName ?? '',
    locationId: user?.locationId ?? null,
    before: { secondFactor: before, ...(action === 'change' && { codesRenewed: false }) },
    after: { secondFactor: after, ...(action === 'change' && { codesRenewed: true }) },
  });
}
