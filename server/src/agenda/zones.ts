/**
 * Time zones as tables of offset changes, so that a wall time becomes an instant by a look-up instead of by a Temporal
 * call per occurrence. All times are plain seconds: wall times as in civil.ts, instants since 1970-01-01T00:00:00Z.
 */
import { DAYS_PER_CYCLE, SECONDS_PER_DAY, wallTime } from './civil.ts';

export interface Zone {
  /** The IANA name, or what a calendar calls it where only the calendar defines it. */
  readonly name: string;
  /** NaN where no clock of the zone ever shows this time; the first of two where clocks show it twice. */
  exactInstantOf(wall: number): number;
  /** Where the time doesn't exist, the offset before the gap counts (RFC 5545, 3.3.5): 02:30 becomes 03:30. */
  instantOf(wall: number): number;
  wallOf(instant: number): number;
  /** The offset from UTC in seconds, east positive. */
  offsetAt(instant: number): number;
}

/** From this instant on, clocks are `offset` seconds ahead of UTC. */
export interface OffsetChange {
  at: number;
  offset: number;
}

/** Gives the changes in [from, to) in order, and the offset in force before them. */
export type OffsetSource = (from: number, to: number) => { before: number; changes: OffsetChange[] };

/** Tables reach from the days of local mean time to here, and on demand through the 400 years after. */
const TABLE_START = wallTime(1800, 1, 1);
const TABLE_END = wallTime(2100, 1, 1);
const CYCLE_SECONDS = DAYS_PER_CYCLE * SECONDS_PER_DAY;
/** More than the widest jump of any clock. */
const SAFE_DISTANCE = 2 * SECONDS_PER_DAY;

class TableZone implements Zone {
  readonly name: string;
  readonly #source: OffsetSource;
  /** The offset `#offsets[i]` is in force from `#starts[i]` to `#starts[i + 1]`. */
  readonly #starts: number[];
  readonly #offsets: number[];
  #end = TABLE_END;
  /** Where the last look-up ended: the next one is nearly always there or just after. */
  #last = 0;

  constructor(name: string, source: OffsetSource) {
    this.name = name;
    this.#source = source;
    const { before, changes } = source(TABLE_START, TABLE_END);
    this.#starts = [Number.NEGATIVE_INFINITY];
    this.#offsets = [before];
    this.#append(changes);
  }

  exactInstantOf(wall: number): number {
    const shift = this.#reach(wall);
    const local = wall - shift;
    let index = this.#indexBefore(local - SAFE_DISTANCE);
    for (;;) {
      const instant = local - this.#offsets[index]!;
      const next = this.#starts[index + 1] ?? Number.POSITIVE_INFINITY;
      if (instant < next) return instant + shift;
      if (local - this.#offsets[index + 1]! < next) return Number.NaN;
      index++;
    }
  }

  instantOf(wall: number): number {
    const exact = this.exactInstantOf(wall);
    if (!Number.isNaN(exact)) return exact;
    // No clock jumps twice within a day: a day earlier the offset before the gap is in force.
    return wall - this.offsetAt(this.instantOf(wall - SECONDS_PER_DAY));
  }

  wallOf(instant: number): number {
    return instant + this.offsetAt(instant);
  }

  offsetAt(instant: number): number {
    return this.#offsets[this.#indexBefore(instant - this.#reach(instant))]!;
  }

  /** Extends the table where the time needs it. Beyond its end the calendar repeats: says how far to step back. */
  #reach(time: number): number {
    if (time < this.#end - SAFE_DISTANCE) return 0;
    if (this.#end === TABLE_END) {
      this.#end = TABLE_END + CYCLE_SECONDS;
      this.#append(this.#source(TABLE_END, this.#end).changes);
    }
    const beyond = time - (this.#end - SAFE_DISTANCE);
    return beyond < 0 ? 0 : Math.ceil((beyond + 1) / CYCLE_SECONDS) * CYCLE_SECONDS;
  }

  #append(changes: readonly OffsetChange[]): void {
    for (const { at, offset } of changes) {
      if (offset === this.#offsets.at(-1)) continue;
      this.#starts.push(at);
      this.#offsets.push(offset);
    }
  }

  /** The index of the last change at or before `instant`. */
  #indexBefore(instant: number): number {
    const starts = this.#starts;
    let low = this.#last;
    if (starts[low]! <= instant) {
      const next = starts[low + 1];
      if (next === undefined || instant < next) return low;
      const afterNext = starts[low + 2];
      if (afterNext === undefined || instant < afterNext) {
        this.#last = low + 1;
        return low + 1;
      }
    } else low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= instant) low = middle;
      else high = middle - 1;
    }
    this.#last = low;
    return low;
  }
}

class FixedZone implements Zone {
  readonly name: string;
  readonly #offset: number;

  constructor(name: string, offset: number) {
    this.name = name;
    this.#offset = offset;
  }

  exactInstantOf(wall: number): number {
    return wall - this.#offset;
  }

  instantOf(wall: number): number {
    return wall - this.#offset;
  }

  wallOf(instant: number): number {
    return instant + this.#offset;
  }

  offsetAt(): number {
    return this.#offset;
  }
}

export const utc: Zone = new FixedZone('UTC', 0);

/** @param offset seconds, east of Greenwich positive */
export function fixedZone(name: string, offset: number): Zone {
  return new FixedZone(name, offset);
}

export function tableZone(name: string, source: OffsetSource): Zone {
  return new TableZone(name, source);
}

const ianaZones = new Map<string, Zone | null>();

/** The zone of the runtime's tz database, links included, in any case of letters; null where it has none so named. */
export function ianaZone(name: string): Zone | null {
  // An offset such as "+05:00" would pass for a zone in Temporal.
  if (!/^[A-Za-z][\w+/-]{0,60}$/.test(name)) return null;
  const key = name.toLowerCase();
  const known = ianaZones.get(key);
  if (known !== undefined) return known;
  const zone = loadIanaZone(name);
  // Wrong names come from calendars: they may be many, zones are some hundred.
  if (zone || ianaZones.size < 2000) ianaZones.set(key, zone);
  return zone;
}

function loadIanaZone(name: string): Zone | null {
  let id: string;
  try {
    id = new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch {
    return null;
  }
  if (/^(etc\/)?(utc|uct|gmt|zulu|greenwich|universal)$/i.test(id)) return new FixedZone(id, 0);
  return new TableZone(id, (from, to) => {
    let time = new Temporal.ZonedDateTime(BigInt(from) * 1_000_000_000n, id);
    const before = secondsOf(time.offsetNanoseconds);
    const changes: OffsetChange[] = [];
    for (;;) {
      const next = time.getTimeZoneTransition('next');
      const at = next === null ? Number.POSITIVE_INFINITY : next.epochMilliseconds / 1000;
      if (next === null || at >= to) return { before, changes };
      changes.push({ at, offset: secondsOf(next.offsetNanoseconds) });
      time = next;
    }
  });
}

function secondsOf(nanoseconds: number): number {
  return Math.round(nanoseconds / 1_000_000_000);
}
