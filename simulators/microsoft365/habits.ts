/** What Graph does to its clients. Each habit can be switched; by default most are on at once, dealt from a seed. */

export interface Habits {
  /** Milliseconds an answer takes, from and to. */
  latency: [number, number];
  /** Share of requests that fail with 500, 502, 503 or 504; half of the 503 say Retry-After. */
  faults: number;
  /** Share of connections that break in the middle of an answer. */
  cuts: number;
  /** Share of requests that are told 429 though no limit is reached. */
  moody429: number;
  /** Published limits are kept: four requests at a time and 10,000 in ten minutes for each app and mailbox. */
  throttling: boolean;

  /** Most events in a page of a delta round, whatever is asked for; null: as asked, else 10. */
  deltaPage: number | null;
  /** Most things in a page of any other list, whatever is asked for; null: as asked, else 10. */
  listPage: number | null;
  /** Share of pages with nothing in them but a link to the next. */
  emptyPages: number;
  /** Share of events that a round tells twice. */
  duplicates: number;
  /** A round comes in any order. */
  shuffle: boolean;
  /** Share of rounds that tell again what the last one told. */
  replays: number;
  /** Share of rounds in which things far outside of the window are said to be removed, known or not. */
  phantoms: number;
  /** Members of a series come as stubs: id, type, seriesMasterId, start, end. */
  stubs: boolean;
  /** Whether a round shows the masters of the series: never, by chance or always. */
  masters: 'never' | 'sometimes' | 'always';
  /** A cancelled or moved-away occurrence is told by its removal, or only by another member of its series. */
  cancellations: 'removed' | 'sibling';
  /** Members and masters of series come without their type. */
  untyped: boolean;
  /** Rounds give ordinary ids, whatever is asked for. */
  ordinaryIds: boolean;
  /** What others share knows no delta: 400. */
  sharedDelta: boolean;
  /** Share of delta tokens that are forgotten before they are used: 410 with Location, syncStateNotFound, or plain 400. */
  forgottenTokens: number;
  /** Milliseconds after which a delta token is forgotten for sure. */
  tokenLife: number;
  /** `/me/events/{id}` doesn't find what lies in somebody else's calendar. */
  sharedOnlyByCalendar: boolean;

  /** Milliseconds from a change to its notice, from and to. */
  noticeLatency: [number, number];
  lostNotices: number;
  doubledNotices: number;
  /** Notices of the same moment arrive in any order. */
  reorderedNotices: boolean;
  /** Share of renewals after which the subscription is dropped all the same (lifecycle: subscriptionRemoved). */
  droppedSubscriptions: number;
  /** Share of lost notices that lifecycle "missed" tells of. */
  missedTold: number;
  /** Shorter than asked: the longest lifetime of a subscription, minutes. */
  longestSubscription: number;

  /** Refresh tokens change at each use, and the old one stops working after this many milliseconds. */
  rotationGrace: number;
  /** Seconds an access token lives, from and to. */
  accessTokenLife: [number, number];
}

export const tame: Habits = {
  latency: [0, 0],
  faults: 0,
  cuts: 0,
  moody429: 0,
  throttling: true,
  deltaPage: null,
  listPage: null,
  emptyPages: 0,
  duplicates: 0,
  shuffle: false,
  replays: 0,
  phantoms: 0,
  stubs: true,
  masters: 'never',
  cancellations: 'removed',
  untyped: false,
  ordinaryIds: false,
  sharedDelta: true,
  forgottenTokens: 0,
  tokenLife: 7 * 86_400_000,
  sharedOnlyByCalendar: true,
  noticeLatency: [0, 0],
  lostNotices: 0,
  doubledNotices: 0,
  reorderedNotices: false,
  droppedSubscriptions: 0,
  missedTold: 1,
  longestSubscription: 10_080,
  rotationGrace: 60_000,
  accessTokenLife: [3_600, 5_400],
};

/** On by default. */
export const nasty: Habits = {
  ...tame,
  latency: [2, 30],
  faults: 0.02,
  cuts: 0.005,
  moody429: 0.01,
  deltaPage: 7,
  listPage: 50,
  emptyPages: 0.15,
  duplicates: 0.1,
  shuffle: true,
  replays: 0.1,
  phantoms: 0.3,
  masters: 'sometimes',
  cancellations: 'sibling',
  forgottenTokens: 0.01,
  noticeLatency: [20, 400],
  lostNotices: 0.05,
  doubledNotices: 0.1,
  reorderedNotices: true,
  droppedSubscriptions: 0.02,
  longestSubscription: 4_230,
};
