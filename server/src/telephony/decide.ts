/**
 * What to do about one slot of one extension: a pure function of what we have on record, what is wanted and what the
 * phone says. The reconciler asks it before every write and again after it: reading back IS deciding again, and so is
 * starting anew after a crash. Nothing here knows why forwarding is wanted, only whether it is wanted NOW (rule 1).
 *
 * The rules named in the comments are the project's ten rules of giving forwarding back (ARCHITECTURE.md, telephony).
 */
import type { SlotForwarding } from '../presence/presence.ts';
import type { ForwardingLogEvent } from './forwarding-log.ts';
import { isSameNumber } from './same-number.ts';

/** idle: nothing of ours is on the phone. intent: we may have written `ours`. applied: we have, and read it back.
 *  overridden: its user has changed it by hand since. restoring: we may have written `previous` back. */
export type Phase = 'idle' | 'intent' | 'applied' | 'overridden' | 'restoring';

/** A value of ours that was given up and may come back by itself. */
export interface Echo {
  value: SlotForwarding;
  /** False: a write of it, or the repetition of one, may still be on its way. True: only a restart, which loses the
   *  newer value, can bring it back; on the same boot it is its user's doing. */
  landed: boolean;
}

/** Rule 2: one an extension and slot, durable BEFORE the phone is written. What happens in one slot is no business of the others. */
export interface ForwardingRecord {
  phase: Phase;
  /** What we want on the phone, or wanted; null only when idle. */
  ours: SlotForwarding | null;
  /** What the user had, and gets back; null only when idle. */
  previous: SlotForwarding | null;
  echoes: Echo[];
  /** The phone system's start when the phone was last seen to hold what this record says; null: not seen yet. */
  bootId: string | null;
  /** When phase, ours or previous last changed. */
  since: Temporal.Instant;
}

export interface Situation {
  /** What is wanted now; mode 'off' when nothing is. Loops and modes the system can't do are already taken out. */
  desired: SlotForwarding;
  /** Read from the phone just now. */
  actual: SlotForwarding;
  /** Start of the phone system `actual` was read from. */
  bootId: string;
  now: Temporal.Instant;
}

export type DecisionEvent = Extract<
  ForwardingLogEvent,
  'taken' | 'alreadySet' | 'appliedAgain' | 'overridden' | 'takenBack' | 'givenBack' | 'leftAlone' | 'notNeeded'
>;

export interface Decision {
  /** To be made durable before `write` is written. */
  record: ForwardingRecord;
  /** To be written to the phone, then read back and decided again; null: nothing to write. */
  write: SlotForwarding | null;
  /** What happened, for the user's log; null when nothing did. */
  event: DecisionEvent | null;
}

/** How long a value given up may still come back: longer than any phone system takes to answer or to reach its disk. */
export const settling = Temporal.Duration.from({ minutes: 2 });

export const idleRecord = (since: Temporal.Instant): ForwardingRecord => ({
  phase: 'idle',
  ours: null,
  previous: null,
  echoes: [],
  bootId: null,
  since,
});

export function sameForwarding(a: SlotForwarding | null, b: SlotForwarding | null): boolean {
  return a?.mode === b?.mode && (a?.target ?? null) === (b?.target ?? null);
}

/**
 * Whether a phone shows the value, be it in a spelling of its system's own: taken for a change by hand, ours would stay
 * on the phone for good.
 */
function shows(actual: SlotForwarding, value: SlotForwarding | null): boolean {
  if (sameForwarding(actual, value)) return true;
  if (actual.mode !== value?.mode || actual.target === null || value.target === null) return false;
  return isSameNumber(actual.target, value.target);
}

/** Whether this record must be looked at even when nothing is due (rule 10). */
export function inForce(record: ForwardingRecord): boolean {
  return record.phase !== 'idle' || record.echoes.length > 0;
}

export function decide(record: ForwardingRecord, situation: Situation): Decision {
  const decision = situation.desired.mode === 'off' ? giveBack(record, situation) : take(record, situation);
  return { ...decision, record: settle(decision.record, situation) };
}

/**
 * The user wants ours again after a change by hand, given as a record whose write is open. Whatever they have set in the
 * meantime, unseen by us, they take back too: it is what they get at the end.
 */
export function takenBack(record: ForwardingRecord, situation: Situation): ForwardingRecord {
  const unseen = !restarted(record, situation) && !isOurs(record, situation);
  return unseen ? { ...record, previous: situation.actual } : record;
}

export function sameRecord(a: ForwardingRecord, b: ForwardingRecord): boolean {
  return (
    a.phase === b.phase &&
    a.bootId === b.bootId &&
    a.since.equals(b.since) &&
    sameForwarding(a.ours, b.ours) &&
    sameForwarding(a.previous, b.previous) &&
    a.echoes.length === b.echoes.length &&
    a.echoes.every((echo, at) => echo.landed === b.echoes[at]?.landed && sameForwarding(echo.value, b.echoes[at].value))
  );
}

/** Something is wanted. */
function take(record: ForwardingRecord, situation: Situation): Decision {
  const { desired, actual, now } = situation;
  const { phase, ours } = record;

  if (phase === 'idle') {
    // Rule 7: our own value that came back is never saved as previous.
    if (isEcho(record, situation)) return changed(record, now, { phase: 'intent', ours: desired }, desired, null);
    const next = { ours: desired, previous: actual, bootId: situation.bootId };
    if (shows(actual, desired)) return changed(record, now, { phase: 'applied', ...next }, null, 'alreadySet');
    return changed(record, now, { phase: 'intent', ...next }, desired, null);
  }

  if (phase === 'restoring' || !sameForwarding(ours, desired)) {
    // Rules 5 and 7: another wish follows (back-to-back, overlapping, or while we were giving back). What the user set
    // by hand meanwhile is the new previous; what is ours, or what a restart left, keeps the first one.
    const found = byHand(record, situation) ? { previous: actual, bootId: situation.bootId } : {};
    return changed(
      record,
      now,
      { phase: 'intent', ours: desired, echoes: withEcho(record, now), ...found },
      desired,
      null,
    );
  }

  if (phase === 'overridden') {
    // Respected until another forwarding is wanted. Where a restart or a late write of ours hid it, it comes back.
    const hidden = isEcho(record, situation) || (restarted(record, situation) && shows(actual, ours));
    if (hidden) return { record, write: record.previous, event: null };
    if (shows(actual, ours)) return changed(record, now, { phase: 'applied' }, null, 'takenBack');
    return { record: rememberOwn(record, situation), write: null, event: null };
  }

  if (showsOurs(record, situation)) {
    // Rule 3: applied only when the phone itself says so.
    return phase === 'applied'
      ? { record, write: null, event: null }
      : changed(record, now, { phase: 'applied' }, null, 'taken');
  }

  // Rule 5: the user changed it by hand.
  if (byHand(record, situation))
    return changed(record, now, { phase: 'overridden', previous: actual }, null, 'overridden');
  if (phase === 'intent') return { record, write: desired, event: null };
  // Rule 6: the write was lost by a restart, or an older one of ours landed after it.
  return changed(record, now, { phase: 'intent' }, desired, 'appliedAgain');
}

/** Nothing is wanted (any more). */
function giveBack(record: ForwardingRecord, situation: Situation): Decision {
  const { actual, now } = situation;
  const { phase, previous } = record;
  if (!inForce(record)) return { record, write: null, event: null };

  // Written once, the same number in another spelling is how the phone system spells it.
  const isBack = sameForwarding(actual, previous) || (phase === 'restoring' && shows(actual, previous));
  if (isOurs(record, situation) && !isBack) {
    // Rule 4: what is there is ours, so the user's own goes back.
    if (phase === 'restoring') return { record, write: previous, event: null };
    const next = { phase: 'restoring' as const, ours: record.ours ?? actual, echoes: withEcho(record, now) };
    // After our crash we may only now see that the calls had been taken.
    return changed(record, now, next, previous, phase === 'intent' ? 'taken' : null);
  }
  if (phase === 'idle') return { record: rememberOwn(record, situation), write: null, event: null };

  const event: DecisionEvent = !isBack
    ? 'leftAlone' // Rule 4: somebody else's, so it stays.
    : phase === 'restoring' || isOurs(record, situation)
      ? 'givenBack'
      : phase === 'intent'
        ? 'notNeeded'
        : 'leftAlone';
  return changed(
    record,
    now,
    { phase: 'idle', ours: null, previous: actual, echoes: withEcho(record, now) },
    null,
    event,
  );
}

/** Ours, wherever it came from: what we want there now, or something we gave up that came back. */
function isOurs(record: ForwardingRecord, situation: Situation): boolean {
  return shows(situation.actual, record.ours) || isEcho(record, situation);
}

/**
 * What we want there now. An older one of ours to the letter, while the write that spells it anew (with another outside
 * line, say) is open, isn't it; not for ever, because it may be how the phone system spells the new one too.
 */
function showsOurs({ phase, ours, echoes, since }: ForwardingRecord, { actual, now }: Situation): boolean {
  if (sameForwarding(actual, ours)) return true;
  const awaited = phase === 'intent' && Temporal.Instant.compare(since.add(settling), now) > 0;
  return shows(actual, ours) && !(awaited && echoes.some(({ value }) => sameForwarding(actual, value)));
}

function isEcho(record: ForwardingRecord, situation: Situation): boolean {
  // While a write is open, what it was to replace is simply still there.
  const open = record.phase === 'intent' || record.phase === 'restoring';
  return record.echoes.some(
    ({ value, landed }) => shows(situation.actual, value) && (open || !landed || restarted(record, situation)),
  );
}

/** Whether only a person can have set what the phone says. After a restart the value from before our write (the write
 *  was lost) and none at all (everything was) are the restart's doing; any third value is still a person's. */
function byHand(record: ForwardingRecord, situation: Situation): boolean {
  const { actual } = situation;
  if (isOurs(record, situation)) return false;
  if (record.phase === 'overridden') return true;
  const unwritten = record.phase === 'intent' || record.phase === 'restoring' || restarted(record, situation);
  if (unwritten && sameForwarding(actual, record.previous)) return false;
  return !(restarted(record, situation) && actual.mode === 'off');
}

const restarted = (record: ForwardingRecord, { bootId }: Situation) =>
  record.bootId !== null && record.bootId !== bootId;

/** `ours` given up. Once it has stood for the settling time, no write of it is on its way any more. */
function withEcho({ ours, echoes, phase, since }: ForwardingRecord, now: Temporal.Instant): Echo[] {
  // While restoring it was given up already.
  if (!ours || phase === 'restoring') return echoes;
  const landed = phase !== 'intent' && Temporal.Instant.compare(since.add(settling), now) <= 0;
  return [...echoes.filter((echo) => !sameForwarding(echo.value, ours)), { value: ours, landed }];
}

/** While nothing of ours is on the phone, its user's newest setting is what they get back. */
function rememberOwn(record: ForwardingRecord, situation: Situation): ForwardingRecord {
  const { actual } = situation;
  if (isEcho(record, situation) || sameForwarding(actual, record.previous)) return record;
  return { ...record, previous: actual };
}

function changed(
  record: ForwardingRecord,
  now: Temporal.Instant,
  changes: Partial<ForwardingRecord>,
  write: SlotForwarding | null,
  event: DecisionEvent | null,
): Decision {
  return { record: { ...record, ...changes, since: now }, write, event };
}

/**
 * Notes the start of the system that a value was seen to stand on, and forgets echoes once that value has stood for
 * the settling time. While a write is open (intent, restoring) the older start stays on record: only so can a restart
 * be told from a person's hand after our own crash.
 */
function settle(record: ForwardingRecord, situation: Situation): ForwardingRecord {
  const { phase, previous, ours, since } = record;
  const { actual, bootId, now } = situation;
  // In the user's favour: what they have themselves is never taken for an echo.
  let { echoes } = record;
  if (echoes.length > 0) echoes = echoes.filter((echo) => previous === null || !shows(previous, echo.value));
  if (phase === 'intent' || phase === 'restoring') return echoes === record.echoes ? record : { ...record, echoes };
  const stands = phase === 'applied' ? shows(actual, ours) : sameForwarding(actual, previous);
  if (stands && echoes.length > 0 && Temporal.Instant.compare(since.add(settling), now) <= 0) echoes = [];
  const noted = stands ? bootId : record.bootId;
  return echoes === record.echoes && noted === record.bootId ? record : { ...record, echoes, bootId: noted };
}
