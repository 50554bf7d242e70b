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
import { statusOfAppointment } from './mapping.ts';
import { noForwarding, type Origin, origins, type Reason, type Segment, type Status } from './presence.ts';
import { type Look, lookOf, type ProfileOwner } from './profiles.ts';
import type { PresenceSettings } from './settings.ts';
import { endOfWorkingDay, outsideWorkingDays } from './working-day.ts';

/** All that a user's presence depends on. */
export interface PresenceInputs {
  timeZone: string;
  settings: PresenceSettings;
  profiles: ProfileOwner;
  claims: readonly StoredClaim[];
  /** Of all the user's calendars, copies merged; at least those that overlap the interval that is asked for and, for
   *  a choice that ends at the next boundary, those since it was made. */
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
  endRule: 'time' | 'nextBoundary' | 'untilChanged';
  /** Who made it, when it wasn't the user. */
  setBy?: string | null;
}

/** An origin's wish for the presence in [start, end). */
export interface Claim extends Look {
  origin: Origin;
  start: number;
  end: number;
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

/** Every claim that has a say somewhere in [from, to), with the ends of manual choices worked out. */
export function claimsOf(inputs: PresenceInputs, from: number, to: number): Claim[] {
  const appointments = inputs.appointments.flatMap((appointment) => claimOfAppointment(appointment, inputs) ?? []);
  return [
    ...inputs.claims.map((claim) => claimOfStored(claim, appointments, inputs)),
    ...appointments,
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
    .filter(({ start, end }) => start < end && start < to && end > from) // so much for inverted and zero-length ones
    .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const running: Claim[] = []; // the strongest last
  const stretches: Stretch[] = [];
  for (let at = from, next = 0; at < to; ) {
    for (let claim = coming[next]; claim && claim.start <= at; claim = coming[++next])
      running.splice(placeOf(claim, running), 0, claim);
    while (running.at(-1)!.end <= at) running.pop(); // never empty: the default doesn't end
    const claim = running.at(-1)!;
    const end = Math.min(claim.end, coming[next]?.start ?? Infinity, to);
    const before = stretches.at(-1);
    if (before?.claim === claim) before.end = end;
    else stretches.push({ start: at, end, claim });
    at = end;
  }
  return stretches;
}

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

function claimOfAppointment(appointment: PresenceAppointment, inputs: PresenceInputs): Claim | null {
  const status = statusOfAppointment(appointment, inputs.settings);
  const [start, end] = [appointment.start.epochMilliseconds, appointment.end.epochMilliseconds];
  if (status === null || start >= end) return null;
  const { uid, occurrence } = appointment;
  const when = { start, end, key: `${uid} ${occurrence}`, reason: { appointment: { uid, occurrence } } };
  return claimFor('appointment', status, when, inputs);
}

function claimOfStored(stored: StoredClaim, appointments: readonly Claim[], inputs: PresenceInputs): Claim {
  const end = stored.end ?? endByRule(stored, appointments, inputs);
  const reason = { claimId: stored.id, ...(stored.setBy && { setBy: stored.setBy }) };
  const when = { start: stored.start, end, key: String(stored.id), reason };
  const claim = claimFor(stored.origin, stored.status, when, inputs, stored.profileId);
  return stored.note === null ? claim : { ...claim, note: stored.note };
}

/**
 * When a claim ends that has no end of its own. A choice "until the next boundary" lasts until an appointment that
 * counts begins or ends after the choice was made; where none does that day, until the working day ends, so that an
 * afternoon's "do not disturb" doesn't keep the phone silent until the next morning's first meeting.
 */
function endByRule(stored: StoredClaim, appointments: readonly Claim[], { settings, timeZone }: PresenceInputs) {
  if (stored.endRule !== 'nextBoundary') return Infinity;
  let end = endOfWorkingDay(stored.start, settings.workingDay, timeZone);
  for (const appointment of appointments)
    for (const boundary of [appointment.start, appointment.end])
      if (boundary > stored.start && boundary < end) end = boundary;
  return end;
}

function claimsOfWorkingDay(inputs: PresenceInputs, from: number, to: number): Claim[] {
  const { outsideWorkingDay: status, workingDay } = inputs.settings;
  if (status === null) return [];
  return outsideWorkingDays(from, to, workingDay, inputs.timeZone).map(({ start, end }) =>
    claimFor('workingHours', status, { start, end, key: '', reason: {} }, inputs),
  );
}

/** A claim for a status, or for a certain profile, with what it comes to for this user. */
function claimFor(
  origin: Origin,
  status: Status,
  when: { start: number; end: number; key: string; reason: Omit<Reason, 'origin'> },
  { profiles, settings }: PresenceInputs,
  profileId: string | null = null,
): Claim {
  const look = lookOf({ profileId, status }, profiles);
  const reason: Reason = { origin, ...when.reason };
  const forwards = origin === 'manual' || settings.automaticForwarding.includes(look.status);
  if (!forwards) return { ...look, ...when, origin, reason, forwarding: noForwarding };
  if (look.forwardingProblem) reason.forwardingProblem = look.forwardingProblem;
  if (look.forwardingProblemSlot) reason.forwardingProblemSlot = look.forwardingProblemSlot;
  return { ...look, ...when, origin, reason };
}
