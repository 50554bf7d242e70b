/** Extensions that an import gives and replaces. The forwarding of one that goes is given back first (leaving/). */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import { forwardingChannel, systemsChanged } from '../../telephony/reconciler.queries.ts';
import type { Actor } from '../audit.ts';
import { startLeaving } from '../leaving/start.ts';
import { insertExtensions } from './users.queries.ts';

export interface ExtensionChange {
  userId: string;
  from: string | null;
  to: string;
}

/** @returns by user, why an extension was left out after all. */
export async function replaceExtensions(
  transaction: Executor,
  phoneSystemId: string | null,
  changes: readonly ExtensionChange[],
  actor: Actor,
): Promise<Map<string, string>> {
  const leftOut = new Map<string, string>();
  if (phoneSystemId === null || changes.length === 0) return leftOut;
  const made = await insertExtensions(
    transaction,
    phoneSystemId,
    changes.map(({ userId, to }) => ({ userId, number: to })),
  );
  for (const { userId, from, to } of changes) {
    if (!made.has(userId))
      leftOut.set(userId, `Extension ${to} is left out: somebody has been given it since the preview.`);
    else if (from !== null) await replaced(transaction, { phoneSystemId, userId, number: from }, actor);
  }
  await sql`select pg_notify(${forwardingChannel}, ${systemsChanged})`.execute(transaction);
  return leftOut;
}

async function replaced(
  transaction: Executor,
  old: { phoneSystemId: string; userId: string; number: string },
  actor: Actor,
): Promise<void> {
  const row = await transaction
    .selectFrom('extension')
    .select('id')
    .where('phone_system_id', '=', old.phoneSystemId)
    .where('user_id', '=', old.userId)
    .where('number', '=', old.number)
    .executeTakeFirst();
  if (row) await startLeaving(transaction, { kind: 'extension', id: row.id }, actor);
}
