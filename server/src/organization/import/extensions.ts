/** Extensions that an import gives and replaces. The forwarding of one that goes is given back first (leaving/). */
import type { Executor } from '../../store/database.ts';
import { wakeReconcilers } from '../../telephony/trust/pausing.ts';
import type { Actor } from '../audit.ts';
import { startLeaving } from '../leaving/start.ts';
import { passExtensionsOn } from '../passing-extensions.ts';
import { heldUp } from './handing-over.ts';
import { extensionOwners, insertExtensions } from './users.queries.ts';

export interface ExtensionChange {
  userId: string;
  from: string | null;
  to: string;
}

/**
 * Those that users of the run pass on to each other change their owner; others are made anew, and what nobody has any
 * more leaves.
 * @param changes at most one a user. @returns by user, why an extension was left out after all.
 */
export async function replaceExtensions(
  transaction: Executor,
  phoneSystemId: string | null,
  changes: readonly ExtensionChange[],
  actor: Actor,
): Promise<Map<string, string>> {
  const leftOut = new Map<string, string>();
  if (phoneSystemId === null || changes.length === 0) return leftOut;
  const numbers = changes.map(({ to }) => to);
  const owned = await extensionOwners(transaction, phoneSystemId, numbers, { lock: true });
  const made = await insertExtensions(
    transaction,
    phoneSystemId,
    changes.filter(({ to }) => !owned.has(to)).map(({ userId, to }) => ({ userId, number: to })),
  );
  const giving = new Map(changes.map((change) => [`${change.userId} ${change.from}`, change]));
  const giverOf = ({ to }: ExtensionChange) => giving.get(`${owned.get(to)?.userId} ${to}`);
  const stuck = changes.filter((change) =>
    owned.has(change.to) ? giverOf(change) === undefined : !made.has(change.userId),
  );
  for (const { userId, to } of [...stuck, ...heldUp(changes, giverOf, stuck).keys()])
    leftOut.set(userId, `Extension ${to} is left out: somebody has been given it since the preview.`);
  const done = changes.filter(({ userId }) => !leftOut.has(userId));
  await passExtensionsOn(
    transaction,
    done.flatMap(({ userId, to }) => (owned.has(to) ? [{ id: owned.get(to)!.id, userId }] : [])),
  );
  for (const { userId, from } of done)
    if (from !== null) await replaced(transaction, { phoneSystemId, userId, number: from }, actor);
  await wakeReconcilers(transaction);
  return leftOut;
}

/** Nothing, where somebody else has it by now. */
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
