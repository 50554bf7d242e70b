/**
 * What sources tell of changes: collected for a moment, then written for all accounts at once. A notice only makes its
 * account due; a flood of them costs one statement. Who told is answered before that: Graph delays all notices of
 * who takes seconds for one in ten of them, and drops some where it is more ("Receive change notifications through
 * webhooks").
 */
import { timingSafeEqual } from 'node:crypto';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Database, Executor } from '../store/database.ts';
import { hashOfState } from './push.ts';
import { syncChannel } from './sync.ts';

export interface Notice {
  /** Of ours, from the address that was told. */
  subscriptionId: string;
  remoteId: string;
  clientState: string;
  /** Null: something has changed. */
  lifecycle: 'missed' | 'subscriptionRemoved' | 'reauthorizationRequired' | null;
}

export interface Notices {
  /**
   * Returns at once. What was told is written some milliseconds later, and as long as the database is away it is kept in
   * memory. Only a process that is killed loses it: then the mailbox's next change, or its safety pull, finds the same.
   * @returns false where too much waits already: nothing was taken then, and it must be told again.
   */
  take(notices: readonly Notice[]): boolean;
  /** Writes what was taken, once; where that fails the log says so. */
  stop(): Promise<void>;
}

const collectMs = 50;
/** Until it is tried again to write what could not be written. */
const againMs = 1_000;
/** Different ones; what is told many times waits once. */
const mostWaiting = 20_000;
/** What changes in one go is told in many notices: the pull waits so long for the rest of them. */
const burst = '1 second';
/** Those that come too late for it are taken together by the next one: so far apart are pulls of an account. */
const apart = '10 seconds';

export function openNotices({ store, log }: Pick<Context, 'store' | 'log'>): Notices {
  let waiting = new Map<string, Notice>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let failing = false;

  async function write(): Promise<void> {
    const taken = waiting;
    waiting = new Map();
    try {
      await writeNotices(store.db, [...taken.values()]);
      failing = false;
    } catch (error) {
      if (!failing) log.error({ error }, 'Notices of changes can’t be written; they are kept until they can.');
      failing = true;
      waiting = new Map([...taken, ...waiting]);
    }
  }
  function soon(milliseconds: number): void {
    if (timer !== null || writing !== null) return;
    timer = setTimeout(() => {
      timer = null;
      writing = write().finally(() => {
        writing = null;
        if (waiting.size > 0) soon(failing ? againMs : collectMs);
      });
    }, milliseconds);
  }
  return {
    take(notices) {
      if (waiting.size + notices.length > mostWaiting) return false;
      for (const notice of notices) waiting.set(JSON.stringify(notice), notice);
      if (waiting.size > 0) soon(collectMs);
      return true;
    },
    async stop() {
      await writing;
      clearTimeout(timer ?? undefined);
      if (waiting.size > 0) await write();
    },
  };
}

export async function writeNotices(db: Database, notices: readonly Notice[]): Promise<void> {
  if (notices.length === 0) return;
  const ids = [...new Set(notices.map(({ subscriptionId }) => subscriptionId))];
  const rows = await db
    .selectFrom('graph_subscription')
    .select(['id', 'account_id', 'remote_id', 'client_state'])
    .where('id', '=', sql<string>`any(${ids}::uuid[])`)
    .execute();
  const known = new Map(rows.map((row) => [row.id, row]));
  const hashes = new Map<string, Buffer>();
  const hashOf = (clientState: string) => {
    const hash = hashes.get(clientState) ?? Buffer.from(hashOfState(clientState));
    hashes.set(clientState, hash);
    return hash;
  };
  const due = new Set<string>();
  const whole = new Set<string>();
  const gone = new Set<string>();
  const renew = new Set<string>();
  for (const { subscriptionId, remoteId, clientState, lifecycle } of notices) {
    const row = known.get(subscriptionId);
    const told = row && Buffer.from(row.client_state);
    const hash = hashOf(clientState);
    if (!row || row.remote_id !== remoteId || told!.length !== hash.length || !timingSafeEqual(told!, hash)) continue;
    due.add(row.account_id);
    if (lifecycle === 'missed' || lifecycle === 'subscriptionRemoved') whole.add(row.account_id);
    if (lifecycle === 'subscriptionRemoved') gone.add(row.id);
    if (lifecycle === 'reauthorizationRequired') renew.add(row.id);
  }
  if (due.size === 0) return;
  await db.transaction().execute(async (transaction) => {
    await makeDue(transaction, [...due]);
    if (whole.size > 0)
      await sql`update calendar set cursor = null where account_id = any(${[...whole]}::uuid[])`.execute(transaction);
    if (gone.size > 0)
      await sql`delete from graph_subscription where id = any(${[...gone]}::uuid[])`.execute(transaction);
    if (renew.size > 0)
      await sql`update graph_subscription set renew_at = now() where id = any(${[...renew]}::uuid[])`.execute(
        transaction,
      );
    await sql`select pg_notify(${syncChannel}, '')`.execute(transaction);
  });
}

/** What changed is read in a moment. */
export async function makeDue(executor: Executor, accountIds: readonly string[]): Promise<void> {
  // One that is being read right now is read once more: its due time must become another one. One that failed comes back
  // when its back-off, or its source's Retry-After, says so.
  const soon = sql`greatest(clock_timestamp() + interval '${sql.raw(burst)}', last_attempt_at + interval '${sql.raw(apart)}')`;
  await sql`
    update account set due_at = case when leased_by is null then least(due_at, ${soon}) else ${soon} end
     where id = any(${[...accountIds]}::uuid[]) and failures = 0 and status <> 'resting'`.execute(executor);
}
