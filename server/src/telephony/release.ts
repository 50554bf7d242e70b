/** Gives forwarding back before an extension, its phone system or its user is removed. */

import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import { retrying } from '../store/retrying.ts';
import { forwardingChannel } from './reconciler.queries.ts';

/**
 * Resolves when nothing of ours is on the extension's phone any more; nothing is wanted of it from then on. The work is
 * done by whoever holds the lease of the phone system, so a reconciler must be running somewhere. A paused phone system
 * is left as it is: pausing says so.
 * @throws ConnectorError when it wasn't given back in time; the extension is then wanted again as before.
 */
export async function releaseExtension(
  context: Pick<Context, 'store'>,
  extensionId: string,
  timeoutMs = 15_000,
): Promise<void> {
  await release(context, sql`e.id = ${extensionId}`, timeoutMs);
}

/** The same for all extensions of a phone system. */
export async function releaseSystem(
  context: Pick<Context, 'store'>,
  systemId: string,
  timeoutMs = 60_000,
): Promise<void> {
  await release(context, sql`e.phone_system_id = ${systemId}`, timeoutMs);
}

async function release(
  { store }: Pick<Context, 'store'>,
  which: ReturnType<typeof sql>,
  timeoutMs: number,
): Promise<void> {
  const { db } = store;
  const records = sql`from extension e join phone_system s on s.id = e.phone_system_id where e.id = r.extension_id and ${which}`;
  await retrying(db, async (transaction) => {
    await sql`insert into forwarding_record (extension_id, released_at) select id, now() from extension e where ${which}
      on conflict (extension_id) do update set released_at = now(), due_at = now()`.execute(transaction);
    await sql`select pg_notify(${forwardingChannel}, '')`.execute(transaction);
  });
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { rows } = await sql<{ number: string; reason: string | null }>`
      select e.number, coalesce(r.error_message, s.error_message) as reason
        from forwarding_record r, extension e, phone_system s
       where e.id = r.extension_id and s.id = e.phone_system_id and ${which}
         and r.phase <> 'idle' and s.mode <> 'paused'`.execute(db);
    if (rows.length === 0) return;
    if (Date.now() > deadline) {
      await sql`update forwarding_record r set released_at = null, due_at = now() ${records}`.execute(db);
      const numbers = rows.map((row) => row.number).join(', ');
      const reason = rows.find((row) => row.reason)?.reason ?? 'The phone system has not been written to in time.';
      throw new ConnectorError(
        'unreachable',
        `The forwarding of ${numbers} could not be given back: ${reason} Try again when the phone system can be reached, or pause the phone system to leave its phones as they are.`,
      );
    }
    await delay(100);
  }
}
