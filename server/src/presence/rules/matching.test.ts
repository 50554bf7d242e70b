import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seedOfThisRun } from '../../../../test/seed.ts';
import { responseValues, sensitivityValues, showAsValues } from '../../agenda/appointment.ts';
import { sourceKinds } from '../../agenda/merge.ts';
import type { AppointmentDetails, PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import { compiledRules, type Surroundings } from './matching.ts';
import { type Conditions, longestLead, rule, rules, subjectConditionsOf } from './rule.ts';
import { ruleFor } from './specification.ts';

const runs = Number(process.env.WHENABOUTS_RUNS ?? 2_000);
const seed = seedOfThisRun();

const at = (text: string) => Temporal.Instant.from(text);
const office: Surroundings = {
  timeZone: 'Europe/Berlin',
  workingDay: { start: '08:00', end: '17:00', days: [1, 2, 3, 4, 5] },
  freeBusyOnly: false,
};

/** On a Monday from 10 to 11 in Berlin. */
function appointment(fields: Partial<PresenceAppointment> = {}, details: AppointmentDetails = {}): PresenceAppointment {
  return {
    ...{ userId: 'u', uid: 'uid', occurrence: '', allDay: false, showAs: 'busy', sensitivity: 'normal' },
    ...{ response: 'accepted', cancelled: false },
    start: at('2026-11-23T09:00Z'),
    end: at('2026-11-23T10:00Z'),
    details: {
      ...{ title: '', categories: [], organizer: null, attendeeCount: 0, online: false },
      ...{ calendars: ['Calendar'], sources: ['caldav'] },
      ...details,
    },
    ...fields,
  };
}

const applies = (when: Conditions, to: PresenceAppointment, around = office) =>
  compiledRules(rules.parse([{ name: 'the rule', when, effect: { ignore: true } }])).find(to, around) !== null;
const entitled = (title: string, words: string[]) => applies({ title: { words } }, appointment({}, { title }));

describe('words in the title', () => {
  test.each([
    ['Focus time', 'focus', true],
    ['FOCUS', 'Focus', true],
    ['Refocus on sales', 'focus', false],
    ['Focus-Zeit', 'focus', true],
    ['Focus_time', 'focus', false],
    ['Große Straße', 'STRASSE', true],
    ['Café in town', 'cafe', true],
    ['Cafe\u0301 in town', 'Café', true],
    ['Cafeteria', 'Café', false],
    ['team   lunch', 'Team Lunch', true],
    ['Teamlunch', 'Team Lunch', false],
    ['C++ course', 'c++', true],
    ['#focus', '#focus', true],
    ['a.b', 'a.b', true],
    ['aXb', 'a.b', false],
    ['Zug nach Köln, 7:20', 'koln', true],
    ['定例会議', '会議', true],
    ['Ώρα', 'ωρα', true],
    ['', 'focus', false],
  ])('%s has %s: %s', (title, word, has) => expect(entitled(title, [word])).toBe(has));

  test('of several any will do', () => {
    expect(entitled('Doctor', ['focus', 'doctor'])).toBe(true);
    expect(entitled('Lunch', ['focus', 'doctor'])).toBe(false);
  });

  test('a mark is what the title begins with', () => {
    const marked = (title: string, mark: string) => applies({ title: { mark } }, appointment({}, { title }));
    expect(marked('! Not now', '!')).toBe(true);
    expect(marked('  !Not now', '!')).toBe(true);
    expect(marked('Not now!', '!')).toBe(false);
    expect(marked('**bold', '*')).toBe(true);
  });
});

describe('other conditions', () => {
  test('organizer: oneself, an address, a domain', () => {
    const by = (organizer: string[], fields: Partial<PresenceAppointment>, address: string | null) =>
      applies({ organizer }, appointment(fields, { organizer: address }));
    expect(by(['me'], { response: 'organizer' }, null)).toBe(true);
    expect(by(['me'], {}, 'me')).toBe(false);
    expect(by(['Boss@Example.com'], {}, 'boss@example.com')).toBe(true);
    expect(by(['example.com'], {}, 'boss@example.com')).toBe(true);
    expect(by(['@example.com'], {}, 'boss@example.com')).toBe(true);
    expect(by(['example.com'], {}, 'boss@mail.example.com')).toBe(false);
    expect(by(['ample.com'], {}, 'boss@example.com')).toBe(false);
    expect(by(['example.com'], {}, null)).toBe(false);
  });

  test('declined appointments only where the rule says so, cancelled ones never', () => {
    expect(applies({}, appointment({ response: 'declined' }))).toBe(false);
    expect(applies({ response: ['declined', 'none'] }, appointment({ response: 'declined' }))).toBe(true);
    expect(applies({ response: ['declined'] }, appointment({ response: 'declined', cancelled: true }))).toBe(false);
  });

  test('working hours in the user’s zone', () => {
    const evening = { start: at('2026-11-23T15:30Z'), end: at('2026-11-23T18:00Z') };
    expect(applies({ workingHours: 'inside' }, appointment(evening))).toBe(true);
    expect(applies({ workingHours: 'outside' }, appointment(evening))).toBe(false);
    const later = { start: at('2026-11-23T16:00Z'), end: at('2026-11-23T18:00Z') };
    expect(applies({ workingHours: 'outside' }, appointment(later))).toBe(true);
    expect(applies({ workingHours: 'outside' }, appointment(later), { ...office, timeZone: 'UTC' })).toBe(false);
    const weekend = { start: at('2026-11-20T16:00Z'), end: at('2026-11-23T07:00Z') };
    expect(applies({ workingHours: 'outside' }, appointment(weekend))).toBe(true);
  });

  test('length with its bounds', () => {
    expect(applies({ length: { minMinutes: 60, maxMinutes: 60 } }, appointment())).toBe(true);
    expect(applies({ length: { minMinutes: 61 } }, appointment())).toBe(false);
    expect(applies({ length: { maxMinutes: 59 } }, appointment())).toBe(false);
  });

  test('where no subjects are stored, rules that look at them rest, even those that ask for “none”', () => {
    const nobody = appointment({}, { attendeeCount: 0, online: false });
    for (const when of [{ attendees: { max: 3 } }, { online: false }] satisfies Conditions[]) {
      expect(applies(when, nobody)).toBe(true);
      expect(applies(when, nobody, { ...office, freeBusyOnly: true })).toBe(false);
    }
    const mine = appointment({ response: 'organizer' });
    expect(applies({ organizer: ['me'] }, mine, { ...office, freeBusyOnly: true })).toBe(true);
  });
});

test('the first that applies decides, and only what rules look at is needed', () => {
  const list = rules.parse([
    { name: 'long', when: { length: { minMinutes: 90 } }, effect: { profile: 'outOfOffice', leadMinutes: 30 } },
    { name: 'focus', when: { title: { words: ['focus'] } }, effect: { profile: 'doNotDisturb', lagMinutes: 5 } },
    { name: 'rest', effect: { ignore: true } },
  ]);
  const { find, needs, reach } = compiledRules(list);
  expect(find(appointment({}, { title: 'Focus' }), office)?.name).toBe('focus');
  expect(find(appointment({ end: at('2026-11-23T12:00Z') }, { title: 'Focus' }), office)?.name).toBe('long');
  expect(find(appointment({}, { title: 'Lunch' }), office)?.name).toBe('rest');
  expect([...needs]).toEqual(['title']);
  expect(reach).toEqual({ lead: 30 * 60_000, lag: 5 * 60_000 });
  expect(compiledRules(list)).toBe(compiledRules(list));
  const me = rules.parse([{ name: 'mine', when: { organizer: ['me'] }, effect: { ignore: true } }]);
  expect(compiledRules(me).needs.size).toBe(0);
});

test('what a rule can’t be is told where it stands', () => {
  const wrong = (value: unknown) =>
    rules.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  const effect = { ignore: true };
  expect(wrong([{ name: 'a', when: { titel: {} }, effect }])).toEqual(['0.when: Unrecognized key: "titel"']);
  expect(wrong([{ name: ' ', effect }])).toEqual(['0.name: A rule needs a name.']);
  expect(wrong([{ name: 'a', effect: {} }])).toEqual([
    '0.effect: Choose a profile, or that the appointment is ignored.',
  ]);
  expect(wrong([{ name: 'a', effect: { profile: 'x', leadMinutes: -1 } }])).toEqual([
    `0.effect.leadMinutes: Write a whole number of minutes from 0 to ${longestLead}.`,
  ]);
  expect(wrong([{ name: 'a', when: { title: { mark: 'ab' } }, effect }])?.[0]).toContain(
    '0.when.title.mark: A mark is',
  );
  expect(wrong([{ name: 'a', when: { organizer: ['nobody'] }, effect }])?.[0]).toContain(
    '0.when.organizer.0: Write "me"',
  );
  expect(wrong([{ name: 'a', when: { attendees: { min: 3, max: 2 } }, effect }])).toEqual([
    '0.when.attendees: The greatest number is smaller than the least.',
  ]);
  expect(wrong([{ name: 'a', when: { showAs: [] }, effect }])?.[0]).toContain('Choose at least one');
  expect(
    wrong([
      { name: 'Focus', effect },
      { name: 'focus', effect },
    ]),
  ).toEqual(['1.name: There is a rule of this name already.']);
});

test('which conditions look at subjects', () => {
  const of = (when: object) => subjectConditionsOf(rule.parse({ name: 'a', when, effect: { ignore: true } }));
  expect(of({ showAs: ['busy'], organizer: ['me'], sources: ['caldav'], calendars: ['x'] })).toEqual([]);
  expect(of({ online: true, title: { mark: '!' }, categories: ['x'], attendees: { min: 2 } })).toEqual([
    ...['categories', 'title', 'attendees', 'online'],
  ]);
  expect(of({ organizer: ['me', 'example.com'] })).toEqual(['organizer']);
});

test(`agrees with its specification (${runs} runs, WHENABOUTS_SEED=${seed})`, { timeout: 60_000 }, () => {
  const word = fc.constantFrom('focus', 'Fokus', 'FOCUS', 'café', 'CAFE', 'straße', '!', 'c++', 'x', 'é', '_', '7');
  const title = fc
    .array(fc.tuple(word, fc.constantFrom(' ', '', '-', '  ', '!')), { maxLength: 4 })
    .map((parts) => parts.flat().join(''));
  const mail = fc.constantFrom('boss@example.com', 'me@example.com', 'anna@mail.example.com', 'me');
  const name = fc.constantFrom('Work', 'work', 'WÖRK', 'Home', 'Travel ');
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
  const some = <T>(value: fc.Arbitrary<T>) => maybe(fc.array(value, { minLength: 1, maxLength: 3 }));
  const conditionsArbitrary = fc.record({
    showAs: some(fc.constantFrom(...showAsValues)),
    response: some(fc.constantFrom(...responseValues)),
    allDay: maybe(fc.boolean()),
    sensitivity: some(fc.constantFrom(...sensitivityValues)),
    categories: some(name),
    title: maybe(
      fc.oneof(
        fc.record({ words: fc.array(word, { minLength: 1, maxLength: 2 }) }),
        fc.record({ mark: fc.constantFrom('!', '-', '!!') }),
      ),
    ),
    organizer: some(fc.oneof(mail, fc.constantFrom('example.com', '@example.com', 'mail.example.com'))),
    attendees: maybe(fc.record({ min: fc.integer({ min: 0, max: 3 }), max: fc.constantFrom(undefined, 3, 5) })),
    online: maybe(fc.boolean()),
    calendars: some(name),
    sources: some(fc.constantFrom(...sourceKinds)),
    length: maybe(
      fc.record({ minMinutes: fc.constantFrom(0, 60, 90), maxMinutes: fc.constantFrom(undefined, 90, 600) }),
    ),
    workingHours: maybe(fc.constantFrom('inside' as const, 'outside' as const)),
  });
  // One or two conditions each, or hardly a rule would ever apply.
  const few = fc
    .tuple(
      conditionsArbitrary,
      fc.shuffledSubarray(
        [
          'title',
          'organizer',
          'workingHours',
          'showAs',
          'response',
          'length',
          'online',
          'attendees',
          'categories',
          'calendars',
          'sources',
          'allDay',
          'sensitivity',
        ] as const,
        { maxLength: 2 },
      ),
    )
    .map(([all, kept]) => JSON.parse(JSON.stringify(Object.fromEntries(kept.map((key) => [key, all[key]])))) as object);
  const appointmentArbitrary = fc
    .record({
      fields: fc.record({
        showAs: fc.constantFrom(...showAsValues),
        response: fc.constantFrom(...responseValues),
        sensitivity: fc.constantFrom(...sensitivityValues),
        allDay: fc.boolean(),
        cancelled: fc.constantFrom(false, false, false, true),
      }),
      begin: fc.integer({ min: 0, max: 9 * 96 }),
      quarters: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 1_000 })),
      details: fc.record({
        title,
        categories: fc.array(name, { maxLength: 2 }),
        organizer: fc.option(mail.filter((one) => one !== 'me')),
        attendeeCount: fc.integer({ min: 0, max: 6 }),
        online: fc.boolean(),
        calendars: fc.array(name, { minLength: 1, maxLength: 2 }),
        sources: fc.array(fc.constantFrom(...sourceKinds), { minLength: 1, maxLength: 2 }),
      }),
    })
    .map(({ fields, begin, quarters, details }) => {
      const start = at('2026-10-22T00:00Z').add({ minutes: begin * 15 });
      return appointment({ ...fields, start, end: start.add({ minutes: quarters * 15 }) }, details);
    });
  const around = fc.record({
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
    freeBusyOnly: fc.constantFrom(false, false, true),
    workingDay: fc.record({
      start: fc.constantFrom('08:00', '22:00', '00:00'),
      end: fc.constantFrom('17:00', '06:00', '00:00'),
      days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
    }),
  });
  let [applied, none] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(few, { maxLength: 4 }),
      fc.array(appointmentArbitrary, { maxLength: 5 }),
      around,
      (whens, appointments, within) => {
        const list = rules.parse(
          whens.map((when, index) => ({ name: `rule ${index}`, when, effect: { ignore: true } })),
        );
        for (const each of appointments) {
          const found = compiledRules(list).find(each, within)?.name ?? null;
          if (found === null) none++;
          else applied++;
          expect(found).toBe(ruleFor(list, each, within));
        }
      },
    ),
    { numRuns: runs, seed },
  );
  console.log(`${applied} appointments had a rule that applied, ${none} had none`);
});
