/** The zones of one calendar: what its TZIDs mean. */

import { wallTime } from '../../agenda/civil.ts';
import { parseRule } from '../../agenda/recurrence-rule.ts';
import type { Zone } from '../../agenda/zones.ts';
import { definedZone, type Observance } from '../../agenda/zones-definition.ts';
import { zoneNamed, zoneOf } from '../../agenda/zones-names.ts';
import type { Component } from './content-lines.ts';
import { dateOf, datesOf, parseOffset, properties, property, textOf, wallOfValue } from './values.ts';

interface Definition {
  zone: Zone;
  /** The UTC offsets it uses since 1970. */
  offsets: number[];
}

export class CalendarZones {
  readonly #definitions = new Map<string, Definition>();
  readonly #resolved = new Map<string, Zone>();
  readonly #fallback: Zone;
  /** X-WR-TIMEZONE: the zone the calendar's owner sees it in; null where the calendar doesn't say. */
  readonly calendarZone: Zone | null;

  /**
   * @param calendar the VCALENDAR
   * @param text the text it was parsed from
   * @param userZone what times mean in a zone that nothing explains, such as Exchange's tzone://Microsoft/Custom: the
   * calendar's own zone, the only one it defines, or this. The appointment is the user's, made in a zone that is likely
   * the user's, and dropping it would hide it.
   */
  constructor(calendar: Component, text: string, userZone: Zone) {
    for (const component of calendar.components) {
      const tzid = component.name === 'VTIMEZONE' ? textOf(component, 'TZID') : null;
      const definition = tzid && definitionOf(component, text, tzid);
      if (definition && !this.#definitions.has(tzid)) this.#definitions.set(tzid, definition);
    }
    this.calendarZone = zoneNamed(textOf(calendar, 'X-WR-TIMEZONE') ?? '');
    const only = this.#definitions.size === 1 ? [...this.#definitions.keys()][0]! : null;
    this.#fallback = this.calendarZone ?? (only === null ? userZone : this.zone(only));
  }

  zone(tzid: string): Zone {
    let zone = this.#resolved.get(tzid);
    if (!zone) {
      zone = zoneOf(tzid, this.#definitions.get(tzid) ?? null) ?? this.#fallback;
      this.#resolved.set(tzid, zone);
    }
    return zone;
  }
}

/** The same definition stands in every object of a calendar: its table is made once. */
const definitions = new Map<string, Definition | null>();
const MAX_DEFINITIONS = 500;

function definitionOf(component: Component, text: string, tzid: string): Definition | null {
  const key = text.slice(component.from, component.to);
  const known = definitions.get(key);
  if (known !== undefined) return known;
  const definition = readDefinition(component, tzid);
  if (definitions.size >= MAX_DEFINITIONS) definitions.delete(definitions.keys().next().value!);
  definitions.set(key, definition);
  return definition;
}

/** null where it has no observance that can be read: then the name alone has to do. */
function readDefinition(component: Component, tzid: string): Definition | null {
  const observances = component.components.flatMap((part) =>
    part.name === 'STANDARD' || part.name === 'DAYLIGHT' ? (readObservance(part) ?? []) : [],
  );
  if (observances.length === 0) return null;
  const since1970 = observances.filter(
    ({ start, dates, rules }) =>
      Math.max(start, ...dates) >= wallTime(1970, 1, 1) || rules.some((rule) => rule.until === null),
  );
  return { zone: definedZone(tzid, observances), offsets: since1970.map(({ offsetTo }) => offsetTo) };
}

function readObservance(component: Component): Observance | null {
  try {
    const start = property(component, 'DTSTART');
    const offsetTo = parseOffset(property(component, 'TZOFFSETTO')?.value ?? '');
    if (!start || offsetTo === null) return null;
    return {
      start: wallOfValue(dateOf(start)),
      offsetFrom: parseOffset(property(component, 'TZOFFSETFROM')?.value ?? '') ?? offsetTo,
      offsetTo,
      rules: properties(component, 'RRULE').map((line) => parseRule(line.value)),
      dates: properties(component, 'RDATE')
        .flatMap((line) => datesOf(line).map(wallOfValue))
        .slice(0, 2000),
    };
  } catch {
    return null;
  }
}
