/**
 * Plays a story: people and calendars, phone systems and servers, and everything that happens to them, in simulated time.
 * What must hold meanwhile is looked at by checks.ts.
 */
import { crashPoints } from '../../server/src/store/crash-points.ts';
import { Checks } from './checks.ts';
import { Clock } from './clock.ts';
import { connectionOf } from './connection.ts';
import { MemoryDatabase } from './database.ts';
import { Fortune } from './fortune.ts';
import type { Happening } from './happenings.ts';
import { inputsOf, type Office, type Person } from './office.ts';
import { changeOffice, makeOffice, occurrencesOf } from './people.ts';
import { PhoneSystem } from './phone-system.ts';
import { leaseTick, pollMs, Server, type Surroundings } from './server.ts';
import { day } from './settings.ts';
import type { Story } from './story.ts';
import type { Pause, Scope } from './tables.ts';

const reconcilerPoints = crashPoints.filter((point) => point.startsWith('reconciler.'));
const hintsGatheredMs = 100;
export const slots = ['always', 'busy', 'unanswered'] as const;

export class World implements Surroundings {
  readonly clock: Clock;
  readonly fortune: Fortune;
  readonly database: MemoryDatabase;
  readonly office: Office;
  readonly phones = new Map<string, PhoneSystem>();
  readonly checks: Checks;
  /** What happened, for people, when somebody wants to know. */
  readonly log: string[] | null;
  servers: (Server | null)[] = [];
  readonly story: Story;
  readonly #end: number;
  /** Changes that wait: for a row that is locked, or for a server. */
  #waiting: { users: readonly string[]; change: () => void }[] = [];
  #starts = 0;
  #claims = 0;

  constructor(story: Story, log: string[] | null) {
    this.story = story;
    this.log = log;
    const base = Temporal.Instant.from(`${story.base}T00:00Z`).epochMilliseconds;
    this.#end = base + story.weeks * 7 * day;
    this.clock = new Clock(base);
    this.fortune = new Fortune(story.seed, this.clock);
    this.database = new MemoryDatabase(this.clock);
    this.office = makeOffice(story, base);
    this.checks = new Checks(this);
    for (const [at, id] of ['A', 'B'].entries()) {
      this.database.systems.set(id, { id, mode: 'active', pause: null, leasedBy: null, leasedUntil: 0 });
      const numbers = this.#people().flatMap(({ extensions }) => extensions.filter(({ system }) => system === id));
      const names = numbers.map(({ number }) => number);
      const phones = new PhoneSystem(id, names, slots, this.clock, this.fortune, this.checks.phones.witnessOf(id));
      if (!story.systems[at]!.slots)
        for (const [key, cell] of phones.cells) if (cell.slot !== 'always') phones.cells.delete(key);
      this.phones.set(id, phones);
    }
    for (const person of this.#people()) {
      this.database.addUser(person.id);
      for (const { system, number } of person.extensions)
        this.database.extensions.push({ id: `${number}@${system}`, system, userId: person.id, number });
    }
    this.checks.begin();
    this.database.notify = (channel) => {
      if (channel === 'systems') this.checks.phones.trustChanged();
      this.#notify(channel);
    };
    this.servers = Array.from({ length: story.servers }, (_, at) => this.#startServer(at));
  }

  #people = (): Person[] => [...this.office.people.values()];
  system = (at: number): PhoneSystem => this.phones.get(at % 2 === 0 ? 'A' : 'B')!;
  say(what: () => string): void {
    this.log?.push(`${this.clock.instant()}  ${what()}`);
  }

  async play(): Promise<void> {
    const times = this.#timesOf(this.story.happenings);
    for (const [at, happening] of this.story.happenings.entries())
      if (times[at]! < this.#end) this.clock.at(times[at]!, () => this.#happens(happening));
    await this.clock.runUntil(this.#end);
    // And then nothing happens any more, everything can be reached, and a server runs.
    for (const [at, server] of this.servers.entries()) this.servers[at] = server ?? this.#startServer(at);
    const well = Math.max(this.clock.now, ...[...this.phones.values()].map(({ wellSince }) => wellSince));
    await this.clock.runUntil(well + 15 * 60_000);
    this.checks.look();
  }

  #timesOf(happenings: readonly Happening[]): number[] {
    const start = this.clock.now;
    let last = start;
    return happenings.map(({ when }) => {
      if ('at' in when) last = start + when.at;
      else if ('after' in when) last += when.after;
      else {
        const occurrences = occurrencesOf(this.office, when.appointment);
        const found = occurrences[when.occurrence % Math.max(1, occurrences.length)];
        last = found ? found[when.edge] + when.ms : last + Math.abs(when.ms);
      }
      last = Math.max(last, start + 1_000);
      return last;
    });
  }

  // Servers.

  #startServer(at: number): Server {
    this.say(() => `server ${at} starts`);
    const server = new Server(`server ${at}.${++this.#starts}`, this);
    this.servers[at] = server;
    this.checks.serversChanged();
    this.clock.at(this.clock.now, () => this.unlocked());
    return server;
  }
  alive = (): Server[] => this.servers.filter((server): server is Server => server?.alive === true);
  renewAll(): void {
    for (const server of this.alive()) server.renew();
  }
  died(server: Server): void {
    this.say(() => `${server.name} dies`);
    this.servers[this.servers.indexOf(server)] = null;
    for (const other of this.alive()) {
      other.activate();
      for (const system of this.database.systems.keys()) other.refreshLater(system);
    }
    this.checks.serversChanged();
    this.unlocked();
  }
  #crash({ server: which, at, seconds, freed }: Extract<Happening, { what: 'crash' }>): void {
    const index = which % this.servers.length;
    const server = this.servers[index];
    if (!server) return;
    const again = () => {
      if (this.servers[index]) return;
      // On the same machine a start frees the leases of the dead.
      if (freed)
        for (const system of this.database.systems.values())
          if (system.leasedBy === server.name) system.leasedUntil = 0;
      this.#startServer(index);
    };
    if (at === null) server.kill();
    else {
      server.crashAt = reconcilerPoints[at % reconcilerPoints.length]!;
      this.say(() => `${server.name} will die at ${server.crashAt}`);
      // Otherwise it would wait for ever for that point.
      this.clock.at(this.clock.now + 20 * 60_000, () => {
        if (server.alive) server.crashAt = null;
      });
    }
    const due = at === null ? this.clock.now + seconds * 1_000 : this.clock.now + 21 * 60_000;
    this.clock.at(due, again);
  }
  #sleep({ server: which, seconds, whenSaved }: Extract<Happening, { what: 'sleep' }>): void {
    const server = this.servers[which % this.servers.length];
    if (!server) return;
    if (whenSaved) server.whenSaved = () => this.#stop(server, seconds);
    else this.#stop(server, seconds);
  }
  #stop(server: Server, seconds: number): void {
    this.say(() => `${server.name} is stopped for ${seconds} s`);
    server.sleep(seconds * 1_000);
    this.checks.serversChanged();
    for (const other of this.alive())
      if (other !== server) for (const system of this.database.systems.keys()) other.refreshLater(system);
    this.clock.at(server.asleepUntil, () => {
      this.checks.serversChanged();
      for (const system of this.database.systems.keys()) server.refresh(system);
    });
  }

  #notify(channel: Parameters<MemoryDatabase['notify']>[0]): void {
    for (const server of this.alive()) {
      // A notification that is lost costs what the next look takes.
      const lost = this.fortune.happens(`${server.name} ${channel} lost`, 0.03);
      const tell = () => {
        if (channel === 'activation') server.activate();
        else if (channel === 'settings') server.settingsChanged();
        else if (channel === 'systems') for (const id of this.phones.keys()) server.refresh(id);
        else for (const id of this.phones.keys()) server.wake(id);
      };
      if (lost) {
        this.say(() => `${server.name} isn't told of ${channel}`);
        this.checks.notTold();
        if (channel === 'forwarding') for (const id of this.phones.keys()) server.touch(id);
        else this.clock.at(this.clock.now + (channel === 'systems' ? leaseTick : pollMs), tell);
      } else this.clock.at(this.clock.now + this.fortune.between(`${server.name} ${channel}`, 1, 4), tell);
    }
  }

  // What servers ask for.

  nextClaim = (): number => ++this.#claims;

  inputsOf(userId: string): ReturnType<typeof inputsOf> {
    return inputsOf(this.office, this.office.people.get(userId)!, this.database.settingsRevision);
  }
  connect(systemId: string, server: Server): ReturnType<typeof connectionOf> {
    const phones = this.phones.get(systemId)!;
    const connection = connectionOf(phones, this.story.systems[systemId === 'A' ? 0 : 1]!, server, (what) => {
      this.checks.phones.aboutToWrite(systemId, server, what.split('/')[0]!);
      this.say(() => `${server.name} writes ${systemId} ${what}`);
    });
    let hinted = new Set<string | null>();
    phones.onHint((extension) => {
      if (server.desks.get(systemId)?.connection !== connection || !server.alive) return;
      if (hinted.size === 0)
        this.clock.at(this.clock.now + hintsGatheredMs, () => {
          const numbers = hinted.has(null) ? null : new Set(hinted as Set<string>);
          hinted = new Set();
          if (server.alive && this.database.makeDue(systemId, numbers)) server.wake(systemId);
        });
      hinted.add(extension);
    });
    return connection;
  }
  activated = (plans: Parameters<Surroundings['activated']>[0]): void => this.checks.activated(plans);
  saved: Surroundings['saved'] = (...what) => this.checks.phones.saved(...what);

  /** Changes happen when no row of theirs is locked, and some server is there to make them. */
  change(users: readonly string[], change: () => void): void {
    this.#waiting.push({ users, change });
    this.unlocked();
  }
  unlocked(): void {
    if (this.alive().length === 0) return;
    const ready = this.#waiting.filter(
      ({ users }) => !users.some((id) => this.database.states.get(id)!.lockedBy !== null),
    );
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
    for (const { users, change } of ready) {
      change();
      if (users.length > 0) this.database.markDue(users);
      else {
        this.database.markSettings();
        // Soon rather than at once.
        this.checks.notTold();
      }
      this.checks.inputsChanged(users);
    }
  }

  #happens(happening: Happening): void {
    const { what } = happening;
    this.say(() => `${what} ${JSON.stringify({ ...happening, when: undefined, what: undefined })}`);
    if (what === 'crash') this.#crash(happening);
    else if (what === 'sleep') this.#sleep(happening);
    else if (what === 'hand') this.#byHand(happening);
    else if (what === 'restart' || what === 'cut' || what === 'slow' || what === 'flaky') this.#badDay(happening);
    else if (what === 'mode' || what === 'pause' || what === 'resume' || what === 'retake') this.#trust(happening);
    else changeOffice(this, happening);
  }
  #byHand({ who, system, slot, value }: Extract<Happening, { what: 'hand' }>): void {
    const phones = this.system(system);
    const people = this.#people();
    const extension = people[who % people.length]!.extensions.find((each) => each.system === phones.id);
    if (extension) phones.byHand(extension.number, slot, value);
    this.#touch(phones.id);
  }
  #badDay(happening: Extract<Happening, { what: 'restart' | 'cut' | 'slow' | 'flaky' }>): void {
    const phones = this.system(happening.system);
    const ms = happening.seconds * 1_000;
    if (happening.what === 'restart') phones.kill(happening.withDatabase, ms);
    else phones[happening.what](ms);
    this.#touch(phones.id);
    this.clock.at(phones.wellSince, () => this.#touch(phones.id));
  }
  /** What administrators and users do about forwarding itself. */
  #trust(happening: Extract<Happening, { what: 'mode' | 'pause' | 'resume' | 'retake' }>): void {
    const { database, clock } = this;
    if (this.alive().length === 0) return;
    const people = this.#people();
    if (happening.what === 'retake') {
      const { id } = people[happening.who % people.length]!;
      for (const entry of database.records.values())
        if (
          entry.userId === id &&
          entry.system === this.system(happening.system).id &&
          entry.record.phase === 'overridden'
        ) {
          this.checks.phones.retaken(entry);
          database.retake(entry);
        }
      return;
    }
    if (happening.what === 'mode') {
      const { id } = this.system(happening.system);
      const { mode, giveBack } = happening;
      const system = database.systems.get(id)!;
      if (system.mode === mode) return;
      const pause: Pause = { giveBack: true, until: null, nextMode: mode, untilGivenBack: true };
      if (giveBack && mode === 'observe') database.pause({ system: id }, pause, mode);
      else if (system.mode === 'paused') database.pause({ system: id }, null, mode);
      else database.switchTo(id, mode);
      this.checks.phones.trustChanged();
      return;
    }
    const { of, which } = happening;
    const systems = of === 'all' ? [...this.phones.keys()] : [this.system(which).id];
    const scopes: Scope[] =
      of === 'group'
        ? ['group']
        : of === 'user'
          ? [{ user: people[which % people.length]!.id }]
          : systems.map((id) => ({ system: id }));
    for (const each of scopes) {
      if (happening.what === 'resume') database.pause(each, null);
      else {
        const until = happening.minutes === null ? null : clock.now + happening.minutes * 60_000;
        database.pause(each, { giveBack: happening.giveBack, until, nextMode: 'active', untilGivenBack: false });
        if (until !== null) this.#endPauseAt(until);
      }
    }
    this.checks.phones.trustChanged();
  }
  /** Servers look at their ticks. */
  #endPauseAt(until: number): void {
    this.clock.at(until + this.fortune.between('tick', 0, leaseTick), () => {
      const awake = this.alive().some(({ asleepUntil }) => asleepUntil <= this.clock.now);
      if (awake) this.database.endPausesThatAreOver();
      else this.#endPauseAt(this.clock.now + leaseTick);
    });
  }
  #touch(systemId: string): void {
    for (const server of this.alive()) server.touch(systemId);
    this.checks.phones.lookSoon(systemId);
  }
}
