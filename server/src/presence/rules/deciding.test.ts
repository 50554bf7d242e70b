/** What choices and rules make of a day: presence over time, told by the timeline. */
import { describe, expect, test } from 'vitest';
import type { PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import { noTargets } from '../numbers.fixture.ts';
import { noProfileForwarding, type Profile, type Status } from '../presence.ts';
import { emptyProfileIndex, profileIndex } from '../profiles.ts';
import { defaultPresenceSettings, type PresenceSettings } from '../settings.ts';
import { type PresenceInputs, timeline } from '../timeline.ts';
import { choiceKey, demandsOf } from './deciding.ts';
import { dryRun } from './dry-run.ts';
import { type Effect, effect, rules } from './rule.ts';

/** All on one Monday, in UTC. */
const at = (time: string) => Temporal.Instant.from(`2026-11-23T${time}Z`);
const day = { from: at('00:00'), to: Temporal.Instant.from('2026-11-24T00:00Z') };

const meeting = (title: string, from: string, to: string, fields: Partial<PresenceAppointment> = {}) =>
  ({
    ...{ userId: 'u', uid: title, occurrence: '', start: at(from), end: at(to), allDay: false, showAs: 'busy' },
    ...{ sensitivity: 'normal', response: 'accepted', cancelled: false, details: { title } },
    ...fields,
  }) satisfies PresenceAppointment;

const profile = (name: string, status: Status, fields: Partial<Profile> = {}): Profile => ({
  ...{ id: `id of ${name}`, key: null, name, status, active: true, forwarding: noProfileForwarding, note: null },
  ...fields,
});

function inputs(
  appointments: PresenceAppointment[],
  given: {
    settings?: Partial<PresenceSettings>;
    own?: unknown[];
    group?: unknown[];
    choices?: Record<string, unknown>;
    profiles?: Profile[];
  },
): PresenceInputs {
  const choices = Object.entries(given.choices ?? {}).map(([key, chosen]): [string, Effect] => {
    const [uid = '', occurrence = ''] = key.split('|');
    return [choiceKey(uid, occurrence), effect.parse(chosen)];
  });
  return {
    timeZone: 'UTC',
    settings: { ...defaultPresenceSettings, rules: rules.parse(given.group ?? []), ...given.settings },
    ...{ ownRules: rules.parse(given.own ?? []), choices: new Map(choices), freeBusyOnly: false },
    profiles: { own: emptyProfileIndex, central: profileIndex(given.profiles ?? []), targets: noTargets },
    ...{ claims: [], appointments },
  };
}

/** "09:55 doNotDisturb" and so on, from change to change. */
const told = (of: PresenceInputs) =>
  timeline(of, day).map(({ start, status }) => `${start.toString().slice(11, 16)} ${status}`);
const rule = (name: string, title: string | null, then: unknown) => ({
  name,
  when: title === null ? {} : { title: { words: [title] } },
  effect: then,
});

describe('lead and lag', () => {
  test('widen what the appointment claims, and pass into the next without a gap', () => {
    const journey = rule('Journey', 'customer', { profile: 'outOfOffice', leadMinutes: 30, lagMinutes: 30 });
    const customers = [meeting('Customer A', '09:00', '10:00'), meeting('Customer B', '11:00', '12:00')];
    expect(told(inputs(customers, { group: [journey] }))).toEqual([
      '00:00 available',
      '08:30 outOfOffice',
      '10:30 outOfOffice', // another appointment is the reason now
      '12:30 available',
    ]);
  });

  test('give way to what is stronger, and come back after it', () => {
    const slack = rule('Slack', 'talk', { profile: 'beRightBack', lagMinutes: 60 });
    const both = [meeting('Talk', '09:00', '10:00'), meeting('Board', '10:15', '10:45')];
    expect(told(inputs(both, { group: [slack] }))).toEqual([
      ...['00:00 available', '09:00 beRightBack', '10:15 appointment', '10:45 beRightBack', '11:00 available'],
    ]);
  });

  test('decide what has to be loaded: the longest of all, of choices too', () => {
    const own = [rule('Own', null, { profile: 'available', lagMinutes: 45 })];
    const group = [rule('Group', 'x', { profile: 'available', leadMinutes: 20 })];
    const chosen = { 'a|': { profile: 'available', leadMinutes: 90 } };
    const { needs, reach } = demandsOf([inputs([], { own }), inputs([], { group }), inputs([], { choices: chosen })]);
    expect([[...needs], reach]).toEqual([['title'], { lead: 90 * 60_000, lag: 45 * 60_000 }]);
    const without = inputs([], { own, settings: { ownRulesAllowed: false } });
    expect(demandsOf([without])).toEqual({ needs: new Set(), reach: { lead: 0, lag: 0 } });
  });
});

describe('who decides', () => {
  const weekly = (occurrence: string) => meeting('Weekly', '09:00', '10:00', { occurrence });
  const group = [rule('Group', null, { profile: 'appointment' })];
  const own = [rule('Own', null, { profile: 'beRightBack' })];
  const series = { 'Weekly|': { profile: 'unavailable' } };
  const one = { ...series, 'Weekly|2': { profile: 'doNotDisturb' } };

  test.each([
    ['the default mapping', {}, 'appointment', undefined],
    ['the group', { group: [rule('Group', null, { profile: 'outOfOffice' })] }, 'outOfOffice', 'group'],
    ['own rules before the group’s', { group, own }, 'beRightBack', 'own'],
    ['the choice for a series before all rules', { group, own, choices: series }, 'unavailable', 'choice'],
    ['the choice for the one before that for its series', { group, own, choices: one }, 'doNotDisturb', 'choice'],
  ])('%s', (_, given, status, from) => {
    const [, segment] = timeline(inputs([weekly('2')], given), day);
    expect([segment!.status, segment!.reason.rule?.from]).toEqual([status, from]);
  });

  test('where the group allows no own rules they rest', () => {
    expect(told(inputs([weekly('1')], { own, settings: { ownRulesAllowed: false } }))[1]).toBe('09:00 appointment');
  });

  test('nothing brings a cancelled appointment back; a choice brings a declined one', () => {
    const choices = { 'Weekly|': { profile: 'doNotDisturb' } };
    expect(told(inputs([{ ...weekly(''), cancelled: true }], { choices }))).toEqual(['00:00 available']);
    expect(told(inputs([{ ...weekly(''), response: 'declined' }], { choices }))[1]).toBe('09:00 doNotDisturb');
  });

  test('what is ignored lets show what lies under it', () => {
    const workshop = meeting('Workshop', '08:00', '12:00');
    const ignored = inputs([workshop, meeting('! mine', '09:00', '10:00', { showAs: 'outOfOffice' })], {
      group: [{ name: 'Marked', when: { title: { mark: '!' } }, effect: { ignore: true } }],
    });
    expect(told(ignored)).toEqual(['00:00 available', '08:00 appointment', '12:00 available']);
  });
});

describe('the profile a rule names', () => {
  const central = [
    profile('Appointment', 'appointment', { key: 'appointment' }),
    profile('Deep work', 'doNotDisturb', {
      note: 'Please write',
      forwarding: { ...noProfileForwarding, mode: 'doNotDisturb' },
    }),
  ];
  const focus = meeting('Focus', '09:00', '10:00');
  const deep = rule('Focus', 'focus', { profile: 'deep WORK', leadMinutes: 10 });

  test('counts whole: status, note, forwarding', () => {
    const [, segment] = timeline(inputs([focus], { group: [deep], profiles: central }), day);
    expect(segment).toMatchObject({
      ...{ start: at('08:50'), status: 'doNotDisturb', note: 'Please write', profileId: 'id of Deep work' },
      forwarding: { mode: 'doNotDisturb' },
      reason: { origin: 'appointment', rule: { from: 'group', name: 'Focus' } },
    });
  });

  test('forwards by itself as the group says, and always where it was chosen', () => {
    const settings = { automaticForwarding: [] };
    const modeOf = (given: Parameters<typeof inputs>[1]) =>
      timeline(inputs([focus], { ...given, settings: { ...settings, ...given.settings }, profiles: central }), day)[1]!
        .forwarding.mode;
    expect(modeOf({ settings: { ...settings, rules: rules.parse([deep]) } })).toBe('off');
    expect(modeOf({ choices: { 'Focus|': { profile: 'Deep work' } } })).toBe('doNotDisturb');
  });

  test('that isn’t there leaves it to the default mapping, without lead, and says so', () => {
    const off = central.map((one) => (one.name === 'Deep work' ? { ...one, active: false } : one));
    for (const profiles of [off, []]) {
      const [, segment] = timeline(inputs([focus], { group: [deep], profiles }), day);
      expect(segment).toMatchObject({
        ...{ start: at('09:00'), status: 'appointment' },
        reason: { rule: { from: 'group', name: 'Focus', profileMissing: true } },
      });
    }
  });
});

test('a dry run tells each appointment before and after, and only what really changes as changed', () => {
  const before = inputs(
    [
      meeting('Focus', '09:00', '10:00'),
      meeting('Talk', '11:00', '12:00'),
      meeting('Gone', '13:00', '14:00', { showAs: 'free' }),
    ],
    { group: [rule('Same', 'talk', { profile: 'appointment' })] },
  );
  const settings = { ...before.settings, rules: rules.parse([rule('Focus', 'focus', { ignore: true })]) };
  const entries = dryRun(before, { ...before, settings }, day);
  expect(entries.map(({ appointment, changed }) => [appointment.uid, changed])).toEqual([
    ...[
      ['Focus', true],
      ['Talk', false],
    ],
  ]);
  expect(entries[0]).toMatchObject({
    before: { presence: { status: 'appointment', start: at('09:00') }, rule: null },
    after: { presence: null, rule: { from: 'group', name: 'Focus' } },
  });
});
