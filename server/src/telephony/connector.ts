/** The face every phone system shows to the reconciler. */
import type { CheckStep, ConnectorError } from '../calendars/connector.ts';
import type { ForwardingMode, Slot, SlotForwarding, Status } from '../presence/presence.ts';
import type { ReadingCost } from './budget.ts';
import type { TokenStore } from './token-store.ts';

export interface Capabilities {
  /** For each mode of the slot "always": true, or why this system can't do it. */
  modes: Record<ForwardingMode, true | string>;
  /** The same for forwarding of calls that find the user busy, or that nobody answers. */
  slots: Record<Exclude<Slot, 'always'>, true | string>;
  /** Whether a forwarding may have the target 'voicemail'. */
  voicemail: boolean;
  /** Whether many extensions are read by few requests. */
  readAll: boolean;
  watch: boolean;
  /** False: it could show presence and is set not to; what is left of it is taken back. */
  presence?: boolean;
  /** Rule 10; left out: requests aren't limited. */
  cost?: ReadingCost | undefined;
}

/** What templates and lamps may want to know beside the forwarding itself. */
export interface ApplyContext {
  status: string;
  note: string | null;
  until: Temporal.Instant | null;
}

/** The extension that it concerns; null: any may be (reconnected). */
export interface PhoneSystemHint {
  what: 'forwarding' | 'calls';
  extension: string | null;
}

export interface Call {
  /** Unique on its phone system while the call lasts. */
  id: string;
  extension: string;
  /** Where the phone system doesn't tell: since it was first seen. */
  since: Temporal.Instant;
}

export interface PhonePresence {
  status: Status;
  /** For people, in the words of the user's own language. */
  message: string | null;
}

/** What a phone has in each slot; off in those its system hasn't got. */
export type PhoneForwarding = Record<Slot, SlotForwarding>;

/** One slot of a phone is to change. */
export interface PhoneChange {
  extension: string;
  slot: Slot;
  /** What was read there; null: not known. What is there already isn't written again. */
  from: SlotForwarding | null;
  to: SlotForwarding;
  /** An earlier change may have been cut off: what goes with a value, such as its lamp, is set even where the value stands. */
  cutOff?: boolean;
}

export interface PhoneSystemConnection {
  readonly capabilities: Capabilities;
  /** Changes when the system was restarted: writes made before may be lost then. @throws ConnectorError */
  bootId(signal: AbortSignal): Promise<string>;
  /** @throws ConnectorError */
  read(extension: string, signal: AbortSignal): Promise<PhoneForwarding>;
  /** In bulk where the system can. An extension that alone can't be read is left out. @throws ConnectorError */
  readAll(extensions: readonly string[], signal: AbortSignal): Promise<Map<string, PhoneForwarding>>;
  /**
   * Sets one slot and leaves the others as they are; for one extension never several at a time. An answer is no proof:
   * the caller reads back. @throws ConnectorError
   */
  apply(
    extension: string,
    slot: Slot,
    forwarding: SlotForwarding,
    context: ApplyContext,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Many at once, in the order given, where the system pipelines.
   * @returns what each was refused for; null where it was accepted. @throws ConnectorError when none of them may have been done.
   */
  applyAll?(changes: readonly PhoneChange[], signal: AbortSignal): Promise<(ConnectorError | null)[]>;
  /** What else can be proven without writing, such as our rights. @throws ConnectorError */
  check?(signal: AbortSignal): Promise<CheckStep[]>;
  /** Calls back with what may have changed. */
  watch?(onHint: (hint: PhoneSystemHint) => void): void;
  /** All in which two have been connected and not parted yet; ringing isn't it. @throws ConnectorError */
  calls?(signal: AbortSignal): Promise<Call[]>;
  /**
   * Shows the presence of users on phones and operator panels; null: nothing of ours any more. What somebody has set there
   * by hand stays until something else is wanted. @param all nothing of ours is to be on phones that `wanted` doesn't name,
   * and what stands there is compared. @throws ConnectorError
   */
  showPresence?(wanted: ReadonlyMap<string, PhonePresence | null>, all: boolean, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface PhoneSystemConnector<Settings = unknown, Secret = unknown> {
  readonly kind: string;
  /** @param system.tokens where tokens outlive the connection, for kinds that have any. */
  connect(system: {
    id: string;
    settings: Settings;
    secret: Secret;
    tokens?: TokenStore | undefined;
  }): Promise<PhoneSystemConnection>;
}
