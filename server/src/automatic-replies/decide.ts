/**
 * What to do about the automatic replies of one mailbox: a pure function of what we have on record, what is wanted and
 * what the mailbox says. As with phones (telephony/decide.ts) it is asked before every write and again after it:
 * reading back IS deciding again, and so is starting anew after a crash. Beside phones a mailbox has two things more: a
 * schedule, so that what we set ends by itself when we are gone, and several parts, of which a person may change one.
 */
import type { AutomaticReplies } from '../calendars/connector.ts';
import type { Wish } from './absence.ts';
import { answersBefore, isOver, type Part, parts, samePart, sameReplies, withPart } from './replies.ts';

/** idle: nothing of ours is in the mailbox. intent: we may have written. applied: we have, and read it back. aside: the
 *  user's own replies, or what the user made of ours, stand. restoring: we may have written `previous` back. */
export const repliesPhases = ['idle', 'intent', 'applied', 'aside', 'restoring'] as const;
export type RepliesPhase = (typeof repliesPhases)[number];

/** Durable BEFORE the mailbox is written. */
export interface RepliesRecord {
  phase: RepliesPhase;
  /** What we may have written since nothing of ours was there, and what the mailbox made of it; the newest first. */
  written: AutomaticReplies[];
  /** What the user had, and gets back. */
  previous: AutomaticReplies | null;
  /** Of the wish that the newest was written for. */
  wish: string | null;
  /** The end of the absence that this is about; null: not known. */
  until: Temporal.Instant | null;
  /** A write that had no answer may still land until then: it is looked once more. */
  settleAt: Temporal.Instant | null;
}

export const idleReplies: RepliesRecord = {
  ...{ phase: 'idle', written: [], previous: null, wish: null, until: null, settleAt: null },
};

export interface Decision {
  /** To be made durable before `write` is written. */
  record: RepliesRecord;
  /** To be written, then read back and decided again; null: nothing to write. */
  write: AutomaticReplies | null;
}

/** Longer than a write takes that got no answer. */
const settling = Temporal.Duration.from({ minutes: 2 });
/** Ours end so much after the absence: one that goes on has been prolonged by then, and we have given back long before. */
const grace = Temporal.Duration.from({ minutes: 10 });
/** Where the end of an absence isn't known, ours last so long and are prolonged when half of it is over. */
const lease = Temporal.Duration.from({ hours: 14 * 24 });
const leaseLeft = Temporal.Duration.from({ hours: 7 * 24 });
/** As many older values of ours are recognised. */
const mostWritten = 8;

/** When a lease has to be prolonged; null: nothing to prolong. */
export function prolongAt({ phase, until, written: [ours] }: RepliesRecord): Temporal.Instant | null {
  return phase === 'applied' && until === null && ours?.end ? ours.end.subtract(leaseLeft) : null;
}

/** Whether all is as it is to be, as far as that can be known without asking the mailbox. */
export function isSettled(record: RepliesRecord, wish: Wish | null, now: Temporal.Instant): boolean {
  if (record.phase === 'idle') return wish === null;
  if (record.phase === 'aside') return wish !== null && !isAnother(record, wish);
  return record.phase === 'applied' && wish !== null && isAsWished(record, wish, now) && !hasSettled(record, now);
}

/** A write without an answer has landed by now, or never will. */
const hasSettled = ({ settleAt }: RepliesRecord, now: Temporal.Instant): boolean =>
  settleAt !== null && Temporal.Instant.compare(settleAt, now) <= 0;

export function decide(
  record: RepliesRecord,
  wish: Wish | null,
  actual: AutomaticReplies,
  now: Temporal.Instant,
): Decision {
  return wish === null ? giveBack(record, actual, now) : take(record, wish, actual, now);
}

/**
 * What the mailbox made of a write that it has just confirmed. Where it cleaned the message up we recognise it by the
 * schedule; nobody changes the words and leaves our minutes in the same moment.
 * @param before as it was before the write was decided on.
 */
export function landed(
  before: RepliesRecord,
  record: RepliesRecord,
  wrote: AutomaticReplies,
  actual: AutomaticReplies,
): RepliesRecord {
  // An older write may still be on its way.
  const settled = before.settleAt === null ? { ...record, settleAt: null } : record;
  const known = record.written.some((ours) => sameReplies(ours, actual));
  if (record.phase !== 'intent' || known || !samePart('state', wrote, actual)) return settled;
  return { ...settled, written: withNewest(actual, record.written) };
}

function take(record: RepliesRecord, wish: Wish, actual: AutomaticReplies, now: Temporal.Instant): Decision {
  const { phase, previous, written } = record;
  const { until } = wish;
  if (phase === 'aside' && !isAnother(record, wish)) return { record: { ...record, until }, write: null };
  if (phase === 'idle' || phase === 'aside') return begin(record, wish, actual, now);

  if (written.some((ours) => sameReplies(ours, actual)) || haveRunOut(written, actual, now)) {
    // The absence has grown into replies that the user had planned: theirs go first.
    if (previous && answersBefore(previous, now, until)) return giveBack(record, actual, now);
    if (phase !== 'restoring' && isAsWished(record, wish, now) && sameReplies(written[0]!, actual))
      return { record: { ...forgotten(record, now), phase: 'applied', until }, write: null };
    return write(record, wish, now);
  }
  if (phase === 'applied') return { record: { ...record, phase: 'aside', until }, write: null };
  // A write is open. Where nothing there speaks of ours it hasn't landed, and what there is, is the user's.
  const touched = written.some((ours) => samePart('state', ours, actual) || samePart('internalMessage', ours, actual));
  if (touched && !(previous && sameReplies(previous, actual)))
    return { record: { ...record, phase: 'aside', until }, write: null };
  return begin(record, wish, actual, now);
}

/** Over what the user has; unless that answers by itself while the user is away. */
function begin(record: RepliesRecord, wish: Wish, actual: AutomaticReplies, now: Temporal.Instant): Decision {
  const { until } = wish;
  const previous = withoutOurs(record, actual, now);
  if (answersBefore(actual, now, until)) return { record: { ...record, phase: 'aside', previous, until }, write: null };
  return write({ ...record, previous }, wish, now);
}

function write(record: RepliesRecord, wish: Wish, now: Temporal.Instant): Decision {
  const ours = madeOf(record, wish, now);
  const { key, until } = wish;
  const written = withNewest(ours, record.written);
  return {
    record: { ...record, phase: 'intent', written, wish: key, until, settleAt: now.add(settling) },
    write: ours,
  };
}

const withNewest = (ours: AutomaticReplies, written: readonly AutomaticReplies[]): AutomaticReplies[] =>
  [ours, ...written.filter((older) => !sameReplies(older, ours))].slice(0, mostWritten);

function giveBack(record: RepliesRecord, actual: AutomaticReplies, now: Temporal.Instant): Decision {
  if (record.phase === 'idle') return { record, write: null };
  const back = withoutOurs(record, actual, now);
  if (!sameReplies(back, actual))
    return { record: { ...record, phase: 'restoring', settleAt: now.add(settling) }, write: back };
  // Nothing of ours is there; but something may still land.
  const { settleAt } = forgotten(record, now);
  if (settleAt === null || record.written.length === 0) return { record: idleReplies, write: null };
  return { record: { ...record, phase: 'restoring' }, write: null };
}

const forgotten = (record: RepliesRecord, now: Temporal.Instant): RepliesRecord =>
  hasSettled(record, now) ? { ...record, settleAt: null } : record;

/**
 * What is there, with what is ours replaced by what the user had. What the user changed meanwhile stays: replies that
 * the user has switched on stay whole, whosever words they use.
 */
function withoutOurs({ written, previous }: RepliesRecord, actual: AutomaticReplies, now: Temporal.Instant) {
  if (!previous) return actual;
  const own = isOver(previous, now) ? { ...previous, status: 'disabled' as const } : previous;
  const isOurs = (part: Part) => written.some((ours) => samePart(part, ours, actual));
  const remains = written.some((ours) => isOver(ours, now) && isWhatRemains(ours, actual));
  // Of what the user had on beside ours nothing is switched on by a guess; what was planned for later is.
  const wasOn = written.some(({ start }) => start !== null && answersBefore(own, start, start.add({ minutes: 1 })));
  const stateIsOurs = isOurs('state') || (remains && !wasOn);
  if (!stateIsOurs && answersBefore(actual, now, null)) return actual;
  return parts
    .filter((part) => (part === 'state' ? stateIsOurs : isOurs(part)))
    .reduce((back, part) => withPart(part, own, back), actual);
}

/**
 * Off, and the times are still ours: who has switched them off, their user or the mailbox because they were over? Either
 * way nothing is lost when what the user had comes back.
 */
const isWhatRemains = (ours: AutomaticReplies, actual: AutomaticReplies): boolean =>
  actual.status === 'disabled' && (actual.end === null || samePart('state', ours, { ...actual, status: 'scheduled' }));

/** The same where the words are ours too: nobody has touched them. */
const haveRunOut = (written: readonly AutomaticReplies[], actual: AutomaticReplies, now: Temporal.Instant): boolean =>
  written.some((ours) => isOver(ours, now) && isWhatRemains(ours, actual) && samePart('internalMessage', ours, actual));

function madeOf(record: RepliesRecord, wish: Wish, now: Temporal.Instant): AutomaticReplies {
  const { previous } = record;
  const [before] = record.written;
  const { until, audience, internalMessage } = wish;
  const running = before?.start && before.end && Temporal.Instant.compare(before.end, now) > 0 ? before.start : null;
  const end = until?.add(grace) ?? now.add(lease);
  return {
    status: 'scheduled',
    // The same beginning for all of an absence: senders are answered once in it.
    start: running ?? now.round({ smallestUnit: 'minute', roundingMode: 'floor' }),
    // Tried again it is the same value again, which is recognised.
    end: isAsWished(record, wish, now) ? before!.end : end.round({ smallestUnit: 'minute', roundingMode: 'ceil' }),
    internalMessage,
    // Nobody gets it: the user's own words stay.
    externalMessage: audience === 'none' ? (previous?.externalMessage ?? '') : wish.externalMessage,
    audience,
  };
}

function isAsWished({ wish, written: [ours] }: RepliesRecord, { key, until }: Wish, now: Temporal.Instant): boolean {
  if (wish !== key || !ours?.end) return false;
  return until !== null || Temporal.Instant.compare(ours.end.subtract(leaseLeft), now) > 0;
}

/** Another absence than the one in which we stood aside. */
const isAnother = ({ until }: RepliesRecord, { since }: Wish): boolean =>
  until !== null && Temporal.Instant.compare(since, until) > 0;
