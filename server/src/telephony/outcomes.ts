/** What a round makes of what it found: the record to be saved, when to look again, and the line in the user's log. Pure. */
import { ConnectorError } from '../calendars/connector.ts';
import type { SlotForwarding } from '../presence/presence.ts';
import { type Decision, inForce, sameForwarding } from './decide.ts';
import type { RecordRow, RecordUpdate } from './records.ts';
import type { ResolvedWish } from './wishes.ts';

export interface Step {
  row: RecordRow;
  actual: SlotForwarding;
  resolved: ResolvedWish;
  decision: Decision;
}

export interface OutcomeOptions {
  /** As its users know the phone system. */
  systemName: string;
  /** How often records in force are looked at (rule 1: 30 s). Milliseconds. */
  pollMs: number;
  now: () => Temporal.Instant;
  /** In [0, 1): spreads what is tried again. */
  random: () => number;
}

/** What nobody wants anything of is looked at once a day. */
const idleMs = 86_400_000;

/** What was decided, before `write` is written as well as after it was read back. */
export function outcome({ row, actual, resolved, decision }: Step, options: OutcomeOptions): RecordUpdate {
  const { refusal } = resolved;
  const error = refusal && { class: 'refused', message: refusal.reason };
  const { record, write, event } = decision;
  const refusedNow = refusal && row.error?.message !== refusal.reason;
  const name = event ?? (refusedNow ? (refusal.kind === 'loop' ? 'loopRefused' : 'unsupported') : null);
  const detail = {
    ...details(row, actual, decision, options),
    ...(refusal ? { reason: refusal.reason, path: refusal.path } : {}),
  };
  return {
    row,
    record,
    actual,
    failures: write ? row.failures : 0,
    error: write && !error ? row.error : error,
    // A loop may end on somebody else's phone, which tells nobody here.
    dueInMs: write ? null : inForce(record) || refusal?.kind === 'loop' ? options.pollMs : idleMs,
    log: name ? { event: name, detail } : null,
  };
}

/** What would be done on a phone system that is only observed: the record stays as it is. */
export function observed(step: Step, options: OutcomeOptions): RecordUpdate {
  const { row, actual, decision, resolved } = step;
  const refusal = resolved.refusal && { class: 'refused', message: resolved.refusal.reason };
  const event = row.wish.mode === 'off' ? 'wouldGiveBack' : 'wouldTake';
  // Nothing was taken, so there is nothing to write back: that it would have been is known by the last wish.
  const would = event === 'wouldGiveBack' ? row.error?.class !== 'refused' : decision.write !== null;
  const news = would && !sameForwarding(row.desired, row.wish);
  return {
    ...outcome(step, options),
    record: row.record,
    error: refusal,
    dueInMs: row.wish.mode === 'off' && row.record.phase === 'idle' ? idleMs : options.pollMs,
    log: news ? { event, detail: { ...details(row, actual, decision, options), wanted: row.wish } } : null,
  };
}

/** Not read, or not written: tried again soon. */
export function failed(
  row: RecordRow,
  { record }: Decision,
  actual: SlotForwarding | null,
  error: ConnectorError,
  options: OutcomeOptions,
): RecordUpdate {
  const failures = row.failures + 1;
  const wait = Math.min(options.pollMs, 1_000 * 2 ** Math.min(failures - 1, 10)) * (0.75 + options.random() / 4);
  const asked = error.retryAt ? error.retryAt.epochMilliseconds - options.now().epochMilliseconds : 0;
  // A bad day has many reasons in turn: the user is told of the first one, and of another kind.
  const news = row.failures === 0 || row.error?.class !== error.errorClass;
  return {
    row,
    record,
    actual,
    failures,
    error: { class: error.errorClass, message: error.message },
    dueInMs: Math.max(wait, Math.min(asked, 300_000)),
    log: news ? { event: 'failed', detail: { ...details(row, actual, null, options), reason: error.message } } : null,
  };
}

function details(
  row: RecordRow,
  actual: SlotForwarding | null,
  decision: Decision | null,
  { systemName }: OutcomeOptions,
): Record<string, unknown> {
  return {
    slot: row.slot,
    phoneSystem: systemName,
    status: row.context.status,
    until: row.context.until?.toString() ?? null,
    wanted: decision?.record.ours ?? row.record.ours ?? row.wish,
    previous: decision?.record.previous ?? row.record.previous,
    actual,
  };
}

/** The phone says something else than what it was told and accepted. */
export function lost(row: RecordRow, actual: SlotForwarding | null): ConnectorError {
  const found = actual ? `shows ${actual.mode}${actual.target ? ` to ${actual.target}` : ''}` : "can't be read";
  return new ConnectorError(
    'internal',
    `The phone system accepted the forwarding of ${row.number}, but ${row.number} ${found}.`,
  );
}

/** Written late it might undo what others have done since. */
export const heldUp = (): ConnectorError =>
  new ConnectorError('internal', 'This server was held up before it could write to the phone system, and tries again.');

export function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  return new ConnectorError('internal', 'The phone system connector failed unexpectedly; the server log says why.', {
    cause: error,
  });
}
