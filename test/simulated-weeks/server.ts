/**
 * One server process: the real activation rules and the real rounds of the reconciler (planFor, reconcile) with their
 * transactions, woken as the product wakes them, in simulated time. It can be killed between any two steps, at the named
 * crash points, and be put to sleep for a while; what it then has in hand is lost or late.
 */
import type { Plan } from '../../server/src/presence/plan.ts';
import type { PresenceInputs } from '../../server/src/presence/timeline.ts';
import type { CrashPoint } from '../../server/src/store/crash-points.ts';
import type { PhoneSystemConnection } from '../../server/src/telephony/connector.ts';
import { sameRecord } from '../../server/src/telephony/decide.ts';
import { asConnectorError } from '../../server/src/telephony/outcomes.ts';
import { reconcile } from '../../server/src/telephony/reconcile.ts';
import { keyOf, LeaseLost } from '../../server/src/telephony/records.ts';
import { guardWindow, trips } from '../../server/src/telephony/trust/guard.ts';
import { Activation } from './activation.ts';
import type { Clock } from './clock.ts';
import { limitAt } from './connection.ts';
import type { MemoryDatabase } from './database.ts';
import type { Fortune } from './fortune.ts';
import type { OnRecord } from './own-settings.ts';
import type { Value } from './phone-system.ts';
import { recordsInMemory } from './records-in-memory.ts';
import type { Mode, RecordEntry } from './tables.ts';

export const pollMs = 30_000;
export const leaseMs = 30_000;
export const leaseTick = 10_000;

/** What a server has around it. */
export interface Surroundings {
  clock: Clock;
  fortune: Fortune;
  database: MemoryDatabase;
  inputsOf(userId: string): PresenceInputs & { settingsRevision: number };
  connect(systemId: string, server: Server): PhoneSystemConnection;
  /** Of every server that is awake. */
  renewAll(): void;
  /** Transactions of others that waited for a row can go on. */
  unlocked(): void;
  activated(plans: readonly Plan[]): void;
  saved(entry: RecordEntry, record: OnRecord, seen: Value | null): void;
  /** The process ends. */
  died(server: Server): void;
}

interface Desk {
  /** Since when this server holds the system. */
  since: number;
  systemId: string;
  mode: Mode;
  connection: PhoneSystemConnection;
  working: boolean;
  again: boolean;
  failures: number;
  cancel: () => void;
  /** Something happened while it worked. */
  touched: boolean;
  /** Records that were found in order since there was news last. */
  quiet: Set<string>;
  /** All are: the next rounds would find the same, and are left out until something happens. */
  resting: boolean;
}

export class Server {
  readonly name: string;
  alive = true;
  /** The next time it comes to this point it dies there. */
  crashAt: CrashPoint | null = null;
  /** Called once when it has made a write durable, and not written yet: the worst moment to be stopped. */
  whenSaved: (() => void) | null = null;
  readonly desks = new Map<string, Desk>();
  #around: Surroundings;
  #startedAt: number;
  #asleepUntil = 0;
  readonly #activation: Activation;

  constructor(name: string, around: Surroundings) {
    this.name = name;
    this.#around = around;
    this.#startedAt = around.clock.now;
    this.#activation = new Activation(this, around);
    this.settingsChanged();
    for (const systemId of around.database.systems.keys()) this.refresh(systemId);
  }

  kill(): void {
    if (!this.alive) return;
    this.renew();
    this.alive = false;
    for (const desk of this.desks.values()) desk.cancel();
    this.#activation.stop();
    for (const state of this.#around.database.states.values()) if (state.lockedBy === this.name) state.lockedBy = null;
    this.#around.died(this);
  }
  /** Stopped by whatever stops processes: it does nothing meanwhile, and doesn't notice. */
  sleep(ms: number): void {
    this.renew();
    this.#asleepUntil = Math.max(this.#asleepUntil, this.#around.clock.now + ms);
  }
  get asleepUntil(): number {
    return this.#asleepUntil;
  }

  /** A moment passes for this process. Whoever dies meanwhile never comes back. */
  async wait(place: string): Promise<void> {
    const { clock, fortune } = this.#around;
    await clock.sleep(fortune.between(`${this.name} ${place}`, 1, 6));
    await this.awake();
  }
  async awake(): Promise<void> {
    const { clock } = this.#around;
    while (this.alive && this.#asleepUntil > clock.now) await clock.sleep(this.#asleepUntil - clock.now);
    if (!this.alive) await new Promise(() => {});
  }

  activate(): void {
    this.#activation.wake();
  }
  settingsChanged(): void {
    this.#activation.settingsChanged();
  }

  // The reconciler.

  /** Renews a lease that is held and takes one that is free; drops what another has. */
  refresh(systemId: string): void {
    const { database, clock } = this.#around;
    if (!this.alive || this.#asleepUntil > clock.now) return;
    this.#around.renewAll();
    database.endPausesThatAreOver();
    const held = this.desks.get(systemId);
    const system = database.systems.get(systemId)!;
    if (database.lease(systemId, this.name, leaseMs)) {
      if (held) held.mode = system.mode;
      else {
        const desk: Desk = {
          ...{
            since: clock.now,
            systemId,
            mode: system.mode,
            working: false,
            again: false,
            failures: 0,
            cancel: () => {},
          },
          ...{ quiet: new Set(), touched: false, resting: false },
          connection: this.#around.connect(systemId, this),
        };
        this.desks.set(systemId, desk);
      }
      this.wake(systemId);
      return;
    }
    this.#drop(systemId);
  }
  /** At its first tick after the lease of another, who doesn't renew it any more, has run out. */
  refreshLater(systemId: string): void {
    const { leasedUntil } = this.#around.database.systems.get(systemId)!;
    const ticks = Math.ceil((leasedUntil + 1 - this.#startedAt) / leaseTick);
    this.#around.clock.at(this.#startedAt + ticks * leaseTick, () => {
      if (!this.desks.has(systemId)) this.refresh(systemId);
    });
  }
  /** Every tick renews the leases; counted only where it matters. */
  renew(): void {
    const { clock, database } = this.#around;
    if (!this.alive || this.#asleepUntil > clock.now) return;
    const tick = this.#startedAt + Math.floor((clock.now - this.#startedAt) / leaseTick) * leaseTick;
    // A tick that it slept through came to nothing.
    if (tick < this.#asleepUntil) return;
    for (const systemId of this.desks.keys()) {
      const system = database.systems.get(systemId)!;
      if (system.leasedBy === this.name) system.leasedUntil = Math.max(system.leasedUntil, tick + leaseMs);
    }
  }
  #drop(systemId: string): void {
    const desk = this.desks.get(systemId);
    if (!desk) return;
    desk.cancel();
    this.desks.delete(systemId);
  }

  /** @param news whether something may have happened; else it is time for a look. */
  wake(systemId: string, news = true): void {
    const desk = this.desks.get(systemId);
    if (!this.alive || !desk) return;
    desk.again = true;
    if (news) {
      this.#backToWork(desk);
      desk.quiet.clear();
    }
    if (desk.working) return;
    desk.working = true;
    desk.cancel();
    this.#around.clock.start(async () => {
      let wait = pollMs;
      while (desk.again && this.desks.get(systemId) === desk) {
        desk.again = false;
        wait = await this.#round(desk);
      }
      desk.working = false;
      if (this.desks.get(systemId) !== desk || desk.resting) return;
      const { clock } = this.#around;
      desk.cancel = clock.at(clock.now + Math.max(wait, 50), () => this.wake(systemId, false));
    });
  }
  /** Something has happened that this server isn't told of: it finds out at its next look. */
  touch(systemId: string): void {
    const desk = this.desks.get(systemId);
    if (!desk) return;
    desk.touched = true;
    desk.quiet.clear();
    if (!desk.resting) return;
    this.#backToWork(desk);
    const { clock, database } = this.#around;
    desk.cancel = clock.at(clock.now + Math.max(0, database.nextDue(systemId, pollMs)), () =>
      this.wake(systemId, false),
    );
  }
  /** The rounds that were left out found nothing, and were due again a period later each time. */
  #backToWork(desk: Desk): void {
    if (!desk.resting) return;
    desk.resting = false;
    this.#around.database.skipPeriods(desk.systemId, pollMs);
  }

  async #round(desk: Desk): Promise<number> {
    const { clock, database, fortune } = this.#around;
    const { systemId, mode } = desk;
    desk.touched = false;
    const begun = clock.now;
    await this.awake();
    this.renew();
    const saved: Parameters<typeof recordsInMemory>[3] = (entry, { row, record, failures }) => {
      // Where one only observes, records stay as they are, whatever time does to others.
      const open = record.phase === 'intent' || record.phase === 'restoring' || record.echoes.length > 0;
      const settled = mode === 'observe' || !open;
      if (settled && failures === 0 && sameRecord(row.record, record)) desk.quiet.add(keyOf(entry));
      else desk.quiet.delete(keyOf(entry));
      if (record.phase === 'intent' || record.phase === 'restoring') {
        this.whenSaved?.();
        this.whenSaved = null;
      }
      // Who only observes keeps nothing of what it sees.
      if (mode !== 'observe') this.#around.saved(entry, record, entry.actual);
    };
    const wait = async (place: string) => {
      await this.wait(place);
      this.renew();
    };
    const records = recordsInMemory(database, { systemId, server: this.name, leaseMs, mode }, wait, saved);
    try {
      await reconcile(records, { name: systemId, mode }, desk.connection, {
        pollMs,
        now: clock.instant,
        limit: (ms) => limitAt(clock.now + ms),
        guard: async (pending) => {
          if (pending.length === 0) return false;
          await wait('guard');
          return database.guarded(systemId, pending, guardWindow.total('milliseconds'), trips);
        },
        random: () => fortune.draw(`${this.name} ${systemId} random`),
        crashPoint: (point) => {
          if (this.crashAt === point) {
            this.kill();
            throw new Killed();
          }
        },
      });
      await this.awake();
      if (mode === 'paused') database.endPausesThatAreOver();
      desk.failures = 0;
      const settled = (entry: RecordEntry) => entry.dueAt > clock.now + (desk.quiet.has(keyOf(entry)) ? 0 : 2 * pollMs);
      desk.resting = !desk.again && !desk.touched && database.inForce(systemId).every(settled);
      return database.nextDue(systemId, pollMs);
    } catch (error) {
      await this.awake();
      if (error instanceof LeaseLost) {
        this.#drop(systemId);
        this.refresh(systemId);
        return pollMs;
      }
      asExpected(error);
      desk.failures++;
      const wait = Math.min(pollMs, 500 * 2 ** Math.min(desk.failures - 1, 10)) * (0.75 + fortune.draw('back-off') / 4);
      return wait - (clock.now - begun);
    }
  }
}

class Killed extends Error {}

/** Only what a phone system did may go wrong in here. @throws what is nobody's fault but ours. */
function asExpected(error: unknown): void {
  if (asConnectorError(error).errorClass === 'internal') throw error;
}
