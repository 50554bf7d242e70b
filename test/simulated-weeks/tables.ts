/** The rows of the tables that matter to presence and forwarding (store/schema.ts), as far as a simulated week needs them. */
import type { StoredState } from '../../server/src/presence/plan.ts';
import type { Slot, SlotForwarding } from '../../server/src/presence/presence.ts';
import type { ForwardingRecord } from '../../server/src/telephony/decide.ts';
import type { RecordRow } from '../../server/src/telephony/records.ts';

export interface StateRow extends StoredState {
  settingsRevision: number;
  changeNumber: number;
  /** Locked until a transaction of this server ends. */
  lockedBy: string | null;
}

export interface RecordEntry {
  extensionId: string;
  system: string;
  userId: string;
  number: string;
  slot: Slot;
  record: ForwardingRecord;
  desired: SlotForwarding;
  actual: SlotForwarding | null;
  failures: number;
  error: RecordRow['error'];
  /** The wish came to be at a time that wasn't known beforehand; when such a one was last acted on. */
  unplanned: boolean;
  unplannedAt: number;
  /** The user wants ours again. */
  retake: boolean;
  dueAt: number;
  /** Tells due times of one millisecond apart, as microseconds do. */
  dueStamp: number;
}

export type Mode = 'active' | 'observe' | 'paused';
export interface Pause {
  giveBack: boolean;
  until: number | null;
  /** Of a phone system: what it does when that is over, and whether it is over once everything is given back. */
  nextMode: 'active' | 'observe';
  untilGivenBack: boolean;
}
/** What a pause is of: a user, the group, a phone system. */
export type Scope = { user: string } | 'group' | { system: string };

export interface SystemRow {
  id: string;
  mode: Mode;
  pause: Pause | null;
  leasedBy: string | null;
  leasedUntil: number;
}

export interface Lease {
  systemId: string;
  server: string;
  leaseMs: number;
  /** What the system did when its records were loaded. */
  mode: Mode;
}
