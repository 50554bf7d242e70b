/**
 * Calls in progress make their users "on the phone": a claim each user and phone system, above everything else. The calls
 * a phone system has are compared whole with the claims there are, after every connection and at each change, so a call
 * that ended while nobody listened ends too. A claim is leased: where this process dies, or the phone system with the
 * calls, it ends by itself.
 */
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { endClaim, putClaim } from '../presence/claims.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import type { Call, PhoneSystemConnection } from './connector.ts';
import { asConnectorError } from './outcomes.ts';
import { backOff, type Paced, paced } from './pace.ts';

/** How long a claim outlives the last time its call was seen. Milliseconds. */
export const callLeaseMs = 180_000;
const readLimitMs = 10_000;
/** Where the phone system doesn't tell of changes. Milliseconds. */
const askedEveryMs = 10_000;

/** @param options.leaseMs renewed three times as often. */
export function followCalls(
  { store: { db }, log }: Pick<Context, 'store' | 'log'>,
  system: { id: string; name: string },
  connection: PhoneSystemConnection,
  { leaseMs = callLeaseMs }: { leaseMs?: number } = {},
): Paced {
  return paced(
    async () => {
      const calls = (await connection.calls?.(AbortSignal.timeout(readLimitMs))) ?? [];
      const now = Temporal.Now.instant();
      await retrying(db, (transaction) => claimCalls(transaction, system.id, calls, now, leaseMs));
      if (!connection.calls) return 3_600_000;
      return connection.capabilities.watch ? leaseMs / 3 : Math.min(leaseMs / 3, askedEveryMs);
    },
    (error, times) => {
      const { errorClass, message } = asConnectorError(error);
      // That the system is away is told by its forwarding; anything else only here.
      if (times === 1 && errorClass !== 'unreachable')
        log.warn({ phoneSystem: system.name, err: error }, `Calls in progress can't be seen: ${message}`);
      return backOff(times, Math.min(leaseMs / 3, 30_000));
    },
  );
}

/** The claims of the phone system's users become what its calls say. Idempotent. Run it in a transaction. */
export async function claimCalls(
  transaction: Executor,
  systemId: string,
  calls: readonly Call[],
  now: Temporal.Instant,
  leaseMs: number,
): Promise<void> {
  const since = new Map<string, Temporal.Instant>();
  for (const [userId, of] of await callsByUser(transaction, systemId, calls)) {
    const starts = of.map((call) => call.since);
    since.set(
      userId,
      starts.reduce((a, b) => (Temporal.Instant.compare(a, b) <= 0 ? a : b)),
    );
  }
  const running = await transaction
    .selectFrom('claim')
    .select(['user_id', 'leased_until'])
    .where('origin', '=', 'call')
    .where('key', '=', systemId)
    .where((where) => where.or([where('ends_at', 'is', null), where('ends_at', '>', now)]))
    .orderBy('user_id')
    .execute();
  const claimed = new Set<string>();
  for (const { user_id: userId, leased_until } of running) {
    const alive = leased_until === null || Temporal.Instant.compare(leased_until, now) > 0;
    if (alive && since.has(userId)) claimed.add(userId);
    // One whose lease ran out ended then.
    else if (!since.has(userId))
      await endClaim(transaction, { userId, origin: 'call', key: systemId }, alive ? now : leased_until!);
  }
  const leasedUntil = now.add({ milliseconds: leaseMs }).round('millisecond');
  // Nobody's presence changes by that: whoever looks when the old lease would have ended finds the new one.
  if (claimed.size > 0)
    await sql`
      update claim set leased_until = ${leasedUntil}
       where origin = 'call' and key = ${systemId} and user_id = any(${[...claimed]}::uuid[])
         and leased_until < ${now.add({ milliseconds: leaseMs / 2 })}`.execute(transaction);
  for (const [userId, start] of [...since].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (!claimed.has(userId))
      await putClaim(transaction, {
        ...{ userId, origin: 'call', key: systemId, status: 'onThePhone', start, end: null, leasedUntil },
      });
}

async function callsByUser(executor: Executor, systemId: string, calls: readonly Call[]): Promise<Map<string, Call[]>> {
  if (calls.length === 0) return new Map();
  const byNumber = Map.groupBy(calls, ({ extension }) => extension);
  const owners = await executor
    .selectFrom('extension')
    .select(['user_id', 'number'])
    .where('phone_system_id', '=', systemId)
    .where('number', '=', sql<string>`any(${[...byNumber.keys()]}::text[])`)
    .execute();
  const byUser = new Map<string, Call[]>();
  for (const { user_id: userId, number } of owners)
    byUser.set(userId, [...(byUser.get(userId) ?? []), ...byNumber.get(number)!]);
  return byUser;
}
