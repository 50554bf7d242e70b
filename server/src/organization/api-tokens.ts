/**
 * API tokens: what programs sign in with. `whenabouts_` and 256 random bits, so that secret scanners and people know
 * one when they see it; only its SHA-256 is stored.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Executor } from '../store/database.ts';
import { type Actor, recordChange } from './audit.ts';
import { locationIdOfUser } from './roles.ts';

export const tokenPrefix = 'whenabouts_';
export const tokenLifetimeDays = { whenLeftOut: 90, most: 366 } as const;
export const tokensPerUser = 50;

export const newApiToken = (): string => tokenPrefix + randomBytes(32).toString('base64url');
export const hashApiToken = (token: string): string => createHash('sha256').update(token).digest('hex');

const selectTokens = (db: Executor) =>
  db
    .selectFrom('api_token')
    .select([
      'id',
      'name',
      'scopes',
      'expires_at as expiresAt',
      'last_used_at as lastUsedAt',
      'created_at as createdAt',
    ]);
export type ApiTokenRow = Awaited<ReturnType<typeof apiTokensOf>>[number];

/** Newest first. Those that ran out stay until retention drops them (retention.ts). */
export const apiTokensOf = (db: Executor, userId: string) =>
  selectTokens(db).where('user_id', '=', userId).orderBy('created_at', 'desc').orderBy('id').execute();

export const countApiTokens = async (db: Executor, userId: string): Promise<number> => {
  const { count } = await db
    .selectFrom('api_token')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  return count;
};

export async function ownerOfApiToken(db: Executor, { tokenId }: Record<string, string>): Promise<string | null> {
  const row = await db.selectFrom('api_token').select('user_id').where('id', '=', tokenId!).executeTakeFirst();
  return row?.user_id ?? null;
}

export interface NewApiToken {
  userId: string;
  name: string;
  scopes: readonly string[];
  expiresAt: Temporal.Instant;
}

/** Run it in a transaction. @returns the row and, this once, the token itself. */
export async function createApiToken(
  executor: Executor,
  actor: Actor,
  { userId, name, scopes, expiresAt }: NewApiToken,
): Promise<ApiTokenRow & { token: string }> {
  const token = newApiToken();
  const { id } = await executor
    .insertInto('api_token')
    .values({ user_id: userId, name, token: hashApiToken(token), scopes: [...scopes], expires_at: expiresAt })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordChange(executor, actor, {
    ...{ action: 'create', subject: 'apiToken', subjectId: id, subjectName: name },
    locationId: await locationIdOfUser(executor, userId),
    after: { userId, name, scopes, expiresAt: expiresAt.toString() },
  });
  const row = await selectTokens(executor).where('id', '=', id).executeTakeFirstOrThrow();
  return { ...row, token };
}

/** Run it in a transaction, and have sessions and tokens forgotten (sessions.ts: forgetSessions). @returns its user. */
export async function deleteApiToken(executor: Executor, actor: Actor, id: string): Promise<string | null> {
  const gone = await executor
    .deleteFrom('api_token')
    .where('id', '=', id)
    .returning(['user_id', 'name', 'scopes', 'expires_at'])
    .executeTakeFirst();
  if (!gone) return null;
  await recordChange(executor, actor, {
    ...{ action: 'delete', subject: 'apiToken', subjectId: id, subjectName: gone.name },
    locationId: await locationIdOfUser(executor, gone.user_id),
    before: { userId: gone.user_id, name: gone.name, scopes: gone.scopes, expiresAt: gone.expires_at.toString() },
  });
  return gone.user_id;
}
