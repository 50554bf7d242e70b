/** Tokens that phone systems gave, kept beyond a connection: what is given only once must not be lost. */
import type { Database } from '../store/database.ts';
import type { Secrets } from '../store/secrets.ts';

export interface TokenState {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
  /** When it was got, ISO 8601. */
  gotAt: string;
  /** The newest one, where the system gives another each time. */
  refreshToken?: string | undefined;
  /** A digest of what it was got with: a secret that an administrator enters anew counts for more. */
  secret: string;
}

/** Of one phone system. */
export interface TokenStore {
  load(): Promise<TokenState | null>;
  /** Durable when it resolves. */
  save(state: TokenState): Promise<void>;
}

export function tokensInMemory(): TokenStore {
  let kept: TokenState | null = null;
  return {
    async load() {
      return kept;
    },
    async save(state) {
      kept = state;
    },
  };
}

/** Sealed beside the secret, and not part of it: who connects isn't told to connect anew when a token changes. */
export function tokensInStore(db: Database, secrets: Secrets, systemId: string): TokenStore {
  return {
    async load() {
      const row = await db.selectFrom('phone_system').select('tokens').where('id', '=', systemId).executeTakeFirst();
      if (!row?.tokens) return null;
      try {
        return JSON.parse(secrets.open(row.tokens, systemId)) as TokenState;
      } catch {
        return null; // Made with a key that is gone: the secret gets another one.
      }
    },
    async save(state) {
      const tokens = secrets.seal(JSON.stringify(state), systemId);
      await db.updateTable('phone_system').set({ tokens }).where('id', '=', systemId).execute();
    },
  };
}
