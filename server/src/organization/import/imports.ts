/**
 * Works on imports: claims runs that are to be read or carried out, one after another, and begins those that are
 * scheduled. Wakes by notification and every few seconds in any case. Whoever dies leaves a lease that runs out.
 */
import { ConnectorError } from '../../calendars/connector.ts';
import type { Context, Running } from '../../context.ts';
import { carryOutPortion } from './carry-out.ts';
import { planRun } from './planning.ts';
import {
  advanceRun,
  type ClaimedRun,
  claimRun,
  dueSource,
  giveRunBack,
  holdRun,
  importChannel,
  leaseSeconds,
  renewRun,
} from './runs.queries.ts';
import { beginRun, hasLiveRun } from './runs.ts';
import { LdapSettings, nextRunAt } from './settings.ts';

const longestSleepMs = 5_000;

export async function startImports(context: Context): Promise<Running> {
  const { store, log, processName } = context;
  const stopping = new AbortController();
  let wake = () => {};
  let rung = false;
  const ring = () => {
    rung = true;
    wake();
  };
  await store.listen(importChannel, ring).catch((error: unknown) => {
    log.warn({ error }, 'Imports hear no notifications yet and look every few seconds.');
  });
  const looping = loop();

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      rung = false;
      let busy = false;
      try {
        await beginScheduled(context);
        const run = await claimRun(store.db, processName);
        busy = run !== null;
        if (run) await work(context, run, stopping.signal);
      } catch (error) {
        busy = false;
        log.warn({ error }, 'Imports can’t go on right now and try again.');
      }
      if (busy || rung || stopping.signal.aborted) continue;
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      const timer = setTimeout(resolve, longestSleepMs);
      await promise;
      clearTimeout(timer);
    }
  }

  return {
    async stop() {
      stopping.abort();
      ring();
      await looping;
    },
  };
}

/** One run, until it waits for a person, is over, or isn't ours any more. */
async function work(context: Context, run: ClaimedRun, stopping: AbortSignal): Promise<void> {
  const { store, log } = context;
  const lost = new AbortController();
  const signal = AbortSignal.any([stopping, lost.signal]);
  const renewing = setInterval(
    () =>
      void renewRun(store.db, run).then(
        (ours) => ours || lost.abort(),
        () => {},
      ),
    (leaseSeconds * 1000) / 4,
  );
  try {
    if (run.state === 'reading') await planRun(context, run, signal);
    else while (!signal.aborted && !(await carryOutPortion(context, run)));
  } catch (error) {
    if (signal.aborted) return;
    // What a file or a directory did wrong is told; what we did wrong is in the log, and the run can be begun again.
    const known = error instanceof ConnectorError;
    if (!known) log.error({ error, run: run.id }, 'An import failed.');
    await fail(context, run, known ? error.message : 'It broke off in the server, whose log says more.');
  } finally {
    clearInterval(renewing);
    await giveRunBack(store.db, run.lease).catch(() => {});
  }
}

async function fail({ store }: Context, run: ClaimedRun, message: string): Promise<void> {
  await store.db.transaction().execute(async (transaction) => {
    if (await holdRun(transaction, run)) await advanceRun(transaction, run.id, { state: 'failed', message });
  });
}

/** Begins a run of each source whose hour has come; a plan that still waits for a person gives way to the new one. */
export async function beginScheduled({ store }: Pick<Context, 'store'>): Promise<void> {
  for (let more = true; more; )
    more = await store.db.transaction().execute(async (transaction) => {
      const source = await dueSource(transaction);
      if (!source) return false;
      const { schedule } = LdapSettings.parse(source.settings);
      await transaction
        .updateTable('import_source')
        .set({ due_at: schedule && nextRunAt(schedule, source.now) })
        .where('id', '=', source.id)
        .execute();
      // One that is at work does what this one would.
      if (schedule && !(await hasLiveRun(transaction, source.id)))
        await beginRun(transaction, { sourceId: source.id, file: null, startedBy: null, bySchedule: true });
      return true;
    });
}
