/**
 * A phone system as bad as real ones: it acknowledges into memory and reaches its disk up to 300 ms later, is killed and
 * comes back with what the disk has or with nothing, can't be reached, answers late, carries out a write that it was
 * given up on, and its users change their forwarding by hand. Shares no code with the server; what the server sees of it
 * is made in connection.ts.
 */
import type { Clock } from './clock.ts';
import type { Fortune } from './fortune.ts';

export interface Value {
  mode: string;
  target: string | null;
}
export const nothing: Value = { mode: 'off', target: null };
export const same = (a: Value | null, b: Value | null): boolean => a?.mode === b?.mode && a?.target === b?.target;

/** One extension's forwarding in one slot. */
export interface Cell {
  extension: string;
  slot: string;
  /** What stands, the newest last; the older ones as long as they may not have reached the disk. */
  history: Entry[];
}
export interface Entry {
  at: number;
  value: Value;
  by: 'hand' | 'server' | 'nobody';
}
export const standing = (cell: Cell): Value => cell.history.at(-1)!.value;

/** Told of everything that happens to the values. */
export interface Witness {
  /** @param seen whether the same server had read the value that the write replaces. `late`: it was given up on long before. */
  written(cell: Cell, before: Entry, value: Value, how: { server: string; seen: boolean; late: boolean }): void;
  changedByHand(cell: Cell, before: Entry, value: Value): void;
  /** After a restart: `before` stood when it was killed. */
  restarted(cell: Cell, before: Entry, after: Entry, withDatabase: boolean): void;
}

export class Unreachable extends Error {}

const flushedAfter = 300;

export class PhoneSystem {
  readonly id: string;
  readonly cells = new Map<string, Cell>();
  boot = 1;
  up = true;
  /** Since when it could be reached and answered in time without a break; Infinity while it doesn't. */
  wellSince = 0;
  #clock: Clock;
  #fortune: Fortune;
  #witness: Witness;
  #cutUntil = 0;
  #slowUntil = 0;
  #flakyUntil = 0;
  #hints = new Set<(extension: string | null) => void>();
  /** When a server last read a cell. */
  #read = new Map<string, number>();

  constructor(
    id: string,
    extensions: readonly string[],
    slots: readonly string[],
    clock: Clock,
    fortune: Fortune,
    witness: Witness,
  ) {
    this.id = id;
    this.#clock = clock;
    this.#fortune = fortune;
    this.#witness = witness;
    for (const extension of extensions)
      for (const slot of slots)
        this.cells.set(`${extension}/${slot}`, { extension, slot, history: [{ at: 0, value: nothing, by: 'nobody' }] });
  }

  cell(extension: string, slot: string): Cell | undefined {
    return this.cells.get(`${extension}/${slot}`);
  }

  // What people and electricity do to it.

  /** At the phone, by *72 or its menu. Ignored while the system is down. */
  byHand(extension: string, slot: string, value: Value): void {
    const cell = this.cell(extension, slot);
    if (!this.up || !cell) return;
    const before = cell.history.at(-1)!;
    if (!same(before.value, value)) this.#set(cell, value, 'hand');
    this.#witness.changedByHand(cell, before, value);
    // A lamp that goes on or off raises an event, another target under a lit lamp does not.
    if ((before.value.mode === 'off') !== (value.mode === 'off')) this.#hint(extension);
  }

  kill(withDatabase: boolean, downMs: number): void {
    if (!this.up) return;
    this.up = false;
    this.#unwellUntil(this.#clock.now + downMs);
    const reached = this.#clock.now - this.#fortune.between('flush', 0, flushedAfter);
    const before = new Map([...this.cells.values()].map((cell) => [cell, cell.history.at(-1)!]));
    for (const cell of this.cells.values()) {
      const disk = cell.history.findLast(({ at }) => at <= reached) ?? cell.history[0]!;
      cell.history = [withDatabase ? disk : { at: this.#clock.now, value: nothing, by: 'nobody' }];
    }
    this.#clock.at(this.#clock.now + downMs, () => {
      this.up = true;
      this.boot++;
      for (const [cell, value] of before) this.#witness.restarted(cell, value, cell.history[0]!, withDatabase);
      this.#hint(null);
    });
  }
  cut(ms: number): void {
    this.#cutUntil = Math.max(this.#cutUntil, this.#clock.now + ms);
    this.#unwellUntil(this.#cutUntil);
    this.#clock.at(this.#cutUntil, () => this.#hint(null));
  }
  slow(ms: number): void {
    this.#slowUntil = Math.max(this.#slowUntil, this.#clock.now + ms);
    // What it took on while it was slow is done a minute later at the latest.
    this.#unwellUntil(this.#slowUntil + 60_000);
  }
  flaky(ms: number): void {
    this.#flakyUntil = Math.max(this.#flakyUntil, this.#clock.now + ms);
    this.#unwellUntil(this.#flakyUntil);
  }
  #unwellUntil(at: number): void {
    this.wellSince = Math.max(this.wellSince, at);
  }
  get well(): boolean {
    return this.wellSince <= this.#clock.now;
  }

  // What a server asks of it.

  onHint(hint: (extension: string | null) => void): void {
    this.#hints.add(hint);
  }
  #hint(extension: string | null): void {
    for (const hint of this.#hints) hint(extension);
  }

  /** @throws Unreachable */
  async bootId(deadline: number): Promise<string> {
    await this.#reach('boot', deadline);
    const { boot } = this;
    await this.#back('boot', deadline);
    return `boot ${boot}`;
  }
  /** Values as they are at one instant, by slot. Unknown extensions are left out. @throws Unreachable */
  async read(
    server: string,
    extensions: readonly string[],
    deadline: number,
  ): Promise<Map<string, Record<string, Value>>> {
    await this.#reach('read', deadline);
    const values = new Map<string, Record<string, Value>>();
    for (const cell of this.cells.values()) {
      if (!extensions.includes(cell.extension)) continue;
      const slots = values.get(cell.extension) ?? {};
      slots[cell.slot] = standing(cell);
      values.set(cell.extension, slots);
      this.#read.set(`${server} ${cell.extension}/${cell.slot}`, this.#clock.now);
    }
    await this.#back('read', deadline);
    return values;
  }
  /** An answer is no proof, and none isn't either. @throws Unreachable */
  async write(server: string, extension: string, slot: string, value: Value, deadline: number): Promise<void> {
    const cell = this.cell(extension, slot);
    if (!cell) throw new Unreachable(`There is no ${extension}/${slot}.`);
    // Who has waited too long for its turn doesn't begin.
    if (this.#clock.now >= deadline) await this.#never(deadline);
    const { boot } = this;
    const read = this.#read.get(`${server} ${extension}/${slot}`) ?? 0;
    const place = `write ${extension}/${slot}`;
    if (this.#slowUntil > this.#clock.now && this.#fortune.happens(`${place} late`, 0.5)) {
      // On its way longer than anybody waits; lost where the system is killed meanwhile.
      this.#clock.at(this.#clock.now + this.#fortune.between(`${place} when`, 1_000, 60_000), () => {
        if (this.up && this.boot === boot) this.#write(server, cell, value, read, true);
      });
      if (this.#fortune.happens(`${place} twice`, 0.5)) await this.#never(deadline);
    }
    await this.#reach(place, deadline);
    if (this.#flakyUntil > this.#clock.now && this.#fortune.happens(`${place} flaky`, 0.3)) {
      if (this.#fortune.happens(`${place} done`, 0.5)) this.#write(server, cell, value, read, false);
      throw new Unreachable('It said 500.');
    }
    this.#write(server, cell, value, read, false);
    await this.#back(place, deadline);
  }
  #write(server: string, cell: Cell, value: Value, read: number, late: boolean): void {
    const before = cell.history.at(-1)!;
    this.#set(cell, value, 'server');
    this.#witness.written(cell, before, value, { server, seen: read > before.at, late });
    if ((before.value.mode === 'off') !== (value.mode === 'off')) this.#hint(cell.extension);
  }
  #set(cell: Cell, value: Value, by: Entry['by']): void {
    const flushed = this.#clock.now - flushedAfter;
    const keep = cell.history.findLastIndex(({ at }) => at <= flushed);
    cell.history = [...cell.history.slice(Math.max(keep, 0)), { at: this.#clock.now, value, by }];
  }

  /** The way there: a request that doesn't arrive changes nothing. */
  async #reach(place: string, deadline: number): Promise<void> {
    await this.#way(`${place} to`, deadline);
  }
  /** The way back: the answer may be lost although the work was done. */
  async #back(place: string, deadline: number): Promise<void> {
    await this.#way(`${place} from`, deadline);
  }
  async #way(place: string, deadline: number): Promise<void> {
    const slow = this.#slowUntil > this.#clock.now;
    const { boot } = this;
    const took = slow
      ? this.#fortune.between(place, 1, 8_000)
      : this.#fortune.between(place, 1, this.#fortune.happens(`${place} busy`, 0.05) ? 800 : 12);
    if (this.#clock.now + took > deadline) await this.#never(deadline);
    if (!this.up || this.#cutUntil > this.#clock.now) {
      if (this.#fortune.happens(`${place} silent`, 0.2)) await this.#never(deadline);
      await this.#clock.sleep(1);
      throw new Unreachable('Connection refused.');
    }
    await this.#clock.sleep(took);
    // The connection broke meanwhile.
    if (!this.up || this.boot !== boot || this.#cutUntil > this.#clock.now) throw new Unreachable('Connection reset.');
  }
  async #never(deadline: number): Promise<never> {
    await this.#clock.sleep(Math.max(0, deadline - this.#clock.now));
    throw new Unreachable('No answer in time.');
  }
}
