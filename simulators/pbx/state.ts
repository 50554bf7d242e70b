/** What the phones of the simulated exchange are set to: in memory at once, on the disk a little later, as real ones do. */
import fs from 'node:fs';

export interface PhoneState {
  mode: 'off' | 'always' | 'dnd';
  target: string | null;
}
export const notForwarded: PhoneState = { mode: 'off', target: null };

/** Between the acknowledgement and the disk: what is killed in between is lost. Milliseconds. */
const flushAfter = 300;

export class PhoneStates {
  readonly #file: string | null;
  readonly #durable: boolean;
  #states = new Map<string, PhoneState>();
  #timer: NodeJS.Timeout | null = null;

  /** @param file null: everything is forgotten when it stops. @param durable write before acknowledging. */
  constructor(file: string | null, durable: boolean) {
    this.#file = file;
    this.#durable = durable;
    if (file && fs.existsSync(file)) this.#states = new Map(Object.entries(JSON.parse(fs.readFileSync(file, 'utf8'))));
  }
  get(extension: string): PhoneState {
    return this.#states.get(extension) ?? notForwarded;
  }
  set(extension: string, state: PhoneState): void {
    if (state.mode === 'off') this.#states.delete(extension);
    else this.#states.set(extension, state);
    if (this.#durable) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), flushAfter);
  }
  flush(): void {
    this.drop();
    if (!this.#file) return;
    fs.writeFileSync(`${this.#file}.new`, JSON.stringify(Object.fromEntries(this.#states)));
    fs.renameSync(`${this.#file}.new`, this.#file);
  }
  /** As if the power went: what isn't on the disk never gets there. */
  drop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
