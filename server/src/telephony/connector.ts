/** The face every phone system shows to the reconciler. */
import type { CheckStep } from '../calendars/connector.ts';
import type { ForwardingMode, Slot, SlotForwarding } from '../presence/presence.ts';
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
}

/** What templates and lamps may want to know beside the forwarding itself. */
export interface ApplyContext {
  status: string;
  note: string | null;
  until: Temporal.Instant | null;
}

/** What a phone has in each slot; off in those its system hasn't got. */
export type PhoneForwarding = Record<Slot, SlotForwarding>;

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
  /** What else can be proven without writing, such as our rights. @throws ConnectorError */
  check?(signal: AbortSignal): Promise<CheckStep[]>;
  /** Calls back with the extension whose forwarding may have changed, or null for "anything may have" (reconnected). */
  watch?(onHint: (extension: string | null) => void): void;
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
