/** What real CalDAV servers do that the RFCs don't foresee. Each can be switched; by default most are on at once. */

export interface Habits {
  /** What REPORT sync-collection gets. 'ignored': 207 with nothing in it; 'noToken': the members, but no token. */
  sync: 'works' | 'notImplemented' | 'forbidden' | 'badRequest' | 'ignored' | 'noToken';
  /** Members per part of a sync-collection answer before 507; null: all at once. */
  syncPart: number | null;
  etags: 'strong' | 'weak' | 'missing';
  ctag: boolean;
  /** 'partly404': every seventh object is said to be missing though it is there. 'ignored': 207 with nothing in it. */
  multiget: 'works' | 'partly404' | 'forgets' | 'ignored' | 'forbidden' | 'crashes';
  /**
   * How hrefs are written; 'mixed' takes turns, so that listing and multiget differ for the same object; 'inner' is
   * what a reverse proxy leaves that strips a path (without /dav).
   */
  hrefs: 'plain' | 'encoded' | 'absolute' | 'relative' | 'mixed' | 'inner';
  /** Calendars have another path since a while: the old one redirects there. */
  moved: boolean;
  auth: 'basic' | 'bearer' | 'digest';
  wellKnown: 'redirect' | 'missing' | 'stranger';
  /** A folder with an object of its own lies in each calendar. */
  nested: boolean;
  /** Passes on control characters and &#0; that a client once stored. */
  controlCharacters: boolean;
  /** Every nth request is told to wait. */
  throttle: { every: number; status: 429 | 503; retryAfter: 'seconds' | 'date' | 'none'; seconds: number } | null;
  /** Answers with an XML document that unfolds to gigabytes. */
  entityBomb: boolean;
  /** Closes the connection in the middle of the nth answer from now; counts down to 0. */
  dieAtAnswer: number | null;
  /** Objects whose names begin so are listed, but neither multiget nor GET brings them. */
  unreadable: string | null;
  /** Refuses every token given out before. */
  forgetsTokens: boolean;
  /** Says that a calendar is empty when sync-collection starts from nothing. */
  claimsEmpty: boolean;
}

export const tame: Habits = {
  sync: 'works',
  syncPart: null,
  etags: 'strong',
  ctag: true,
  multiget: 'works',
  hrefs: 'plain',
  moved: false,
  auth: 'basic',
  wellKnown: 'redirect',
  nested: false,
  controlCharacters: false,
  throttle: null,
  entityBomb: false,
  dieAtAnswer: null,
  unreadable: null,
  forgetsTokens: false,
  claimsEmpty: false,
};

export const nasty: Habits = {
  ...tame,
  syncPart: 40,
  etags: 'weak',
  multiget: 'partly404',
  hrefs: 'mixed',
  nested: true,
  controlCharacters: true,
  throttle: { every: 9, status: 429, retryAfter: 'seconds', seconds: 0 },
};
