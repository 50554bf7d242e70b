/** Dry runs of presence, held against the timelines before and after. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import type { PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import { profileIndex } from '../profiles.ts';
import { defaultPresenceSettings } from '../settings.ts';
import { type PresenceInputs, timeline } from '../timeline.ts';
import { type ChangedStretch, presenceDryRun } from './dry-run.ts';
import { rules } from './rule.ts';

const minute = 60_000;
const base = Temporal.Instant.from('2026-11-23T08:00Z').epochMilliseconds;
const at = (minutes: number) => Temporal.Instant.fromEpochMilliseconds(base + minutes * minute);
const interval = { from: at(0), to: at(24 * 60) };
const nobody = { mobileNumber: null, extensions: [], deputy: null, assistant: null, team: null };

type Given = Partial<PresenceAppointment> & { title: string; from: number; to: number };
const appointment = ({ title, from, to, ...fields }: Given) =>
  ({
    ...{ userId: 'u', uid: title, occurrence: '', start: at(from), end: at(to), allDay: false, showAs: 'busy' },
    ...{ response: 'accepted', sensitivity: 'normal', cancelled: false, details: { title }, ...fields },
  }) as PresenceAppointment;

const inputsOf = (appointments: PresenceAppointment[], claims: PresenceInputs['claims'] = []): PresenceInputs =>
  ({
    ...{ timeZone: 'Europe/Berlin', settings: defaultPresenceSettings, ownRules: [], choices: new Map() },
    ...{ freeBusyOnly: false, claims, appointments },
    profiles: { own: profileIndex([]), central: profileIndex([]), targets: nobody },
  }) as unknown as PresenceInputs;
const withRules = (inputs: PresenceInputs, list: unknown[]): PresenceInputs => ({
  ...inputs,
  ownRules: rules.parse(list),
});
const told = (changed: readonly ChangedStretch[]) =>
  changed.map(({ start, end, before, after }) => [
    (start.epochMilliseconds - base) / minute,
    (end.epochMilliseconds - base) / minute,
    `${before.status} → ${after.status}`,
  ]);
const quiet = (word: string) => ({
  name: word,
  when: { title: { words: [word] } },
  effect: { profile: 'doNotDisturb' },
});
const ignored = (word: string) => ({ name: word, when: { title: { words: [word] } }, effect: { ignore: true } });

test('what something stronger hides doesn’t change presence; what ends later shows again', () => {
  const away = appointment({ title: 'Fair', from: 60, to: 120, showAs: 'outOfOffice' });
  const talk = appointment({ title: 'Talk', from: 90, to: 180 });
  const before = inputsOf([away, talk]);
  const changed = presenceDryRun(before, withRules(before, [quiet('talk')]), interval, () => false);
  expect(told(changed)).toEqual([[120, 180, 'appointment → doNotDisturb']]);
  expect(changed[0]!.after.rule).toEqual({ from: 'own', name: 'talk' });
  expect(told(presenceDryRun(before, withRules(before, [ignored('fair')]), interval, () => false))).toEqual([
    [60, 90, 'outOfOffice → available'],
    [90, 120, 'outOfOffice → appointment'],
  ]);
});

test('a choice by hand counts as long as it lasts, and that another rule says the same is no change', () => {
  const talk = appointment({ title: 'Talk', from: 60, to: 180 });
  const choice = { id: 1, origin: 'manual', profileId: null, status: 'available', note: null } as const;
  const before = inputsOf(
    [talk],
    [{ ...choice, start: at(-10).epochMilliseconds, end: at(100).epochMilliseconds, endRule: 'time' }],
  );
  const after = withRules(before, [quiet('talk')]);
  expect(told(presenceDryRun(before, after, interval, () => false))).toEqual([
    [100, 180, 'appointment → doNotDisturb'],
  ]);
  const same = withRules(before, [{ name: 'Same', effect: { profile: 'appointment' } }]);
  expect(presenceDryRun(before, same, interval, () => false)).toEqual([]);
});

const seed = seedOfThisRun();
const numRuns = Number(process.env.WHENABOUTS_RUNS ?? 300);
test(`before and what is told of make after; appointments that are kept tell nothing (${numRuns} runs, WHENABOUTS_SEED=${seed})`, () => {
  const meeting = fc.record({
    title: fc.constantFrom('alpha', 'beta', 'gamma'),
    from: fc.integer({ min: -60, max: 1500 }),
    length: fc.integer({ min: 0, max: 300 }),
    showAs: fc.constantFrom('busy', 'tentative', 'outOfOffice', 'free'),
    sensitivity: fc.constantFrom('normal', 'private'),
  });
  const rule = fc.record({
    name: fc.constantFrom('one', 'two'),
    when: fc.record({ title: fc.record({ words: fc.subarray(['alpha', 'beta', 'gamma'], { minLength: 1 }) }) }),
    effect: fc.oneof(
      fc.constant({ ignore: true }),
      fc.record({
        profile: fc.constantFrom('doNotDisturb', 'available', 'outOfOffice', 'nobody’s'),
        leadMinutes: fc.nat(90),
        lagMinutes: fc.nat(90),
      }),
    ),
  });
  const scene = fc.record({
    meetings: fc.array(meeting, { maxLength: 6 }),
    before: fc.uniqueArray(rule, { maxLength: 2, selector: ({ name }) => name }),
    after: fc.uniqueArray(rule, { maxLength: 2, selector: ({ name }) => name }),
  });
  fc.assert(
    fc.property(scene, (given) => {
      const appointments = given.meetings.map(({ length, ...fields }, index) =>
        appointment({ ...fields, uid: `${index}`, to: fields.from + length } as Given),
      );
      const inputs = inputsOf(appointments);
      const [before, after] = [withRules(inputs, given.before), withRules(inputs, given.after)];
      const statusAt = (of: PresenceInputs, time: number) =>
        timeline(of, interval).find(({ end }) => end!.epochMilliseconds > time)!.status;
      const changed = presenceDryRun(before, after, interval, () => false);
      for (let time = base; time < interval.to.epochMilliseconds; time += 7 * minute) {
        const told = changed.find(({ start, end }) => start.epochMilliseconds <= time && end.epochMilliseconds > time);
        const [was, willBe] = [statusAt(before, time), statusAt(after, time)];
        expect(told ? [told.before.status, told.after.status] : [was, was]).toEqual([was, willBe]);
      }
      const isKept = ({ sensitivity }: PresenceAppointment) => sensitivity === 'private';
      const renamed = (of: PresenceInputs): PresenceInputs => ({
        ...of,
        appointments: appointments.map((one) => (isKept(one) ? { ...one, details: { title: 'delta' } } : one)),
      });
      // Without rules before, what private appointments are called makes no difference to what is told.
      const open = withRules(inputs, []);
      expect(told(presenceDryRun(open, after, interval, isKept))).toEqual(
        told(presenceDryRun(renamed(open), renamed(after), interval, isKept)),
      );
    }),
    { seed, numRuns },
  );
});
