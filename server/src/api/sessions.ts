/**
 * Sessions of signed-in people: a random token in an HttpOnly cookie, its SHA-256 in the table, so that a stolen
 * backup signs nobody in. Looked up on every request, so each process remembers what it saw for some seconds; whoever
 * ends a session or changes a role says so on the channel `session`, and all processes forget.
 *
 * Not better-auth, which the plan named first: importing it costs 0.6 s and 56 MB in every process (measured
 * 2026-11-22), it keeps session tokens in plain text, and it wants Dates where the store speaks Temporal.
 */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { type Executor, prepared, type Store } from '../store/database.ts';
import type { Viewer } from './route.ts';

export const sessionCookie = 'whenabouts_session';
/** A session ends after so long without use. */
export const sessionLifetime = Temporal.Duration.from({ hours: 24 * 30 });
const rememberMs = 30_000;
const maxRemembered = 50_000;

export interface SessionOrigin {
  address: string | null;
  userAgent: string | null;
  /** The identity provider that vouched for the user; none for a password. */
  providerId?: string | null;
}

export interface Sessions {
  /** Who holds the token, or null. */
  viewer(token: string | undefined): Promise<Viewer | null>;
  /** @returns the token for the cookie. */
  begin(db: Executor, userId: string, origin: SessionOrigin): Promise<string>;
  end(db: Executor, sessionId: string): Promise<void>;
  /** @param exceptSessionId the session that may go on, such as the one that changed the password. */
  endAllOf(db: Executor, userId: string, exceptSessionId?: string): Promise<void>;
  /** This process forgets at once what it remembers of the user, not only when the channel says so. */
  forget(userId: string): void;
}

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');
/** 256 random bits for a link or a cookie. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** All processes forget what they remember of the user's sessions (role changed, signed out, deleted). */
export async function forgetSessions(db: Executor, userId: string): Promise<void> {
  await sql`select pg_notify('session', ${userId})`.execute(db);
}

/** @param alsoForget is told of every user whose role, sessions or tokens have changed (tokens.ts). */
export async function openSessions(store: Store, alsoForget: (userId: string) => void = () => {}): Promise<Sessions> {
  const remembered = new Map<string, { viewer: Viewer | null; until: number }>();
  let forgotten = 0;
  const forget = (userId: string) => {
    forgotten++; // a look-up under way may have read what was true before
    alsoForget(userId);
    for (const [key, { viewer }] of remembered) if (userId === '' || viewer?.userId === userId) remembered.delete(key); // '': notifications may have been missed
  };
  await store.listen('session', forget);

  async function lookUp(token: string): Promise<Viewer | null> {
    const { rows } = await sql<{
      id: string;
      user_id: string;
      updated_at: Temporal.Instant;
      role: Viewer['role'];
      display_name: string;
      location_ids: string[];
      second_factor_missing: boolean;
    }>`${prepared}
      select login_session.id, login_session.user_id, login_session.updated_at, users.role, users.display_name,
             array(select location_id from administered_location where administered_location.user_id = users.id) as location_ids,
             login_session.provider_id is null
               and coalesce((select value -> 'secondFactorRequiredFor' ? users.role from system_setting where key = 'signIn'), false)
               and not exists (select from second_factor where second_factor.user_id = users.id and confirmed_at is not null)
               as second_factor_missing
        from login_session join users on users.id = login_session.user_id
       where token = ${token} and expires_at > now() and users.active`.execute(store.db);
    const row = rows[0];
    if (!row) return null;
    const hourAgo = Temporal.Now.instant().subtract({ hours: 1 });
    if (Temporal.Instant.compare(row.updated_at, hourAgo) < 0)
      await store.db
        .updateTable('login_session')
        .set({ updated_at: sql`now()`, expires_at: Temporal.Now.instant().add(sessionLifetime) })
        .where('id', '=', row.id)
        .execute();
    return {
      userId: row.user_id,
      displayName: row.display_name,
      role: row.role,
      locationIds: row.role === 'locationAdministrator' ? row.location_ids : [],
      via: 'session',
      sessionId: row.id,
      secondFactorMissing: row.second_factor_missing,
    };
  }

  return {
    forget,
    async viewer(token) {
      if (!token || token.length > 100) return null;
      const key = hashToken(token);
      const known = remembered.get(key);
      const now = performance.now();
      if (known && known.until > now && (known.viewer === null || store.listening())) return known.viewer;
      const before = forgotten;
      const viewer = await lookUp(key);
      if (forgotten !== before) return viewer;
      if (remembered.size >= maxRemembered) remembered.clear();
      if (viewer) remembered.set(key, { viewer, until: now + rememberMs });
      else remembered.delete(key);
      return viewer;
    },
    async begin(db, userId, { address, userAgent, providerId }) {
      const token = newToken();
      await db
        .insertInto('login_session')
        .values({
          user_id: userId,
          token: hashToken(token),
          expires_at: Temporal.Now.instant().add(sessionLifetime),
          ip_address: address,
          user_agent: userAgent?.slice(0, 300) ?? null,
          provider_id: providerId ?? null,
        })
        .execute();
      return token;
    },
    async end(db, sessionId) {
      const gone = await db
        .deleteFrom('login_session')
        .where('id', '=', sessionId)
        .returning('user_id')
        .executeTakeFirst();
      if (!gone) return;
      forget(gone.user_id);
      await forgetSessions(db, gone.user_id);
    },
    async endAllOf(db, userId, exceptSessionId) {
      let query = db.deleteFrom('login_session').where('user_id', '=', userId);
      if (exceptSessionId) query = query.where('id', '!=', exceptSessionId);
      await query.execute();
      forget(userId);
      await forgetSessions(db, userId);
    },
  };
}
