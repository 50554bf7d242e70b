/** Running sessions, as their users and administrators see them. The tokens are nobody's to read. */
import type { Executor } from '../../store/database.ts';

export async function sessionsOf(db: Executor, userId: string, now: Temporal.Instant) {
  return db
    .selectFrom('login_session')
    .leftJoin('identity_provider', 'identity_provider.id', 'login_session.provider_id')
    .select([
      'login_session.id',
      'login_session.created_at as createdAt',
      'login_session.updated_at as lastUsedAt',
      'login_session.ip_address as address',
      'login_session.user_agent as userAgent',
      'identity_provider.name as provider',
    ])
    .where('login_session.user_id', '=', userId)
    .where('login_session.expires_at', '>', now)
    .orderBy('login_session.updated_at', 'desc')
    .orderBy('login_session.id')
    .execute();
}

export async function sessionOwner(db: Executor, sessionId: string): Promise<string | null> {
  const row = await db.selectFrom('login_session').select('user_id').where('id', '=', sessionId).executeTakeFirst();
  return row?.user_id ?? null;
}
