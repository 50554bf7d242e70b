/**
 * Carries leavings out, in the role `activation`: leased like other work, each step durable before the next begins,
 * tried again with back-off when a phone system or a source is away, and gone on with after a crash.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { CalendarConnector } from '../../calendars/connector.ts';
import type { Context, Running } from '../../context.ts';
import { crashPoint } from '../../store/crash-points.ts';
import { retrying } from '../../store/retrying.ts';
import { forwardingLogChannel } from '../../telephony/reconciler.queries.ts';
import { recordChange, systemActor } from '../audit.ts';
import { auditSubjectOf, eraseData, giveBack, keptForMs, type Outcome, revokeTokens } from './carry-out.ts';
import { alignStrayAccounts } from './group-method.ts';
import {
  type ClaimedLeaving,
  claimLeaving,
  finishLeaving,
  holdLeaving,
  LeavingTaken,
  leavingChannel,
  makeWaitingDue,
  nextLeavingIn,
  postponeLeaving,
  saveSteps,
} from './leaving.queries.ts';
import { currentStep, type LeavingStep, pauseAfter, withStep } from './steps.ts';

/** Looked at even where nothing is heard: a missed notification costs seconds. */
const longestSleepMs = 15_000;
/** A phone that answers gives back well within this: who removes an extension sees it gone at once. */
const patienceMs = 1_500;
const lookEveryMs = 40;
const alignEveryMs = 10 * 60_000;

export async function startLeavings(
  context: Context,
  { connectors }: { connectors: readonly CalendarConnector[] },
): Promise<Running> {
  const { store, log, processName } = context;
  const { db } = store;
  const stopping = new AbortController();
  let alignAfter = 0;
  let bell = Promise.withResolvers<void>();
  const ring = () => bell.resolve();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      bell = Promise.withResolvers();
      let wait = longestSleepMs;
      try {
        if (performance.now() >= alignAfter) {
          alignAfter = performance.now() + alignEveryMs;
          await alignStrayAccounts(db);
        }
        // Each mostly waits for a phone system: some side by side.
        const workers = await Promise.allSettled(Array.from({ length: store.kind === 'postgresql' ? 8 : 2 }, workOff));
        for (const worker of workers) if (worker.status === 'rejected') throw worker.reason;
        wait = Math.max(50, Math.min((await nextLeavingIn(db)) ?? longestSleepMs, longestSleepMs));
      } catch (error) {
        log.error({ err: error }, 'Removals could not be carried on; they are tried again.');
        wait = 1_000;
      }
      if (stopping.signal.aborted) return;
      const timer = setTimeout(ring, wait);
      await bell.promise;
      clearTimeout(timer);
    }
  }

  async function workOff(): Promise<void> {
    while (!stopping.signal.aborted) {
      const claimed = await claimLeaving(db, processName);
      if (!claimed) return;
      await work(claimed);
    }
  }

  async function work(leaving: ClaimedLeaving): Promise<void> {
    crashPoint('leaving.claimed');
    try {
      for (let step = currentStep(leaving.steps); step; step = currentStep(leaving.steps)) {
        if (step.name === 'eraseData') return await erase(leaving);
        const keptMs = step.name === 'revokeTokens' ? keptForMs(leaving, Temporal.Now.instant()) : 0;
        if (keptMs > 0) return await keep(leaving, step, keptMs);
        const outcome = await carryOut(leaving, step);
        if (outcome.done) crashPoint(step.name === 'revokeTokens' ? 'leaving.revoked' : 'leaving.givenBack');
        const { message } = outcome;
        const state = outcome.done ? 'done' : outcome.failed ? 'failed' : 'running';
        leaving.steps = withStep(leaving.steps, step.name, { state, message }, Temporal.Now.instant());
        await note(leaving, step, outcome);
        if (!outcome.done) {
          const failures = leaving.failures + 1;
          const later = { failures, inMs: pauseAfter(leaving.failures), message };
          return await postponeLeaving(db, leaving, later);
        }
        leaving.failures = 0;
      }
      await finish(leaving);
    } catch (error) {
      if (error instanceof LeavingTaken) return;
      log.error({ err: error, leaving: leaving.id }, 'A removal failed unexpectedly and is tried again.');
      const message = 'This step failed unexpectedly and is tried again; the server’s log says more.';
      const step = currentStep(leaving.steps);
      if (step)
        await saveSteps(
          db,
          leaving,
          withStep(leaving.steps, step.name, { state: 'failed', message }, Temporal.Now.instant()),
        ).catch(() => {});
      await postponeLeaving(db, leaving, {
        ...{ failures: leaving.failures + 1, inMs: pauseAfter(leaving.failures), message },
      });
    }
  }

  /** Nothing is revoked or erased before its time: until then whoever changes their mind loses nothing. */
  async function keep(leaving: ClaimedLeaving, step: LeavingStep, keptMs: number): Promise<void> {
    const until = Temporal.Now.instant().add({ milliseconds: keptMs }).round('second');
    const message = `Kept until ${until}. Allow these calendars again, or take this back, to keep them.`;
    if (step.message === null)
      await saveSteps(
        db,
        leaving,
        withStep(leaving.steps, step.name, { state: 'waiting', message }, Temporal.Now.instant()),
      );
    await postponeLeaving(db, leaving, { failures: 0, inMs: keptMs, message: null });
  }

  async function carryOut(leaving: ClaimedLeaving, step: LeavingStep): Promise<Outcome> {
    if (step.name === 'revokeTokens')
      return revokeTokens(context, connectors, leaving, () => saveSteps(db, leaving, leaving.steps));
    const deadline = performance.now() + (leaving.failures === 0 ? patienceMs : 0);
    for (;;) {
      const outcome = await giveBack(context, leaving);
      if (outcome.done || outcome.failed || stopping.signal.aborted || performance.now() > deadline) return outcome;
      await delay(lookEveryMs);
    }
  }

  /** How far it is, and for the log of changes what was done. */
  async function note(leaving: ClaimedLeaving, step: LeavingStep, outcome: Outcome): Promise<void> {
    await retrying(db, async (transaction) => {
      await saveSteps(transaction, leaving, leaving.steps);
      if (outcome.done) await record(transaction, leaving, step, outcome.message);
    });
    const detail = { leaving: leaving.id, kind: leaving.kind, step: step.name };
    if (outcome.done) log.info(detail, outcome.message);
    else if (outcome.failed && leaving.failures === 0) log.warn(detail, outcome.message);
  }

  /** Whoever cancels meanwhile waits for this, or has come first. */
  async function erase(leaving: ClaimedLeaving): Promise<void> {
    await retrying(db, async (transaction) => {
      await holdLeaving(transaction, leaving);
      const message = await eraseData(transaction, leaving);
      const now = Temporal.Now.instant();
      leaving.steps = withStep(leaving.steps, 'eraseData', { state: 'done', message }, now);
      await record(transaction, leaving, { name: 'eraseData' }, message);
      await finishLeaving(transaction, leaving.id, leaving.steps);
      crashPoint('leaving.beforeErased');
    });
    crashPoint('leaving.erased');
    log.info({ leaving: leaving.id, kind: leaving.kind }, 'A removal is done.');
  }

  /** Nothing is erased: that was all. */
  async function finish(leaving: ClaimedLeaving): Promise<void> {
    await retrying(db, async (transaction) => {
      await holdLeaving(transaction, leaving);
      await finishLeaving(transaction, leaving.id, leaving.steps);
    });
    log.info({ leaving: leaving.id, kind: leaving.kind }, 'A user is switched off.');
  }

  const record = (
    transaction: Parameters<typeof recordChange>[0],
    leaving: ClaimedLeaving,
    step: Pick<LeavingStep, 'name'>,
    message: string,
  ) =>
    recordChange(transaction, systemActor, {
      action: 'run',
      subject: auditSubjectOf(leaving.kind),
      subjectId: leaving.subjectId,
      subjectName: leaving.subjectName,
      locationId: leaving.locationId,
      after: { leaving: leaving.id, step: step.name, message },
    });

  // A line in somebody's forwarding log may be what one of them waits for; whole companies write them on the hour.
  let told = false;
  const onForwarding = () => {
    if (told) return;
    told = true;
    setTimeout(() => {
      told = false;
      if (!stopping.signal.aborted)
        makeWaitingDue(db).then(
          (any) => any && ring(),
          () => {},
        );
    }, 500).unref();
  };
  await store.listen(leavingChannel, ring);
  await store.listen(forwardingLogChannel, onForwarding);
  const running = run();
  return {
    async stop() {
      stopping.abort();
      ring();
      await running;
    },
  };
}
