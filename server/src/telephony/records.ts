/**
 * What the reconciler remembers, and the face of whatever remembers it: the database (records.queries.ts), or the memory
 * of a test that runs whole rounds without one.
 */
import type { Slot, SlotForwarding } from '../presence/presence.ts';
import type { ForwardingRecord } from './decide.ts';
import type { ForwardingLogEvent } from './forwarding-log.ts';

/** One an extension and slot. */
export interface RecordRow {
  extensionId: string;
  slot: Slot;
  userId: string;
  number: string;
  record: ForwardingRecord;
  /** How the record stood when it was loaded: a round that was overtaken by another doesn't write over it. */
  loaded?: Pick<ForwardingRecord, 'phase' | 'since'>;
  /** What was wanted when the record was last dealt with. */
  desired: SlotForwarding;
  actual: SlotForwarding | null;
  failures: number;
  error: { class: string; message: string } | null;
  due: boolean;
  /** Forwarding is paused and left as it is: nothing is read or written for it, and `wish` is what is there of ours. */
  held?: boolean;
  /** The wish came to be at a time that wasn't known beforehand: the guard counts it (trust/guard.ts). */
  unplanned?: boolean;
  /** The user wants ours again after a change by hand; the record is then given as one whose write is open. */
  retake?: boolean;
  /** Which due time that was, so that a newer one isn't overwritten. */
  dueSeen: string;
  /** What presence wants now. */
  wish: SlotForwarding;
  wishSince: Temporal.Instant;
  changeNumber: number;
  context: { status: string; note: string | null; until: Temporal.Instant | null };
  /** Rows that have the same object here differ only in whose phone they are, and change number. Left out: like no other. */
  alike?: object;
}

export interface RecordUpdate {
  row: RecordRow;
  record: ForwardingRecord;
  actual: SlotForwarding | null;
  failures: number;
  error: { class: string; message: string } | null;
  /** Milliseconds from now until it is looked at again; null: at once, the work isn't finished. */
  dueInMs: number | null;
  log: { event: ForwardingLogEvent; detail: Record<string, unknown> } | null;
  /** Updates that have the same object here differ only in whose phone they are, and change number. Left out: like no other. */
  alike?: object;
}

/** Another process may write to the phone system by now: whoever is told so writes nothing more to it. */
export class LeaseLost extends Error {}

/**
 * The records of ONE phone system, for one process that holds the lease of it.
 *
 * The lease: at any time at most one process holds it, and it runs out by the clock of whoever keeps the records, not by
 * ours. `save` is the only thing that proves it: it renews the lease and writes in one step, or writes nothing and
 * throws. A phone is only written to after such a proof, within the time that the limits of one write take together,
 * which is less than the lease lasts (rule 10). So no two processes write to a phone at once, and a process that was
 * asleep for a while does no harm when it wakes.
 */
export interface RecordStore {
  /**
   * Makes the records that are missing: "always" of every extension, the others where presence wants something there.
   * @returns whether there were any: what was loaded meanwhile may be without them.
   */
  prepare(): Promise<boolean>;
  /**
   * The records that are due, or in force, or to be, with what presence wants now. Due too is a record whose wish isn't
   * the one it was last dealt with, even when nobody has said so.
   */
  load(): Promise<RecordRow[]>;
  /**
   * Durable when it resolves, all of them or none. A record that is gone, or was released since it was loaded (release.ts),
   * takes no new wish in and is left out, and so is one that
   * another round has dealt with since (`loaded`). Whoever made a record due after it was loaded has news: that due time stays.
   * `written`: what the phones said after they were written to. Only that the lease is still ours counts then: whoever
   * has paused, switched or released meanwhile finds on record what really is on the phones. Kept from it, a value of
   * ours would pass for a write still on its way, and a user who sets the same one later would lose it.
   * @returns the keys (`keyOf`) of the records that were written: only their phones may be written to.
   * @throws LeaseLost when another process may write to the system by now; then nothing was written.
   */
  save(updates: readonly RecordUpdate[], after?: 'written'): Promise<ReadonlySet<string>>;
  /** Which of the numbers are extensions of the system. */
  knownNumbers(numbers: readonly string[]): Promise<string[]>;
}

/** Tells records of a phone system apart. */
export const keyOf = ({ extensionId, slot }: Pick<RecordRow, 'extensionId' | 'slot'>): string =>
  `${extensionId} ${slot}`;
