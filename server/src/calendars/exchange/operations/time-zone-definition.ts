/** A time zone as EWS tells it (MS-OXWSGTZ, TimeZoneDefinitionType): by a Windows id, and by its own rules. */
import type { XmlElement } from '../../xml.ts';
import { childNamed, childrenNamed, childrenOf, integerAt, wordAt } from '../soap/reading.ts';

export interface TimeZoneDefinition {
  /** Of Windows, such as "W. Europe Standard Time"; anything else for a zone that somebody made. */
  id: string;
  name: string | null;
  /** Each with its bias as xs:duration: what is added to local time to get UTC (-PT1H is an hour east). */
  periods: { id: string; name: string | null; bias: string }[];
  groups: { id: string; transitions: TimeZoneTransition[] }[];
  /** From one group to the next, with the date from which on. */
  transitions: TimeZoneTransition[];
}

export interface TimeZoneTransition {
  /** Transition, AbsoluteDateTransition, RecurringDayTransition, RecurringDateTransition. */
  type: string;
  to: { kind: string; id: string } | null;
  /** xs:dateTime. */
  dateTime: string | null;
  /** xs:duration since midnight. */
  timeOffset: string | null;
  /** 1 to 12. */
  month: number | null;
  /** Sunday … Saturday. */
  dayOfWeek: string | null;
  /** 1 to 4; -1 is the last. */
  occurrence: number | null;
  day: number | null;
}

/** @param element StartTimeZone or EndTimeZone. */
export function readTimeZoneDefinition(element: XmlElement | null): TimeZoneDefinition | null {
  if (element === null) return null;
  const periods = childrenNamed(childNamed(element, 'Periods'), 'Period');
  const groups = childrenNamed(childNamed(element, 'TransitionsGroups'), 'TransitionsGroup');
  return {
    id: element.attributes.Id ?? '',
    name: element.attributes.Name ?? null,
    periods: periods.map(({ attributes: { Id, Name, Bias } }) => ({
      id: Id ?? '',
      name: Name ?? null,
      bias: Bias ?? 'PT0S',
    })),
    groups: groups.map((group) => ({ id: group.attributes.Id ?? '', transitions: readTransitions(group) })),
    transitions: readTransitions(childNamed(element, 'Transitions')),
  };
}

function readTransitions(element: XmlElement | null): TimeZoneTransition[] {
  return childrenOf(element).map((each) => {
    const to = childNamed(each, 'To');
    return {
      type: each.name,
      to: to && { kind: to.attributes.Kind ?? 'Period', id: to.text.trim() },
      dateTime: wordAt(each, 'DateTime'),
      timeOffset: wordAt(each, 'TimeOffset'),
      month: integerAt(each, 'Month'),
      dayOfWeek: wordAt(each, 'DayOfWeek'),
      occurrence: integerAt(each, 'Occurrence'),
      day: integerAt(each, 'Day'),
    };
  });
}
