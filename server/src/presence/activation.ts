/**
 * Makes segments true when their time comes.
 *
 * Each user's row says when its segment ends (next_due_at). Activation sleeps until the first of them, by the database's
 * clock, or until somebody says that a row became due (presence/due.ts). Then it locks the users that are due, batch by
 * batch, and in one transaction a batch writes their new segments, the numbered changes, and which extensions the
 * reconciler must look at. A crash leaves the rows due; several processes share the rows by SKIP LOCKED; a missed
 * notification or a clock that jumps costs at most one `longestSleep`.
 *
 * Meetings begin on the hour, for everybody. So that the second itself needs only the writing, the segments of users who
 * are due soon are computed before (plans-ahead.ts).
 */
import { setImmediate } from 'node:timers/promises';
import type { Context, Running } from '../context.ts';
import { crashPoint } from '../store/crash-points.ts';
import type { Executor } from '../store/database.ts';
import { claimDue, clockAndNextDue, postpone, statesOf, writePlans } from './activation.queries.ts';
import { activationChannel, settingsChanged } from './due.ts';
import { plansFor } from './planning.ts';
import { createPlansAhead } from './plans-ahead.ts';
import { createMissingStates, dropOld, markOutdated } from './upkeep.ts';

const longestSleep = 30_000;
const upkeepEvery = 30_000;
const dropEvery = 3_600_000;
/** After a herd nothing is planned or tidied for so long: telling people of it comes first. */
const restAfterHerd = 500;
/** From so many users at once, planned ahead, it is one. */
const herd = 500;
/** Batches, before others and a stop get their turn. */
const longestLane = 4;

/** Starts the role. It listens, and late rows are being worked on, when this returns. */
export async function startActivation(context: Context): Promise<Running> {
  const { store, log } = context;
  const activation = createActivation(context);
  const sleeper = createSleeper();
  let stopping = false;
  await store.listen(activationChannel, (payload) => {
    if (payload === settingsChanged) activation.lookForOutdated();
    sleeper.wake();
  });

  async function run(): Promise<void> {
    while (!stopping) {
      const wait = await activation.round().catch((error: unknown) => {
        log.error({ err: error }, 'Activation failed and is tried again in a second.');
        return 1_000;
      });
      // The embedded database answers without ever letting go of the process: others get their turn here.
      if (wait === 0) await setImmediate();
      else if (!stopping) await sleeper.sleep(wait);
    }
  }
  const running = run();
  return {
    async stop() {
      stopping = true;
      sleeper.wake();
      await running;
    },
  };
}

/** The work of the role, a round at a time, without its sleeping. */
export function createActivation({ store: { db, kind }, log }: Context) {
  const batch = kind === 'postgresql' ? 2_500 : 250;
  const ahead = createPlansAhead(db, log);
  const upkeep = { after: -Infinity, dropAfter: -Infinity };
  let limit = batch;
  let lockedElsewhere = 0;
  /** By the database's clock. */
  let lastHerd = -Infinity;

  /** Does the most urgent thing there is. @returns after how many milliseconds to come again; 0: at once. */
  async function round(): Promise<number> {
    if ((await activateDue()) > 0) return 0;
    if (performance.now() >= upkeep.after && (await doUpkeep()) > 0) return 0;
    const { clock, nextDue } = await clockAndNextDue(db);
    const asked = performance.now();
    const rest = restAfterHerd - Math.abs(clock - lastHerd); // also where the clock was set back
    if (rest <= 0 && (await ahead.prepare(clock)) > 0) return 0;
    const wait = nextDue === null ? longestSleep : nextDue - clock - (performance.now() - asked);
    // Still due after we looked twice: another process has it locked, and is at work on it or is marking it.
    lockedElsewhere = wait <= 0 ? lockedElsewhere + 1 : 0;
    if (lockedElsewhere > 0) return lockedElsewhere === 1 ? 0 : 25;
    const untilUpkeep = Math.max(0, upkeep.after - performance.now());
    return Math.ceil(Math.min(wait, untilUpkeep, rest > 0 ? rest : longestSleep));
  }

  /**
   * On PostgreSQL a herd is worked on by two lanes: while the database writes one batch, the next one is prepared.
   * @returns how many users were activated in the first batch; 0: nobody is due who isn't another process's.
   */
  async function activateDue(): Promise<number> {
    if (kind === 'embedded') return activateBatch();
    const isHerd = Promise.withResolvers<boolean>();
    const onward = async (size: number) => {
      for (let left = longestLane; size === batch && left > 0; left--) size = await activateBatch();
    };
    const first = activateBatch(() => isHerd.resolve(true));
    const lanes = await Promise.allSettled([
      first.finally(() => isHerd.resolve(false)).then(onward),
      isHerd.promise.then((is) => onward(is ? batch : 0)),
    ]);
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    return first;
  }

  /** @param whenFull called as soon as a batch is claimed that leaves others. @returns how many users were activated. */
  async function activateBatch(whenFull?: () => void): Promise<number> {
    let claimed: Array<{ userId: string; revision: number }> = [];
    try {
      await db.transaction().execute(async (transaction) => {
        const due = await claimDue(transaction, limit);
        claimed = due.claimed;
        if (claimed.length === 0) return;
        if (claimed.length === batch) whenFull?.();
        crashPoint('activation.claimed');
        await activate(transaction, claimed, due.clock);
        crashPoint('activation.beforeCommit');
      });
    } catch (error) {
      if (!isAboutData(error)) throw error;
      // One user's row that the database refuses must not hold up the others: find it by ever smaller batches.
      log.error(
        { err: error, users: claimed.length },
        'A batch of presence could not be written; a smaller one is tried.',
      );
      if (claimed.length === 1) await postpone(db, [claimed[0]!.userId]);
      limit = Math.max(1, claimed.length >> 2);
      return claimed.length;
    }
    if (claimed.length > 0) crashPoint('activation.committed');
    limit = Math.min(batch, limit * 2);
    return claimed.length;
  }

  async function activate(executor: Executor, claimed: Array<{ userId: string; revision: number }>, clock: number) {
    const { ready, rest } = ahead.take(claimed, clock);
    if (ready.length >= herd) {
      lastHerd = clock;
      upkeep.after = Math.max(upkeep.after, performance.now() + restAfterHerd);
    }
    const states = rest.length === 0 ? [] : await statesOf(executor, rest);
    const { plans, failed } = await plansFor(executor, states, () => clock, log);
    await writePlans(executor, [...ready, ...plans]);
    if (failed.length > 0) await postpone(executor, failed);
  }

  async function doUpkeep(): Promise<number> {
    await createMissingStates(db);
    const marked = await markOutdated(db, batch);
    if (marked === batch) return marked;
    upkeep.after = performance.now() + upkeepEvery;
    if (performance.now() >= upkeep.dropAfter) {
      await dropOld(db, Temporal.Now.instant());
      upkeep.dropAfter = performance.now() + dropEvery;
    }
    return marked;
  }

  /** Settings of a group have changed: upkeep is due. */
  function lookForOutdated(): void {
    upkeep.after = -Infinity;
  }

  return { round, lookForOutdated };
}

/** The database refused a value, or one of its own limits was reached by it: trying the same again can't help. */
const isAboutData = (error: unknown) => /^(21|22|23|54)/.test((error as { code?: string }).code ?? '');

function createSleeper() {
  let woken = false;
  let sleeping: (() => void) | null = null;
  return {
    wake(): void {
      woken = true;
      sleeping?.();
    },
    /** Until the time has passed or somebody wakes it, or has since it slept last. */
    async sleep(milliseconds: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, milliseconds);
      sleeping = resolve;
      if (woken) resolve();
      await promise;
      clearTimeout(timer);
      sleeping = null;
      woken = false;
    },
  };
}
