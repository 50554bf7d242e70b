/** What activation writes for one user: the segment in force at an instant, and when to look again. Pure. */
import { endsWithCalendar } from './claim-ends.ts';
import { isForeseen } from './foreseen.ts';
import { type Forwarding, type Reason, type Slot, type Status, slotOf, slots } from './presence.ts';
import { asExpected, type Claim, claimsOf, hasLeases, type PresenceInputs, strongestOverTime } from './timeline.ts';

/** A row of presence_state as it is stored. Instants are epoch milliseconds in this file. */
export interface StoredState {
  userId: string;
  /** Of the row, when it was read: the plan only counts while it stays. */
  revision: number;
  due: number;
  status: Status;
  profileId: string | null;
  note: string | null;
  reason: Reason;
  since: number;
  until: number | null;
  forwarding: Forwarding;
}

export interface Plan extends Omit<StoredState, 'due'> {
  /** When it becomes true. */
  at: number;
  nextDue: number;
  settingsRevision: number;
  /** Something that people or phones can notice is different from what was stored. */
  changed: boolean;
  /** Of the forwarding. */
  changedSlots: readonly Slot[];
  /** Whether the change comes when it was to come, or is the user's own doing (foreseen.ts). */
  foreseen: boolean;
  /** Choices whose end rule has come true by `at`: their ends are written down, so that they never come back. */
  endedClaims: ReadonlyArray<{ id: number; end: number }>;
}

/** Everybody is looked at once in so long even where nothing is due: heals what nobody thought of. */
export const lookAgainAfter = 24 * 3_600_000;

/**
 * @param at the instant the plan is for: when the row is due, or now when that has passed.
 * @param horizon how far the inputs reach; after `at`. A segment that lasts until then has no known end.
 * @throws RangeError when the user's time zone is unknown.
 */
export function planFor(
  state: StoredState,
  inputs: PresenceInputs & { settingsRevision: number },
  at: number,
  horizon: number,
): Plan {
  // From when the row was due: after a late start `since` is when the segment began, not when we noticed.
  const from = Math.min(state.due, at);
  const claims = claimsOf(inputs, from, horizon);
  const segment = strongestOverTime(claims, from, horizon).find(({ end }) => end > at)!;
  const { status, profileId, note, reason, forwarding } = segment.claim;
  const over = segment.end < horizon ? segment.end : null;
  const until = hasLeases(inputs) ? expectedEnd(inputs, from, at, horizon) : over;
  const changedSlots = slots.filter((slot) => !sameSlot(state.forwarding, forwarding, slot));
  const same =
    state.status === status &&
    state.profileId === profileId &&
    state.note === note &&
    changedSlots.length === 0 &&
    sameReason(state.reason, reason);
  const waiting = waitingChoices(inputs, claims);
  return {
    userId: state.userId,
    revision: state.revision,
    at,
    status,
    profileId,
    note,
    reason,
    since: same ? state.since : segment.start,
    until,
    forwarding,
    changed: !same || state.until !== until,
    changedSlots,
    foreseen: isForeseen({ userId: state.userId, until: state.until, at, before: state.reason, after: reason }),
    // A choice may end unseen under a call; it is looked at then too, so that its end is known from then on.
    nextDue: Math.min(over ?? horizon, at + lookAgainAfter, ...waiting.map(({ end }) => end).filter((end) => end > at)),
    settingsRevision: inputs.settingsRevision,
    endedClaims: waiting.filter(({ end }) => end <= at),
  };
}

/** Until when people are told it lasts: what a lease holds up lasts as long as it is renewed. null: not known. */
function expectedEnd(inputs: PresenceInputs, from: number, at: number, horizon: number): number | null {
  const claims = claimsOf(asExpected(inputs, at), from, horizon);
  const { end } = strongestOverTime(claims, from, horizon).find((stretch) => stretch.end > at)!;
  return end < horizon ? end : null;
}

/** Choices whose end isn't written down yet, with when they end as the calendar stands. */
function waitingChoices({ claims: stored }: PresenceInputs, claims: readonly Claim[]) {
  const open = new Set(
    stored.filter(({ end, endRule }) => end === null && endsWithCalendar(endRule)).map(({ id }) => id),
  );
  if (open.size === 0) return [];
  return claims.flatMap(({ reason, end }) => (open.has(reason.claimId ?? -1) ? [{ id: reason.claimId!, end }] : []));
}

function sameSlot(before: Forwarding, after: Forwarding, slot: Slot): boolean {
  const [a, b] = [slotOf(before, slot), slotOf(after, slot)];
  return a.mode === b.mode && a.target === b.target;
}

const sameReason = (a: Reason, b: Reason) =>
  a.origin === b.origin &&
  a.claimId === b.claimId &&
  a.setBy === b.setBy &&
  a.rule?.from === b.rule?.from &&
  a.rule?.name === b.rule?.name &&
  a.rule?.profileMissing === b.rule?.profileMissing &&
  a.program === b.program &&
  a.client === b.client &&
  a.forwardingProblem === b.forwardingProblem &&
  a.forwardingProblemSlot === b.forwardingProblemSlot &&
  a.appointment?.uid === b.appointment?.uid &&
  a.appointment?.occurrence === b.appointment?.occurrence;
