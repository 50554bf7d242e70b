/** The places that the pattern of a series gives to its occurrences, and which of them others have taken. Pure. */
import type { Interval } from '../../agenda/appointment.ts';
import { dayOfWall, dayText, modulo, SECONDS_PER_DAY } from '../../agenda/civil.ts';
import type { Zone } from '../../agenda/zones.ts';
import { dayAt, instantOf, instantText, type Span, spanOf } from './items.ts';
import type { CalendarItem } from './operations/calendar-item.ts';

export interface Exception {
  /** Null where the server doesn't tell by what id it is to be had. */
  id: string | null;
  span: Span;
  /** The original start, an xs:dateTime. */
  original: string | null;
}

/** Those that have a place in the stretch, as the master tells them. */
export function exceptionsIn({ modifiedOccurrences }: CalendarItem, { from, to }: Interval): Exception[] {
  return modifiedOccurrences.flatMap(({ itemId, start, end, originalStart }) => {
    const span = spanOf({ start, end });
    // A day more on each side: some servers are wrong by an hour (see `reread`).
    const within =
      span !== null &&
      span.start < to.epochMilliseconds / 1000 + SECONDS_PER_DAY &&
      span.end > from.epochMilliseconds / 1000 - SECONDS_PER_DAY;
    return within ? [{ id: itemId, span, original: originalStart }] : [];
  });
}

/** The places of a series: instants in seconds, or midnights on the wall for whole days (as `patternStarts` has them). */
export class Slots {
  readonly #span: Span;
  readonly #zone: Zone;
  readonly #allDay: boolean;
  #starts: readonly number[] = [];
  #fixedOffset = false;

  constructor(span: Span, zone: Zone, allDay: boolean) {
    this.#span = span;
    this.#zone = zone;
    this.#allDay = allDay;
  }

  /** On the wall: an appointment of 22:00 to 02:00 ends at 02:00 in the night in which clocks are changed too. */
  get #length(): number {
    const { start, end } = this.#span;
    return this.#allDay
      ? (dayAt(end, this.#zone) - dayAt(start, this.#zone)) * SECONDS_PER_DAY
      : this.#zone.wallOf(end) - this.#zone.wallOf(start);
  }

  /** The stretch, with what may reach into it and where the exceptions in it came from. */
  reach({ from, to }: Interval, exceptions: readonly Exception[]): Interval {
    const originals = exceptions.flatMap(({ original }) => instantOf(original) ?? []);
    const least = Math.min(from.epochMilliseconds / 1000 - Math.max(this.#length, 0), ...originals);
    const most = Math.max(to.epochMilliseconds / 1000, ...originals);
    const instant = (seconds: number) => Temporal.Instant.fromEpochMilliseconds(Math.floor(seconds) * 1000);
    return { from: instant(least - SECONDS_PER_DAY), to: instant(most + SECONDS_PER_DAY) };
  }

  /** @param originals what the server says of places that were deleted or moved. */
  fill(starts: readonly number[], originals: readonly (string | null)[]): void {
    this.#starts = starts;
    if (this.#allDay) return;
    const known = new Set(starts);
    const instants = originals.flatMap((text) => instantOf(text) ?? []);
    this.#fixedOffset = instants.some((at) => {
      const there = this.#onWallOfFirst(at);
      return !known.has(at) && (known.has(there) || (this.#isMidnight(there) && !this.#isMidnight(at)));
    });
  }

  /** Null: it can't be read. */
  slotOf(text: string | null): number | null {
    const at = instantOf(text);
    if (at === null) return null;
    if (this.#allDay) return dayAt(at, this.#zone) * SECONDS_PER_DAY;
    const exact = this.reread(at);
    if (this.#starts.includes(exact)) return exact;
    // Where only the day is told (gromox, of what was moved through its EWS) the one of that day is meant; else the
    // nearest one, as no pattern has two in a day.
    const nearest = this.#starts.find((start) => Math.abs(start - exact) <= SECONDS_PER_DAY / 4);
    return this.#onDayOf(exact) ?? nearest ?? exact;
  }

  /** Undefined where it isn't midnight. */
  #onDayOf(at: number): number | undefined {
    if (!this.#isMidnight(at)) return undefined;
    const dayOf = (instant: number) => dayOfWall(this.#zone.wallOf(instant));
    return this.#starts.find((start) => dayOf(start) === dayOf(at));
  }

  #isMidnight(at: number): boolean {
    return modulo(this.#zone.wallOf(at), SECONDS_PER_DAY) === 0;
  }

  /**
   * Some servers (gromox) take the offset that the first occurrence has for all times of exceptions, in winter and in
   * summer: what they tell is right on the wall of the first occurrence.
   */
  reread(at: number): number {
    return this.#fixedOffset ? this.#onWallOfFirst(at) : at;
  }

  #onWallOfFirst(at: number): number {
    return this.#zone.instantOf(at + this.#zone.offsetAt(this.#span.start));
  }

  textOf(slot: number): string {
    return this.#allDay ? dayText(dayOfWall(slot)) : instantText(slot);
  }

  spanAt(slot: number): Span {
    const zone = this.#zone;
    if (!this.#allDay) return { start: slot, end: zone.instantOf(zone.wallOf(slot) + this.#length) };
    const midnight = (wall: number) => zone.instantOf(dayOfWall(wall) * SECONDS_PER_DAY);
    return { start: midnight(slot), end: midnight(slot + this.#length) };
  }
}
