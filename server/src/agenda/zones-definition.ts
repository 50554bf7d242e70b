/** A zone from the VTIMEZONE of a calendar (RFC 5545, 3.6.5): its observances and when each begins. */

import { occurrences } from './recurrence.ts';
import type { RecurrenceRule } from './recurrence-rule.ts';
import { type OffsetChange, tableZone, utc, type Zone } from './zones.ts';

/** A STANDARD or DAYLIGHT sub-component. Offsets are seconds, east positive; `start` and `dates` are wall times. */
export interface Observance {
  start: number;
  offsetFrom: number;
  offsetTo: number;
  rules: readonly RecurrenceRule[];
  dates: readonly number[];
}

/** An honest definition changes a few times a year; a hostile one must not fill the memory. */
const MAX_ONSETS = 2000;

/** @param observances at least one, in any order */
export function definedZone(name: string, observances: readonly Observance[]): Zone {
  return tableZone(name, (from, to) => {
    const changes = observances.flatMap((observance) => onsets(observance, from, to)).sort((a, b) => a.at - b.at);
    const first = [...observances].sort((a, b) => a.start - b.start)[0]!;
    return { before: changes[0]?.offsetFrom ?? first.offsetTo, changes };
  });
}

function onsets(observance: Observance, from: number, to: number): (OffsetChange & { offsetFrom: number })[] {
  const { offsetFrom, offsetTo: offset } = observance;
  const found: (OffsetChange & { offsetFrom: number })[] = [];
  const walls = occurrences(
    {
      start: observance.start,
      allDay: false,
      zone: utc,
      rules: observance.rules.map((rule) => onWall(rule, offsetFrom)),
      exceptionRules: [],
      // DTSTART is the first onset whether or not the rule gives it.
      dates: [observance.start, ...observance.dates],
      exceptions: new Set(),
      exceptionDays: new Set(),
    },
    from + offsetFrom,
  );
  for (const wall of walls) {
    const at = wall - offsetFrom;
    if (at >= to || found.length === MAX_ONSETS) break;
    found.push({ at, offset, offsetFrom });
  }
  return found;
}

/** Onsets are counted on the wall before the change, UNTIL is given in UTC. */
function onWall(rule: RecurrenceRule, offsetFrom: number): RecurrenceRule {
  return rule.until?.kind === 'utc'
    ? { ...rule, until: { kind: 'local', wall: rule.until.instant + offsetFrom } }
    : rule;
}
