/**
 * The engine's loop: claims due accounts, pulls some of them at once, releases them. It wakes by the notification
 * 'sync', by the next due time, and every few seconds in any case, so a notification that got lost costs seconds.
 * Sleeping is by the process's monotonic clock, being due by the database's: a jumping clock moves neither.
 */
import type { CalendarConnector } from '../calendars/connector.ts';
import type { Context, Running } from '../context.ts';
import { LeaseLost, Stopped } from './faults.ts';
import {
  claimAccounts,
  giveBackLeases,
  type LeasedAccount,
  leaseSeconds,
  nextDueIn,
  type Outcome,
  releaseAccount,
  renewLeases,
} from './lease.queries.ts';
import { pullAccount } from './pull-account.ts';

/** Wakes every engine; the payload says nothing, the table does. */
export const syncChannel = 'sync';

export interface SyncOptions {
  connectors: readonly CalendarConnector[];
  /** Accounts at once. Default 32; 8 on the embedded database, which is for few users. A pull mostly waits for its
   *  source and holds no database connection meanwhile. */
  concurrency?: number;
  /** Milliseconds one calendar may take. Default 10 minutes. */
  timeLimit?: number;
  random?: () => number;
  /** How sources that tell of changes reach this server, without a slash at the end; null: accounts are polled. */
  pushAddress?: string | null;
}

interface AtWork {
  lease: string;
  abort: AbortController;
  done: Promise<void>;
  failing: boolean;
}

const defaultTimeLimit = 10 * 60_000;
const longestSleep = 5_000;
/** An account that looks due but is locked for a moment must not spin the loop. */
const shortestSleep = 50;
const longestPauseAfterFailure = 10_000;
const stopWithin = 5_000;

export async function startSync(context: Context, options: SyncOptions): Promise<Running> {
  const { store, log, processName } = context;
  const { connectors, timeLimit = defaultTimeLimit, random = Math.random, pushAddress = null } = options;
  const concurrency = options.concurrency ?? (store.kind === 'embedded' ? 8 : 32);
  const stopping = new AbortController();
  const atWork = new Map<string, AtWork>();
  const bell = makeBell();
  await store.listen(syncChannel, bell.ring).catch((error: unknown) => {
    log.warn({ error }, 'sync hears no notifications yet and looks every few seconds'); // the store goes on trying
  });

  const looping = loop();
  const renewing = setInterval(() => void renew(), (leaseSeconds * 1000) / 4);

  async function loop(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      let sleep = longestSleep;
      try {
        const free = concurrency - atWork.size;
        if (free > 0) {
          // Half the places are kept from accounts that fail: a dead server with hundreds of accounts, each waiting
          // for its time limit, must not keep everybody else waiting too.
          const failing = [...atWork.values()].filter((account) => account.failing).length;
          const failingToo = Math.max(Math.floor(concurrency / 2) - failing, 0);
          const claimed = await claimAccounts(store.db, processName, { free, failingToo }, [...atWork.keys()]);
          for (const account of claimed) begin(account);
          if (claimed.length < free) {
            const next = await nextDueIn(store.db, [...atWork.keys()]);
            // The due ones that found no place wait for the bell, which rings when one becomes free.
            const shortest =
              claimed.filter((account) => account.failures > 0).length < failingToo ? shortestSleep : 1_000;
            sleep = Math.min(Math.max(next ?? longestSleep, shortest), longestSleep);
          }
        }
        failures = 0;
      } catch (error) {
        failures++;
        if (failures === 1) log.error({ error }, 'sync can’t reach the database and goes on trying');
        sleep = Math.min(500 * 2 ** failures, longestPauseAfterFailure);
      }
      await bell.within(sleep);
    }
  }

  function begin(account: LeasedAccount): void {
    const abort = new AbortController();
    const done = work(account, AbortSignal.any([stopping.signal, abort.signal])).finally(() => {
      atWork.delete(account.id);
      bell.ring();
    });
    atWork.set(account.id, { lease: account.lease, abort, done, failing: account.failures > 0 });
  }

  async function work(account: LeasedAccount, signal: AbortSignal): Promise<void> {
    try {
      const outcome = await pullAccount(context, connectors, account, { signal, timeLimit, random, pushAddress });
      await releaseAccount(store.db, account, outcome);
    } catch (error) {
      if (error instanceof LeaseLost) return;
      if (!(error instanceof Stopped)) log.error({ account: account.id, error }, 'a pull broke off; it is done again');
      // A moment's rest before it is claimed again; where the database is away the lease runs out by itself.
      if (!(error instanceof Stopped)) await new Promise((resolve) => setTimeout(resolve, 1_000).unref());
      await giveBackLeases(store.db, [account.lease]).catch(() => {});
    }
  }

  async function renew(): Promise<void> {
    const leases = [...atWork.values()];
    if (leases.length === 0) return;
    try {
      const ours = await renewLeases(
        store.db,
        leases.map(({ lease }) => lease),
      );
      for (const { lease, abort } of leases) if (!ours.has(lease)) abort.abort();
    } catch {
      // The database is away: the leases run out, and whoever is first goes on.
    }
  }

  return {
    async stop() {
      stopping.abort();
      bell.ring();
      await looping;
      const left = [...atWork.values()];
      const timer = Promise.withResolvers<void>();
      const handle = setTimeout(timer.resolve, stopWithin);
      await Promise.race([Promise.all(left.map(({ done }) => done)), timer.promise]);
      clearTimeout(handle);
      clearInterval(renewing);
      await giveBackLeases(
        store.db,
        left.map(({ lease }) => lease),
      ).catch(() => {});
    },
  };
}

export interface PullOnceOptions {
  timeLimit?: number;
  random?: () => number;
  signal?: AbortSignal;
  pushAddress?: string | null;
  /** What the window is computed with; default: the database's clock. */
  now?: Temporal.Instant;
}

/**
 * Pulls one account now, due or not.
 * @throws Error when another process has it, or when it isn't there.
 */
export async function pullAccountOnce(
  context: Context,
  connectors: readonly CalendarConnector[],
  accountId: string,
  options: PullOnceOptions = {},
): Promise<Outcome> {
  const { db } = context.store;
  const [account] = await claimAccounts(db, context.processName, { free: 1, failingToo: 1 }, [], accountId);
  if (account && options.now) account.now = options.now;
  if (!account) throw new Error(`The account ${accountId} isn't there, or it is being read already.`);
  const { timeLimit = defaultTimeLimit, random = Math.random, signal = new AbortController().signal } = options;
  const { pushAddress = null } = options;
  const renewing = setInterval(() => void renewLeases(db, [account.lease]).catch(() => {}), (leaseSeconds * 1000) / 4);
  try {
    const outcome = await pullAccount(context, connectors, account, { signal, timeLimit, random, pushAddress });
    await releaseAccount(db, account, outcome);
    return outcome;
  } catch (error) {
    await giveBackLeases(db, [account.lease]).catch(() => {});
    throw error;
  } finally {
    clearInterval(renewing);
  }
}

/** A bell that is never missed: rung while nobody waits, it ends the next wait at once. */
export function makeBell() {
  let rung = false;
  let wake: (() => void) | null = null;
  return {
    ring(): void {
      rung = true;
      wake?.();
    },
    async within(milliseconds: number): Promise<void> {
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, milliseconds);
        await promise;
        clearTimeout(timer);
        wake = null;
      }
      rung = false;
    },
  };
}
