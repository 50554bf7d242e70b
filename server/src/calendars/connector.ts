/**
 * The face every calendar source shows to the sync engine. A connector knows its protocol and nothing of users,
 * presence or SQL. Everything it fetches goes through `outbound`.
 */
import type { z } from 'zod';
import type { Interval, SkippedComponent, SourceAppointment } from '../agenda/appointment.ts';

/** Why an account can't be read. The class decides when it is tried again and what its owner is told to do. */
export const errorClasses = [
  'credentials',
  'consent',
  'notFound',
  'throttled',
  'unreachable',
  'malformed',
  'refused',
  'internal',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

export class ConnectorError extends Error {
  readonly errorClass: ErrorClass;
  /** When the server said to come back (Retry-After). */
  readonly retryAt: Temporal.Instant | null;
  constructor(
    errorClass: ErrorClass,
    message: string,
    options: { retryAt?: Temporal.Instant | null; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ConnectorError';
    this.errorClass = errorClass;
    this.retryAt = options.retryAt ?? null;
  }
}

/** An account as a connector sees it: its own settings, and its secret opened. */
export interface ConnectorAccount<Settings = unknown, Secret = unknown> {
  id: string;
  settings: Settings;
  secret: Secret;
  /** The Graph application by which it is read, for the kinds that need one. */
  applicationId?: string | null;
  /** The Exchange server by which it is read, for the kind that needs one. */
  exchangeServerId?: string | null;
  /**
   * Stores what the source gave in place of the secret, sealed, before it is used: only there while the account is
   * leased by whoever calls, so that one process alone renews it.
   * @throws Error when the lease is lost
   */
  keepSecret?(secret: Secret): Promise<void>;
}

export interface RemoteCalendar {
  /** Stable at the source (a CalDAV collection's path, 'feed' for an iCalendar address). */
  remoteId: string;
  name: string;
  color: string | null;
  /** Whether it takes part unless the user says otherwise (a shared or a holiday calendar doesn't). */
  selectedByDefault: boolean;
  /** False: what the source tells of changes (`keepSubscribed`) doesn't speak of it. */
  told?: boolean;
}

/** What a source knows of the time of the account's owner; null where it doesn't tell. */
export interface OwnersTime {
  /** IANA name. */
  timeZone: string | null;
  /** Local times of day as HH:MM; ISO days of the week, 1 is Monday. */
  workingDay: { start: string; end: string; days: number[] } | null;
}

/** What a mailbox answers by itself while its owner is away. */
export interface AutomaticReplies {
  /** scheduled: from `start` until `end`; they go off by themselves. */
  status: 'disabled' | 'enabled' | 'scheduled';
  /** Of a schedule; null where there is none. */
  start: Temporal.Instant | null;
  end: Temporal.Instant | null;
  /** HTML, as mailboxes keep it: to people of the same organization, and to `audience`. */
  internalMessage: string;
  externalMessage: string;
  /** Who else gets a reply: nobody, people in the owner's contacts, everybody. */
  audience: 'none' | 'known' | 'all';
}

export interface PushRequest {
  /** Where the source tells it. */
  address: string;
  /** What is to be renewed; null: made. */
  remoteId: string | null;
  /** Comes back with each notice of one that is made. */
  clientState: string;
  now: Temporal.Instant;
}
export interface PushKept {
  remoteId: string;
  expiresAt: Temporal.Instant;
  /** False: made, with the client state. */
  renewed: boolean;
}

/** An account whose changes are to be told by a held connection. */
export interface WatchedAccount {
  account: ConnectorAccount;
  /** Remote ids of the calendars that are read. */
  calendars: readonly string[];
}
/** What held connections say of an account. */
export interface Hint {
  accountId: string;
  /**
   * told: from now on its changes are told; those of before have to be looked for. changed: something has, or may have.
   * untold: nobody tells any more, or never did; it has to be polled.
   */
  what: 'told' | 'changed' | 'untold';
}
export interface Watch {
  /** These accounts from now on, and no others. Cheap when nothing has changed. */
  keep(accounts: readonly WatchedAccount[]): void;
  /** Resolves when all is closed, after the signal has said so. */
  closed: Promise<void>;
}

/** One resource of the source with all its appointments in the window. */
export interface CalendarObject {
  key: string;
  /** Changes when the resource changes (an ETag, a hash). */
  version: string;
  appointments: SourceAppointment[];
  /** What `expand` needs to do this again for another window; null where the source must be asked anew. */
  source: string | null;
  /** The first occurrence at or after the window's end; null when there is none. */
  nextAfterWindow: Temporal.Instant | null;
  skipped: SkippedComponent[];
}

export type Change =
  /** First of a full round: what the round doesn't bring is gone from the source when the round ENDS well. */
  | { type: 'replaceWindow' }
  /** Replaces everything known of this key. */
  | { type: 'upsert'; object: CalendarObject }
  /** In a full round: still there and unchanged since `known`. */
  | { type: 'unchanged'; key: string }
  | { type: 'remove'; key: string }
  /**
   * Last of every pull: without it nothing of the pull counts. `pollAfter`: what the source asks for, if it does.
   * `unsettled`: something couldn't be read this time, so it is looked at again also where changes are told.
   */
  | { type: 'end'; cursor: unknown; pollAfter?: Temporal.Duration; unsettled?: boolean };

export interface PullRequest {
  calendar: { remoteId: string };
  /** What the last good pull ended with; null for the first one or when a full round is due. */
  cursor: unknown;
  window: Interval;
  /** Zone of the user: what floating times and all-day dates mean when they are compared with the window. */
  timeZone: string;
  /** The user's mail addresses as Whenabouts knows them: the attendee with one of them is the user (`response`). */
  ownerAddresses?: readonly string[];
  /** Keys and versions already stored: for sources that can only list what they have. */
  known(): Promise<ReadonlyMap<string, string>>;
  signal: AbortSignal;
}

export interface CheckStep {
  name: string;
  ok: boolean;
  /** In plain words what was found, or what failed and what mends it. */
  message: string;
  /** Of a step that failed: clients say it in the user's language. */
  errorClass?: ErrorClass;
  /** What mends it, or shows why, typed into the shell of the server that was checked. */
  command?: string;
}

export interface CalendarConnector<Settings = unknown, Secret = unknown> {
  readonly kind: string;
  /** What an account of this kind is made of; refuses passwords in addresses. Messages are for the person who typed. */
  readonly settingsSchema: z.ZodType<Settings>;
  /** Stored sealed; never given out again. Accepts null or undefined where the kind works without. */
  readonly secretSchema: z.ZodType<Secret>;
  /** Each step and the first failure in plain words; never throws for what a user can mend. */
  check(account: ConnectorAccount<Settings, Secret>, signal: AbortSignal): Promise<CheckStep[]>;
  /** @throws ConnectorError */
  discover(account: ConnectorAccount<Settings, Secret>, signal: AbortSignal): Promise<RemoteCalendar[]>;
  /** @throws ConnectorError; whatever was yielded before doesn't count then. */
  pull(account: ConnectorAccount<Settings, Secret>, request: PullRequest): AsyncIterable<Change>;
  /** Expands a stored `source` for another window, without asking the source. Pure. */
  expand?(
    source: string,
    window: Interval,
    timeZone: string,
    ownerAddresses?: readonly string[],
  ): Pick<CalendarObject, 'appointments' | 'nextAfterWindow' | 'skipped'>;
  /**
   * What is stored of a group that keeps only when its users are busy. Pure. Without it no `source` is kept, and the
   * calendar's source is asked anew for another window.
   */
  readonly freeBusy?: {
    /** A `source` that expands to the same, without titles, places, people, categories and addresses. */
    source(source: string, ownerAddresses: readonly string[]): string;
    /** Where the secret holds appointments itself (a file). */
    secret?(secret: Secret, ownerAddresses: readonly string[]): Secret;
  };
  /**
   * Has the source take back what lets us in (OAuth tokens), before the account is erased; idempotent. Left out by kinds
   * whose source gives nothing that could be revoked: passwords and addresses are the user's own.
   * @throws ConnectorError; `credentials` and `consent` mean that it is void already.
   */
  revoke?(account: ConnectorAccount<Settings, Secret>, signal: AbortSignal): Promise<void>;
  /**
   * Where an occurrence opens at its source, for kinds whose links have to be asked for. @param of.source as it is stored.
   * @returns http(s); null where it isn't there. @throws ConnectorError
   */
  openLink?(
    account: ConnectorAccount<Settings, Secret>,
    of: { calendar: { remoteId: string }; source: string; occurrence: string },
    signal: AbortSignal,
  ): Promise<string | null>;
  /**
   * Has the source tell of changes of the account, from now on or for longer.
   * @throws ConnectorError where it doesn't: the account is polled then.
   */
  keepSubscribed?(
    account: ConnectorAccount<Settings, Secret>,
    request: PushRequest,
    signal: AbortSignal,
  ): Promise<PushKept>;
  /**
   * For sources that tell of changes by connections that are held to a server: for all its accounts at once.
   * @param server by which the accounts are read. @param tell must not throw.
   */
  watch?(server: string, tell: (hint: Hint) => void, signal: AbortSignal): Watch;
  /** How often the list of calendars is asked for. Default 6 hours. */
  readonly discoverEvery?: Temporal.Duration;
  /** Zone and working hours of the account's owner. @throws ConnectorError */
  ownersTime?(account: ConnectorAccount<Settings, Secret>, signal: AbortSignal): Promise<OwnersTime>;
  /**
   * For kinds whose mailboxes answer by themselves. `write` replaces all of it and may be repeated; what a mailbox makes
   * of the messages (a page around them, other white space) is its affair.
   */
  readonly automaticReplies?: {
    /** @throws ConnectorError */
    read(account: ConnectorAccount<Settings, Secret>, signal: AbortSignal): Promise<AutomaticReplies>;
    /** @throws ConnectorError; `consent` where only reading is allowed. */
    write(account: ConnectorAccount<Settings, Secret>, replies: AutomaticReplies, signal: AbortSignal): Promise<void>;
  };
  /** How often to look when nothing else is known. */
  readonly defaultPoll: Temporal.Duration;
}
