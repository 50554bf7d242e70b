/** The components of one UID to the appointments in a window: the series, its exceptions, and exceptions without a series. */
import type { SkippedComponent, SourceAppointment } from '../../agenda/appointment.ts';
import { dayOfWall, modulo, SECONDS_PER_DAY } from '../../agenda/civil.ts';
import { normalizedUid } from '../../agenda/meeting-key.ts';
import { occurrences } from '../../agenda/recurrence.ts';
import type { Zone } from '../../agenda/zones.ts';
import { type Alarm, alarmsOf, remindersAt } from './alarms.ts';
import type { Component } from './content-lines.ts';
import { type Details, detailsOf } from './details.ts';
import type { CalendarZones } from './time-zones.ts';
import { moved, occurrenceText, onScale, recurrenceOf, type Scale, type Timing, timingOf, whenOf } from './timing.ts';
import { ComponentError, dateOf, property, textOf } from './values.ts';

/** Half-open, in seconds on a scale. */
export interface Span {
  from: number;
  to: number;
}

export interface ExpansionRequest {
  /** The window on the scale of a component: instants for zoned times, wall times for floating and all-day ones. */
  windowOn(scale: Scale): Span;
  /** E-mail addresses, lower case. */
  ownerAddresses: ReadonlySet<string>;
  zones: CalendarZones;
  /** Makes a wall time of a floating or all-day one an instant. */
  userZone: Zone;
  /** Of one series in the window; a series with more is left out. */
  maxOccurrences?: number;
}

export interface Expansion {
  appointments: SourceAppointment[];
  /** The instant of the first one after the window, in seconds; null where nothing comes after it. */
  nextAfterWindow: number | null;
  skipped: SkippedComponent[];
}

/** No person has so many appointments of one series in some months: the rule is a mistake, or means harm. */
const MAX_OCCURRENCES = 10_000;

/** A component read: when it is and what it says. */
interface Read extends Timing {
  component: Component;
  details: Details;
  alarms: Alarm[];
}

/** An exception (RECURRENCE-ID): what replaces the occurrence `id` of the series. */
interface Exception extends Read {
  id: number;
  /** RANGE=THISANDFUTURE: all later occurrences are moved and changed alike. */
  andFuture: boolean;
}

/** One appointment to be: from `start` to `end` on the scale of `read`, saying what `read` says. */
interface Occurrence {
  read: Read;
  start: number;
  end: number;
  /** The original start as text; '' for a single appointment. */
  id: string;
}

/**
 * Never throws: a component that can't be read is skipped, with the reason, and the others stay.
 * @param components all VEVENTs, or all VTODOs, of one UID
 */
export function expandComponents(components: readonly Component[], request: ExpansionRequest): Expansion {
  return new Expander(request).expand(components);
}

class Expander {
  readonly #request: ExpansionRequest;
  readonly #expansion: Expansion = { appointments: [], nextAfterWindow: null, skipped: [] };

  constructor(request: ExpansionRequest) {
    this.#request = request;
  }

  expand(components: readonly Component[]): Expansion {
    const masters = newest(components.filter((component) => !isException(component)));
    const replacing = components.filter(isException);
    const apart = areOccurrences(masters);
    const master = apart ? null : this.#attempt(masters.at(-1), (component) => this.#read(component));
    const exceptions = this.#readExceptions(apart ? [...masters, ...replacing] : replacing, master);
    if (master) this.#attempt(master.component, () => this.#addSeries(master, exceptions));
    for (const exception of exceptions.values()) this.#addException(exception, master);
    return this.#expansion;
  }

  #read(component: Component): Read | null {
    const { zones, ownerAddresses } = this.#request;
    const timing = timingOf(component, zones);
    return (
      timing && { ...timing, component, details: detailsOf(component, ownerAddresses), alarms: alarmsOf(component) }
    );
  }

  /** By the occurrence each replaces; of two for the same one the newer. */
  #readExceptions(components: readonly Component[], master: Read | null): Map<number, Exception> {
    const exceptions = new Map<number, Exception>();
    for (const component of components) {
      const exception = this.#attempt(component, () => this.#readException(component, master));
      if (!exception) continue;
      const known = exceptions.get(exception.id);
      if (!known || sequenceOf(component) >= sequenceOf(known.component)) exceptions.set(exception.id, exception);
    }
    return exceptions;
  }

  #readException(component: Component, master: Read | null): Exception | null {
    const read = this.#read(component);
    if (!read) return null;
    const line = property(component, 'RECURRENCE-ID');
    if (!line) return { ...read, id: read.start, andFuture: false };
    const scale = master ?? read;
    const timeOfDay = modulo((master ?? read).startWall, SECONDS_PER_DAY);
    const id = onScale(dateOf(line), scale, this.#request.zones, timeOfDay);
    return { ...read, id, andFuture: line.parameters?.get('RANGE')?.toUpperCase() === 'THISANDFUTURE' };
  }

  #addSeries(master: Read, exceptions: ReadonlyMap<number, Exception>): void {
    const { set, recurring, ends } = recurrenceOf(master.component, master, this.#request.zones);
    const ranges = [...exceptions.values()].filter((exception) => exception.andFuture).sort((a, b) => a.id - b.id);
    const window = this.#request.windowOn(master);
    const reach = reachOf(master, ranges, ends);
    const limit = this.#request.maxOccurrences ?? MAX_OCCURRENCES;
    const before = this.#expansion.appointments.length;
    let given = 0;
    for (const id of occurrences(set, window.from - reach.before)) {
      if (++given > limit) {
        this.#expansion.appointments.length = before;
        throw new ComponentError(`It has more than ${limit} occurrences in this time, and is left out.`);
      }
      if (exceptions.has(id)) continue;
      const changed = ranges.findLast((range) => range.id <= id);
      const read = changed ?? master;
      const start = changed ? movedAlike(master, id, changed) : id;
      const end = (changed ? undefined : ends.get(id)) ?? moved(read, start, read.length);
      this.#add({ read, start, end, id: recurring ? occurrenceText(master.kind, id) : '' });
      if (id >= window.to + reach.after && start >= this.#request.windowOn(read).to) return;
    }
    const untouched = given === 0 && set.exceptions.size + set.exceptionDays.size === 0;
    if (untouched && occurrences(set, set.start - 2 * SECONDS_PER_DAY).next().done === true)
      this.#skip(master.component, 'Its recurrence rule never gives an occurrence.');
  }

  #addException(exception: Exception, master: Read | null): void {
    const { start } = exception;
    const id = occurrenceText((master ?? exception).kind, exception.id);
    this.#add({ read: exception, start, end: moved(exception, start, exception.length), id });
  }

  /** Adds the occurrence where it is in the window, and remembers the first one after it. */
  #add({ read, start, end, id }: Occurrence): void {
    const task = read.component.name === 'VTODO';
    // A task stands on the agenda when it is due.
    const shown = task ? { start: end, end: read.kind === 'allDay' ? end + SECONDS_PER_DAY : end } : { start, end };
    const window = this.#request.windowOn(read);
    if (shown.start >= window.to) {
      const instant = read.kind === 'zoned' ? shown.start : this.#request.userZone.instantOf(shown.start);
      this.#expansion.nextAfterWindow = Math.min(this.#expansion.nextAfterWindow ?? instant, instant);
      return;
    }
    const ended = shown.end <= window.from && (shown.start < shown.end || shown.start < window.from);
    if (ended) return;
    this.#expansion.appointments.push({
      kind: task ? 'task' : 'event',
      uid: uidOf(read.component) ?? '',
      occurrence: id,
      when: whenOf(read.kind, shown.start, shown.end),
      ...read.details,
      reminders: remindersAt(read.alarms, { start, end, anchor: shown.start, single: id === '' }),
      series: id !== '',
    });
  }

  /** Runs what reads a component; where it can't be read the component is skipped and the rest stays. */
  #attempt<Result>(component: Component | undefined, task: (component: Component) => Result): Result | null {
    if (!component) return null;
    try {
      return task(component);
    } catch (error) {
      this.#skip(component, error instanceof Error ? error.message : String(error));
      return null;
    }
  }

  #skip(component: Component, reason: string): void {
    const recurrenceId = property(component, 'RECURRENCE-ID')?.value.slice(0, 100);
    this.#expansion.skipped.push({ uid: uidOf(component), ...(recurrenceId ? { recurrenceId } : {}), reason });
  }
}

/** How far outside the window the original starts may be of what is inside: by their length or by being moved. */
function reachOf(
  master: Read,
  ranges: readonly Exception[],
  ends: ReadonlyMap<number, number>,
): { before: number; after: number } {
  let longest = 0;
  for (const read of [master, ...ranges])
    longest = Math.max(longest, moved(read, read.start, read.length) - read.start);
  for (const [start, end] of ends) longest = Math.max(longest, end - start);
  let [later, earlier] = [0, 0];
  for (const { start, id } of ranges) {
    later = Math.max(later, start - id);
    earlier = Math.max(earlier, id - start);
  }
  // More on each side for clocks that change between, and for a change that is in another zone.
  const slack = ranges.length > 0 ? 2 * SECONDS_PER_DAY : 0;
  return { before: longest + later + slack + SECONDS_PER_DAY, after: earlier + slack };
}

/**
 * What RANGE=THISANDFUTURE did to one occurrence is done to a later one: moved as far on the wall.
 * @returns its start on the scale of the change, which may be another zone or a whole day
 */
function movedAlike(master: Scale, id: number, change: Exception): number {
  const moved = master.zone.wallOf(id) + change.zone.wallOf(change.start) - master.zone.wallOf(change.id);
  return change.zone.instantOf(change.kind === 'allDay' ? dayOfWall(moved) * SECONDS_PER_DAY : moved);
}

function isException(component: Component): boolean {
  return property(component, 'RECURRENCE-ID') !== null;
}

/** Single events that share a UID and a SEQUENCE but not the time: some exporters write a series out that way. */
function areOccurrences(masters: readonly Component[]): boolean {
  const starts = new Set(masters.map((component) => property(component, 'DTSTART')?.value.trim()));
  return starts.size > 1 && !masters.some((component) => property(component, 'RRULE') ?? property(component, 'RDATE'));
}

/** Those of the highest SEQUENCE: what was sent again replaces what was sent before. */
function newest(components: readonly Component[]): Component[] {
  const highest = components.reduce((found, component) => Math.max(found, sequenceOf(component)), 0);
  return components.filter((component) => sequenceOf(component) === highest);
}

function sequenceOf(component: Component): number {
  return Number.parseInt(textOf(component, 'SEQUENCE') ?? '0', 10) || 0;
}

/** Normalised; null where the component has none. */
export function uidOf(component: Component): string | null {
  const uid = textOf(component, 'UID');
  return uid && normalizedUid(uid);
}
