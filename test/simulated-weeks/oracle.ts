/**
 * What a user's presence must be at one instant, told a second time: from the words of the design alone, in the most
 * naive way. List every claim, keep those that run at that instant, sort by the written order, take the first. Shares
 * nothing with the product, not even its types. (What doesn't depend on the instant is remembered with the facts, and the
 * clock on the wall with the instant: Temporal is dear.)
 */
import type {
  AppointmentFacts,
  ClaimFacts,
  EffectFacts,
  Facts,
  ProfileFacts,
  RuleFacts,
  TargetFacts,
} from './facts.ts';

export interface Presence {
  status: string;
  note: string | null;
  /** By slot: a mode and where to, as "all 0170". */
  always: string;
  busy: string;
  unanswered: string;
  problem: string | null;
  origin: string;
  /** What won: an appointment's key, a claim's id, or ''. */
  winner: string;
}

interface Wish {
  origin: string;
  start: number;
  /** As it is meant: its length is measured by it. */
  end: number;
  /** It is over then. */
  over: number;
  status: string;
  profile: ProfileFacts | null;
  note: string | null;
  forwards: boolean;
  winner: string;
}

const originsByRank = ['call', 'manual', 'appointment', 'api', 'client', 'workingHours', 'default'];
const statusesByRank = [
  'outOfOffice',
  'doNotDisturb',
  'onThePhone',
  'appointment',
  'unavailable',
  'beRightBack',
  'available',
];

export function presenceAt(facts: Facts, instant: number): Presence {
  const wishes = [...lastingWishes(facts)];
  wishes.push(...wishNamed(facts, 'client', profileOfClients(facts, instant), [instant, instant + 1], ''));
  if (facts.outsideWorkingDay !== null && !isWorkingTime(facts, instant))
    wishes.push(...wishNamed(facts, 'workingHours', facts.outsideWorkingDay, [instant, instant + 1], ''));
  wishes.push(wishFor(facts, 'default', 'available', null, [-Infinity, Infinity], ''));
  const running = wishes.filter(({ start, over }) => start <= instant && instant < over);
  running.sort(
    (a, b) =>
      originsByRank.indexOf(a.origin) - originsByRank.indexOf(b.origin) ||
      statusesByRank.indexOf(a.status) - statusesByRank.indexOf(b.status) ||
      longerFirst(a, b) ||
      a.start - b.start ||
      (a.winner < b.winner ? -1 : 1),
  );
  return shown(running[0]!, facts);
}

function longerFirst(a: Wish, b: Wish): number {
  const [lengthOfA, lengthOfB] = [a.end - a.start, b.end - b.start];
  return lengthOfA === lengthOfB ? 0 : lengthOfA > lengthOfB ? -1 : 1;
}

/** Every instant from `from` to `to` at which the presence may change by itself, in order. */
export function boundaries(facts: Facts, from: number, to: number): number[] {
  const all = lastingWishes(facts).flatMap(({ start, over }) => [start, over]);
  all.push(...facts.clients.flatMap(({ since, until }) => [since, until]));
  if (facts.outsideWorkingDay !== null) all.push(...edgesOfWorkingDays(facts, from, to));
  return [...new Set(all)].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
}

// What claims there are.

const wishesKnown = new WeakMap<Facts, Wish[]>();
function lastingWishes(facts: Facts): Wish[] {
  const known = wishesKnown.get(facts) ?? [...wishesOfAppointments(facts), ...wishesOfClaims(facts)];
  wishesKnown.set(facts, known);
  return known;
}

function wishesOfAppointments(facts: Facts): Wish[] {
  return facts.appointments.flatMap((appointment) => {
    const { start, end, cancelled, uid, occurrence } = appointment;
    if (cancelled || end <= start) return [];
    const winner = `${uid} ${occurrence}`;
    const chosen =
      facts.choices.find((choice) => choice.uid === uid && choice.occurrence === occurrence) ??
      facts.choices.find((choice) => choice.uid === uid && choice.occurrence === null);
    const effect: EffectFacts | undefined =
      chosen?.effect ?? facts.rules.find((rule) => applies(rule, appointment, facts))?.effect;
    if (effect === 'ignore') return [];
    if (effect) {
      const span: Span = [start - effect.lead * 60_000, end + effect.lag * 60_000];
      const wishes = wishNamed(facts, 'appointment', effect.profile, span, winner);
      if (wishes.length > 0) return chosen ? wishes.map((wish) => ({ ...wish, forwards: true })) : wishes;
    }
    const status = usualStatus(appointment, facts);
    return status === null ? [] : [wishFor(facts, 'appointment', status, null, [start, end], winner)];
  });
}

function usualStatus({ response, allDay, showAs }: AppointmentFacts, facts: Facts): string | null {
  if (response === 'declined') return null;
  if (showAs === 'outOfOffice') return 'outOfOffice';
  if (allDay) return null;
  if (showAs === 'busy' || (showAs === 'tentative' && facts.tentativeCounts)) return 'appointment';
  return null;
}

function applies(rule: RuleFacts, appointment: AppointmentFacts, facts: Facts): boolean {
  const minutes = (appointment.end - appointment.start) / 60_000;
  const words = appointment.title.toLowerCase().split(/[^a-z0-9]+/);
  if (appointment.response === 'declined' && !rule.response?.includes('declined')) return false;
  if (rule.showAs && !rule.showAs.includes(appointment.showAs)) return false;
  if (rule.response && !rule.response.includes(appointment.response)) return false;
  if (rule.allDay !== undefined && rule.allDay !== appointment.allDay) return false;
  if (rule.sensitivity && !rule.sensitivity.includes(appointment.sensitivity)) return false;
  if (rule.word && !words.includes(rule.word.toLowerCase())) return false;
  if (rule.mark && !appointment.title.startsWith(rule.mark)) return false;
  if (rule.category && !appointment.categories.includes(rule.category)) return false;
  if (rule.organizer === 'me' && appointment.response !== 'organizer') return false;
  if (rule.organizer && rule.organizer !== 'me' && appointment.organizer !== rule.organizer) return false;
  if (rule.least !== undefined && appointment.attendees < rule.least) return false;
  if (rule.online !== undefined && rule.online !== appointment.online) return false;
  if (rule.minMinutes !== undefined && minutes < rule.minMinutes) return false;
  if (rule.maxMinutes !== undefined && minutes > rule.maxMinutes) return false;
  if (rule.workingHours) {
    let inside = false;
    for (let at = appointment.start; at < appointment.end && !inside; at += 300_000) inside = isWorkingTime(facts, at);
    if (inside !== (rule.workingHours === 'inside')) return false;
  }
  return true;
}

function wishesOfClaims(facts: Facts): Wish[] {
  return facts.claims.map((claim) => {
    const end = endOf(claim, facts);
    const wish = wishFor(facts, claim.origin, claim.status, claim.profileId, [claim.start, end], String(claim.id));
    return {
      ...wish,
      over: Math.min(end, claim.lease ?? Infinity),
      note: claim.note ?? wish.note,
      forwards: wish.forwards || claim.origin === 'manual',
    };
  });
}

/** When a claim ends, as the calendar stands: Infinity when it lasts until something is done. */
export function endOf(claim: ClaimFacts, facts: Facts): number {
  const { end, endRule, start } = claim;
  if (end !== null) return end;
  if (endRule === 'nextBoundary') {
    const ends = wishesOfAppointments(facts).flatMap((wish) => [wish.start, wish.end]);
    return Math.min(...[...ends, ...endsOfWorkingDays(facts, start)].filter((at) => at > start));
  }
  if (endRule !== 'appointmentEnd') return Infinity;
  const { uid, occurrence } = claim.appointment ?? {};
  const its = facts.appointments.find((one) => one.uid === uid && one.occurrence === occurrence);
  if (!its || its.cancelled || its.response === 'declined') return start;
  if (dateOf(its.start, facts) > dateOf(start, facts)) return start;
  return Math.max(start, its.end);
}

function profileOfClients({ clients, client }: Facts, instant: number): string | null {
  const running = clients.filter(({ since, until }) => since <= instant && instant < until).map(({ state }) => state);
  if (running.includes('active')) return client.active;
  if (running.includes('idle')) return client.idle;
  if (running.includes('locked')) return client.locked;
  return clients.some(({ since, until }) => since < until && until <= instant) ? client.ended : null;
}

// What a claim comes to.

type Span = readonly [start: number, end: number];

/** For a profile by key or name; none where the user has no such. */
function wishNamed(facts: Facts, origin: string, name: string | null, span: Span, winner: string): Wish[] {
  if (name === null) return [];
  const { profiles } = facts;
  const is = (own: boolean, by: 'key' | 'name') => (profile: ProfileFacts) =>
    profile.active && profile.own === own && profile[by]?.toLowerCase() === name.toLowerCase();
  const profile =
    profiles.find(is(true, 'key')) ??
    profiles.find(is(false, 'key')) ??
    profiles.find(is(true, 'name')) ??
    profiles.find(is(false, 'name'));
  if (profile) return [wishFor(facts, origin, profile.status, profile.id, span, winner)];
  return statusesByRank.includes(name) ? [wishFor(facts, origin, name, null, span, winner)] : [];
}

function wishFor(
  { profiles, automaticForwarding }: Facts,
  origin: string,
  asked: string,
  profileId: string | null,
  [start, end]: Span,
  winner: string,
): Wish {
  const chosen = profiles.find(({ id, active }) => id === profileId && active);
  const profile = chosen ?? profiles.find(({ key, active }) => key === asked && active) ?? null;
  const status = profile?.status ?? asked;
  const forwards = automaticForwarding.includes(status);
  return { origin, start, end, over: end, winner, profile, status, note: profile?.note ?? null, forwards };
}

function shown({ status, profile, note, origin, winner, forwards }: Wish, facts: Facts): Presence {
  const problems: string[] = [];
  const to = (target: TargetFacts | null, mode: string): string => {
    const found = numberOf(target, facts);
    if ('number' in found) return `${mode} ${found.number}`;
    problems.push(found.problem);
    return 'off';
  };
  let [always, busy, unanswered] = ['off', 'off', 'off'];
  if (profile && forwards) {
    if (profile.mode === 'doNotDisturb') always = 'doNotDisturb';
    else if (profile.mode !== 'off') always = to(profile.target, profile.mode);
    if (profile.busy) busy = to(profile.busy, 'all');
    if (profile.unanswered) unanswered = to(profile.unanswered, 'all');
  }
  return { status, note, always, busy, unanswered, problem: problems[0] ?? null, origin, winner };
}

function numberOf(target: TargetFacts | null, { reach }: Facts): { number: string } | { problem: string } {
  if (target === null) return { problem: 'noTarget' };
  if (target === 'voicemail') return { number: target };
  let number: string | null = null;
  let problem = 'noTarget';
  if (target === 'mobile') [number, problem] = [reach.mobile, 'noMobileNumber'];
  if (target === 'team') [number, problem] = [reach.team, 'noTeamNumber'];
  if (target.startsWith('number ')) number = target.slice('number '.length);
  if (target === 'deputy' || target === 'assistant') {
    const person = reach[target];
    if (!person) return { problem: target === 'deputy' ? 'noDeputy' : 'noAssistant' };
    problem = target === 'deputy' ? 'deputyUnreachable' : 'assistantUnreachable';
    // The same number on each of the user's own phone systems, else the mobile.
    const systems = reach.extensions.map(({ system }) => system);
    const common = person.extensions.filter((theirs) =>
      systems.every((system) =>
        person.extensions.some((other) => other.system === system && other.number === theirs.number),
      ),
    );
    number = (systems.length > 0 ? common[0]?.number : null) ?? person.mobile;
  }
  if (number === null) return { problem };
  if (reach.forbidden.includes(number)) return { problem: 'numberForbidden' };
  if (reach.extensions.some((own) => own.number === number)) return { problem: 'ownExtension' };
  return { number };
}

// On the wall of the user's zone.

const zoned = (instant: number, { timeZone }: Facts) =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
const dateOf = (instant: number, facts: Facts) => zoned(instant, facts).toPlainDate().toString();

const workingTimes = new WeakMap<Facts['workingDay'], Map<string, boolean>>();
function isWorkingTime(facts: Facts, instant: number): boolean {
  const times = workingTimes.get(facts.workingDay) ?? new Map<string, boolean>();
  workingTimes.set(facts.workingDay, times);
  const key = `${facts.timeZone} ${instant}`;
  const known = times.get(key) ?? wallSaysWorkingTime(facts, instant);
  times.set(key, known);
  return known;
}
function wallSaysWorkingTime(facts: Facts, instant: number): boolean {
  const { start, end, days } = facts.workingDay;
  const local = zoned(instant, facts);
  const time = local.toPlainTime().toString().slice(0, 5);
  const today = local.dayOfWeek;
  const yesterday = today === 1 ? 7 : today - 1;
  if (start < end) return days.includes(today) && start <= time && time < end;
  return (days.includes(today) && start <= time) || (days.includes(yesterday) && time < end);
}

/** Nine days hold at least one. */
function endsOfWorkingDays(facts: Facts, after: number): number[] {
  const { start, end, days } = facts.workingDay;
  const first = zoned(after, facts).toPlainDate();
  const ends: number[] = [];
  for (let day = -1; day <= 9; day++) {
    const date = first.add({ days: day });
    if (days.includes(date.dayOfWeek)) ends.push(onWall(end > start ? date : date.add({ days: 1 }), end, facts));
  }
  return ends;
}

function edgesOfWorkingDays(facts: Facts, from: number, to: number): number[] {
  const edges: number[] = [];
  let date = zoned(from, facts).toPlainDate();
  for (let at = from; at <= to; date = date.add({ days: 1 })) {
    at = onWall(date, '00:00', facts);
    edges.push(onWall(date, facts.workingDay.start, facts), onWall(date, facts.workingDay.end, facts));
  }
  return edges;
}

const onWall = (date: Temporal.PlainDate, time: string, { timeZone }: Facts) =>
  date.toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from(time) }).epochMilliseconds;
