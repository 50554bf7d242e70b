/**
 * What a user has set at the phone, and so must find there whenever nothing is wanted: told from what really happened
 * (phone-system.ts), for one slot of one extension.
 *
 * Usually that is exactly one value: what was last set by hand. A phone tells neither who set a value nor when, so in a
 * few races NO observer could know what the user wants. Only for these, and only until the phone was next found in order,
 * several values are allowed; each place below that widens what is allowed names its race:
 *
 *  a. set by hand to the very value that we want there, or have given up in the last minutes (in which somebody looked:
 *     a pause that leaves the phone as it is doesn't count), or are about to write since our last look: it reads as ours.
 *  b. set back by hand to what was there before, while our write isn't confirmed: it reads as a write that never landed.
 *  c. set by hand, after a restart that no server has seen yet, to the value from before or to none: it reads as the
 *     restart's doing.
 *  d. set by hand between our last look and our write: the write hides it before anybody has seen it.
 *  e. hidden by a write of ours that was given up on and lands late; where that gives back what the user had, it reads
 *     as the user's doing, in their favour.
 *  g. set by hand after its user has taken the phone back in the client, before a server has carried that out: it reads as
 *     what they take back.
 *  f. lost by the phone system itself: not yet on its disk when it was killed, or its whole database.
 */
import { type Cell, type Entry, nothing, same, standing, type Value } from './phone-system.ts';

/** What the product has on record, of which races b and c depend. */
export interface OnRecord {
  phase: string;
  ours: Value | null;
  previous: Value | null;
  bootId: string | null;
}

/** How long a value that was given up may still be on its way, or come back by a restart. Milliseconds. */
const settling = 180_000;

export class OwnSetting {
  readonly cell: Cell;
  /** What the user has set; several values where nobody could tell. */
  allowed: Value[] = [nothing];
  /** The user's change against what is wanted now, which holds until something else is wanted; blurred: nobody could tell. */
  override: { value: Value; blurred: boolean } | null = null;
  /** What was allowed before a change that no server has seen. */
  #unseen: Value[] | null = null;
  /** What was allowed before the last change by hand, whoever has seen it. */
  #beforeHand: Value[] = [];
  #retaking = false;
  /** What was last acted on. */
  #actedOn: Value = nothing;
  /** Values that we wanted here, and until when (epoch milliseconds; Infinity: now). */
  #wanted: { value: Value; until: number }[] = [];
  /** Ever set by hand. */
  readonly #everOwn: Value[] = [nothing];

  constructor(cell: Cell) {
    this.cell = cell;
  }

  /** @param wellSince since when servers and phone system work: time doesn't count for them before. */
  changedByHand(before: Entry, value: Value, record: OnRecord | null, bootId: string, now: number, wellSince: number) {
    this.#everOwn.push(value);
    const reads = this.#reads(value, now, wellSince); // a
    if (same(before.value, value)) {
      // Nothing changed. Where ours stood, the user has confirmed it: race a.
      if (before.by === 'server') this.#widen(value);
      return;
    }
    const unconfirmed = record !== null && (record.phase === 'intent' || record.phase === 'restoring');
    const restarted = record !== null && record.bootId !== null && record.bootId !== bootId;
    const asBefore = [...this.allowed, record?.previous ?? nothing].some((own) => same(own, value));
    const blurred =
      reads || (unconfirmed && asBefore) /* b */ || (restarted && (asBefore || value.mode === 'off')); /* c */
    const earlier = [...this.allowed, ...(this.#unseen ?? [])];
    this.#unseen = earlier;
    this.#beforeHand = earlier;
    this.allowed = blurred ? [value, ...earlier] : [value];
    this.override = same(this.#actedOn, nothing)
      ? null
      : { value, blurred: blurred || this.#retaking /* g */ || (this.override?.blurred ?? false) };
  }

  written(before: Entry, value: Value, how: { seen: boolean; late: boolean }): void {
    if (how.late) {
      this.#widen(value, ...(this.#unseen ?? [])); // e
      if (this.override) this.override.blurred = true;
      else if (!same(this.#actedOn, nothing) && !same(this.#actedOn, value)) this.override = { value, blurred: true };
      return;
    }
    if (before.by !== 'hand' || !this.#unseen || how.seen) return;
    this.#widen(...this.#unseen); // d
    if (this.override) this.override.blurred = true;
  }

  restarted(before: Entry, after: Entry, withDatabase: boolean): void {
    if (this.#unseen) this.#widen(...this.#unseen); // f
    // The same, where what a server had read before the change happens to be what the restart brought back.
    if (before.by === 'hand' && !same(before.value, after.value)) this.#widen(...this.#beforeHand);
    if (this.override && (this.#unseen || !withDatabase)) this.override.blurred = true;
    if (!withDatabase) this.#widen(nothing);
    else if (!same(before.value, after.value) && !(after.by === 'server' && this.#wasWanted(after.value))) {
      // An earlier setting of the user's, which ours or a newer one of theirs had replaced.
      this.#widen(after.value);
      if (!same(this.#actedOn, nothing)) this.override = { value: after.value, blurred: true };
    }
  }

  /** A server has made durable what it saw and what it is about to do. */
  saved(record: OnRecord, seen: Value | null, now: number): void {
    const actedOn = record.phase === 'idle' || record.phase === 'restoring' ? nothing : record.ours!;
    if (!same(actedOn, this.#actedOn)) {
      for (const wanted of this.#wanted) wanted.until = Math.min(wanted.until, now);
      if (actedOn.mode !== 'off') {
        this.#wanted = this.#wanted.filter(({ value }) => !same(value, actedOn));
        this.#wanted.push({ value: actedOn, until: Infinity });
      }
      this.#actedOn = actedOn;
      // Changed since the server looked: race d, or a change against what has just been acted on.
      const { value, by } = this.cell.history.at(-1)!;
      const changedMeanwhile = this.#unseen !== null && by === 'hand' && seen !== null && !same(seen, value);
      this.override = changedMeanwhile && actedOn.mode !== 'off' ? { value, blurred: true } : null;
      if (changedMeanwhile && same(actedOn, value)) this.#widen(...this.#unseen!); // a
    }
    if (seen && same(seen, standing(this.cell))) this.#unseen = null;
    if (record.phase !== 'overridden') this.#retaking = false;
  }

  /** The user gives the change up again. */
  retaken(): void {
    this.override = null;
    this.#retaking = true;
  }

  /** Our own value must never be taken for the user's. */
  isOnlyOurs(value: Value): boolean {
    return this.#wanted.some((wanted) => same(wanted.value, value)) && !this.#everOwn.some((own) => same(own, value));
  }

  /** The phone was found in order while nothing was wanted: that is what the user has from here on. */
  settled(): void {
    this.allowed = [standing(this.cell)];
    this.#unseen = null;
  }

  #wasWanted(value: Value): boolean {
    return this.#wanted.some((wanted) => same(wanted.value, value));
  }
  #reads(value: Value, now: number, wellSince: number): boolean {
    return this.#wanted.some(
      (wanted) => same(wanted.value, value) && Math.max(wanted.until, wellSince) + settling > now,
    );
  }
  #widen(...values: Value[]): void {
    for (const value of values) if (!this.allowed.some((own) => same(own, value))) this.allowed.push(value);
  }
}
