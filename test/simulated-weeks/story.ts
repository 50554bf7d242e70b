/** Weeks at random: people, settings, calendars, and what happens. Plain values, so that fast-check can shorten a story. */
import fc from 'fast-check';
import type { Ability } from './connection.ts';
import type { RuleFacts } from './facts.ts';
import { type Happening, happening } from './happenings.ts';
import type { Group } from './office.ts';
import {
  automaticForwarding,
  few,
  forwarding,
  mobile,
  outsideWorkingDay,
  type ProfileDraft,
  profiles,
  workingDay,
  zone,
} from './settings.ts';

export interface Story {
  seed: number;
  /** A Monday, 00:00 UTC. */
  base: string;
  weeks: number;
  servers: 1 | 2;
  systems: Ability[];
  group: Omit<Group, 'profiles'> & { profiles: ProfileDraft[] };
  people: PersonDraft[];
  appointments: AppointmentDraft[];
  happenings: Happening[];
}
export interface PersonDraft {
  timeZone: string;
  mobile: string | null;
  /** On the first system, on the second, or on both; under the same number there or another one. */
  phones: 'first' | 'second' | 'both' | 'bothDifferent';
  /** How many people further on; null: nobody. */
  deputy: number | null;
  assistant: number | null;
  ownProfiles: ProfileDraft[];
  ownRules: RuleFacts[];
}
export interface AppointmentDraft {
  /** People as bits. */
  who: number;
  day: number;
  /** Of the day, on the wall of the first of them. */
  minute: number;
  length: number;
  count: number;
  every: number;
  showAs: string;
  response: string;
  allDay: boolean;
  sensitivity: string;
  title: string;
  category: string | null;
  organizer: string | null;
  attendees: number;
  online: boolean;
}

const appointment: fc.Arbitrary<AppointmentDraft> = fc.record({
  who: fc.constantFrom(1, 1, 1, 3, 3, 2, 7, 127),
  day: fc.oneof(fc.constantFrom(0, 1, 1, 4), fc.integer({ min: 0, max: 9 })),
  // Often one after the other.
  minute: fc.oneof(
    fc.constantFrom(480, 540, 540, 600, 600, 630, 660),
    fc.integer({ min: 0, max: 287 }).map((five) => five * 5),
  ),
  length: fc.constantFrom(0, 5, 15, 30, 30, 60, 60, 60, 90, 120, 240, 3000),
  count: fc.constantFrom(1, 1, 2, 4),
  every: fc.constantFrom(1, 2, 7),
  showAs: fc.constantFrom('busy', 'busy', 'busy', 'busy', 'tentative', 'outOfOffice', 'outOfOffice', 'free'),
  response: fc.constantFrom('accepted', 'accepted', 'accepted', 'organizer', 'none', 'declined'),
  allDay: fc.constantFrom(false, false, false, false, false, true),
  sensitivity: fc.constantFrom('normal', 'normal', 'private'),
  title: fc.constantFrom('Board meeting', '!lunch', 'Travel', 'Talk'),
  category: fc.constantFrom(null, null, 'Red', 'Trip'),
  organizer: fc.constantFrom(null, 'boss@example.com', 'else@example.com'),
  attendees: fc.constantFrom(0, 2, 5),
  online: fc.boolean(),
});

const ability = fc.record({
  voicemail: fc.constantFrom(true, true, false),
  internal: fc.constantFrom(false, true),
  slots: fc.constantFrom(true, true, false),
  readAll: fc.boolean(),
});
const person: fc.Arbitrary<PersonDraft> = fc.record({
  timeZone: zone,
  mobile,
  phones: fc.constantFrom('first', 'first', 'first', 'second', 'both', 'both', 'bothDifferent'),
  deputy: fc.constantFrom(null, 1, 1, 2),
  assistant: fc.constantFrom(null, 1),
  ownProfiles: profiles(1),
  ownRules: few(1),
});

export const stories: fc.Arbitrary<Story> = fc.record({
  seed: fc.integer(),
  // Usual weeks, and those in which clocks change in one of the zones.
  base: fc.constantFrom('2026-03-23', '2026-10-19', '2026-11-02', '2026-03-02', '2026-03-30', '2026-06-08'),
  weeks: fc.constantFrom(1, 2),
  servers: fc.constantFrom(1 as const, 2 as const),
  systems: fc.tuple(ability, ability),
  group: fc.record({
    tentativeCounts: fc.boolean(),
    workingDay,
    outsideWorkingDay,
    client: fc.record({
      active: fc.constantFrom(null, null, 'available'),
      idle: fc.constantFrom(null, 'beRightBack', 'Group 0'),
      locked: fc.constantFrom(null, 'unavailable'),
      ended: fc.constantFrom(null, null, 'unavailable', 'Nobody knows'),
    }),
    automaticForwarding,
    rules: few(2),
    ownRulesAllowed: fc.boolean(),
    team: fc.constantFrom(null, '300'),
    profiles: fc
      .tuple(forwarding('appointment'), forwarding('outOfOffice'), profiles(4))
      .map(([first, second, more]) => [first, second, ...more]),
  }),
  // From five phones on the guard of a phone system has a say.
  people: fc.oneof(
    { weight: 15, arbitrary: fc.array(person, { minLength: 1, maxLength: 3 }) },
    { weight: 1, arbitrary: fc.array(person, { minLength: 5, maxLength: 7 }) },
  ),
  appointments: fc.array(appointment, { minLength: 1, maxLength: 6 }),
  happenings: fc.array(happening, { maxLength: 30, size: 'max' }),
});
