/** What must hold on phones: 2 to 7 of checks.ts. */
import { keyOf } from '../../server/src/telephony/records.ts';
import type { Person } from './office.ts';
import type { Presence } from './oracle.ts';
import { type OnRecord, OwnSetting } from './own-settings.ts';
import { type Cell, nothing, same, standing, type Value, type Witness } from './phone-system.ts';
import { pollMs, type Server } from './server.ts';
import type { RecordEntry } from './tables.ts';
import type { World } from './world.ts';

/** One period until the look, and the reading, writing and reading back of all phones. Milliseconds. */
const reconcilingTakes = pollMs + 8_000;
/** What was allowed is written within this, or not at all. */
const writeTakes = 10_000;

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

/** Since when servers work as they should. Epoch milliseconds. */
export interface Servers {
  /** Since when some server runs and none is stopped; Infinity: that isn't so. */
  okSince(): number;
  /** When one of them last missed a notification. */
  notToldAt: number;
}

export class PhoneChecks {
  #world: World;
  #servers: Servers;
  #cells = new Map<string, WatchedCell>();
  /** Since when nothing was paused, resumed or switched. */
  #trustSince = -Infinity;
  /** When somebody last changed something by hand on a system: others' loops depend on it. */
  #handAt = new Map<string, number>();

  constructor(world: World, servers: Servers) {
    this.#world = world;
    this.#servers = servers;
  }
  get #now(): number {
    return this.#world.clock.now;
  }

  watch(person: Person): void {
    for (const { system, number } of person.extensions)
      for (const cell of this.#world.phones.get(system)!.cells.values()) {
        if (cell.extension !== number) continue;
        const more = { system, person, asked: nothing, wanted: nothing, wantedSince: 0, touchedAt: 0 };
        const watched: WatchedCell = Object.assign(cell, { ...more, own: new OwnSetting(cell) });
        this.#cells.set(`${system} ${number} ${cell.slot}`, watched);
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
        for (const server of world.alive()) if (how.late) server.touch(system);
      },
      changedByHand: (cell, before, value) => {
        const phones = world.phones.get(system)!;
        const watched = this.#cellOf(system, cell);
        // Nobody looks at a phone that is left as it is: what was given up before may still come back unseen.
        const left = this.#isLeft(watched);
        const well = left ? this.#now : Math.max(phones.wellSince, this.#leaseSince(system), this.#trustSince);
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

  trustChanged(): void {
    this.#trustSince = this.#now;
    for (const cell of this.#cells.values()) this.#wantNow(cell);
    this.everythingLater();
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
    clock.at(from + reconcilingTakes + 1, () => this.look(system));
  }
  everythingLater(): void {
    for (const system of this.#world.phones.keys()) this.lookSoon(system);
  }

  /** @param presence what the oracle says of the person. */
  want(person: Person, presence: Presence): void {
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

  /** Since when a server that runs holds the system. */
  #leaseSince(system: string): number {
    const holder = this.#world
      .alive()
      .find((server) => server.name === this.#world.database.systems.get(system)!.leasedBy);
    const desk = holder?.desks.get(system);
    return desk ? Math.max(desk.since, this.#servers.okSince()) : Infinity;
  }

  /** Observed, or paused and left as it is: neither read nor written. */
  #isLeft({ system, person }: WatchedCell): boolean {
    const { database } = this.#world;
    const { mode, pause } = database.systems.get(system)!;
    if (mode === 'observe' || (mode === 'paused' && !pause?.giveBack)) return true;
    return database.leavesAsItIs({ system, userId: person.id });
  }

  look(system: string): void {
    const { database, phones, story } = this.#world;
    const { mode, pause } = database.systems.get(system)!;
    if (mode === 'observe' || (mode === 'paused' && !pause?.giveBack)) return;
    const well = Math.max(
      phones.get(system)!.wellSince,
      this.#leaseSince(system),
      this.#trustSince,
      this.#servers.notToldAt,
    );
    for (const cell of this.#cells.values()) {
      if (cell.system !== system || database.leavesAsItIs({ system, userId: cell.person.id })) continue;
      const since = Math.max(well, cell.wantedSince, cell.touchedAt);
      if (this.#now - since < reconcilingTakes) continue;
      const { own, wanted, extension, slot } = cell;
      const is = standing(cell);
      const allowed = wanted.mode === 'off' ? own.allowed : this.#allowed(cell);
      const inLoop = wanted.target !== null && this.#world.office.people.size > 1;
      // Who gives way in a loop depends on others' phones, which are looked at a period earlier.
      if (
        inLoop &&
        this.#now - Math.max(since, this.#handAt.get(system) ?? 0, this.#othersSince(system)) < 2 * reconcilingTakes
      ) {
        const again = 2 * reconcilingTakes;
        this.#world.clock.at(this.#now + again, () => this.look(system));
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
