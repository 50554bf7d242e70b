/** What happens in a story, and when. */
import fc from 'fast-check';
import type { EffectFacts, RuleFacts } from './facts.ts';
import type { Group } from './office.ts';
import type { Value } from './phone-system.ts';
import {
  automaticForwarding,
  effect,
  few,
  minute,
  mobile,
  outsideWorkingDay,
  type ProfileDraft,
  profile,
  statuses,
  workingDay,
  zone,
} from './settings.ts';

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
export const happening = fc.oneof(
  ...happenings.map(({ weight, fields }) => ({
    weight,
    arbitrary: fc.record({ when, ...fields }) as fc.Arbitrary<Happening>,
  })),
);
