/** What rules make of appointments, and what others would make of them. Pure. */
import type { Interval } from '../../agenda/appointment.ts';
import type { PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import type { Forwarding, Profile, RuleReason, Status } from '../presence.ts';
import { claimOfAppointment, type PresenceInputs } from '../timeline.ts';
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
  const { own, central } = inputs.profiles;
  const profile = own.byId.get(claim.profileId ?? '') ?? central.byId.get(claim.profileId ?? '');
  return {
    presence: {
      status: claim.status,
      profile: profile ? { id: profile.id, name: profile.name } : null,
      forwarding: claim.forwarding,
      start: Temporal.Instant.fromEpochMilliseconds(claim.start),
      end: Temporal.Instant.fromEpochMilliseconds(claim.end),
    },
    rule: claim.reason.rule ?? null,
  };
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
