/**
 * The occurrences of a series. Where the server lists them they say when they are, and one that is as the pattern has it
 * speaks for all such; where it lists the master alone they are expanded here. Pure.
 */
import type { Interval, SkippedComponent } from '../../agenda/appointment.ts';
import { dayOfWall, dayText, SECONDS_PER_DAY } from '../../agenda/civil.ts';
import { RecurrenceError } from '../../agenda/recurrence-rule.ts';
import type { Zone } from '../../agenda/zones.ts';
import type { Member } from '../kept.ts';
import {
  appointmentOf,
  dateText,
  dayAt,
  instantOf,
  instantText,
  isSkipped,
  occurrenceOf,
  originalStart,
  type Span,
  spanOf,
  uidOf,
  zoneOfItem,
} from './items.ts';
import type { CalendarItem } from './operations/calendar-item.ts';
import type { FoundItem } from './operations/find-calendar-items.ts';
import { patternStarts } from './recurrence.ts';

export interface Members {
  members: Member[];
  skipped: SkippedComponent[];
}

/** Of listed ones those that have to be read: all but the occurrences that are as the pattern has them, and one of those. */
export function idsToRead(listed: readonly FoundItem[]): string[] {
  const plain = listed.find(isPlain);
  const others = listed.filter((item) => !isPlain(item));
  return [...(plain ? [plain] : []), ...others].map(({ id }) => id);
}

/** Exceptions have fields of their own; what has no times in the listing has to be asked for them. */
const isPlain = (item: FoundItem): boolean => item.calendarItemType === 'Occurrence' && spanOf(item) !== null;

/** @param read what was read, by id. */
export function membersListed(
  listed: readonly FoundItem[],
  read: ReadonlyMap<string, CalendarItem>,
  timeZone: string,
): Members {
  const all: Members = { members: [], skipped: [] };
  const template = read.get(listed.find(isPlain)?.id ?? '');
  // Whether the series is one of whole days says the one that is as the pattern has it, not an exception.
  const zone = template?.isAllDayEvent === true ? zoneOfItem(template, timeZone) : null;
  const textOf = (original: number) => (zone ? dateText(original, zone) : instantText(original));
  for (const one of listed) {
    const item = read.get(one.id);
    const span = spanOf(item ?? one);
    if (template && span && isPlain(one))
      all.members.push({ id: one.id, appointment: occurrenceOf(template, span, textOf(span.start), timeZone) });
    else if (item) {
      const made = appointmentOf(item, timeZone);
      const original = originalStart(item);
      const known = template && span && original !== null && !isSkipped(made);
      add(all, known ? { ...made, appointment: occurrenceOf(item, span, textOf(original), timeZone) } : made);
    }
  }
  return all;
}

function add({ members, skipped }: Members, one: Member | SkippedComponent): void {
  if (isSkipped(one)) skipped.push(one);
  else members.push(one);
}

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

/** @param read what was read of the exceptions, by id; one that is missing has what the master has, at its own time. */
export function membersExpanded(
  master: CalendarItem,
  read: ReadonlyMap<string, CalendarItem>,
  stretch: Interval,
  timeZone: string,
): Members {
  const uid = uidOf(master);
  const span = spanOf(master);
  if (span === null || master.recurrence === null)
    return { members: [], skipped: [{ uid, reason: 'When it recurs can’t be read.' }] };
  const zone = zoneOfItem(master, timeZone);
  const allDay = master.isAllDayEvent === true;
  const slots = new Slots(span, zone, allDay);
  const exceptions = exceptionsIn(master, stretch);
  let starts: number[];
  try {
    const reach = slots.reach(stretch, exceptions);
    starts = patternStarts({ recurrence: master.recurrence, start: span.start, allDay, zone }, reach);
  } catch (error) {
    if (!(error instanceof RecurrenceError)) throw error;
    return { members: [], skipped: [{ uid, reason: error.message }] };
  }
  const replaced = [
    ...master.deletedOccurrences.map(({ start }) => start),
    ...master.modifiedOccurrences.map(({ originalStart }) => originalStart),
  ];
  slots.fill(starts, replaced);
  const gone = new Set(replaced.map((text) => slots.slotOf(text)));
  const all: Members = { members: [], skipped: [] };
  const put = (id: string, item: CalendarItem, at: Span, slot: number) =>
    all.members.push({ id, appointment: occurrenceOf(item, at, slots.textOf(slot), timeZone) });
  for (const start of starts) if (!gone.has(start)) put(master.itemId.id, master, slots.spanAt(start), start);
  for (const { id, span: told, original } of exceptions) {
    const slot = slots.slotOf(original);
    if (slot === null) continue;
    const item = id === null ? undefined : read.get(id);
    const at = (item && spanOf(item)) ?? told;
    // Whatever the server calls it, it belongs to the series.
    const fields = { ...(item ?? master), uid: master.uid, calendarItemType: 'Exception' };
    put(id ?? master.itemId.id, fields, { start: slots.reread(at.start), end: slots.reread(at.end) }, slot);
  }
  return all;
}

/** The places of a series: instants in seconds, or midnights on the wall for whole days (as `patternStarts` has them). */
class Slots {
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
    this.#fixedOffset = instants.some((at) => !known.has(at) && known.has(this.#onWallOfFirst(at)));
  }

  /** Null: it can't be read. */
  slotOf(text: string | null): number | null {
    const at = instantOf(text);
    if (at === null) return null;
    if (this.#allDay) return dayAt(at, this.#zone) * SECONDS_PER_DAY;
    const exact = this.reread(at);
    // No pattern has two in a day, so the nearest one is meant; and where only the day is told (gromox, of what was
    // moved through its EWS), the one of that day.
    const nearest = this.#starts.find((start) => Math.abs(start - exact) <= SECONDS_PER_DAY / 4);
    return nearest ?? this.#onDayOf(at) ?? exact;
  }

  /** @param at undefined for what isn't midnight. */
  #onDayOf(at: number): number | undefined {
    const wall = this.#zone.wallOf(at);
    if (wall % SECONDS_PER_DAY !== 0) return undefined;
    return this.#starts.find((start) => dayOfWall(this.#zone.wallOf(start)) === dayOfWall(wall));
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
