/**
 * What must hold while a story is played.
 *
 * 1. Effective presence equals the oracle's, a second after it changes, wherever a server is there to make it true; and
 *    so does the timeline that people are shown, for the days around.
 * 2. When everything has been reachable for one reconcile period, and the writing: no forwarding of ours stands that no
 *    claim wants; every one that is wanted stands, unless the system can't do it, it would close a loop, or its user has
 *    changed it by hand since.
 * 3. Where nothing is wanted, what the user has set stands (own-settings.ts).
 * 4. Phones that are observed, or paused and left as they are, are never written to.
 * 5. Our own value is never saved as the user's.
 * 6. Of what is given back nothing is wanted: 2 and 3 say the rest.
 * 7. Whoever writes to a system has its lease.
 */
import type { Plan } from '../../server/src/presence/plan.ts';
import { type Segment, slotOf } from '../../server/src/presence/presence.ts';
import { timeline } from '../../server/src/presence/timeline.ts';
import type { Facts } from './facts.ts';
import { factsOf, type Person } from './office.ts';
import { boundaries, type Presence, presenceAt } from './oracle.ts';
import { choiceEnded } from './people.ts';
import { PhoneChecks, words } from './phone-checks.ts';
import { pollMs } from './server.ts';
import { day } from './settings.ts';
import type { World } from './world.ts';

/** After this, presence is as the oracle says. Milliseconds. */
const activationTakes = 1_000;

interface Watched {
  person: Person;
  facts: Facts;
  presence: Presence;
  /** Since when the oracle says so. */
  since: number;
  cancel: () => void;
}

export class Checks {
  #world: World;
  #people = new Map<string, Watched>();
  /** Those of the phones. */
  readonly phones: PhoneChecks;
  /** Since when some server runs and none is stopped. */
  #serversSince = 0;
  notToldAt = -Infinity;

  constructor(world: World) {
    this.#world = world;
    this.phones = new PhoneChecks(world, this);
  }
  get #now(): number {
    return this.#world.clock.now;
  }

  begin(): void {
    const { office } = this.#world;
    for (const person of office.people.values()) {
      this.phones.watch(person);
      const facts = factsOf(office, person);
      const presence = presenceAt(facts, this.#now);
      const watched: Watched = { person, facts, presence, since: this.#now, cancel: () => {} };
      this.#people.set(person.id, watched);
      this.#oracle(watched);
    }
  }
  activated(plans: readonly Plan[]): void {
    const { office, database } = this.#world;
    for (const plan of plans) {
      const person = office.people.get(plan.userId)!;
      const current = plan.settingsRevision === database.settingsRevision;
      for (const { id, end } of plan.endedClaims) choiceEnded(this.#world, person, id, end, current);
      // A choice whose end is written down changes nothing: it has ended.
      if (plan.endedClaims.length > 0) this.inputsChanged([person.id]);
      this.#world.say(
        () => `  ${plan.userId} is ${plan.status} by ${plan.reason.origin}, ${JSON.stringify(plan.forwarding)}`,
      );
    }
  }
  /** @param users none: of all. */
  inputsChanged(users: readonly string[]): void {
    for (const [id, watched] of this.#people)
      if (users.length === 0 || users.includes(id)) {
        watched.facts = factsOf(this.#world.office, watched.person);
        this.#oracle(watched);
        if (this.#world.fortune.happens(`ahead of ${id}`, 0.1)) this.#lookAhead(watched);
      }
  }
  serversChanged(): void {
    this.#serversSince = this.#now;
    this.phones.everythingLater();
  }
  notTold(): void {
    this.notToldAt = this.#now;
    this.phones.everythingLater();
  }

  /** Asks the oracle, now and again when the presence may change by itself. */
  #oracle(watched: Watched): void {
    const { clock } = this.#world;
    const presence = presenceAt(watched.facts, this.#now);
    if (!alike(presence, watched.presence)) {
      watched.presence = presence;
      watched.since = this.#now;
      clock.at(this.#now + activationTakes + 1, () => this.#lookAtPresence(watched));
      clock.at(this.#now + pollMs + activationTakes + 1, () => this.#lookAtPresence(watched));
    }
    this.phones.want(watched.person, watched.presence);
    watched.cancel();
    const [next = this.#now + 2 * day] = boundaries(watched.facts, this.#now + 1, this.#now + 2 * day);
    watched.cancel = clock.at(next, () => this.#oracle(watched));
  }
  // What must hold.

  look(): void {
    for (const watched of this.#people.values()) this.#lookAtPresence(watched);
    for (const system of this.#world.phones.keys()) this.phones.look(system);
  }

  #lookAtPresence(watched: Watched): void {
    const { database } = this.#world;
    const told = this.#now - this.notToldAt > pollMs + activationTakes ? 0 : pollMs;
    if (this.#now - Math.max(watched.since, this.okSince()) < activationTakes + told) return;
    const state = database.states.get(watched.person.id)!;
    const is = presenceOf(state);
    if (!alike(is, watched.presence))
      throw new Error(`${watched.person.id} is ${JSON.stringify(is)}, must be ${JSON.stringify(watched.presence)}.`);
  }
  /** The timeline says for every other time what the oracle says then: no gaps, and nothing between its segments. */
  #lookAhead({ person, facts }: Watched): void {
    const from = this.#now - day;
    const to = this.#now + 5 * day;
    const [first, last] = [from, to].map((at) => Temporal.Instant.fromEpochMilliseconds(at));
    const segments = timeline(this.#world.inputsOf(person.id), { from: first!, to: last! });
    const at = ({ epochMilliseconds }: Temporal.Instant) => epochMilliseconds;
    const instants = [...boundaries(facts, from, to - 1), ...segments.map(({ start }) => at(start))];
    for (const instant of instants) {
      const [one, ...more] = segments.filter((each) => at(each.start) <= instant && instant < at(each.end!));
      const must = presenceAt(facts, instant);
      if (!one || more.length > 0 || !alike(presenceOf(one), must))
        throw new Error(
          `${person.id} is told at ${Temporal.Instant.fromEpochMilliseconds(instant)}: ${JSON.stringify(one && presenceOf(one))} (and ${more.length} more), must be ${JSON.stringify(must)}.`,
        );
    }
    const ends = [...segments.slice(1).map(({ start }) => at(start)), to];
    if (at(segments[0]!.start) !== from || segments.some(({ end }, i) => at(end!) !== ends[i]))
      throw new Error(`The timeline of ${person.id} has gaps.`);
  }
  /** Since when some server runs and none is stopped. */
  okSince(): number {
    const servers = this.#world.alive();
    if (servers.length === 0 || servers.some(({ asleepUntil }) => asleepUntil >= this.#now)) return Infinity;
    return this.#serversSince;
  }
}

const presenceOf = ({
  status,
  note,
  reason,
  forwarding,
}: Pick<Segment, 'status' | 'note' | 'reason' | 'forwarding'>): Presence => ({
  ...{ status, note, origin: reason.origin, problem: reason.forwardingProblem ?? null },
  always: words(slotOf(forwarding, 'always')),
  busy: words(slotOf(forwarding, 'busy')),
  unanswered: words(slotOf(forwarding, 'unanswered')),
  winner: reason.appointment
    ? `${reason.appointment.uid} ${reason.appointment.occurrence}`
    : String(reason.claimId ?? ''),
});

const alike = (a: Presence, b: Presence) =>
  a.status === b.status &&
  a.note === b.note &&
  a.always === b.always &&
  a.busy === b.busy &&
  a.unanswered === b.unanswered &&
  a.problem === b.problem &&
  a.origin === b.origin &&
  a.winner === b.winner;
