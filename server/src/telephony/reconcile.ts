/**
 * One round over one phone system: what is due is read, decided, made durable, written, read back and decided again,
 * a batch at a time. The caller holds the lease of the system; every step that writes proves it anew.
 */
import { ConnectorError } from '../calendars/connector.ts';
import type { Context } from '../context.ts';
import type { Forwarding } from '../presence/presence.ts';
import { type CrashPoint, crashPoint } from '../store/crash-points.ts';
import type { PhoneSystemConnection } from './connector.ts';
import { type Decision, decide, inForce, sameForwarding } from './decide.ts';
import {
  knownNumbers,
  loadRecords,
  type OwnedSystem,
  prepareRecords,
  type RecordRow,
  type RecordUpdate,
  saveRecords,
} from './reconciler.queries.ts';
import { type ResolvedWish, resolveWishes } from './wishes.ts';

export interface RoundOptions {
  leaseMs: number;
  /** How often records in force are looked at (rule 1: 30 s). Milliseconds. */
  pollMs: number;
}

/** Together below the lease (rule 10). */
const readLimitMs = 10_000;
const writeLimitMs = 10_000;
/** What nobody wants anything of is looked at once a day. */
const idleMs = 86_400_000;
const concurrentWrites = 8;

/** @returns the start of the system that all was seen on; null when there was nothing to do and it wasn't asked. @throws ConnectorError when the system can't be read, LeaseLost */
export async function reconcile(
  context: Pick<Context, 'store' | 'processName'>,
  system: OwnedSystem,
  connection: PhoneSystemConnection,
  options: RoundOptions,
): Promise<string | null> {
  const { db } = context.store;
  const lease = { systemId: system.id, processName: context.processName, leaseMs: options.leaseMs };
  await prepareRecords(db, system.id);
  const rows = await loadRecords(db, system.id);
  // What fails comes last, so that it holds up nobody else.
  const due = rows.filter((row) => row.due).sort((a, b) => a.failures - b.failures);
  if (due.length === 0) return null;
  const wishes = await resolve(rows);
  let bootId = '';
  const size = connection.capabilities.readAll ? 250 : 8;
  for (let at = 0; at < due.length; at += size) bootId = await batch(due.slice(at, at + size));
  return bootId;

  /** Rule 9. Where extensions in force point to that nothing is wanted of, their users' own forwarding counts. */
  async function resolve(all: RecordRow[]): Promise<Map<string, ResolvedWish>> {
    const wanted = all.filter((row) => row.wish.mode !== 'off');
    const byHand = new Map<string, string>();
    for (const row of wanted)
      if (row.record.phase === 'overridden' && row.actual?.target) byHand.set(row.number, row.actual.target);
    const seen = new Set(wanted.map((row) => row.number));
    let ask = wanted.flatMap((row) => row.wish.target ?? []);
    for (let hop = 0; hop < 5 && ask.length > 0; hop++) {
      const numbers = await knownNumbers(
        db,
        system.id,
        [...new Set(ask)].filter((number) => !seen.has(number)),
      );
      if (numbers.length === 0) break;
      for (const number of numbers) seen.add(number);
      const values = await connection.readAll(numbers, AbortSignal.timeout(readLimitMs));
      ask = [];
      for (const [number, { mode, target }] of values)
        if (mode !== 'off' && target) {
          byHand.set(number, target);
          ask.push(target);
        }
    }
    return resolveWishes(
      wanted.map((row) => ({ extension: row.number, forwarding: row.wish, since: row.wishSince })),
      byHand,
      connection.capabilities,
    );
  }

  async function batch(group: RecordRow[]): Promise<string> {
    const before = await observe(group);
    const now = Temporal.Now.instant();
    const steps = group.flatMap((row) => {
      const actual = before.values.get(row.number);
      const resolved = wishes.get(row.number) ?? { forwarding: { mode: 'off' as const, target: null }, refusal: null };
      if (!actual) return [];
      const decision = decide(row.record, { desired: resolved.forwarding, actual, bootId: before.bootId, now });
      return [{ row, actual, resolved, decision }];
    });
    const unread = group.filter((row) => !before.values.has(row.number));
    if (system.mode === 'observe') {
      await saveRecords(db, lease, [...steps.map(observed), ...(await Promise.all(unread.map(unreadable)))]);
      return before.bootId;
    }
    const wanted = steps.filter((step) => step.decision.write);
    crashIf(wanted, 'intent', 'reconciler.beforeIntent');
    // Rule 2: durable before the phone is written.
    const saved = await saveRecords(db, lease, [...steps.map(outcome), ...(await Promise.all(unread.map(unreadable)))]);
    crashIf(news(steps), 'applied', 'reconciler.appliedWritten');
    crashIf(news(steps), 'idle', 'reconciler.idleWritten');
    const writes = wanted.filter(({ row }) => saved.has(row.extensionId));
    if (writes.length === 0) return before.bootId;
    crashIf(writes, 'intent', 'reconciler.intentWritten');
    crashIf(writes, 'restoring', 'reconciler.restoringWritten');

    const errors = await applyAll(writes);
    crashIf(writes, 'intent', 'reconciler.phoneWritten');
    crashIf(writes, 'restoring', 'reconciler.phoneRestored');

    // Rule 3: what the phone says, not what it answered.
    const after = await observe(writes.map((step) => step.row));
    const updates = writes.map((step) => {
      const { row, resolved, decision } = step;
      const actual = after.values.get(row.number);
      const error = errors.get(row.number);
      if (!actual) return failed(row, decision, step.actual, error ?? lost(row, null));
      const desired = resolved.forwarding;
      const again = decide(decision.record, { desired, actual, bootId: after.bootId, now: Temporal.Now.instant() });
      if (again.write) return failed(row, again, actual, error ?? lost(row, actual));
      return outcome({ row: { ...row, record: decision.record }, actual, resolved, decision: again });
    });
    await saveRecords(db, lease, updates);
    crashIf(updates, 'applied', 'reconciler.appliedWritten');
    crashIf(updates, 'idle', 'reconciler.idleWritten');
    return after.bootId;
  }

  /** Values with the start of the system they were read from: a restart between would mislabel them. */
  async function observe(group: RecordRow[]): Promise<{ bootId: string; values: Map<string, Forwarding> }> {
    const signal = AbortSignal.timeout(readLimitMs);
    const numbers = group.map((row) => row.number);
    let first = await connection.bootId(signal);
    for (;;) {
      const values = await connection.readAll(numbers, signal);
      const last = await connection.bootId(signal);
      if (last === first) return { bootId: first, values };
      first = last;
    }
  }

  async function applyAll(steps: Step[]): Promise<Map<string, ConnectorError>> {
    const errors = new Map<string, ConnectorError>();
    const signal = AbortSignal.timeout(writeLimitMs);
    const queue = [...steps];
    const worker = async () => {
      for (let step = queue.shift(); step; step = queue.shift()) {
        const { row, decision } = step;
        try {
          await connection.apply(row.number, decision.write!, row.context, signal);
        } catch (error) {
          errors.set(row.number, asConnectorError(error));
        }
      }
    };
    await Promise.all(Array.from({ length: concurrentWrites }, worker));
    return errors;
  }

  async function unreadable(row: RecordRow): Promise<RecordUpdate> {
    const unchanged: Decision = { record: row.record, write: null, event: null };
    try {
      await connection.read(row.number, AbortSignal.timeout(readLimitMs));
      return { ...failed(row, unchanged, row.actual, lost(row, null)), dueInMs: null };
    } catch (error) {
      return failed(row, unchanged, row.actual, asConnectorError(error));
    }
  }

  function outcome({ row, actual, resolved, decision }: Step): RecordUpdate {
    const { refusal } = resolved;
    const error = refusal && { class: 'refused', message: refusal.reason };
    const { record, write, event } = decision;
    const refusedNow = refusal && row.error?.message !== refusal.reason;
    const name = event ?? (refusedNow ? (refusal.kind === 'loop' ? 'loopRefused' : 'unsupported') : null);
    const detail = {
      ...details(row, actual, decision),
      ...(refusal ? { reason: refusal.reason, path: refusal.path } : {}),
    };
    return {
      row,
      record,
      actual,
      failures: write ? row.failures : 0,
      error: write && !error ? row.error : error,
      dueInMs: write ? null : inForce(record) || record.phase !== 'idle' ? options.pollMs : idleMs,
      log: name ? { event: name, detail } : null,
    };
  }

  function observed(step: Step): RecordUpdate {
    const { row, actual, decision, resolved } = step;
    const news = decision.write && !sameForwarding(row.desired, row.wish);
    const event = row.wish.mode === 'off' ? 'wouldGiveBack' : 'wouldTake';
    const refusal = resolved.refusal && { class: 'refused', message: resolved.refusal.reason };
    return {
      ...outcome(step),
      record: row.record,
      error: refusal,
      dueInMs: row.wish.mode === 'off' && row.record.phase === 'idle' ? idleMs : options.pollMs,
      log: news ? { event, detail: details(row, actual, decision) } : null,
    };
  }

  /** Tried again soon. */
  function failed(
    row: RecordRow,
    { record }: Decision,
    actual: Forwarding | null,
    error: ConnectorError,
  ): RecordUpdate {
    const failures = row.failures + 1;
    const wait = Math.min(options.pollMs, 1_000 * 2 ** Math.min(failures - 1, 10)) * (0.75 + Math.random() / 4);
    const asked = error.retryAt ? error.retryAt.epochMilliseconds - Date.now() : 0;
    // A bad day has many reasons in turn: the user is told of the first one, and of another kind.
    const news = row.failures === 0 || row.error?.class !== error.errorClass;
    return {
      row,
      record,
      actual,
      failures,
      error: { class: error.errorClass, message: error.message },
      dueInMs: Math.max(wait, Math.min(asked, 300_000)),
      log: news ? { event: 'failed', detail: { ...details(row, actual, null), reason: error.message } } : null,
    };
  }

  function details(row: RecordRow, actual: Forwarding | null, decision: Decision | null): Record<string, unknown> {
    return {
      extension: row.number,
      phoneSystem: system.name,
      status: row.context.status,
      until: row.context.until?.toString() ?? null,
      wanted: decision?.record.ours ?? row.record.ours ?? row.wish,
      previous: decision?.record.previous ?? row.record.previous,
      actual,
    };
  }
}

const news = (steps: readonly Step[]) => steps.filter((step) => step.decision.record.phase !== step.row.record.phase);

interface Step {
  row: RecordRow;
  actual: Forwarding;
  resolved: ResolvedWish;
  decision: Decision;
}

function crashIf(
  steps: readonly ({ decision: Decision } | RecordUpdate)[],
  phase: 'intent' | 'restoring' | 'applied' | 'idle',
  point: CrashPoint,
): void {
  if (steps.some((step) => ('decision' in step ? step.decision.record : step.record).phase === phase))
    crashPoint(point);
}

function lost(row: RecordRow, actual: Forwarding | null): ConnectorError {
  const found = actual ? `shows ${actual.mode}${actual.target ? ` to ${actual.target}` : ''}` : "can't be read";
  return new ConnectorError(
    'internal',
    `The phone system accepted the forwarding of ${row.number}, but ${row.number} ${found}.`,
  );
}

export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError('internal', 'The phone system connector failed unexpectedly; the server log says why.', {
    cause: error,
  });
}
