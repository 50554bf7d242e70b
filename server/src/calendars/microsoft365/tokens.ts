/**
 * Access tokens while an account is read: of a user's grant, refreshed by whoever holds the account's lease and kept
 * before anything else is done with it; of an application, one for all of its mailboxes.
 */
import { createHash } from 'node:crypto';
import type { Outbound } from '../../outbound/outbound.ts';
import { type ConnectorAccount, ConnectorError } from '../connector.ts';
import type { Time } from '../gate.ts';
import type { DelegatedGrant, Grant, Microsoft365Settings } from './grant.ts';
import type { AccessToken } from './graph-client.ts';
import { type GraphApplication, tokensForApplication, tokensForRefresh } from './oauth.ts';

export type Microsoft365Account = ConnectorAccount<Microsoft365Settings, Grant>;

/** A token with less than this left is replaced before it is used. */
const leastLeftMs = 5 * 60_000;

interface Held {
  grant: DelegatedGrant;
  refreshing: Promise<DelegatedGrant> | null;
  refreshedAt: number;
}

export class AccessTokens {
  readonly #outbound: Outbound;
  readonly #time: Time;
  /** By the account as it was opened for one lease: the next lease opens it anew from the store. */
  readonly #held = new WeakMap<object, Held>();
  readonly #ofApplications = new Map<
    string,
    { token: string; until: number } | Promise<{ token: string; until: number }>
  >();

  constructor(outbound: Outbound, time: Time) {
    this.#outbound = outbound;
    this.#time = time;
  }

  of(account: Microsoft365Account, application: GraphApplication, signal: AbortSignal): AccessToken {
    const { secret } = account;
    return secret.kind === 'application'
      ? (spoilt) => this.#ofApplication(application, spoilt)
      : (spoilt) => this.#ofUser(account, secret, application, spoilt, signal);
  }

  async #ofUser(
    account: Microsoft365Account,
    grant: DelegatedGrant,
    application: GraphApplication,
    spoilt: string | null,
    signal: AbortSignal,
  ): Promise<string> {
    let held = this.#held.get(account);
    if (!held) {
      held = { grant, refreshing: null, refreshedAt: Number.NEGATIVE_INFINITY };
      this.#held.set(account, held);
    }
    const now = this.#time.now();
    const left = Date.parse(held.grant.expiresAt) - now;
    // A platform whose tokens live for minutes only mustn't be asked before every request.
    const stale = !(left > leastLeftMs) && now - held.refreshedAt > 60_000;
    if (spoilt !== held.grant.accessToken && !stale) return held.grant.accessToken;
    const holder = held;
    holder.refreshing ??= this.#refresh(account, holder.grant, application, signal)
      .then((next) => {
        holder.grant = next;
        holder.refreshedAt = this.#time.now();
        return next;
      })
      .finally(() => {
        holder.refreshing = null;
      });
    return (await holder.refreshing).accessToken;
  }

  /** What is new is kept sealed before it is used: the refresh token before it soon stops working. */
  async #refresh(
    account: Microsoft365Account,
    grant: DelegatedGrant,
    application: GraphApplication,
    signal: AbortSignal,
  ): Promise<DelegatedGrant> {
    if (!account.keepSecret)
      throw new ConnectorError(
        'internal',
        'The sign-in at Microsoft 365 has to be renewed first. That happens by itself when the account is read next.',
      );
    const tokens = await tokensForRefresh(this.#outbound, application, grant, signal);
    const next: DelegatedGrant = {
      kind: 'delegated',
      refreshToken: tokens.refreshToken ?? grant.refreshToken,
      accessToken: tokens.accessToken,
      expiresAt: tokens.expiresAt.toString(),
      scopes: tokens.scopes,
    };
    await account.keepSecret(next);
    return next;
  }

  async #ofApplication(application: GraphApplication, spoilt: string | null): Promise<string> {
    // Whatever is changed at the application makes it another one here.
    const key = createHash('sha256').update(JSON.stringify(application)).digest('base64');
    const known = await this.#ofApplications.get(key);
    if (known && known.token !== spoilt && known.until - this.#time.now() > leastLeftMs) return known.token;
    const asking = this.#ofApplications.get(key);
    // Somebody else of the same moment asks already.
    if (asking instanceof Promise) return (await asking).token;
    // Without anybody's signal: one mailbox that is given up mustn't take the token from the others.
    const next = tokensForApplication(this.#outbound, application).then(
      ({ accessToken, expiresAt }) => {
        const told = { token: accessToken, until: expiresAt.epochMilliseconds };
        this.#ofApplications.set(key, told);
        return told;
      },
      (error) => {
        this.#ofApplications.delete(key);
        throw error;
      },
    );
    if (this.#ofApplications.size >= 1_000) this.#ofApplications.clear();
    this.#ofApplications.set(key, next);
    return (await next).token;
  }
}
