/**
 * Sources that tell of changes by themselves: what was asked of them is kept up under the account's lease, so that one
 * process alone does it, and renewed at times spread by the dice. A push is a hint, a pull is the truth: where it can't
 * be had the account is polled, and where it can it is still looked at now and then.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { type CalendarConnector, type ConnectorAccount, ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { LeaseLost } from './faults.ts';
import { holdLease, type LeasedAccount } from './lease.queries.ts';

/** A subscription that was refused is tried again after this: most often our address can't be reached from there. */
const tryAgainMs = 6 * 3600_000;
/** Of its lifetime, from and to, after which the next pull renews it: a pull for its own sake would cost as much again. */
const renewAfter = [0.6, 0.75] as const;
/** Of the rest, how much is waited for such a pull. */
const renewWithin = 0.6;
/** What was never told is found by then. Most mailboxes change every day and are never looked at for its sake. */
const safetyPullMs = 24 * 3600_000;

export const hashOfState = (clientState: string): string => createHash('sha256').update(clientState).digest('hex');

export interface PushOptions {
  /** How the source reaches this server, without a slash at the end; null: it can't. */
  address: string | null;
  signal: AbortSignal;
  random: () => number;
}

/**
 * Before the account is read, so that nothing is missed between the two.
 * @returns milliseconds until the account has to be looked at in any case; null where it must be polled.
 * @throws LeaseLost, and errors of the database
 */
export async function keepPush(
  { store: { db }, log }: Pick<Context, 'store' | 'log'>,
  connector: CalendarConnector,
  { account, opened }: { account: LeasedAccount; opened: ConnectorAccount },
  { address, signal, random }: PushOptions,
): Promise<number | null> {
  if (!connector.keepSubscribed || address === null) return null;
  const { now } = account;
  const known = await db
    .selectFrom('graph_subscription')
    .select(['id', 'remote_id', 'expires_at', 'renew_at'])
    .where('account_id', '=', account.id)
    .where('calendar_id', 'is', null)
    .executeTakeFirst();
  const until = (at: Temporal.Instant) => at.epochMilliseconds - now.epochMilliseconds;
  const safety = safetyPullMs * (0.9 + random() * 0.2);
  const lookIn = (renewIn: number, expiresIn: number) =>
    Math.min(renewIn + (expiresIn - renewIn) * renewWithin, safety);
  if (known && until(known.renew_at) > 0)
    return known.remote_id === null ? null : lookIn(until(known.renew_at), until(known.expires_at));
  const id = known?.id ?? randomUUID();
  const clientState = randomBytes(32).toString('base64url');
  const remoteId = known?.remote_id && until(known.expires_at) > 0 ? known.remote_id : null;
  const request = { address: `${address}/api/v1/graph/notifications/${id}`, remoteId, clientState, now };
  try {
    const kept = await connector.keepSubscribed(opened, request, signal);
    const [least, most] = renewAfter;
    const renewIn = Math.max(60_000, until(kept.expiresAt) * (least + (most - least) * random()));
    await store({ ...kept, renewIn, hash: kept.renewed ? null : hashOfState(clientState) });
    return lookIn(renewIn, until(kept.expiresAt));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    log.warn({ account: account.id, error }, 'A source does not tell of changes; the account is polled.');
    await store({ remoteId: null, expiresAt: now, renewIn: tryAgainMs * (0.8 + random() * 0.4), hash: '' });
    return null;
  }

  /** @param hash of the client state; null: the one before still counts. */
  async function store(to: {
    remoteId: string | null;
    expiresAt: Temporal.Instant;
    renewIn: number;
    hash: string | null;
  }): Promise<void> {
    await db.transaction().execute(async (transaction) => {
      if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
      const renewAt = now.add({ milliseconds: Math.round(to.renewIn) });
      await sql`
        insert into graph_subscription (id, account_id, remote_id, client_state, expires_at, renew_at)
        values (${id}::uuid, ${account.id}::uuid, ${to.remoteId}, ${to.hash ?? ''}, ${to.expiresAt}, ${renewAt})
        on conflict (id) do update set remote_id = excluded.remote_id, expires_at = excluded.expires_at,
               renew_at = excluded.renew_at,
               client_state = case when ${to.hash === null} then graph_subscription.client_state
                                   else excluded.client_state end`.execute(transaction);
    });
  }
}
