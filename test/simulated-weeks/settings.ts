/** Profiles, rules and settings at random. */
import fc from 'fast-check';
import type { EffectFacts, ProfileFacts, RuleFacts, TargetFacts } from './facts.ts';

export const minute = 60_000;
export const day = 24 * 60 * minute;

export type ProfileDraft = Omit<ProfileFacts, 'id' | 'own' | 'name'>;

export const statuses = [
  'available',
  'beRightBack',
  'appointment',
  'doNotDisturb',
  'onThePhone',
  'outOfOffice',
  'unavailable',
];

export const target = fc.constantFrom<TargetFacts>(
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
export const profile: fc.Arbitrary<ProfileDraft> = fc.record({
  key: fc.constantFrom(...statuses, 'appointment', 'appointment', 'outOfOffice', null),
  status: fc.constantFrom(...statuses),
  active: fc.constantFrom(true, true, true, false),
  mode: fc.constantFrom('off', 'all', 'all', 'all', 'all', 'all', 'doNotDisturb', 'internal'),
  target: fc.option(target, { freq: 12 }),
  busy: fc.option(target, { freq: 1 }),
  unanswered: fc.option(target, { freq: 1 }),
  note: fc.constantFrom(null, 'Until {{until}}'),
});
export const profiles = (maxLength: number) => fc.array(profile, { maxLength });
/** Most stories are about appointments that forward, and not all to one number. */
export const forwarding = (status: string) =>
  profile.map((each) => ({
    ...each,
    ...{ key: status, status, active: true },
    mode: each.mode === 'off' ? 'all' : each.mode,
  }));

export const profileName = fc.constantFrom(...statuses, 'Group 0', 'Own 0', 'group 1', 'Nobody knows');
export const effect: fc.Arbitrary<EffectFacts> = fc.oneof(
  fc.constant('ignore' as const),
  fc.record({
    profile: profileName,
    lead: fc.constantFrom(0, 0, 5, 15, 60),
    lag: fc.constantFrom(0, 0, 5, 10, 30),
  }),
);
export const rule = fc.record(
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
export const few = (maxLength: number) =>
  fc.array(rule, { maxLength }).map((rules) =>
    rules.map((each, i): RuleFacts => {
      // Of the many conditions one or two: with all of them no rule would ever apply.
      const { effect, ...when } = each;
      const kept = Object.entries(when).filter((_, at) => at % 5 === i % 5);
      return { own: false, name: `Rule ${i}`, ...Object.fromEntries(kept), effect };
    }),
  );

export const workingDay = fc.record({
  start: fc.constantFrom('08:00', '09:15', '22:00'),
  end: fc.constantFrom('17:00', '06:00', '12:30'),
  days: fc.constantFrom([1, 2, 3, 4, 5], [1, 3], [1, 2, 3, 4, 5, 6, 7], [6, 7]),
});
export const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
);
export const mobile = fc.constantFrom(null, '0171', '0172');
export const automaticForwarding = fc.oneof(fc.constant(statuses), fc.subarray(statuses));
export const outsideWorkingDay = fc.constantFrom(...Array(14).fill(null), 'unavailable', 'Group 0');
