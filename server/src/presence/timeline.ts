/**
 * What a user's presence is, was and will be: a pure function of what is claimed about it.
 *
 * Everything that has an opinion about a user's presence makes a CLAIM: a call, the user's own choice, an appointment,
 * a program, the working day, and at the very bottom the default "available", which has no beginning and no end. A claim
 * says which status, note and call forwarding it wants, and from when until when. At every instant the STRONGEST claim
 * that is running is the presence, whole: its status, its note, its forwarding. Nothing else decides anything.
 *
 * So nothing is ever stashed and restored. When a meeting ends, what lies under it shows again, be it a longer meeting,
 * the user's own choice or the default; a call that interrupts a meeting gives it back by ending; two meetings in a row
 * touch without a gap, and where both forward alike the phone notices nothing.
 *
 * Instants are epoch milliseconds in here, intervals half-open, Infinity an open end.
 */
import type { Interval } from '../agenda/appointment.ts';
import type { PresenceAppointment } from '../agenda/presence-appointments.queries.ts';
import { type EndRule, endByRule } from './claim-ends.ts';
import { type ClientReport, clientStretches, profileOfClientState } from './clients.ts';
import { statusOfAppointment } from './mapping.ts';
import { noForwarding, type Origin, origins, type Reason, type Segment, type Status, statuses } from './presence.ts';
import { type Look, lookOf, type ProfileOwner, profileNamed } from './profiles.ts';
import { decisionOn, type RuleInputs } from './rules/deciding.ts';
import { reachOf } from './rules/matching.ts';
import { outsideWorkingDays } from './working-day.ts';

/** All that a user's presence depends on. */
export interface PresenceInputs extends RuleInputs {
  profiles: ProfileOwner;
  claims: readonly StoredClaim[];
  /** What the user's clients said last; needed only where the settings heed them. */
  clients?: readonly ClientReport[];
  /** Of all the user's calendars, copies merged; at least those that overlap the interval that is asked for, longer
   *  by the leads and lags in force, and for a choice that ends with the calendar those since it was made. */
  appointments: readonly PresenceAppointment[];
}

/** A wish of anything but an appointment. `end` null: it ends by `endRule`, or it did not end yet. */
export interface StoredClaim {
  id: number;
  origin: Exclude<Origin, 'appointment' | 'default'>;
  profileId: string | null;
  status: Status;
  note: string | null;
  start: number;
  end: number | null;
  endRule: EndRule;
  /** It ends then, whatever its end says, unless its program renews it. */
  lease?: number;
  /** Whose end is the claim's (endRule appointmentEnd), by its meeting key. */
  appointment?: { uid: string; occurrence: string } | null;
  /** Who made it, when it wasn't the user. */
  setBy?: string | null;
  /** The name under which a program made it (origin api). */
  program?: string;
}

/** An origin's wish for the presence in [start, end). */
export interface Claim extends Look {
  origin: Origin;
  start: number;
  /** As it is meant, which is what its length is measured by: renewing a lease makes nothing stronger. */
  end: number;
  /** It is over then at the latest. */
  lease?: number;
  /** Of an appointment: its own end, without what a rule adds after it. */
  appointmentEnd?: number;
  reason: Reason;
  /** Decides between claims that are equal in everything that matters, the same way every time. */
  key: string;
}

/** A stretch of time with the claim that is strongest throughout. */
export interface Stretch {
  start: number;
  end: number;
  claim: Claim;
}

/**
 * The user's presence over the interval: segments in order, without gaps or overlaps, from its beginning to its end,
 * each with what it shows, what the phone does, and why. An empty or inverted interval has none.
 * @throws RangeError when the user's time zone is unknown.
 */
export function timeline(inputs: PresenceInputs, interval: Interval): Segment[] {
  const [from, to] = [interval.from.epochMilliseconds, interval.to.epochMilliseconds];
  return strongestOverTime(claimsOf(inputs, from, to), from, to).map(({ start, end, claim }) => ({
    start: Temporal.Instant.fromEpochMilliseconds(start),
    end: Temporal.Instant.fromEpochMilliseconds(end),
    status: claim.status,
    profileId: claim.profileId,
    note: claim.note,
    forwarding: claim.forwarding,
    reason: claim.reason,
  }));
}

/** The inputs as they will be if every lease that runs at the instant is renewed for good, which is what people are told. */
export function asExpected(inputs: PresenceInputs, at: number): PresenceInputs {
  return {
    ...inputs,
    claims: inputs.claims.map(({ lease, ...claim }) =>
      lease === undefined || lease > at ? claim : { ...claim, lease },
    ),
    clients: inputs.clients?.map((report) => (report.until > at ? { ...report, until: Infinity } : report)) ?? [],
  };
}

export const hasLeases = ({ claims, clients }: PresenceInputs): boolean =>
  (clients?.length ?? 0) > 0 || claims.some(({ lease }) => lease !== undefined);

/** Every claim that has a say somewhere in [from, to), with the ends of manual choices worked out. */
export function claimsOf(
  inputs: PresenceInputs,
  from: number,
  to: number,
  appointments: readonly Claim[] = claimsOfAppointments(inputs.appointments, inputs),
): Claim[] {
  return [
    ...inputs.claims.map((claim) => claimOfStored(claim, appointments, inputs)),
    ...appointments,
    ...claimsOfClients(inputs),
    ...claimsOfWorkingDay(inputs, from, to),
    claimFor('default', 'available', { start: -Infinity, end: Infinity, key: '', reason: {} }, inputs),
  ];
}

/**
 * Which claim is the strongest, over time. One walk from boundary to boundary: claims that begin are put in their
 * place among the running ones, those that have ended are dropped when they come to the top. n log n in the claims.
 */
export function strongestOverTime(claims: readonly Claim[], from: number, to: number): Stretch[] {
  const coming = claims
    .filter((claim) => claim.start < overAt(claim) && claim.start < to && overAt(claim) > from) // so much for inverted and zero-length ones
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const running: Claim[] = []; // the strongest last
  const stretches: Stretch[] = [];
  for (let at = from, next = 0; at < to; ) {
    for (let claim = coming[next]; claim && claim.start <= at; claim = coming[++next])
      running.splice(placeOf(claim, running), 0, claim);
    while (overAt(running.at(-1)!) <= at) running.pop(); // never empty: the default doesn't end
    const claim = running.at(-1)!;
    const end = Math.min(overAt(claim), coming[next]?.start ?? Infinity, to);
    const before = stretches.at(-1);
    if (before?.claim === claim) before.end = end;
    else stretches.push({ start: at, end, claim });
    at = end;
  }
  return stretches;
}

export const overAt = ({ end, lease }: Claim): number => (lease === undefined ? end : Math.min(end, lease));

/** Where a claim belongs among claims in ascending strength. */
function placeOf(claim: Claim, ascending: readonly Claim[]): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isStronger(claim, ascending[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The order of strength. First the origin: a call over a manual choice over an appointment, and so on down. Within an
 * origin the status that asks for the most consideration; then the longer claim, so that a short meeting inside a long
 * one doesn't cut it; then the one that began earlier.
 */
export function isStronger(a: Claim, b: Claim): boolean {
  if (a.origin !== b.origin) return origins.indexOf(a.origin) < origins.indexOf(b.origin);
  if (a.status !== b.status) return statusOrder.indexOf(a.status) < statusOrder.indexOf(b.status);
  const [lengthOfA, lengthOfB] = [a.end - a.start, b.end - b.start];
  if (lengthOfA !== lengthOfB) return lengthOfA > lengthOfB;
  if (a.start !== b.start) return a.start < b.start;
  return a.key < b.key;
}

/** The strongest first. */
export const statusOrder: readonly Status[] = [
  'outOfOffice',
  'doNotDisturb',
  'onThePhone',
  'appointment',
  'unavailable',
  'beRightBack',
  'available',
];

export const claimsOfAppointments = (
  appointments: readonly PresenceAppointment[],
  inputs: PresenceInputs,
): readonly Claim[] => appointments.flatMap((appointment) => claimOfAppointment(appointment, inputs) ?? []);

/**
 * What an appointment claims, by the choice or the rule that decides over it, else by the default mapping; null:
 * nothing. With the rule's lead and lag it begins before and ends after the appointment. Where the user has no profile of
 * the name that the rule gives, the default mapping decides after all, and the reason says so.
 */
export function claimOfAppointment(appointment: PresenceAppointment, inputs: PresenceInputs): Claim | null {
  const { uid, occurrence, cancelled } = appointment;
  const [start, end] = [appointment.start.epochMilliseconds, appointment.end.epochMilliseconds];
  if (start >= end || cancelled) return null;
  const [key, reason] = [`${uid} ${occurrence}`, { appointment: { uid, occurrence } }];
  const its = { appointmentEnd: end, key };
  const decision = decisionOn(appointment, inputs);
  if (decision !== null) {
    const { from, name, effect } = decision;
    if ('ignore' in effect) return null;
    const { lead, lag } = reachOf(effect);
    const when = { start: start - lead, end: end + lag, ...its, reason: { ...reason, rule: { from, name } } };
    const claim = claimNamed('appointment', effect.profile, when, inputs, from === 'choice');
    if (claim !== null) return claim;
    Object.assign(reason, { rule: { from, name, profileMissing: true } });
  }
  const status = statusOfAppointment(appointment, inputs.settings);
  return status && claimFor('appointment', status, { start, end, ...its, reason }, inputs);
}

function claimOfStored(stored: StoredClaim, appointments: readonly Claim[], inputs: PresenceInputs): Claim {
  const end = stored.end ?? endByRule(stored, appointments, inputs);
  const { setBy, program } = stored;
  const reason = { claimId: stored.id, ...(setBy && { setBy }), ...(program !== undefined && { program }) };
  const { start, lease } = stored;
  const when = { start, end, ...(lease !== undefined && { lease }), key: String(stored.id), reason };
  const claim = claimFor(stored.origin, stored.status, when, inputs, stored.profileId);
  return stored.note === null ? claim : { ...claim, note: stored.note };
}

/** What the group lets follow from the user's clients. One that is closed asks until one is opened again. */
function claimsOfClients(inputs: PresenceInputs): Claim[] {
  if (!inputs.clients?.length) return [];
  return clientStretches(inputs.clients).flatMap(({ state, start, end }) => {
    const profile = profileOfClientState(state, inputs.settings.client);
    const when = { start, end, key: state, reason: { client: state } };
    return (profile !== null && claimNamed('client', profile, when, inputs)) || [];
  });
}

function claimsOfWorkingDay(inputs: PresenceInputs, from: number, to: number): Claim[] {
  const { outsideWorkingDay: profile, workingDay } = inputs.settings;
  if (profile === null) return [];
  return outsideWorkingDays(from, to, workingDay, inputs.timeZone).flatMap(
    ({ start, end }) => claimNamed('workingHours', profile, { start, end, key: '', reason: {} }, inputs) ?? [],
  );
}

interface When {
  start: number;
  end: number;
  lease?: number;
  appointmentEnd?: number;
  key: string;
  reason: Omit<Reason, 'origin'>;
}

/**
 * A claim for the profile that a setting names by key or name. A key is a status too: without a profile in force it is the
 * bare status. null: the user has no profile of that name, and nothing is claimed.
 */
export function claimNamed(
  origin: Origin,
  keyOrName: string,
  when: When,
  inputs: PresenceInputs,
  byHand = false,
): Claim | null {
  const profile = profileNamed(keyOrName, inputs.profiles);
  if (profile) return claimFor(origin, profile.status, when, inputs, profile.id, byHand);
  const status = statuses.find((one) => one === keyOrName);
  return status === undefined ? null : claimFor(origin, status, when, inputs, null, byHand);
}

/** A claim for a status, or for a certain profile, with what it comes to for this user. @param byHand whether its forwarding always comes. */
function claimFor(
  origin: Origin,
  status: Status,
  when: When,
  { profiles, settings }: PresenceInputs,
  profileId: string | null = null,
  byHand = origin === 'manual',
): Claim {
  const look = lookOf({ profileId, status }, profiles);
  const reason: Reason = { origin, ...when.reason };
  const forwards = byHand || settings.automaticForwarding.includes(look.status);
  if (!forwards) return { ...look, ...when, origin, reason, forwarding: noForwarding };
  if (look.forwardingProblem) reason.forwardingProblem = look.forwardingProblem;
  if (look.forwardingProblemSlot) reason.forwardingProblemSlot = look.forwardingProblemSlot;
  return { ...look, ...when, origin, reason };
}
