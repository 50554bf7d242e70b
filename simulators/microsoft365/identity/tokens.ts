/** Codes, access tokens and refresh tokens that the identity platform has given out. */
import { randomBytes } from 'node:crypto';
import type { Application, User, World } from '../world.ts';

export interface Code {
  application: Application;
  user: User;
  redirectUri: string;
  scopes: string[];
  challenge: string | null;
  nonce: string | null;
  expiresAt: number;
  used: boolean;
}
export interface AccessToken {
  application: Application;
  /** null: of the application itself (client credentials). */
  user: User | null;
  /** Delegated scopes, or application roles. */
  permissions: string[];
  issuedAt: number;
  expiresAt: number;
}
export interface RefreshToken {
  application: Application;
  user: User;
  scopes: string[];
  issuedAt: number;
  expiresAt: number;
  /** When its successor was given out; null: not yet. */
  rotatedAt: number | null;
}

const day = 86_400_000;

export class Tokens {
  readonly codes = new Map<string, Code>();
  private readonly access = new Map<string, AccessToken>();
  private readonly refresh = new Map<string, RefreshToken>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  code(code: Omit<Code, 'expiresAt' | 'used'>): string {
    const value = `0.A${randomBytes(48).toString('base64url')}`;
    this.codes.set(value, { ...code, expiresAt: this.world.clock.now() + 10 * 60_000, used: false });
    return value;
  }

  accessToken(application: Application, user: User | null, permissions: string[]) {
    const now = this.world.clock.now();
    const seconds = Math.round(this.world.between(this.world.habits.accessTokenLife));
    const value = `eyJ0eXAi.${randomBytes(64).toString('base64url')}`;
    this.access.set(value, { application, user, permissions, issuedAt: now, expiresAt: now + seconds * 1_000 });
    return { access_token: value, token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds };
  }

  refreshToken(application: Application, user: User, scopes: string[]): string {
    const now = this.world.clock.now();
    const value = `1.AR${randomBytes(64).toString('base64url')}`;
    const token = { application, user, scopes, issuedAt: now, expiresAt: now + 90 * day, rotatedAt: null };
    this.refresh.set(value, token);
    return value;
  }

  /** Null when it was never given out, has run out or is void. */
  accessOf(value: string): AccessToken | null {
    const token = this.access.get(value);
    if (!token || token.expiresAt <= this.world.clock.now()) return null;
    if (token.user && (!token.user.enabled || token.issuedAt < token.user.validFrom)) return null;
    return token;
  }

  /** Why it can't be used is for the caller to say. */
  refreshOf(value: string): { token: RefreshToken; state: 'good' | 'expired' | 'revoked' | 'rotated' } | null {
    const token = this.refresh.get(value);
    if (!token) return null;
    const now = this.world.clock.now();
    if (!token.user.enabled || token.issuedAt < token.user.validFrom) return { token, state: 'revoked' };
    if (token.expiresAt <= now) return { token, state: 'expired' };
    const late = token.rotatedAt !== null && now > token.rotatedAt + this.world.habits.rotationGrace;
    return { token, state: late ? 'rotated' : 'good' };
  }
}
