/**
 * The occurrences of a series. Where the server lists them they say when they are, and one that is as the pattern has it
 * speaks for all such; where it lists the master alone they are expanded here. Pure.
 */
import type { Interval, SkippedComponent } from '../../agenda/appointment.ts';
import { dayOfWall, SECONDS_PER_DAY } from '../../agenda/civil.ts';
import { RecurrenceError } from '../../agenda/recurrence-rule.ts';
import type { Zone } from '../../agenda/zones.ts';
import type { Member } from '../kept.ts';
import type { CalendarItem, ListedItem, ModifiedOccurrence } from './calendar-item.ts';
import {
  appointmentOf,
  dayAt,
  instantOf,
  isSkipped,
  occurrenceOf,
  type Span,
  spanOf,
  uidOf,
  zoneOfItem,
} from './items.ts';
import { patternStarts } from './recurrence.ts';

export interface Members {
  members: Member[];
  skipped: SkippedComponent[];
}

/** Of listed ones those that have to be read: each exception, and the first of those that are as the pattern has them. */
export function idsToRead(listed: readonly ListedItem[]): string[] {
  const plain = listed.find(isPlain);
  const others = listed.filter((item) => !isPlain(item));
  return [...(plain ? [plain] : []), ...others].map(({ id }) => id);
}

/** Exceptions have fields of their own; what has no times in the listing has to be asked for them. */
const isPlain = (item: ListedItem): boolean => item.calendarItemType === 'Occurrence' && spanOf(item) !== null;

/** @param read what was read, by id. */
export function membersListed(
  listed: readonly ListedItem[],
  read: ReadonlyMap<string, CalendarItem>,
  timeZone: string,
): Members {
  const all: Members = { members: [], skipped: [] };
  const template = read.get(listed.find(isPlain)?.id ?? '');
  for (const one of listed) {
    const item = read.get(one.id);
    const span = spanOf(one);
    if (item) add(all, appointmentOf(item, timeZone));
    else if (template && span && isPlain(one))
      all.members.push({ id: one.id, appointment: occurrenceOf(template, span, span.start, timeZone) });
  }
  return all;
}

function add({ members, skipped }: Members, one: Member | SkippedComponent): void {
  if (isSkipped(one)) skipped.push(one);
  else members.push(one);
}

/** Exceptions that have a place in the stretch. */
export function modifiedIn({ modifiedOccurrences }: CalendarItem, { from, to }: Interval): ModifiedOccurrence[] {
  return modifiedOccurrences.filter((one) => {
    const span = spanOf(one);
    // A day more on each side: some servers are wrong by an hour (see `reread`).
    return (
      span !== null &&
      span.start < to.epochMilliseconds / 1000 + SECONDS_PER_DAY &&
      span.end > from.epochMilliseconds / 1000 - SECONDS_PER_DAY
    );
  });
}

/** @param exceptions what was read of them, by id; one that is missing has what the master has, at its own time. */
export function membersExpanded(
  master: CalendarItem,
  exceptions: ReadonlyMap<string, CalendarItem>,
  stretch: Interval,
  timeZone: string,
): Members {
  const uid = uidOf(master);
  const span = spanOf(master);
  if (span === null || master.recurrence === null)
    return { members: [], skipped: [{ uid, reason: 'When it recurs can’t be read.' }] };
  const zone = zoneOfItem(master, timeZone);
  const allDay = master.isAllDayEvent === 'true';
  const slots = new Slots(span, zone, allDay);
  const modified = modifiedIn(master, stretch);
  let starts: number[];
  try {
    const reach = slots.reach(stretch, modified);
    starts = patternStarts({ recurrence: master.recurrence, start: span.start, allDay, zone }, reach);
  } catch (error) {
    if (!(error instanceof RecurrenceError)) throw error;
    return { members: [], skipped: [{ uid, reason: error.message }] };
  }
  slots.fill(starts, [
    ...master.deletedOccurrences,
    ...master.modifiedOccurrences.map(({ originalStart }) => originalStart),
  ]);
  const gone = new Set(
    [...master.deletedOccurrences, ...master.modifiedOccurrences.map(({ originalStart }) => originalStart)].map(
      (text) => slots.slotOf(text),
    ),
  );
  const all: Members = { members: [], skipped: [] };
  for (const start of starts) {
    if (gone.has(start)) continue;
    const at = slots.spanAt(start);
    all.members.push({ id: master.id, appointment: occurrenceOf(master, at, at.start, timeZone) });
  }
  for (const one of modified) {
    const item = exceptions.get(one.id);
    const at = spanOf(item ?? one) ?? spanOf(one);
    const original = slots.slotOf(one.originalStart);
    if (at === null || original === null) continue;
    // Its own type, whatever the server calls it: it belongs to the series.
    const fields = { ...(item ?? master), uid: master.uid, calendarItemType: 'Exception' };
    const moved = { start: slots.reread(at.start), end: slots.reread(at.end) };
    all.members.push({ id: one.id, appointment: occurrenceOf(fields, moved, slots.spanAt(original).start, timeZone) });
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
  reach({ from, to }: Interval, modified: readonly ModifiedOccurrence[]): Interval {
    const originals = modified.flatMap(({ originalStart }) => instantOf(originalStart) ?? []);
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
    // No pattern has two in a day, so the nearest one is meant.
    const nearest = this.#starts.find((start) => Math.abs(start - exact) <= SECONDS_PER_DAY / 4);
    return nearest ?? exact;
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

  spanAt(slot: number): Span {
    const zone = this.#zone;
    if (!this.#allDay) return { start: slot, end: zone.instantOf(zone.wallOf(slot) + this.#length) };
    const midnight = (wall: number) => zone.instantOf(dayOfWall(wall) * SECONDS_PER_DAY);
    return { start: midnight(slot), end: midnight(slot + this.#length) };
  }
}
