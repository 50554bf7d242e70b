/** Weeks at random: people, settings, calendars, and what happens. Plain values, so that fast-check can shorten a story. */
import fc from 'fast-check';
import type { Ability } from './connection.ts';
import type { EffectFacts, ProfileFacts, RuleFacts, TargetFacts } from './facts.ts';
import type { Group } from './office.ts';
import type { Value } from './phone-system.ts';

export const minute = 60_000;
export const day = 24 * 60 * minute;

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
export type ProfileDraft = Omit<ProfileFacts, 'id' | 'own' | 'name'>;
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

/** A time of the story; around a boundary of an appointment or soon after the last happening most things meet. */
export type When =
  | { at: number }
  | { appointment: number; occurrence: number; edge: 'start' | 'end'; ms: number }
  | { after: number };

export type Happening = { when: When } & (
  | {
      what: 'choose';
      who: number;
      status: string;
      profile: number | null;
      end: string;
      minutes: number;
      note: string | null;
    }
  | { what: 'automatic'; who: number }
  | { what: 'call'; who: number; system: number; seconds: number }
  | { what: 'program'; who: number; name: string; status: string; minutes: number; until: number | null }
  | { what: 'client'; who: number; client: number; state: 'active' | 'idle' | 'locked' | 'closed'; minutes: number }
  | { what: 'hand'; who: number; system: number; slot: 'always' | 'busy' | 'unanswered'; value: Value }
  | { what: 'restart'; system: number; withDatabase: boolean; seconds: number }
  | { what: 'cut' | 'slow' | 'flaky'; system: number; seconds: number }
  | { what: 'crash'; server: number; seconds: number; at: number | null; freed: boolean }
  | { what: 'sleep'; server: number; seconds: number; whenSaved: boolean }
  | { what: 'move'; who: number; appointment: number; occurrence: number; minutes: number; longer: number }
  | { what: 'respond'; who: number; appointment: number; occurrence: number; response: string; cancelled: boolean }
  | { what: 'remove'; who: number; appointment: number; occurrence: number | null }
  | { what: 'choice'; who: number; appointment: number; occurrence: number | null; effect: EffectFacts | null }
  | { what: 'settings'; change: SettingsChange }
  | { what: 'person'; who: number; change: PersonChange }
  /** giveBack: what is ours is given back first. */
  | { what: 'mode'; system: number; mode: 'active' | 'observe'; giveBack: boolean }
  | { what: 'pause'; of: 'user' | 'group' | 'system' | 'all'; which: number; giveBack: boolean; minutes: number | null }
  | { what: 'resume'; of: 'user' | 'group' | 'system' | 'all'; which: number }
  | { what: 'retake'; who: number; system: number }
);
export type SettingsChange =
  | { tentativeCounts: boolean }
  | { automaticForwarding: string[] }
  | { outsideWorkingDay: string | null }
  | { workingDay: Group['workingDay'] }
  | { rules: RuleFacts[] }
  | { ownRulesAllowed: boolean }
  | { profile: ProfileDraft };
export type PersonChange = { mobile: string | null } | { deputy: number | null } | { timeZone: string };

const statuses = [
  'available',
  'beRightBack',
  'appointment',
  'doNotDisturb',
  'onThePhone',
  'outOfOffice',
  'unavailable',
];

const target = fc.constantFrom<TargetFacts>(
  ...([
    'number 0170',
    'number 0180',
    'number 0900',
    'voicemail',
    'mobile',
    'deputy',
    'deputy',
    'assistant',
    'team',
  ] as const),
  ...(['number 201', 'number 202', 'number 203'] as const),
);
const profile: fc.Arbitrary<ProfileDraft> = fc.record({
  key: fc.constantFrom(...statuses, 'appointment', 'appointment', 'outOfOffice', null),
  status: fc.constantFrom(...statuses),
  active: fc.constantFrom(true, true, true, false),
  mode: fc.constantFrom('off', 'all', 'all', 'all', 'all', 'all', 'doNotDisturb', 'internal'),
  target: fc.option(target, { freq: 12 }),
  busy: fc.option(target, { freq: 1 }),
  unanswered: fc.option(target, { freq: 1 }),
  note: fc.constantFrom(null, 'Until {{until}}'),
});
const profiles = (maxLength: number) => fc.array(profile, { maxLength });
/** Most stories are about appointments that forward, and not all to one number. */
const forwarding = (status: string) =>
  profile.map((each) => ({
    ...each,
    ...{ key: status, status, active: true },
    mode: each.mode === 'off' ? 'all' : each.mode,
  }));

const profileName = fc.constantFrom(...statuses, 'Group 0', 'Own 0', 'group 1', 'Nobody knows');
const effect: fc.Arbitrary<EffectFacts> = fc.oneof(
  fc.constant('ignore' as const),
  fc.record({
    profile: profileName,
    lead: fc.constantFrom(0, 0, 5, 15, 60),
    lag: fc.constantFrom(0, 0, 5, 10, 30),
  }),
);
const rule = fc.record(
  {
    showAs: fc.subarray(['free', 'tentative', 'busy', 'outOfOffice', 'workingElsewhere'], { minLength: 1 }),
    response: fc.subarray(['accepted', 'organizer', 'none', 'declined'], { minLength: 1 }),
    allDay: fc.boolean(),
    sensitivity: fc.subarray(['normal', 'private'], { minLength: 1 }),
    word: fc.constantFrom('board', 'Travel'),
    mark: fc.constantFrom('!', '#'),
    category: fc.constantFrom('Red', 'Trip'),
    organizer: fc.constantFrom('me', 'boss@example.com'),
    least: fc.constantFrom(1, 3),
    online: fc.boolean(),
    minMinutes: fc.constantFrom(30, 60),
    maxMinutes: fc.constantFrom(60, 120),
    workingHours: fc.constantFrom('inside' as const, 'outside' as const),
    effect,
  },
  { requiredKeys: ['effect'] },
);
const few = (maxLength: number) =>
  fc.array(rule, { maxLength }).map((rules) =>
    rules.map((each, i): RuleFacts => {
      // Of the many conditions one or two: with all of them no rule would ever apply.
      const { effect, ...when } = each;
      const kept = Object.entries(when).filter((_, at) => at % 5 === i % 5);
      return { own: false, name: `Rule ${i}`, ...Object.fromEntries(kept), effect };
    }),
  );

const workingDay = fc.record({
  start: fc.constantFrom('08:00', '09:15', '22:00'),
  end: fc.constantFrom('17:00', '06:00', '12:30'),
  days: fc.constantFrom([1, 2, 3, 4, 5], [1, 3], [1, 2, 3, 4, 5, 6, 7], [6, 7]),
});
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
);
const mobile = fc.constantFrom(null, '0171', '0172');
const automaticForwarding = fc.oneof(fc.constant(statuses), fc.subarray(statuses));
const outsideWorkingDay = fc.constantFrom(...Array(14).fill(null), 'unavailable', 'Group 0');

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

/** The last ones are also what profiles want. */
const byHand = fc.constantFrom<Value>(
  ...[500, 500, 501, 502].map((number) => ({ mode: 'all', target: String(number) })),
  { mode: 'off', target: null },
  { mode: 'off', target: null },
  { mode: 'doNotDisturb', target: null },
  { mode: 'all', target: '0170' },
  { mode: 'all', target: '201' },
);

// Where everything meets on few phones, more comes of it.
const who = fc.constantFrom(0, 0, 0, 0, 1, 1, 2);
const system = fc.constantFrom(0, 0, 0, 1);
const seconds = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 20, max: 900 }));
const index = fc.nat({ max: 9 });
const occurrence = fc.nat({ max: 3 });

const scope = fc.constantFrom('user', 'user', 'group', 'system', 'all');

const when: fc.Arbitrary<When> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ at: fc.integer({ min: 0, max: 14 * 24 * 60 }).map((at) => at * minute) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      appointment: index,
      occurrence,
      edge: fc.constantFrom('start' as const, 'end' as const),
      ms: fc.oneof(
        fc.integer({ min: -50, max: 400 }),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: -45_000, max: 45_000 }),
        fc.integer({ min: -20, max: 20 }).map((minutes) => minutes * minute),
      ),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      after: fc.oneof(
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 0, max: 30 * minute }),
      ),
    }),
  },
);

const happenings: { weight: number; fields: Record<string, fc.Arbitrary<unknown>> }[] = [
  {
    weight: 4,
    fields: {
      what: fc.constant('choose'),
      who,
      status: fc.constantFrom(...statuses),
      profile: fc.constantFrom(null, null, 0, 1),
      end: fc.constantFrom('time', 'nextBoundary', 'nextBoundary', 'appointmentEnd', 'untilChanged'),
      minutes: fc.constantFrom(1, 10, 60, 600),
      note: fc.constantFrom(null, 'by hand'),
    },
  },
  { weight: 2, fields: { what: fc.constant('automatic'), who } },
  { weight: 2, fields: { what: fc.constant('call'), who, system, seconds } },
  {
    weight: 1,
    fields: {
      what: fc.constant('program'),
      who,
      name: fc.constantFrom('door', 'chat'),
      status: fc.constantFrom(...statuses),
      minutes: fc.constantFrom(1, 10, 120),
      until: fc.constantFrom(null, null, 5, 60),
    },
  },
  {
    weight: 1,
    fields: {
      what: fc.constant('client'),
      who,
      client: fc.nat({ max: 1 }),
      state: fc.constantFrom('active', 'idle', 'locked', 'closed'),
      minutes: fc.constantFrom(2, 60),
    },
  },
  {
    weight: 8,
    fields: {
      what: fc.constant('hand'),
      who,
      system,
      slot: fc.constantFrom('always', 'always', 'always', 'busy', 'unanswered'),
      value: byHand,
    },
  },
  {
    weight: 3,
    fields: { what: fc.constant('restart'), system, withDatabase: fc.constantFrom(true, true, false), seconds },
  },
  { weight: 4, fields: { what: fc.constantFrom('cut', 'slow', 'flaky'), system, seconds } },
  {
    weight: 4,
    fields: {
      what: fc.constant('crash'),
      server: system,
      seconds,
      at: fc.option(fc.nat({ max: 5 })),
      freed: fc.boolean(),
    },
  },
  {
    weight: 2,
    fields: {
      what: fc.constant('sleep'),
      server: system,
      seconds: fc.integer({ min: 1, max: 80 }),
      whenSaved: fc.boolean(),
    },
  },
  {
    weight: 2,
    fields: {
      what: fc.constant('move'),
      who,
      appointment: index,
      occurrence,
      minutes: fc.constantFrom(-1440, -60, -15, 0, 5, 15, 60, 1440),
      longer: fc.constantFrom(-15, 0, 0, 30),
    },
  },
  {
    weight: 1,
    fields: {
      what: fc.constant('respond'),
      who,
      appointment: index,
      occurrence,
      response: fc.constantFrom('accepted', 'declined'),
      cancelled: fc.boolean(),
    },
  },
  { weight: 1, fields: { what: fc.constant('remove'), who, appointment: index, occurrence: fc.option(occurrence) } },
  {
    weight: 1,
    fields: {
      what: fc.constant('choice'),
      who,
      appointment: index,
      occurrence: fc.option(occurrence),
      effect: fc.option(effect),
    },
  },
  {
    weight: 2,
    fields: {
      what: fc.constant('settings'),
      change: fc.oneof(
        fc.record({ tentativeCounts: fc.boolean() }),
        fc.record({ automaticForwarding }),
        fc.record({ outsideWorkingDay }),
        fc.record({ workingDay }),
        fc.record({ rules: few(3) }),
        fc.record({ ownRulesAllowed: fc.boolean() }),
        fc.record({ profile }),
        fc.record({ profile }),
      ),
    },
  },
  {
    weight: 1,
    fields: {
      what: fc.constant('person'),
      who,
      change: fc.oneof(
        fc.record({ mobile }),
        fc.record({ deputy: fc.constantFrom(null, 1, 2) }),
        fc.record({ timeZone: zone }),
      ),
    },
  },
  {
    weight: 1,
    fields: {
      what: fc.constant('mode'),
      system,
      mode: fc.constantFrom('active', 'active', 'observe'),
      giveBack: fc.boolean(),
    },
  },
  {
    weight: 2,
    fields: {
      what: fc.constant('pause'),
      of: scope,
      which: who,
      giveBack: fc.boolean(),
      minutes: fc.constantFrom(null, 1, 30, 600),
    },
  },
  { weight: 2, fields: { what: fc.constant('resume'), of: scope, which: who } },
  { weight: 1, fields: { what: fc.constant('retake'), who, system } },
];
const happening = fc.oneof(
  ...happenings.map(({ weight, fields }) => ({
    weight,
    arbitrary: fc.record({ when, ...fields }) as fc.Arbitrary<Happening>,
  })),
);

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
