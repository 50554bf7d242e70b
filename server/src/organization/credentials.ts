/** A user's password and the one-time invitation that leads to the first one. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { passwordMatches } from './passwords.ts';

export const invitationLifetime = Temporal.Duration.from({ hours: 7 * 24 });
const hash = (token: string) => createHash('sha256').update(token).digest('hex');

/** @param passwordHash made outside of the transaction: scrypt takes a tenth of a second. */
export async function setPasswordHash(db: Executor, userId: string, passwordHash: string): Promise<void> {
  await db
    .insertInto('login_password')
    .values({ user_id: userId, password: passwordHash })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet({ password: passwordHash, updated_at: sql`now()` }),
    )
    .execute();
}

export async function hasPassword(db: Executor, userId: string, password: string): Promise<boolean> {
  const row = await db.selectFrom('login_password').select('password').where('user_id', '=', userId).executeTakeFirst();
  return passwordMatches(password, row?.password ?? null);
}

/** A new invitation; the user's earlier one stops working. @returns the token for the link; only its hash is kept. */
export async function invite(
  db: Executor,
  userId: string,
  now: Temporal.Instant,
): Promise<{ token: string; expiresAt: Temporal.Instant }> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = now.add(invitationLifetime);
  const fields = { token: hash(token), expires_at: expiresAt, created_at: now };
  await db
    .insertInto('invitation')
    .values({ user_id: userId, ...fields })
    .onConflict((conflict) => conflict.column('user_id').doUpdateSet(fields))
    .execute();
  return { token, expiresAt };
}

/** Uses the invitation up. @returns the invited user, or null when the link was used, replaced, or is too old. */
export async function takeInvitation(db: Executor, token: string, now: Temporal.Instant): Promise<string | null> {
  const row = await db
    .deleteFrom('invitation')
    .where('token', '=', hash(token))
    .returning(['user_id', 'expires_at'])
    .executeTakeFirst();
  return row && Temporal.Instant.compare(row.expires_at, now) > 0 ? row.user_id : null;
}
