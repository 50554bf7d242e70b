/**
 * Takes automatic replies back before what lets us into the mailbox goes. The work is done by whoever looks after them
 * (worker.ts); here it is asked for and waited for. Where it can't be done they end by themselves: each has its end in
 * the mailbox.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import { ConnectorError, type ErrorClass } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import { lookAtRepliesAgain } from './wake.ts';

/** A mailbox that has something of ours. */
export interface HeldMailbox {
  accountId: string;
  mailbox: string;
  user: { id: string; displayName: string };
  /** Why it couldn't be taken back so far; null while nothing has failed. */
  reason: string | null;
  errorClass: ErrorClass | null;
}

/** @param which a condition on `account` and `users`. @param limit left out: all. */
export async function heldMailboxes(
  executor: Executor,
  which: RawBuilder<unknown>,
  limit: number | null = null,
): Promise<HeldMailbox[]> {
  const { rows } = await sql<Omit<HeldMailbox, 'user'> & { userId: string; displayName: string }>`
    select account.id as "accountId", coalesce(account.settings ->> 'mailbox', account.name) as mailbox,
           users.id as "userId", users.display_name as "displayName", r.error_message as reason, r.error_class as "errorClass"
      from automatic_replies r
      join account on account.id = r.account_id
      join users on users.id = account.user_id
     where r.phase <> 'idle' and r.written <> '[]' and ${which}
     order by users.display_name, mailbox limit ${limit}`.execute(executor);
  return rows.map(({ userId, displayName, ...held }) => ({ ...held, user: { id: userId, displayName } }));
}

/** Nobody can take back what the mailbox doesn't let us reach any more. */
const isShut = ({ errorClass }: HeldMailbox): boolean =>
  errorClass === 'credentials' || errorClass === 'consent' || errorClass === 'notFound';

/** What is left of them when the mailboxes that are shut to us are left alone. */
export function sortedByReach(held: readonly HeldMailbox[]): { waiting: HeldMailbox[]; shut: HeldMailbox[] } {
  const { true: shut = [], false: waiting = [] } = Object.groupBy(
    held,
    (one) => String(isShut(one)) as 'true' | 'false',
  );
  return { waiting, shut };
}

const lookEveryMs = 100;

/**
 * Resolves when nothing of ours is in the mailbox any more, or it is shut to us; nothing is wanted there from then on.
 * @throws ConnectorError when it wasn't taken back in time; replies are then wanted again as before.
 */
export async function releaseReplies(
  { store: { db } }: Pick<Context, 'store'>,
  accountId: string,
  timeoutMs = 15_000,
): Promise<void> {
  const which = sql`account.id = ${accountId}::uuid`;
  const setReleased = (at: RawBuilder<unknown>) =>
    retrying(db, async (transaction) => {
      await sql`update automatic_replies set released_at = ${at} where account_id = ${accountId}::uuid`.execute(
        transaction,
      );
      await lookAtRepliesAgain(transaction, which);
    });
  await setReleased(sql`now()`);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const { waiting } = sortedByReach(await heldMailboxes(db, which));
    const [mailbox] = waiting;
    if (!mailbox) return;
    if (Date.now() > deadline) {
      await setReleased(sql`null`);
      throw new ConnectorError(
        'unreachable',
        `The automatic replies of ${mailbox.mailbox} could not be taken back: ${mailbox.reason ?? 'The mailbox has not been written to in time.'} Try again when the mailbox can be reached.`,
      );
    }
    await delay(lookEveryMs);
  }
}
