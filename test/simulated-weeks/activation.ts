/** What a server does about presence: the real plans (planFor), with their transactions and in simulated time. */
import { type Plan, planFor } from '../../server/src/presence/plan.ts';
import { pollMs, type Server, type Surroundings } from './server.ts';
import type { StateRow } from './tables.ts';

const hour = 3_600_000;
const [near, far] = [36 * hour, 62 * 24 * hour];

export class Activation {
  #server: Server;
  #around: Surroundings;
  #working = false;
  #again = false;
  #cancel: () => void = () => {};
  /** Plans made ahead of time, by user. */
  #ahead = new Map<string, Plan>();
  #aheadFor = new Map<string, number>();

  constructor(server: Server, around: Surroundings) {
    this.#server = server;
    this.#around = around;
  }
  stop(): void {
    this.#cancel();
  }

  wake(): void {
    if (!this.#server.alive) return;
    this.#again = true;
    if (this.#working) return;
    this.#working = true;
    this.#around.clock.start(async () => {
      while (this.#again) {
        this.#again = false;
        await this.#activateDue();
      }
      this.#working = false;
      this.#planNext();
    });
  }
  async #activateDue(): Promise<void> {
    const { clock, database } = this.#around;
    await this.#server.awake();
    const due = [...database.states.values()].filter((state) => state.due <= clock.now && state.lockedBy === null);
    if (due.length === 0) return;
    this.#again = true;
    const at = clock.now;
    for (const state of due) state.lockedBy = this.#server.name;
    await this.#server.wait('inputs');
    const plans = due.map((state) => {
      const ready = this.#ahead.get(state.userId);
      this.#ahead.delete(state.userId);
      return ready && ready.revision === state.revision && ready.nextDue > at ? ready : this.#plan(state.userId, at);
    });
    await this.#server.wait('plans');
    database.writePlans(plans);
    for (const state of due) state.lockedBy = null;
    this.#around.activated(plans);
    this.#around.unlocked();
    await this.#server.wait('activated');
  }
  /** As planning.ts does: near first, and farther where the segment doesn't end there. */
  #plan(userId: string, at: number): Plan {
    const state = this.#around.database.states.get(userId)!;
    const inputs = this.#around.inputsOf(userId);
    const plan = planFor(state, inputs, at, at + near);
    return plan.until === null ? planFor(state, inputs, at, at + far) : plan;
  }
  #planNext(): void {
    const { clock, database } = this.#around;
    this.#cancel();
    let next = Infinity;
    for (const state of database.states.values()) {
      if (state.lockedBy !== null) next = Math.min(next, Math.max(state.due, clock.now + 25));
      else next = Math.min(next, state.due);
      this.#planAhead(state);
    }
    if (next < Infinity) this.#cancel = clock.at(next, () => this.wake());
  }
  /** plans-ahead.ts, for some: worth something only if nothing changes until then. */
  #planAhead(state: StateRow): void {
    const { clock, fortune } = this.#around;
    const { userId, due } = state;
    if (due <= clock.now || this.#aheadFor.get(userId) === due) return;
    this.#aheadFor.set(userId, due);
    if (!fortune.happens(`${this.#server.name} ahead ${userId}`, 0.3)) return;
    clock.at(due - fortune.between(`${this.#server.name} early ${userId}`, 1_000, 60_000), () => {
      if (this.#server.alive && state.due === due && state.lockedBy === null)
        this.#ahead.set(userId, this.#plan(userId, due));
    });
  }
  settingsChanged(): void {
    if (!this.#server.alive) return;
    const { clock, database } = this.#around;
    // Upkeep comes again.
    if (database.markOutdated()) clock.at(clock.now + pollMs, () => this.settingsChanged());
    this.wake();
  }
}
