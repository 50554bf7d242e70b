/**
 * Presence told once more, slowly and from the other side: at ONE instant after another, what do the rules say? Written from the text
 * of the rules alone, to be compared with timeline.ts; shares nothing with it but types. Never used by the product.
 */
import type { Person } from './forwarding-target.ts';
import type { ForwardingTarget, Origin, Profile, Status } from './presence.ts';
import type { PresenceInputs, StoredClaim } from './timeline.ts';

export interface Answer {
  status: Status;
  note: string | null;
  mode: string;
  target: string | null;
  busy: string | null;
  unanswered: string | null;
  problem: string | null;
  origin: Origin;
  /** What won: an appointment's key, a claim's id, or the origin. */
  winner: string;
}

interface Wish {
  origin: Origin;
  begin: number;
  finish: number;
  /** The finish that was meant, where a lease ends it before; its length is measured by that. */
  meant?: number;
  status: Status;
  profile: Profile | undefined;
  note: string | null;
  winner: string;
}

const strengthOfOrigin = new Map<Origin, number>(
  (['default', 'workingHours', 'client', 'api', 'appointment', 'manual', 'call'] as const).map((o, i) => [o, i]),
);
const strengthOfStatus = new Map<Status, number>([
  ['available', 1],
  ['beRightBack', 2],
  ['unavailable', 3],
  ['appointment', 4],
  ['onThePhone', 5],
  ['doNotDisturb', 6],
  ['outOfOffice', 7],
]);

/**
 * What the rules say at `from` and at every tick after it until `to`.
 * @param tick the step in milliseconds that all instants and the working day are multiples of.
 */
export function presenceThrough(inputs: PresenceInputs, from: number, to: number, tick: number): Answer[] {
  const meetings = wishesOfAppointments(inputs);
  const wishes: Wish[] = [...meetings];
  for (const claim of inputs.claims) {
    const chosen = allProfiles(inputs).find((p) => p.id === claim.profileId && p.active);
    const profile = chosen ?? standardProfile(inputs, claim.status);
    wishes.push({
      origin: claim.origin,
      begin: claim.start,
      finish: finishOf(claim, meetings, inputs, tick),
      meant: meantFinishOf(claim, meetings, inputs, tick),
      status: profile ? profile.status : claim.status,
      profile,
      note: claim.note,
      winner: `claim ${claim.id}`,
    });
  }
  const answers: Answer[] = [];
  for (let instant = from; instant < to; instant += tick) answers.push(presenceAt(inputs, wishes, instant));
  return answers;
}

function presenceAt(inputs: PresenceInputs, lasting: readonly Wish[], instant: number): Answer {
  const wishes = [...lasting];
  if (inputs.settings.outsideWorkingDay !== null && !isWorkingTime(inputs, instant)) {
    const named = wishNamed(inputs, inputs.settings.outsideWorkingDay);
    if (named)
      wishes.push({ ...named, origin: 'workingHours', begin: instant, finish: instant + 1, winner: 'workingHours' });
  }
  const state = stateOfClients(inputs, instant);
  const { onStart, onInactive, onLocked, onEnd } = inputs.settings.client;
  const followed = state && { active: onStart, idle: onInactive.profile, locked: onLocked, ended: onEnd }[state];
  const named = followed ? wishNamed(inputs, followed) : null;
  if (named)
    wishes.push({ ...named, origin: 'client', begin: instant, finish: instant + 1, winner: `client ${state}` });

  const running = wishes.filter((w) => w.begin <= instant && instant < w.finish);
  if (running.length === 0) {
    const profile = standardProfile(inputs, 'available');
    running.push({
      origin: 'default',
      begin: instant,
      finish: instant + 1,
      status: profile ? profile.status : 'available',
      profile,
      note: null,
      winner: 'default',
    });
  }
  // Weed out by one rule after the other until one is left.
  let left = keepGreatest(running, (w) => strengthOfOrigin.get(w.origin)!);
  left = keepGreatest(left, (w) => strengthOfStatus.get(w.status)!);
  left = keepGreatest(left, (w) => (w.meant ?? w.finish) - w.begin);
  left = keepGreatest(left, (w) => -w.begin);
  left.sort((a, b) => (a.winner < b.winner ? -1 : 1));
  return answer(left[0]!, inputs);
}

function keepGreatest(wishes: Wish[], measure: (wish: Wish) => number): Wish[] {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const wish of wishes) greatest = Math.max(greatest, measure(wish));
  return wishes.filter((wish) => measure(wish) === greatest);
}

function wishesOfAppointments(inputs: PresenceInputs): Wish[] {
  const wishes: Wish[] = [];
  for (const appointment of inputs.appointments) {
    const begin = Number(appointment.start.epochNanoseconds / 1_000_000n);
    const finish = Number(appointment.end.epochNanoseconds / 1_000_000n);
    if (finish <= begin) continue;
    if (appointment.cancelled) continue;
    if (appointment.response === 'declined') continue;
    let status: Status | undefined;
    if (appointment.showAs === 'outOfOffice') status = 'outOfOffice';
    if (appointment.showAs === 'busy' && !appointment.allDay) status = 'appointment';
    if (appointment.showAs === 'tentative' && !appointment.allDay && inputs.settings.tentativeCounts)
      status = 'appointment';
    if (status === undefined) continue;
    const profile = standardProfile(inputs, status);
    const winner = `${appointment.uid} ${appointment.occurrence}`;
    wishes.push({
      origin: 'appointment',
      begin,
      finish,
      status: profile ? profile.status : status,
      profile,
      note: null,
      winner,
    });
  }
  return wishes;
}

/** Somebody at any computer is there; else an unlocked screen; else a locked one; after the last word of all: gone. */
function stateOfClients({ clients = [] }: PresenceInputs, instant: number) {
  const spoken = clients.filter(({ since, until }) => since <= instant && since < until);
  if (spoken.length === 0) return null;
  const alive = spoken.filter(({ until }) => instant < until).map(({ state }) => state);
  if (alive.includes('active')) return 'active';
  if (alive.includes('idle')) return 'idle';
  return alive.includes('locked') ? 'locked' : 'ended';
}

/** Own keys, central keys, own names, central names; a key that nobody has in force is a bare status. */
function wishNamed(inputs: PresenceInputs, wanted: string): Pick<Wish, 'status' | 'profile' | 'note'> | null {
  const active = (of: 'own' | 'central') => [...inputs.profiles[of].byId.values()].filter((profile) => profile.active);
  const isCalled = ({ name }: Profile) => name.toLowerCase() === wanted.toLowerCase();
  const profile =
    active('own').find(({ key }) => key === wanted) ??
    active('central').find(({ key }) => key === wanted) ??
    active('own').findLast(isCalled) ??
    active('central').findLast(isCalled);
  if (profile) return { status: profile.status, profile, note: null };
  return strengthOfStatus.has(wanted as Status) ? { status: wanted as Status, profile: undefined, note: null } : null;
}

function finishOf(claim: StoredClaim, meetings: Wish[], inputs: PresenceInputs, tick: number): number {
  const finish = meantFinishOf(claim, meetings, inputs, tick);
  return claim.lease === undefined ? finish : Math.min(finish, claim.lease);
}

function meantFinishOf(claim: StoredClaim, meetings: Wish[], inputs: PresenceInputs, tick: number): number {
  if (claim.end !== null) return claim.end;
  if (claim.endRule === 'appointmentEnd') {
    const held = inputs.appointments.filter(
      ({ uid, occurrence, cancelled, response }) =>
        uid === claim.appointment?.uid &&
        occurrence === claim.appointment.occurrence &&
        !cancelled &&
        response !== 'declined',
    );
    const dateOf = (at: Temporal.Instant) => at.toZonedDateTimeISO(inputs.timeZone).toPlainDate().toString();
    const today = dateOf(Temporal.Instant.fromEpochMilliseconds(claim.start));
    return held.find(({ start }) => dateOf(start) <= today)?.end.epochMilliseconds ?? claim.start;
  }
  if (claim.endRule !== 'nextBoundary') return Number.POSITIVE_INFINITY;
  for (let at = claim.start + tick; ; at += tick) {
    if (meetings.some((meeting) => meeting.begin === at || meeting.finish === at)) return at;
    if (isWorkingTime(inputs, at - tick) && !isWorkingTime(inputs, at)) return at;
    if (endsShift(inputs, at)) return at;
  }
}

function isWorkingTime({ settings: { workingDay }, timeZone }: PresenceInputs, instant: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
  const time = local.toPlainTime().toString().slice(0, 5);
  const today = local.dayOfWeek;
  const yesterday = today === 1 ? 7 : today - 1;
  if (workingDay.start < workingDay.end)
    return workingDay.days.includes(today) && time >= workingDay.start && time < workingDay.end;
  if (workingDay.days.includes(today) && time >= workingDay.start) return true;
  return workingDay.days.includes(yesterday) && time < workingDay.end;
}

/** A shift may end where the next one begins at once; that is an end too. */
function endsShift({ settings: { workingDay }, timeZone }: PresenceInputs, instant: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
  if (local.toPlainTime().toString().slice(0, 5) !== workingDay.end) return false;
  const night = workingDay.end <= workingDay.start;
  const started = night ? local.toPlainDate().subtract({ days: 1 }) : local.toPlainDate();
  return workingDay.days.includes(started.dayOfWeek);
}

function allProfiles(inputs: PresenceInputs): Profile[] {
  return [...inputs.profiles.own.byId.values(), ...inputs.profiles.central.byId.values()];
}

function standardProfile(inputs: PresenceInputs, status: Status): Profile | undefined {
  return allProfiles(inputs).find((profile) => profile.key === status && profile.active);
}

function answer(wish: Wish, inputs: PresenceInputs): Answer {
  const result: Answer = {
    status: wish.status,
    note: wish.note ?? wish.profile?.note ?? null,
    mode: 'off',
    target: null,
    busy: null,
    unanswered: null,
    problem: null,
    origin: wish.origin,
    winner: wish.winner,
  };
  const wanted = wish.profile?.forwarding;
  if (!wanted) return result;
  if (wish.origin !== 'manual' && !inputs.settings.automaticForwarding.includes(wish.status)) return result;
  if (wanted.mode === 'doNotDisturb') result.mode = 'doNotDisturb';
  else if (wanted.mode !== 'off') {
    const all = reached(wanted.target, inputs);
    if (all.problem) result.problem = all.problem;
    else [result.mode, result.target] = [wanted.mode, all.number];
  }
  for (const slot of ['busy', 'unanswered'] as const) {
    if (wanted[slot] === null) continue;
    const { number, problem } = reached(wanted[slot], inputs);
    if (problem) result.problem ??= `${problem} (${slot})`;
    else result[slot] = number;
  }
  return result;
}

/** The number behind a target, or what is wrong with it. */
function reached(target: ForwardingTarget | null, inputs: PresenceInputs) {
  const { targets } = inputs.profiles;
  let number: string | null = null;
  let problem = 'noTarget';
  if (target?.kind === 'voicemail') number = 'voicemail';
  if (target?.kind === 'number') number = target.number;
  if (target?.kind === 'predefined') number = targets.predefined.get(target.targetId) ?? null;
  if (target?.kind === 'mobile') [number, problem] = [targets.mobileNumber, 'noMobileNumber'];
  if (target?.kind === 'team') [number, problem] = [targets.team?.number ?? null, 'noTeamNumber'];
  if (target?.kind === 'deputy')
    [number, problem] = targets.deputy
      ? [numberOf(targets.deputy, targets.extensions), 'deputyUnreachable']
      : [null, 'noDeputy'];
  if (target?.kind === 'assistant')
    [number, problem] = targets.assistant
      ? [numberOf(targets.assistant, targets.extensions), 'assistantUnreachable']
      : [null, 'noAssistant'];
  if (number === null) return { number, problem };
  if (number !== 'voicemail' && targets.dialling.read(number).dialled === null)
    return { number: null, problem: 'numberForbidden' };
  if (targets.extensions.some((own) => own.number === number)) return { number: null, problem: 'ownExtension' };
  return { number, problem: null };
}

/** A number by which all phone systems of the caller's know the other, else the mobile. */
function numberOf(other: Person, own: Person['extensions']): string | null {
  if (own.length === 0) return other.mobileNumber;
  let common = other.extensions.map((extension) => extension.number);
  for (const system of new Set(own.map((extension) => extension.phoneSystemId)))
    common = common.filter((number) =>
      other.extensions.some((theirs) => theirs.phoneSystemId === system && theirs.number === number),
    );
  return common[0] ?? other.mobileNumber;
}
