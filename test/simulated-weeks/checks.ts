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
import { keyOf } from '../../server/src/telephony/records.ts';
import type { RecordEntry } from './database.ts';
import type { Facts } from './facts.ts';
import { factsOf, type Person } from './office.ts';
import { boundaries, type Presence, presenceAt } from './oracle.ts';
import { type OnRecord, OwnSetting } from './own-settings.ts';
import { choiceEnded } from './people.ts';
import { type Cell, nothing, same, standing, type Value, type Witness } from './phone-system.ts';
import { pollMs, type Server } from './server.ts';
import { day } from './story.ts';
import type { World } from './world.ts';

/** After this, presence is as the oracle says. Milliseconds. */
const activationTakes = 1_000;
/** One period until the look, and the reading, writing and reading back of all phones. */
const reconcilingTakes = pollMs + 8_000;
/** What was allowed is written within this, or not at all. */
const writeTakes = 10_000;

interface Watched {
  person: Person;
  facts: Facts;
  presence: Presence;
  /** Since when the oracle says so. */
  since: number;
  cancel: () => void;
}

interface WatchedCell extends Cell {
  system: string;
  own: OwnSetting;
  person: Person;
  /** By the oracle: of the user, and of this phone as things stand. */
  asked: Value;
  wanted: Value;
  wantedSince: number;
  touchedAt: number;
}

export class Checks {
  #world: World;
  #people = new Map<string, Watched>();
  #cells = new Map<string, WatchedCell>();
  /** Since when some server runs and none is stopped. */
  #serversSince = 0;
  #notToldAt = -Infinity;
  /** Since when nothing was paused, resumed or switched. */
  #trustSince = -Infinity;
  /** When somebody last changed something by hand on a system: others' loops depend on it. */
  #handAt = new Map<string, number>();
  #writtenAt = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }
  get #now(): number {
    return this.#world.clock.now;
  }

  begin(): void {
    const { office, phones } = this.#world;
    for (const person of office.people.values()) {
      for (const { system, number } of person.extensions)
        for (const cell of phones.get(system)!.cells.values()) {
          if (cell.extension !== number) continue;
          const more = { system, person, asked: nothing, wanted: nothing, wantedSince: 0, touchedAt: 0 };
          const watched: WatchedCell = Object.assign(cell, { ...more, own: new OwnSetting(cell) });
          this.#cells.set(`${system} ${number} ${cell.slot}`, watched);
        }
      const facts = factsOf(office, person);
      const presence = presenceAt(facts, this.#now);
      const watched: Watched = { person, facts, presence, since: this.#now, cancel: () => {} };
      this.#people.set(person.id, watched);
      this.#oracle(watched);
    }
  }
  #cellOf = (system: string, cell: Cell): WatchedCell => this.#cells.get(`${system} ${cell.extension} ${cell.slot}`)!;

  // What it is told.

  witnessOf(system: string): Witness {
    const world = this.#world;
    return {
      written: (cell, before, value, how) => {
        world.say(
          () => `  ${system} ${cell.extension}/${cell.slot} becomes ${words(value)}${how.late ? ' (late)' : ''}`,
        );
        this.#cellOf(system, cell).own.written(before, value, how);
        if (how.late) this.#cellOf(system, cell).touchedAt = this.#now;
        this.#writtenAt.set(system, this.#now);
        for (const server of world.alive()) if (how.late) server.touch(system);
      },
      changedByHand: (cell, before, value) => {
        const phones = world.phones.get(system)!;
        const watched = this.#cellOf(system, cell);
        const well = Math.max(phones.wellSince, this.#leaseSince(system), this.#trustSince);
        const entry = this.#entryOf(watched);
        watched.own.changedByHand(before, value, entry?.record ?? null, `boot ${phones.boot}`, this.#now, well);
        watched.touchedAt = this.#now;
        this.#handAt.set(system, this.#now);
      },
      restarted: (cell, before, after, withDatabase) => {
        world.say(() => `  ${system} ${cell.extension}/${cell.slot} is ${words(after.value)} after the restart`);
        this.#cellOf(system, cell).own.restarted(before, after, withDatabase);
      },
    };
  }
  #entryOf({ system, extension, slot }: WatchedCell): RecordEntry | undefined {
    const key = keyOf({ extensionId: `${extension}@${system}`, slot: slot as RecordEntry['slot'] });
    return this.#world.database.records.get(key);
  }

  saved(entry: RecordEntry, record: OnRecord, seen: Value | null): void {
    this.#say(entry, record, seen);
    const cell = this.#cells.get(`${entry.system} ${entry.number} ${entry.slot}`);
    if (!cell) return;
    // 5.
    if (record.previous && cell.own.isOnlyOurs(record.previous))
      throw new Error(`Our own ${words(record.previous)} was saved as what ${entry.number}/${entry.slot} had before.`);
    cell.own.saved(record, seen, this.#now);
  }

  /** Only what is new. */
  #say({ number, system, slot }: RecordEntry, { phase, ours, previous }: OnRecord, seen: Value | null): void {
    if (!this.#world.log) return;
    const record = `${phase}, ours ${words(ours)}, previous ${words(previous)}, seen ${words(seen)}`;
    const key = `${number}@${system}/${slot}`;
    if (this.#said.get(key) !== record) this.#world.say(() => `    record ${key}: ${record}`);
    this.#said.set(key, record);
  }
  #said = new Map<string, string>();

  aboutToWrite(system: string, server: Server, extension: string): void {
    const { leasedBy } = this.#world.database.systems.get(system)!;
    if (leasedBy !== server.name)
      this.#world.clock.fail(new Error(`${server.name} writes to ${system}, which ${leasedBy} has.`));
    // 4. What was in hand when it was switched may be finished.
    const { mode, pause } = this.#world.database.systems.get(system)!;
    const cell = this.#cells.get(`${system} ${extension} always`)!;
    const held = this.#world.database.leavesAsItIs({ system, userId: cell.person.id });
    if (mode !== 'observe' && !(mode === 'paused' && !pause?.giveBack) && !held) return;
    const since = this.#now - this.#trustSince;
    const state = held ? 'left as it is' : mode;
    if (since > writeTakes)
      this.#world.clock.fail(
        new Error(`${server.name} writes to ${extension} on ${system}, which is ${state} since ${since} ms.`),
      );
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
    this.#everythingLater();
  }
  notTold(): void {
    this.#notToldAt = this.#now;
    this.#everythingLater();
  }
  trustChanged(): void {
    this.#trustSince = this.#now;
    for (const cell of this.#cells.values()) this.#wantNow(cell);
    this.#everythingLater();
  }
  /** The user wants what they have changed by hand to be ours again. */
  retaken(entry: RecordEntry): void {
    const cell = this.#cells.get(`${entry.system} ${entry.number} ${entry.slot}`)!;
    cell.own.retaken();
    cell.touchedAt = this.#now;
    this.lookSoon(entry.system);
  }
  lookSoon(system: string): void {
    const { clock, phones } = this.#world;
    const from = Math.max(this.#now, phones.get(system)!.wellSince);
    clock.at(from + reconcilingTakes + 1, () => this.#lookAtPhones(system));
  }
  #everythingLater(): void {
    for (const system of this.#world.phones.keys()) this.lookSoon(system);
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
    this.#want(watched);
    watched.cancel();
    const [next = this.#now + 2 * day] = boundaries(watched.facts, this.#now + 1, this.#now + 2 * day);
    watched.cancel = clock.at(next, () => this.#oracle(watched));
  }
  #want({ person, presence }: Watched): void {
    for (const cell of this.#cells.values()) {
      if (cell.person !== person) continue;
      cell.asked = this.#able(cell, presence[cell.slot as 'always']);
      this.#wantNow(cell);
    }
  }
  /** Nothing is wanted of what is given back. */
  #wantNow(cell: WatchedCell): void {
    const back = this.#world.database.givesBack({ system: cell.system, userId: cell.person.id });
    const wanted = back ? nothing : cell.asked;
    if (same(wanted, cell.wanted)) return;
    cell.wanted = wanted;
    cell.wantedSince = this.#now;
    this.lookSoon(cell.system);
  }
  #able({ system, slot }: WatchedCell, wanted: string): Value {
    const ability = this.#world.story.systems[system === 'A' ? 0 : 1]!;
    const [mode = 'off', target = null] = wanted.split(' ');
    if (slot !== 'always' && !ability.slots) return nothing;
    if ((mode === 'internal' || mode === 'external') && !ability.internal) return nothing;
    if (target === 'voicemail' && !ability.voicemail) return nothing;
    return { mode, target };
  }

  // What must hold.

  look(): void {
    for (const watched of this.#people.values()) this.#lookAtPresence(watched);
    for (const system of this.#world.phones.keys()) this.#lookAtPhones(system);
  }

  #lookAtPresence(watched: Watched): void {
    const { database } = this.#world;
    const told = this.#now - this.#notToldAt > pollMs + activationTakes ? 0 : pollMs;
    if (this.#now - Math.max(watched.since, this.#serversOk()) < activationTakes + told) return;
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
  #serversOk(): number {
    const servers = this.#world.alive();
    if (servers.length === 0 || servers.some(({ asleepUntil }) => asleepUntil > this.#now)) return Infinity;
    return this.#serversSince;
  }
  /** Since when a server that runs holds the system. */
  #leaseSince(system: string): number {
    const holder = this.#world
      .alive()
      .find((server) => server.name === this.#world.database.systems.get(system)!.leasedBy);
    const desk = holder?.desks.get(system);
    return desk ? Math.max(desk.since, this.#serversOk()) : Infinity;
  }

  #lookAtPhones(system: string): void {
    const { database, phones, story } = this.#world;
    const { mode, pause } = database.systems.get(system)!;
    if (mode === 'observe' || (mode === 'paused' && !pause?.giveBack)) return;
    const well = Math.max(phones.get(system)!.wellSince, this.#leaseSince(system), this.#trustSince, this.#notToldAt);
    for (const cell of this.#cells.values()) {
      if (cell.system !== system || database.leavesAsItIs({ system, userId: cell.person.id })) continue;
      const since = Math.max(well, cell.wantedSince, cell.touchedAt);
      if (this.#now - since < reconcilingTakes) continue;
      const { own, wanted, extension, slot } = cell;
      const is = standing(cell);
      const allowed = wanted.mode === 'off' ? own.allowed : this.#allowed(cell);
      const inLoop = wanted.target !== null && this.#people.size > 1;
      // Who gives way in a loop depends on others' phones, which are looked at a period earlier.
      if (
        inLoop &&
        this.#now - Math.max(since, this.#handAt.get(system) ?? 0, this.#othersSince(system)) < 2 * reconcilingTakes
      ) {
        const again = 2 * reconcilingTakes;
        this.#world.clock.at(this.#now + again, () => this.#lookAtPhones(system));
        continue;
      }
      if (inLoop) {
        const way = this.#loop(cell);
        const instead = story.systems[system === 'A' ? 0 : 1]!.voicemail ? { ...wanted, target: 'voicemail' } : null;
        if (way) allowed.push(...(instead ? [instead] : own.allowed));
      }
      if (!allowed.some((value) => same(value, is)))
        throw new Error(
          `${extension}/${slot} on ${system} is ${words(is)}, must be ${allowed.map(words).join(' or ')} (wanted is ${words(wanted)}, the user has ${own.allowed.map(words).join(' or ')}).`,
        );
      if (wanted.mode === 'off') own.settled();
    }
  }
  #othersSince(system: string): number {
    return Math.max(
      ...[...this.#cells.values()].filter((cell) => cell.system === system).map(({ wantedSince }) => wantedSince),
    );
  }
  #allowed({ own, wanted }: WatchedCell): Value[] {
    if (!own.override) return [wanted];
    const { value, blurred } = own.override;
    return blurred ? [value, wanted, ...own.allowed] : [value];
  }
  /** Whether the wish closes a loop over what stands on other phones, or would stand were it not changed by hand. */
  #loop(cell: WatchedCell): boolean {
    const edges = new Map<string, string[]>();
    const lead = (from: string, value: Value) => {
      if (value.mode !== 'off' && value.target) edges.set(from, [...(edges.get(from) ?? []), value.target]);
    };
    for (const other of this.#cells.values()) {
      if (other.system !== cell.system || other === cell) continue;
      lead(other.extension, standing(other));
      if (other.own.override) lead(other.extension, other.wanted);
    }
    const seen = new Set<string>();
    const ways = [cell.wanted.target!];
    for (let at = ways.pop(); at !== undefined; at = ways.pop()) {
      if (at === cell.extension) return true;
      if (seen.has(at)) continue;
      seen.add(at);
      ways.push(...(edges.get(at) ?? []));
    }
    return false;
  }
}

export const words = (value: Value | null): string =>
  value === null ? 'nothing' : value.target === null ? value.mode : `${value.mode} ${value.target}`;

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
