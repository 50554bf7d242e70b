/**
 * Gives forwarding back before an extension, its phone system or its user goes. The work is done by whoever holds the
 * lease of the phone system. What is asked here is exact: a record that is released takes no new forwarding in
 * (reconciler.queries.ts: saveRecords), so once it is idle nothing of ours comes onto the phone again.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { slots } from '../presence/presence.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import { forwardingChannel } from './reconciler.queries.ts';

export type Extensions = { extensionId: string } | { userId: string } | { phoneSystemId: string };

/** On `extension e`. */
function which(of: Extensions): RawBuilder<unknown> {
  if ('extensionId' in of) return sql`e.id = ${of.extensionId}::uuid`;
  if ('userId' in of) return sql`e.user_id = ${of.userId}::uuid`;
  return sql`e.phone_system_id = ${of.phoneSystemId}::uuid`;
}

/** From the commit on nothing is wanted of these extensions any more, in any slot. Idempotent. Run it in a transaction. */
export async function wantNothingOf(executor: Executor, of: Extensions): Promise<void> {
  const { numAffectedRows } = await sql`
    insert into forwarding_record (extension_id, slot, released_at)
    select id, slot, now() from extension e cross join unnest(${[...slots]}::text[]) slot where ${which(of)} order by id, slot
    on conflict (extension_id, slot) do update set released_at = now(), due_at = now(), unplanned = false
     where forwarding_record.released_at is null`.execute(executor);
  // Asked again it wakes nobody: a round over a large phone system isn't free.
  if (Number(numAffectedRows ?? 0) > 0) await sql`select pg_notify(${forwardingChannel}, '')`.execute(executor);
}

/** They follow presence again. Run it in a transaction. */
export async function wantAgain(executor: Executor, of: Extensions): Promise<void> {
  await sql`
    update forwarding_record r set released_at = null, due_at = now() from extension e
     where e.id = r.extension_id and r.released_at is not null and ${which(of)}`.execute(executor);
  await sql`select pg_notify(${forwardingChannel}, '')`.execute(executor);
}

/** An extension whose phone still has something of ours. */
export interface HeldPhone {
  number: string;
  phoneSystem: string;
  /** paused: so that its phones are left as they are; one that is paused to give them back counts as active. */
  mode: 'active' | 'observe' | 'paused';
  /** Why it couldn't be given back so far; null while nothing has failed. */
  reason: string | null;
}

export async function heldPhones(executor: Executor, of: Extensions): Promise<HeldPhone[]> {
  const { rows } = await sql<HeldPhone>`
    select e.number, s.name as "phoneSystem",
           case when s.mode = 'paused' and (s.paused_reason ->> 'giveBack')::boolean then 'active' else s.mode end as mode,
           max(coalesce(r.error_message, s.error_message)) as reason
      from forwarding_record r
      join extension e on e.id = r.extension_id
      join phone_system s on s.id = e.phone_system_id
     where r.phase <> 'idle' and ${which(of)}
     group by s.id, e.number
     order by s.name, e.number`.execute(executor);
  return rows;
}

/**
 * Resolves when nothing of ours is on the phones of the system any more; nothing is wanted of them from then on. A
 * paused phone system is left as it is: pausing says so.
 * @throws ConnectorError when it wasn't given back in time; the extensions are then wanted again as before.
 */
export const releaseSystem = (context: Pick<Context, 'store'>, phoneSystemId: string, timeoutMs = 60_000) =>
  release(context, { phoneSystemId }, timeoutMs);

/** The same for one extension. */
export const releaseExtension = (context: Pick<Context, 'store'>, extensionId: string, timeoutMs = 15_000) =>
  release(context, { extensionId }, timeoutMs);

async function release({ store: { db } }: Pick<Context, 'store'>, of: Extensions, timeoutMs: number): Promise<void> {
  await retrying(db, (transaction) => wantNothingOf(transaction, of));
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const held = (await heldPhones(db, of)).filter(({ mode }) => mode !== 'paused');
    if (held.length === 0) return;
    if (Date.now() > deadline) {
      await retrying(db, (transaction) => wantAgain(transaction, of));
      const numbers = held.map(({ number }) => number).join(', ');
      const reason = held.find((phone) => phone.reason)?.reason ?? 'The phone system has not been written to in time.';
      throw new ConnectorError(
        'unreachable',
        `The forwarding of ${numbers} could not be given back: ${reason} Try again when the phone system can be reached, or pause the phone system to leave its phones as they are.`,
      );
    }
    await delay(100);
  }
}
