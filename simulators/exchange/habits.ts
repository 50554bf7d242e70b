/** What Exchange, and what passes for it, does to its clients. Each habit can be switched; most are on at once by default. */
import type { Prefixes } from './xml/write.ts';

export interface Habits {
  /** Milliseconds an answer takes, from and to. */
  latency: [number, number];
  /** Share of requests that fail with 500, 502 or 503 from whatever stands before Exchange. */
  faults: number;
  /** Share of answers whose connection breaks in the middle, streams included. */
  cuts: number;
  /** Share of requests that are told to come later though no limit is reached; in which shape is dealt from `busyShapes`. */
  busy: number;
  /** The shapes in which a client is told to come later. */
  busyShapes: BusyShape[];
  /** Milliseconds that a busy server asks for; null: it doesn't say. */
  backOff: number | null;
  /** Requests that one account may have under way (EWSMaxConcurrency); null: any number. Streams are counted by themselves. */
  maxConcurrency: number | null;
  /** Streaming connections of one account at a time (HangingConnectionLimit): 10 in 2016 and 2019, 3 in 2013. */
  hangingConnections: number;
  /** Subscriptions of one account (EWSMaxSubscriptions). */
  maxSubscriptions: number;

  /** HTTP status of a fault: 500 of Exchange, 200 of gromox. */
  faultStatus: 500 | 200;
  prefixes: Prefixes;
  /** Whether an answer begins with an XML declaration. */
  declaration: boolean;
  /** Where the bytes of a stream are cut: after each envelope, anywhere, or after what came within a moment. */
  chunks: 'envelopes' | 'anywhere' | 'joined';
  /** Elements that no schema of 2016 has stand in the answers. */
  unknownElements: boolean;
  /** Dates of a recurrence: bare, in UTC or with an offset; all are xs:date. */
  dateSuffix: 'none' | 'Z' | 'offset';
  /** Times of automatic replies say that they are in UTC, or nothing of it, as in MS-OXWOOF's examples (4.2). */
  oofTimes: 'Z' | 'bare';
  /** WebClientReadFormQueryString: to be put behind the address of Outlook on the web, or the whole address (2013 and later). */
  openLinks: 'query' | 'absolute';

  /** CalendarView shows occurrences, as Exchange does; or masters of series that have to do with the window; or, as
   *  gromox does, only of those whose first occurrence lies in it, in no order. */
  calendarView: 'occurrences' | 'masters' | 'mastersThatBegin';
  /** A view shows what ends at its very beginning too: only what ends before it is said to be left out. */
  showsWhatEndsAtStart: boolean;
  /** Most items in an answer of FindItem (EWSFindCountLimit): who asks for pages gets fewer, who doesn't an error. */
  findLimit: number;
  /** What other requests of the account take of it at the same moment, from and to: the budget is one for all of them. */
  findLimitTaken: [number, number];
  /** A change of one member of a series gives all of them another ChangeKey: they are one item of the store. */
  changeKeys: 'series' | 'occurrence';
  /** UIDs of occurrences with the date in them, or the one of the series. */
  occurrenceUids: 'series' | 'dated';
  /** Time zones with all of their rules, or id and name where Windows knows them. */
  zones: 'full' | 'named';
  /** Share of items that GetItem can't read this time (ErrorItemCorrupt); nothing is said of their being gone. */
  unreadableItems: number;
  /** Share of requests to which the mailbox's database isn't mounted this time (ErrorMailboxStoreUnavailable). */
  storeTrouble: number;
  /** What is deleted goes to Deleted Items (a move), or is gone. */
  deletions: 'moved' | 'hard';
  /** Share of sync states that are forgotten (ErrorInvalidSyncStateData). */
  forgottenSyncStates: number;

  /** A stream takes subscriptions of several mailboxes. Otherwise only of the one that is impersonated (gromox). */
  sharedStreams: boolean;
  /** Subscriptions live on one server of several; who comes without its cookie reaches another. */
  affinity: boolean;
  /**
   * What becomes of a stream with subscriptions of mailboxes that live at another site than its server: it doesn't know
   * them, or the whole of it fails.
   */
  otherSites: 'unknown' | 'fails';
  /** Milliseconds from a change to its notice, from and to. */
  noticeLatency: [number, number];
  lostNotices: number;
  doubledNotices: number;
  /** Notices that tell of nothing: the same item modified once more, folders whose counts changed. */
  noise: number;
  /** Milliseconds between signs of life on a stream. */
  heartbeat: number;
  /** A sign of life is a notification with a StatusEvent, or an answer with a connection status alone. */
  heartbeats: 'statusEvent' | 'connectionStatus';
  /** Exchange writes notifications into the messages' namespace, though its schema has them in the types'. */
  notificationsIn: 'messages' | 'types';
  /** Subscriptions end when nobody has listened for so long. Milliseconds. */
  subscriptionLife: number;
  /** Share of streams at whose start one of the subscriptions is forgotten. */
  lostSubscriptions: number;

  /** What may be used to sign in, in the order told. */
  signIn: Array<'Negotiate' | 'NTLM' | 'Basic' | 'Bearer'>;
  /** Says `Connection: close` with each last answer to a request that NTLM signed. */
  closesAfterNtlm: boolean;
}

/** HTTP 500 with a fault, HTTP 503 with a page, with nothing, or an error among the answers of a 200. */
export type BusyShape = 'fault' | 'unavailable' | 'unavailableEmpty' | 'message';

export const tame: Habits = {
  latency: [0, 0],
  faults: 0,
  cuts: 0,
  busy: 0,
  busyShapes: ['fault', 'unavailable', 'unavailableEmpty', 'message'],
  backOff: 1_000,
  maxConcurrency: 27,
  hangingConnections: 10,
  maxSubscriptions: 5_000,
  faultStatus: 500,
  prefixes: 'exchange',
  declaration: true,
  chunks: 'envelopes',
  unknownElements: false,
  dateSuffix: 'Z',
  oofTimes: 'Z',
  openLinks: 'query',
  calendarView: 'occurrences',
  showsWhatEndsAtStart: false,
  findLimit: 1_000,
  findLimitTaken: [0, 0],
  changeKeys: 'series',
  occurrenceUids: 'series',
  zones: 'named',
  unreadableItems: 0,
  storeTrouble: 0,
  deletions: 'moved',
  forgottenSyncStates: 0,
  sharedStreams: true,
  affinity: true,
  otherSites: 'unknown',
  noticeLatency: [0, 0],
  lostNotices: 0,
  doubledNotices: 0,
  noise: 0,
  heartbeat: 45_000,
  heartbeats: 'connectionStatus',
  notificationsIn: 'messages',
  subscriptionLife: 30 * 60_000,
  lostSubscriptions: 0,
  signIn: ['Negotiate', 'NTLM', 'Basic'],
  closesAfterNtlm: false,
};

/** On by default. */
export const nasty: Habits = {
  ...tame,
  latency: [2, 30],
  faults: 0.02,
  cuts: 0.005,
  busy: 0.01,
  chunks: 'anywhere',
  unknownElements: true,
  dateSuffix: 'offset',
  oofTimes: 'bare',
  openLinks: 'absolute',
  showsWhatEndsAtStart: true,
  findLimit: 20,
  occurrenceUids: 'dated',
  zones: 'full',
  unreadableItems: 0.01,
  storeTrouble: 0.005,
  forgottenSyncStates: 0.02,
  noticeLatency: [20, 400],
  lostNotices: 0.05,
  doubledNotices: 0.1,
  noise: 0.3,
  heartbeat: 1_000,
  heartbeats: 'statusEvent',
  lostSubscriptions: 0.02,
};

/** What is known of gromox 3, an independent server with EWS: read from its answers, not from Exchange's. */
export const gromoxLike: Habits = {
  ...tame,
  faultStatus: 200,
  prefixes: 'odd',
  declaration: false,
  calendarView: 'mastersThatBegin',
  sharedStreams: false,
  affinity: false,
  heartbeats: 'statusEvent',
  notificationsIn: 'types',
  subscriptionLife: 5 * 60_000,
  deletions: 'hard',
  zones: 'full',
  signIn: ['Basic', 'NTLM'],
};
