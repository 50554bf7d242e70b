/**
 * API tokens on requests: `Authorization: Bearer whenabouts_…`. Looked up as sessions are (sessions.ts): remembered for
 * some seconds, forgotten when sessions of the user are.
 */
import { sql } from 'kysely';
import { hashApiToken, tokenPrefix } from '../organization/api-tokens.ts';
import { prepared, type Store } from '../store/database.ts';
import { ApiError } from './errors.ts';
import { failureLimit } from './rate-limit.ts';
import type { Route, Viewer } from './route.ts';
import { grantable, roleFor } from './scopes.ts';

const rememberMs = 30_000;
const maxRemembered = 10_000;
/** Wrong tokens from one address. Right ones that are remembered still pass: behind a proxy all share an address. */
const wrongTokens = { failures: 100, seconds: 5 * 60 };

export interface Tokens {
  /**
   * Whose token it is, in the role that it has for a request to this route.
   * @param header the value of Authorization; null when it holds no bearer token.
   * @throws ApiError notSignedIn for a wrong token, tooManyRequests after too many of them from one address.
   */
  viewer(header: string | undefined, route: Pick<Route, 'method' | 'scope'>, address: string): Promise<Viewer | null>;
  /** This process forgets at once what it remembers of the user. */
  forget(userId: string): void;
}

/** The token of an Authorization header (RFC 6750 section 2.1); null for other schemes. */
export function bearerToken(header: string | undefined): string | null {
  const [, token] = /^Bearer +(\S+) *$/i.exec(header ?? '') ?? [];
  return token ?? null;
}

interface Remembered {
  /** Null for a token that is wrong: asked for again and again it costs no query. */
  viewer: Viewer | null;
  until: number;
}

export function openTokens(store: Store): Tokens {
  const remembered = new Map<string, Remembered>();
  const wrong = failureLimit(wrongTokens.failures, wrongTokens.seconds);
  let forgotten = 0;
  const forget = (userId: string) => {
    forgotten++; // a look-up under way may have read what was true before
    for (const [key, { viewer }] of remembered) if (userId === '' || viewer?.userId === userId) remembered.delete(key);
  };

  async function find(hash: string): Promise<Viewer | null> {
    const before = forgotten;
    const row = await lookUp(store, hash);
    if (row?.stale) await sql`update api_token set last_used_at = now() where id = ${row.id}::uuid`.execute(store.db);
    const viewer: Viewer | null = row && {
      userId: row.user_id,
      displayName: row.display_name,
      role: row.role,
      locationIds: row.location_ids,
      via: 'token',
      sessionId: row.id,
      endsAt: row.expires_at,
      // What the user may no longer do the token may no longer do either.
      scopes: grantable(row.role).filter((scope) => row.scopes.includes(scope)),
      secondFactorMissing: row.second_factor_missing,
    };
    if (forgotten === before) {
      if (remembered.size >= maxRemembered) remembered.clear();
      const left = row ? row.expires_at.epochMilliseconds - Temporal.Now.instant().epochMilliseconds : rememberMs;
      remembered.set(hash, { viewer, until: performance.now() + Math.min(rememberMs, left) });
    }
    return viewer;
  }

  return {
    forget,
    async viewer(header, route, address) {
      const token = bearerToken(header);
      if (token === null) return null;
      const refused = new ApiError('notSignedIn', 'This API token is wrong, has run out, or was ended.');
      if (!token.startsWith(tokenPrefix) || token.length > 100) throw refused;
      const hash = hashApiToken(token);
      const known = remembered.get(hash);
      let viewer: Viewer | null;
      if (known && known.until > performance.now() && store.listening()) viewer = known.viewer;
      else {
        const now = Temporal.Now.instant();
        const seconds = wrong.blockedFor(address, now);
        if (seconds > 0)
          throw new ApiError('tooManyRequests', `Too many wrong API tokens: try again in ${seconds} seconds.`, {
            retryAfter: seconds,
          });
        viewer = await find(hash);
        if (!viewer) wrong.failed(address, now);
      }
      if (!viewer) throw refused;
      const role = roleFor(viewer.role, viewer.scopes ?? [], route);
      return { ...viewer, role, locationIds: role === 'locationAdministrator' ? viewer.locationIds : [] };
    },
  };
}

interface Row {
  id: string;
  user_id: string;
  display_name: string;
  role: Viewer['role'];
  location_ids: string[];
  scopes: string[];
  expires_at: Temporal.Instant;
  /** As of sessions; but who has no password has no need of one, as a user that a company file makes for a program. */
  second_factor_missing: boolean;
  /** When it was last used is noted once a minute at most. */
  stale: boolean;
}

async function lookUp(store: Store, hash: string): Promise<Row | null> {
  const { rows } = await sql<Row>`${prepared}
    select api_token.id, api_token.user_id, users.display_name, users.role, api_token.scopes, api_token.expires_at,
           array(select location_id::text from administered_location where administered_location.user_id = users.id)
             as location_ids,
           coalesce((select value -> 'secondFactorRequiredFor' ? users.role from system_setting where key = 'signIn'), false)
             and exists (select from login_password where login_password.user_id = users.id)
             and not exists (select from second_factor where second_factor.user_id = users.id and confirmed_at is not null)
             as second_factor_missing,
           coalesce(api_token.last_used_at < now() - interval '1 minute', true) as stale
      from api_token join users on users.id = api_token.user_id
     where api_token.token = ${hash} and api_token.expires_at > now() and users.active`.execute(store.db);
  return rows[0] ?? null;
}
