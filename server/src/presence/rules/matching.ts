/**
 * Which rule applies to an appointment. Pure.
 *
 * Rules are compiled once for a list, however many appointments and users are asked: words become regular expressions,
 * lists become sets. What a list looks at is known too, so that only that is loaded (`needs`), and how far its lead and
 * lag reach.
 */
import type { PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import type { WorkingDay } from '../settings.ts';
import { touchesWorkingDay } from '../working-day.ts';
import { type Conditions, type Effect, type Rule, subjectConditionsOf } from './rule.ts';
import { folded, startsWithMark, wordsPattern } from './words.ts';

/** What rules may look at beside what every appointment is loaded with. */
export const details = ['title', 'categories', 'organizer', 'attendeeCount', 'online', 'calendars', 'sources'] as const;
export type Detail = (typeof details)[number];

/** What appointments are judged within. */
export interface Surroundings {
  timeZone: string;
  workingDay: WorkingDay;
  /** The group stores no subjects: rules that look at them rest. */
  freeBusyOnly: boolean;
}

export interface CompiledRules {
  /** The first rule that applies; null: none does. */
  find(appointment: PresenceAppointment, within: Surroundings): Rule | null;
  needs: ReadonlySet<Detail>;
  /** The longest of all leads and lags. Milliseconds. */
  reach: Reach;
}

export interface Reach {
  lead: number;
  lag: number;
}

type Test = (appointment: PresenceAppointment, within: Surroundings) => boolean;

const known = new WeakMap<readonly Rule[], CompiledRules>();

/** Remembered by the list itself: a group's settings are read once for a batch of users. */
export function compiledRules(rules: readonly Rule[]): CompiledRules {
  const before = known.get(rules);
  if (before) return before;
  const compiled = compile(rules);
  known.set(rules, compiled);
  return compiled;
}

function compile(rules: readonly Rule[]): CompiledRules {
  const each = rules.map((rule) => ({
    rule,
    subjects: subjectConditionsOf(rule).length > 0,
    declined: rule.when.response?.includes('declined') ?? false,
    tests: testsOf(rule.when),
  }));
  return {
    find(appointment, within) {
      if (appointment.cancelled) return null;
      for (const { rule, subjects, declined, tests } of each) {
        if (subjects && within.freeBusyOnly) continue;
        if (appointment.response === 'declined' && !declined) continue;
        if (tests.every((test) => test(appointment, within))) return rule;
      }
      return null;
    },
    needs: new Set(rules.flatMap(({ when }) => needsOf(when))),
    reach: widest(rules.map(({ effect }) => reachOf(effect))),
  };
}

/** Milliseconds. */
export const reachOf = (effect: Effect): Reach =>
  'ignore' in effect ? noReach : { lead: effect.leadMinutes * 60_000, lag: effect.lagMinutes * 60_000 };

export const noReach: Reach = { lead: 0, lag: 0 };

export const widest = (reaches: readonly Reach[]): Reach => ({
  lead: Math.max(0, ...reaches.map(({ lead }) => lead)),
  lag: Math.max(0, ...reaches.map(({ lag }) => lag)),
});

function needsOf(when: Conditions): Detail[] {
  return details.filter((detail) => {
    if (detail === 'organizer') return when.organizer?.some((who) => who !== 'me');
    return when[detail === 'attendeeCount' ? 'attendees' : detail] !== undefined;
  });
}

/** The cheap ones first: most appointments are done with after one look. */
function testsOf(when: Conditions): Test[] {
  const tests: Test[] = [];
  const { showAs, response, allDay, sensitivity, length, categories, title, organizer, attendees, online } = when;
  if (showAs) tests.push((appointment) => showAs.includes(appointment.showAs));
  if (response) tests.push((appointment) => response.includes(appointment.response));
  if (allDay !== undefined) tests.push((appointment) => appointment.allDay === allDay);
  if (sensitivity) tests.push((appointment) => sensitivity.includes(appointment.sensitivity));
  if (length) {
    const [least, most] = [(length.minMinutes ?? 0) * 60_000, (length.maxMinutes ?? Infinity) * 60_000];
    tests.push(({ start, end }) => within(end.epochMilliseconds - start.epochMilliseconds, least, most));
  }
  if (online !== undefined) tests.push(({ details }) => details?.online === online);
  if (attendees) {
    const { min = 0, max = Infinity } = attendees;
    tests.push(({ details }) => within(details?.attendeeCount ?? 0, min, max));
  }
  if (when.sources) tests.push(anyOf(when.sources, 'sources'));
  if (when.calendars) tests.push(anyOf(when.calendars, 'calendars'));
  if (categories) tests.push(anyOf(categories, 'categories'));
  if (organizer) tests.push(organizedBy(organizer));
  if (title) tests.push(entitled(title));
  if (when.workingHours) tests.push(workingHours(when.workingHours));
  return tests;
}

const within = (value: number, least: number, most: number) => value >= least && value <= most;

/** Whole names; case and accents don't matter. */
function anyOf(names: readonly string[], detail: 'sources' | 'calendars' | 'categories'): Test {
  const wanted = new Set(names.map(folded));
  return ({ details }) => details?.[detail]?.some((name) => wanted.has(folded(name))) ?? false;
}

function organizedBy(organizers: readonly string[]): Test {
  const me = organizers.includes('me');
  const addresses = new Set(organizers.filter((who) => /[^@]@/.test(who)));
  const domains = new Set(
    organizers.filter((who) => who !== 'me' && !/[^@]@/.test(who)).map((who) => who.replace('@', '')),
  );
  return ({ response, details }) => {
    if (me && response === 'organizer') return true;
    const address = details?.organizer?.toLowerCase() ?? '';
    return addresses.has(address) || domains.has(address.slice(address.lastIndexOf('@') + 1));
  };
}

function entitled(title: NonNullable<Conditions['title']>): Test {
  if ('mark' in title) return ({ details }) => startsWithMark(details?.title ?? '', title.mark);
  const pattern = wordsPattern(title.words);
  return ({ details }) => pattern.test(folded(details?.title ?? ''));
}

function workingHours(where: 'inside' | 'outside'): Test {
  return ({ start, end }, { workingDay, timeZone }) =>
    touchesWorkingDay(start.epochMilliseconds, end.epochMilliseconds, workingDay, timeZone) === (where === 'inside');
}
