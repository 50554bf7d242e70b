/**
 * One round over one phone system: what is due is read, decided, made durable, written, read back and decided again,
 * a batch at a time. The caller holds the lease of the system; every step that writes proves it anew (records.ts).
 * Nothing here knows a database or a clock of its own: with a store, a connection and a clock in memory it runs there.
 */
import { type SlotForwarding, slotOff } from '../presence/presence.ts';
import { type CrashPoint, crashPoint as crash } from '../store/crash-points.ts';
import { onceFor } from './alike.ts';
import type { PhoneForwarding, PhoneSystemConnection } from './connector.ts';
import { type Decision, decide, sameForwarding, takenBack } from './decide.ts';
import { asConnectorError, failed, lost, type OutcomeOptions, observed, outcome, type Step } from './outcomes.ts';
import { keyOf, type RecordRow, type RecordStore, type RecordUpdate } from './records.ts';
import { keyOfWish, wishesOf } from './round-wishes.ts';
import type { ResolvedWish } from './wishes.ts';
import { portionsOf, sharedOut, writeAll } from './writing.ts';

export interface RoundOptions {
  /** How often records in force are looked at (rule 1: 30 s). Milliseconds. */
  pollMs: number;
  /** Left out: the computer's clock. */
  now?: () => Temporal.Instant;
  /**
   * Told the phones whose wish changed at a time that wasn't known beforehand, before any of them is written.
   * @returns whether the system has paused itself: the round ends. Left out: there is no guard.
   */
  guard?: (extensionIds: readonly string[]) => Promise<boolean>;
  /** In [0, 1): spreads what is tried again. Left out: Math.random. */
  random?: () => number;
  /** Aborts after so many milliseconds of that clock. Left out: AbortSignal.timeout. */
  limit?: (milliseconds: number) => AbortSignal;
  /** Called where a crash would hurt most. What it throws ends the round there, as a crash would. */
  crashPoint?: (point: CrashPoint) => void;
}

const nothingWanted: ResolvedWish = { forwarding: slotOff, refusal: null };
const keyOfValue = ({ mode, target }: SlotForwarding) => `${mode} ${target}`;

/** Together below the lease (rule 10). */
const readLimitMs = 10_000;
const writeLimitMs = 10_000;

/**
 * @returns the start of the system that all was seen on; null when there was nothing to do and it wasn't asked.
 * @throws ConnectorError when the system can't be read, LeaseLost
 */
export async function reconcile(
  records: RecordStore,
  system: { name: string; mode: 'active' | 'observe' | 'paused' },
  connection: PhoneSystemConnection,
  options: RoundOptions,
): Promise<string | null> {
  const { now = Temporal.Now.instant, random = Math.random, crashPoint = crash } = options;
  const { limit = (milliseconds) => AbortSignal.timeout(milliseconds) } = options;
  const outcomes: OutcomeOptions = { systemName: system.name, pollMs: options.pollMs, now, random };
  const [made, loaded] = await Promise.all([records.prepare(), records.load()]);
  const rows = made ? await records.load() : loaded;
  // What fails comes last, so that it holds up nobody else.
  // And what is only looked at comes after what is to be changed: the budget of requests is for that first (rule 10).
  const looked = ({ desired, wish }: RecordRow) => Number(sameForwarding(desired, wish));
  const due = rows.filter((row) => row.due).sort((a, b) => a.failures - b.failures || looked(a) - looked(b));
  if (due.length === 0) return null;
  if (system.mode === 'active' && options.guard && (await options.guard(unforeseen(due)))) return null;
  const wishes = await wishesOf(rows, records, connection, () => limit(readLimitMs));
  let bootId = '';
  const { size, atOnce } = batches(connection);
  await sharedOut(portionsOf(due, size), atOnce, async (group) => {
    bootId = await batch(group);
  });
  return bootId;

  async function batch(group: RecordRow[]): Promise<string> {
    const before = await observe(group);
    const at = now();
    const stepOnce = onceFor<{ decision: Decision; update: RecordUpdate }>();
    const considered = group.flatMap((row) => {
      const actual = before.values.get(row.number)?.[row.slot];
      const resolved = wishes.get(keyOfWish(row)) ?? nothingWanted;
      if (!actual) return [];
      const { decision, update } = stepOnce([row.alike ?? row, resolved, keyOfValue(actual)], () => {
        const situation = { desired: resolved.forwarding, actual, bootId: before.bootId, now: at };
        const record = row.retake ? takenBack(row.record, situation) : row.record;
        const step = putInOrder({ row, actual, resolved, decision: decide(record, situation) });
        const said = system.mode === 'observe' ? observed(step, outcomes) : outcome(step, outcomes);
        return { decision: step.decision, update: { ...said, alike: step.decision } };
      });
      return [{ row, actual, resolved, decision, update: { ...update, row } }];
    });
    const steps: readonly Step[] = considered;
    const unread = await Promise.all(group.filter((row) => !before.values.has(row.number)).map(unreadable));
    if (system.mode === 'observe') {
      await records.save([...considered.map(({ update }) => update), ...unread]);
      return before.bootId;
    }
    const wanted = steps.filter((step) => step.decision.write);
    crashIf(wanted, 'intent', 'reconciler.beforeIntent');
    // Rule 2: durable before the phone is written. Whoever is held up from here on writes nothing any more: by then the
    // lease may be another's.
    const proving = now();
    const saved = await records.save([...considered.map(({ update }) => update), ...unread]);
    crashIf(news(steps), 'applied', 'reconciler.appliedWritten');
    crashIf(news(steps), 'idle', 'reconciler.idleWritten');
    const writes = wanted.filter(({ row }) => saved.has(keyOf(row)));
    if (writes.length === 0) return before.bootId;
    crashIf(writes, 'intent', 'reconciler.intentWritten');
    crashIf(writes, 'restoring', 'reconciler.restoringWritten');

    const latest = proving.add({ milliseconds: writeLimitMs });
    const errors = await writeAll(connection, writes, { signal: limit(writeLimitMs), now, latest });
    crashIf(writes, 'intent', 'reconciler.phoneWritten');
    crashIf(writes, 'restoring', 'reconciler.phoneRestored');

    // Rule 3: what the phone says, not what it answered.
    const after = await observe(writes.map((step) => step.row));
    const seenAt = now();
    const againOnce = onceFor<{ again: Decision; update: RecordUpdate }>();
    const updates = writes.map((step) => {
      const { row, resolved, decision } = step;
      const actual = after.values.get(row.number)?.[row.slot];
      const error = errors.get(keyOf(row));
      if (!actual) return failed(row, decision, step.actual, error ?? lost(row, null), outcomes);
      // Rows that are alike have the same decision.
      const { again, update } = againOnce([decision, keyOfValue(actual)], () => {
        const desired = resolved.forwarding;
        const again = decide(decision.record, { desired, actual, bootId: after.bootId, now: seenAt });
        const update = outcome(
          { row: { ...row, record: decision.record }, actual, resolved, decision: again },
          outcomes,
        );
        return { again, update: { ...update, alike: again } };
      });
      if (again.write) return failed(row, again, actual, error ?? lost(row, actual), outcomes);
      return { ...update, row };
    });
    await records.save(updates, 'written');
    crashIf(updates, 'applied', 'reconciler.appliedWritten');
    crashIf(updates, 'idle', 'reconciler.idleWritten');
    return after.bootId;
  }

  /** Values with the start of the system they were read from: a restart between would mislabel them. */
  async function observe(group: RecordRow[]): Promise<{ bootId: string; values: Map<string, PhoneForwarding> }> {
    const signal = limit(readLimitMs);
    const numbers = [...new Set(group.map((row) => row.number))];
    let first = await connection.bootId(signal);
    for (;;) {
      const values = await connection.readAll(numbers, signal);
      const last = await connection.bootId(signal);
      if (last === first) return { bootId: first, values };
      first = last;
    }
  }

  /** A write that was cut off and isn't wanted any more may have lit a lamp: it is set again by the value that stands. */
  function putInOrder(step: Step): Step {
    const { decision, actual } = step;
    return connection.applyAll && decision.event === 'notNeeded'
      ? { ...step, decision: { ...decision, write: actual } }
      : step;
  }

  /** An extension that a reading in bulk left out is asked for alone, to learn the reason. */
  async function unreadable(row: RecordRow): Promise<RecordUpdate> {
    const unchanged: Decision = { record: row.record, write: null, event: null };
    try {
      await connection.read(row.number, limit(readLimitMs));
      return { ...failed(row, unchanged, row.actual, lost(row, null), outcomes), dueInMs: null };
    } catch (error) {
      return failed(row, unchanged, row.actual, asConnectorError(error), outcomes);
    }
  }

  function crashIf(
    steps: readonly (Step | RecordUpdate)[],
    phase: 'intent' | 'restoring' | 'applied' | 'idle',
    point: CrashPoint,
  ): void {
    if (steps.some((step) => ('decision' in step ? step.decision.record : step.record).phase === phase))
      crashPoint(point);
  }
}

/**
 * Phones that are made durable, written and read back together: many cost less, few are done sooner. A system that is
 * written to in bulk is written to while the database stores another batch.
 */
function batches({ applyAll, capabilities: { cost, readAll } }: PhoneSystemConnection): {
  size: number;
  atOnce: number;
} {
  if (applyAll && !cost) return { size: 2_500, atOnce: 4 };
  return { size: readAll ? 250 : 8, atOnce: 1 };
}

/** The phones at which something is about to change that nobody knew beforehand. */
const unforeseen = (due: readonly RecordRow[]): string[] => [
  ...new Set(
    due
      .filter(({ unplanned, desired, wish }) => unplanned && !sameForwarding(desired, wish))
      .map(({ extensionId }) => extensionId),
  ),
];

const news = (steps: readonly Step[]) => steps.filter((step) => step.decision.record.phase !== step.row.record.phase);
