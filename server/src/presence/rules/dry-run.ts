/** What rules make of appointments, and what others would make of them. Pure. */
import type { Interval } from '../../agenda/appointment.ts';
import type { PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import type { Forwarding, Profile, RuleReason, Status } from '../presence.ts';
import {
  type Claim,
  claimOfAppointment,
  claimsOf,
  claimsOfAppointments,
  type PresenceInputs,
  type Stretch,
  strongestOverTime,
} from '../timeline.ts';
import { decisionOn } from './deciding.ts';

/** What an appointment asks for by itself, whatever else goes on at the time. */
export interface Outcome {
  /** Null: it makes no presence. */
  presence: {
    status: Status;
    profile: Pick<Profile, 'id' | 'name'> | null;
    forwarding: Forwarding;
    /** With lead and lag. */
    start: Temporal.Instant;
    end: Temporal.Instant;
  } | null;
  /** What decided; null: the default mapping. */
  rule: RuleReason | null;
}

export interface DryRunEntry {
  appointment: PresenceAppointment;
  before: Outcome;
  after: Outcome;
  changed: boolean;
}

export function outcomeOf(appointment: PresenceAppointment, inputs: PresenceInputs): Outcome {
  const claim = claimOfAppointment(appointment, inputs);
  if (claim === null) {
    const decision = appointment.cancelled ? null : decisionOn(appointment, inputs);
    if (decision === null) return { presence: null, rule: null };
    const { from, name, effect } = decision;
    return { presence: null, rule: { from, name, ...(!('ignore' in effect) && { profileMissing: true as const }) } };
  }
  return {
    presence: {
      status: claim.status,
      profile: profileOf(claim, inputs),
      forwarding: claim.forwarding,
      start: Temporal.Instant.fromEpochMilliseconds(claim.start),
      end: Temporal.Instant.fromEpochMilliseconds(claim.end),
    },
    rule: claim.reason.rule ?? null,
  };
}

function profileOf({ profileId }: Claim, { profiles: { own, central } }: PresenceInputs) {
  const profile = own.byId.get(profileId ?? '') ?? central.byId.get(profileId ?? '');
  return profile ? { id: profile.id, name: profile.name } : null;
}

/** In order of start. Appointments that make no presence before and after are left out, unless a rule says so. */
export function dryRun(before: PresenceInputs, after: PresenceInputs, { from, to }: Interval): DryRunEntry[] {
  return before.appointments
    .filter(({ start, end }) => Temporal.Instant.compare(start, to) < 0 && Temporal.Instant.compare(end, from) > 0)
    .map((appointment) => {
      const outcomes = { before: outcomeOf(appointment, before), after: outcomeOf(appointment, after) };
      return { appointment, ...outcomes, changed: !sameOutcome(outcomes.before, outcomes.after) };
    })
    .filter(({ before, after }) => [before, after].some(({ presence, rule }) => presence !== null || rule !== null));
}

const sameOutcome = (a: Outcome, b: Outcome): boolean =>
  JSON.stringify([a.presence, ruleless(a)]) === JSON.stringify([b.presence, ruleless(b)]);

/** That another rule says the same is no difference; that one names a missing profile is. */
const ruleless = ({ rule }: Outcome) => rule?.profileMissing ?? false;

/** What presence is over a stretch of time: the strongest of all that is claimed then. */
export interface ShownPresence {
  status: Status;
  profile: Pick<Profile, 'id' | 'name'> | null;
  forwarding: Forwarding;
  /** Of the appointment that shows; null: the default mapping, or no appointment. */
  rule: RuleReason | null;
}

export interface ChangedStretch {
  start: Temporal.Instant;
  end: Temporal.Instant;
  before: ShownPresence;
  after: ShownPresence;
}

/**
 * When presence would be another one, in order, with everything that counts: overlaps, choices by hand as long as they
 * last, the working day; what holds a lease until it runs out.
 * @param stays appointments that keep what comes of them now, for whoever may not learn of them by trying.
 */
export function presenceDryRun(
  before: PresenceInputs,
  after: PresenceInputs,
  interval: Interval,
  stays: (appointment: PresenceAppointment) => boolean,
): ChangedStretch[] {
  const [from, to] = [interval.from.epochMilliseconds, interval.to.epochMilliseconds];
  const kept = Map.groupBy(before.appointments, (appointment) => stays(appointment));
  const appointments = [
    ...claimsOfAppointments(kept.get(true) ?? [], before),
    ...claimsOfAppointments(kept.get(false) ?? [], after),
  ];
  const was = strongestOverTime(claimsOf(before, from, to), from, to);
  const willBe = strongestOverTime(claimsOf(after, from, to, appointments), from, to);
  const changed: ChangedStretch[] = [];
  for (const { start, end, ...stretches } of sideBySide(was, willBe)) {
    const shown = { before: shownBy(stretches.was, before), after: shownBy(stretches.willBe, after) };
    if (look(shown.before) === look(shown.after)) continue;
    const last = changed.at(-1);
    const begins = Temporal.Instant.fromEpochMilliseconds(start);
    const goesOn = last?.end.equals(begins) && look(last.before, last.after) === look(shown.before, shown.after);
    if (goesOn) last!.end = Temporal.Instant.fromEpochMilliseconds(end);
    else changed.push({ start: begins, end: Temporal.Instant.fromEpochMilliseconds(end), ...shown });
  }
  return changed;
}

/** Two gapless rows of stretches over the same time, cut wherever either has a boundary. */
function* sideBySide(was: readonly Stretch[], willBe: readonly Stretch[]) {
  for (let [i, j] = [0, 0]; i < was.length && j < willBe.length; ) {
    const [a, b] = [was[i]!, willBe[j]!];
    const [start, end] = [Math.max(a.start, b.start), Math.min(a.end, b.end)];
    yield { start, end, was: a.claim, willBe: b.claim };
    if (a.end === end) i++;
    if (b.end === end) j++;
  }
}

const shownBy = (claim: Claim, inputs: PresenceInputs): ShownPresence => ({
  status: claim.status,
  profile: profileOf(claim, inputs),
  forwarding: claim.forwarding,
  rule: claim.reason.rule ?? null,
});

/** What others see of it and what phones do; that another rule brings the same is no difference. */
const look = (...shown: ShownPresence[]) =>
  JSON.stringify(shown.map(({ status, profile, forwarding }) => [status, profile?.id, forwarding]));
