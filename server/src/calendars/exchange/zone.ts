/**
 * The zone an item was made in. Windows keeps zones as groups of yearly changes, each group from some date on; a zone of
 * somebody's own ("Customized Time Zone") has no name that says anything, only its definition. Pure.
 * Source: MS-OXWSGTZ 2.2.4 (TimeZoneDefinitionType and what it holds).
 */
import { civilOf, dayOf, daysInMonth, SECONDS_PER_DAY, weekdayOf } from '../../agenda/civil.ts';
import { type OffsetChange, tableZone, type Zone } from '../../agenda/zones.ts';
import { zoneNamed } from '../../agenda/zones-names.ts';
import type { TimeZoneDefinition, TimeZoneTransition } from './operations/time-zone-definition.ts';

/** The same definition stands in every item of a mailbox: its table is made once. */
const made = new Map<string, Zone | null>();
const mostKept = 500;

/** @returns null for a zone that neither its name nor its definition explains. */
export function zoneOfDefinition(definition: TimeZoneDefinition | null): Zone | null {
  if (definition === null) return null;
  const key = JSON.stringify(definition);
  const known = made.get(key);
  if (known !== undefined) return known;
  // Definitions are often cut to a year: a name that the world knows says more.
  const zone = namedBy(definition.id || null) ?? definedBy(definition) ?? namedBy(definition.name);
  if (made.size >= mostKept) made.delete(made.keys().next().value!);
  made.set(key, zone);
  return zone;
}

const namedBy = (name: string | null): Zone | null => (name === null ? null : zoneNamed(name));

interface Stretch {
  /** Instant in seconds from which the group counts. */
  from: number;
  transitions: readonly TimeZoneTransition[];
}

function definedBy({ id, name, periods, groups, transitions }: TimeZoneDefinition): Zone | null {
  const offsets = new Map(periods.map((period) => [period.id, offsetOf(period.bias)]));
  const offsetTo = ({ to }: TimeZoneTransition): number | null =>
    (to?.kind === 'Period' ? offsets.get(to.id) : null) ?? null;
  const stretches: Stretch[] = transitions.flatMap((transition) => {
    const group = transition.to?.kind === 'Group' ? groups.find((one) => one.id === transition.to?.id) : null;
    const inside = transition.to?.kind === 'Period' ? [transition] : (group?.transitions ?? []);
    return inside.some((one) => offsetTo(one) !== null)
      ? [{ from: instantOf(transition.dateTime), transitions: inside }]
      : [];
  });
  const standard = periods.map(({ bias }) => offsetOf(bias)).find((offset) => offset !== null);
  if (stretches.length === 0 && standard === undefined) return null;
  stretches.sort((a, b) => a.from - b.from);
  return tableZone(id || name || 'zone', (from, to) => {
    const changes: OffsetChange[] = [];
    for (const [index, stretch] of stretches.entries()) {
      const until = stretches[index + 1]?.from ?? Number.POSITIVE_INFINITY;
      changes.push(...changesIn(stretch, Math.max(stretch.from, from), Math.min(until, to), offsetTo));
    }
    const first = stretches[0] && offsetBefore(stretches[0], offsetTo);
    return { before: first ?? standard ?? 0, changes };
  });
}

/** Of a stretch the offset with which its years begin: that of the last change of a year. */
function offsetBefore(
  { transitions }: Stretch,
  offsetTo: (transition: TimeZoneTransition) => number | null,
): number | null {
  const yearly = transitions.filter(isYearly).sort((a, b) => (a.month ?? 0) - (b.month ?? 0));
  return offsetTo(yearly.at(-1) ?? transitions[0]!);
}

function changesIn(
  stretch: Stretch,
  from: number,
  to: number,
  offsetTo: (transition: TimeZoneTransition) => number | null,
): OffsetChange[] {
  const beginning = offsetBefore(stretch, offsetTo) ?? 0;
  const yearly = stretch.transitions.filter(isYearly);
  const changes: OffsetChange[] = [];
  let offset = beginning;
  const [first, last] = [from, to].map((at) => civilOf(Math.floor(at / SECONDS_PER_DAY)).year) as [number, number];
  for (let year = first - 1; yearly.length > 0 && year <= last; year++) {
    const walls = yearly.map((one) => ({ wall: wallIn(one, year), next: offsetTo(one) }));
    for (const { wall, next } of walls.sort((a, b) => a.wall - b.wall)) {
      if (next === null || Number.isNaN(wall)) continue;
      // Told on the wall before the change.
      changes.push({ at: wall - offset, offset: next });
      offset = next;
    }
  }
  const inForce = changes.filter(({ at }) => at <= from).at(-1)?.offset ?? beginning;
  return [{ at: from, offset: inForce }, ...changes.filter(({ at }) => at > from && at < to)];
}

const isYearly = ({ type }: TimeZoneTransition): boolean =>
  type === 'RecurringDayTransition' || type === 'RecurringDateTransition';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** The wall time of the change in that year; NaN where it isn't told. */
function wallIn(transition: TimeZoneTransition, year: number): number {
  const month = Number(transition.month);
  if (!(month >= 1 && month <= 12)) return Number.NaN;
  const timeOfDay = durationOf(transition.timeOffset) ?? 0;
  const last = daysInMonth(year, month);
  if (transition.type === 'RecurringDateTransition')
    return dayOf(year, month, Math.min(Math.max(Number(transition.day) || 1, 1), last)) * SECONDS_PER_DAY + timeOfDay;
  const weekday = weekdays.indexOf(transition.dayOfWeek ?? '');
  if (weekday < 0) return Number.NaN;
  const occurrence = Number(transition.occurrence) || 1;
  const firstOne = 1 + ((weekday - weekdayOf(dayOf(year, month, 1)) + 7) % 7);
  const lastOne = firstOne + 7 * Math.floor((last - firstOne) / 7);
  const day = occurrence < 0 ? lastOne : Math.min(firstOne + 7 * (occurrence - 1), lastOne);
  return dayOf(year, month, day) * SECONDS_PER_DAY + timeOfDay;
}

/** A bias is what has to be added to get UTC. */
function offsetOf(bias: string | null): number | null {
  const seconds = durationOf(bias);
  return seconds === null || Math.abs(seconds) > 15 * 3600 ? null : -seconds;
}

/** Seconds of an xs:duration of days and time; null for anything else. */
function durationOf(text: string | null): number | null {
  const match = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/.exec(text?.trim() ?? '');
  if (!match) return null;
  const [days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return (match[1] ? -1 : 1) * (days * SECONDS_PER_DAY + hours * 3600 + minutes * 60 + seconds);
}

function instantOf(text: string | null): number {
  if (text === null) return Number.NEGATIVE_INFINITY;
  try {
    return Temporal.Instant.from(/(Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`).epochMilliseconds / 1000;
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}
