import { describe, expect, test } from 'vitest';
import type { PresenceAppointment } from '../agenda/presence-appointments.queries.ts';
import { noTargets } from './numbers.fixture.ts';
import {
  type ForwardingMode,
  type ForwardingTarget,
  noForwarding,
  noProfileForwarding,
  type Profile,
  statuses,
} from './presence.ts';
import { emptyProfileIndex, profileIndex } from './profiles.ts';
import { defaultPresenceSettings, type PresenceSettings } from './settings.ts';
import { type PresenceInputs, type StoredClaim, timeline } from './timeline.ts';

const minute = 60_000;
const hour = 60 * minute;
const ms = (text: string) => Temporal.Instant.from(text).epochMilliseconds;
const instant = (at: number) => Temporal.Instant.fromEpochMilliseconds(at);

function appointment(from: string, to: string, fields: Partial<PresenceAppointment> = {}): PresenceAppointment {
  return {
    userId: 'u',
    uid: `${from}-${to}`,
    occurrence: '',
    start: instant(ms(from)),
    end: instant(ms(to)),
    allDay: false,
    showAs: 'busy',
    sensitivity: 'normal',
    response: 'accepted',
    cancelled: false,
    ...fields,
  };
}

function claim(from: string, fields: Partial<StoredClaim> = {}): StoredClaim {
  return {
    id: 1,
    origin: 'manual',
    profileId: null,
    status: 'doNotDisturb',
    note: null,
    start: ms(from),
    end: null,
    endRule: 'time',
    ...fields,
  };
}

function profile(key: Profile['key'], mode: ForwardingMode, target: ForwardingTarget | null, fields = {}): Profile {
  const status = statuses.find((known) => known === key) ?? 'available';
  return {
    id: `p-${key}`,
    key,
    name: key ?? '',
    status,
    active: true,
    forwarding: { ...noProfileForwarding, mode, target },
    note: null,
    ...fields,
  };
}

const toNumber = (number: string): ForwardingTarget => ({ kind: 'number', number });

function inputs(given: {
  appointments?: PresenceAppointment[];
  claims?: StoredClaim[];
  profiles?: Profile[];
  own?: Profile[];
  settings?: Partial<PresenceSettings>;
  timeZone?: string;
  mobileNumber?: string | null;
  extensions?: string[];
}): PresenceInputs {
  return {
    timeZone: given.timeZone ?? 'UTC',
    settings: { ...defaultPresenceSettings, ...given.settings },
    ...{ ownRules: [], choices: new Map(), freeBusyOnly: false },
    profiles: {
      own: given.own ? profileIndex(given.own) : emptyProfileIndex,
      central: given.profiles ? profileIndex(given.profiles) : emptyProfileIndex,
      targets: {
        ...noTargets,
        mobileNumber: given.mobileNumber ?? null,
        extensions: (given.extensions ?? []).map((number) => ({ phoneSystemId: 'PBX', number })),
      },
    },
    claims: given.claims ?? [],
    appointments: given.appointments ?? [],
  };
}

/** The timeline of a day as "09:00-10:00 appointment", the available stretches left out. */
function day(given: Parameters<typeof inputs>[0], date = '2026-11-23', until = '2026-11-24'): string[] {
  const from = Temporal.Instant.from(`${date}T00:00Z`);
  const to = Temporal.Instant.from(`${until}T00:00Z`);
  const at = (value: Temporal.Instant) => (value.equals(to) ? '24:00' : value.toString().slice(11, 16));
  return timeline(inputs(given), { from, to })
    .filter(({ status, forwarding }) => status !== 'available' || forwarding.mode !== 'off')
    .map(({ start, end, status, forwarding: { mode, target } }) =>
      [`${at(start)}-${at(end!)} ${status}`, mode === 'off' ? '' : ` ${mode} to ${target}`].join(''),
    );
}

const on = (time: string) => `2026-11-23T${time}Z`;
const meeting = (from: string, to: string, fields?: Partial<PresenceAppointment>) =>
  appointment(on(from), on(to), fields);

describe('the mapping', () => {
  test.each([
    ['busy', {}, ['09:00-10:00 appointment']],
    ['out of office', { showAs: 'outOfOffice' }, ['09:00-10:00 outOfOffice']],
    ['tentative', { showAs: 'tentative' }, ['09:00-10:00 appointment']],
    ['free', { showAs: 'free' }, []],
    ['working elsewhere', { showAs: 'workingElsewhere' }, []],
    ['unknown', { showAs: 'unknown' }, []],
    ['declined', { response: 'declined' }, []],
    ['cancelled', { cancelled: true }, []],
    ['cancelled and out of office', { cancelled: true, showAs: 'outOfOffice' }, []],
    ['all-day busy', { allDay: true }, []],
    ['all-day tentative', { allDay: true, showAs: 'tentative' }, []],
    ['all-day out of office', { allDay: true, showAs: 'outOfOffice' }, ['09:00-10:00 outOfOffice']],
  ] as const)('%s', (_name, fields, expected) => {
    expect(day({ appointments: [meeting('09:00', '10:00', fields)] })).toEqual(expected);
  });

  test('tentative ones can be switched off', () => {
    const tentative = meeting('09:00', '10:00', { showAs: 'tentative' });
    expect(day({ appointments: [tentative], settings: { tentativeCounts: false } })).toEqual([]);
  });
});

describe('what users of comparable products complain about (facts/peers.md)', () => {
  const forwards = [profile('appointment', 'all', toNumber('200')), profile('outOfOffice', 'all', toNumber('300'))];

  test('1: back-to-back meetings leave no gap, and forwarding does not flicker', () => {
    expect(day({ profiles: forwards, appointments: [meeting('10:00', '11:00'), meeting('09:00', '10:00')] })).toEqual([
      '09:00-10:00 appointment all to 200',
      '10:00-11:00 appointment all to 200',
    ]);
  });

  test('3: the end of an overlapping meeting does not set the user available mid-meeting', () => {
    expect(day({ appointments: [meeting('09:00', '11:00'), meeting('09:30', '10:00')] })).toEqual([
      '09:00-11:00 appointment',
    ]);
    expect(day({ appointments: [meeting('09:00', '10:00'), meeting('09:30', '11:00')] })).toEqual([
      '09:00-09:30 appointment',
      '09:30-11:00 appointment',
    ]);
  });

  test('3: a status that something stronger took is given back', () => {
    const call = claim(on('09:15'), { origin: 'call', status: 'onThePhone', end: ms(on('09:20')) });
    expect(day({ profiles: forwards, claims: [call], appointments: [meeting('09:00', '10:00')] })).toEqual([
      '09:00-09:15 appointment all to 200',
      '09:15-09:20 onThePhone',
      '09:20-10:00 appointment all to 200',
    ]);
  });

  test('4: a call outranks a meeting and a manual choice', () => {
    const call = claim(on('09:15'), { id: 2, origin: 'call', status: 'onThePhone', end: ms(on('09:20')) });
    const manual = claim(on('09:10'), { end: ms(on('09:30')) });
    expect(
      day({ claims: [manual, call], appointments: [meeting('09:00', '10:00', { showAs: 'outOfOffice' })] }),
    ).toEqual([
      '09:00-09:10 outOfOffice',
      '09:10-09:15 doNotDisturb',
      '09:15-09:20 onThePhone',
      '09:20-09:30 doNotDisturb',
      '09:30-10:00 outOfOffice',
    ]);
  });

  test('4: a manual choice is not overwritten by meetings that begin and end under it', () => {
    const manual = claim(on('08:00'), { endRule: 'untilChanged' });
    const appointments = [meeting('09:00', '10:00'), meeting('10:00', '11:00', { showAs: 'outOfOffice' })];
    expect(day({ claims: [manual], appointments })).toEqual(['08:00-24:00 doNotDisturb']);
  });

  test('5: nothing is shown for free, all-day, declined and cancelled events, and elsewhere is not busy', () => {
    const appointments = [
      meeting('08:00', '09:00', { showAs: 'free' }),
      meeting('00:00', '23:00', { allDay: true }),
      meeting('09:00', '10:00', { response: 'declined' }),
      meeting('11:00', '12:00', { showAs: 'workingElsewhere' }),
      meeting('13:00', '14:00', { cancelled: true }),
    ];
    expect(day({ appointments })).toEqual([]);
  });

  test("6: the user's own note is back after the meeting, without having been stashed", () => {
    const note = claim(on('08:00'), { origin: 'api', status: 'available', note: 'At desk 4', endRule: 'untilChanged' });
    const segments = timeline(inputs({ claims: [note], appointments: [meeting('09:00', '10:00')] }), {
      from: instant(ms(on('08:30'))),
      to: instant(ms(on('11:00'))),
    });
    expect(segments.map((segment) => segment.note)).toEqual(['At desk 4', null, 'At desk 4']);
  });

  test('a meeting that starts later and ends sooner does not cut a longer one that is equal otherwise', () => {
    expect(day({ profiles: forwards, appointments: [meeting('09:30', '10:00'), meeting('09:00', '12:00')] })).toEqual([
      '09:00-12:00 appointment all to 200',
    ]);
  });

  test('out of office wins over a longer meeting, with its forwarding, whole', () => {
    const away = meeting('10:00', '10:30', { showAs: 'outOfOffice' });
    expect(day({ profiles: forwards, appointments: [meeting('09:00', '12:00'), away] })).toEqual([
      '09:00-10:00 appointment all to 200',
      '10:00-10:30 outOfOffice all to 300',
      '10:30-12:00 appointment all to 200',
    ]);
    const quiet = [profile('appointment', 'all', toNumber('200'))];
    expect(day({ profiles: quiet, appointments: [meeting('09:00', '12:00'), away] })[1]).toBe(
      '10:00-10:30 outOfOffice',
    );
  });

  test('zero-length and inverted appointments break nothing and are no boundary', () => {
    const odd = [meeting('09:30', '09:30'), meeting('11:00', '10:00'), meeting('09:00', '12:00')];
    expect(day({ appointments: odd })).toEqual(['09:00-12:00 appointment']);
    const manual = claim(on('09:10'), { endRule: 'nextBoundary' });
    expect(day({ appointments: odd, claims: [manual] })).toEqual([
      '09:00-09:10 appointment',
      '09:10-12:00 doNotDisturb',
    ]);
  });
});

describe('the end of a manual choice', () => {
  const untilBoundary = (at: string) => claim(on(at), { endRule: 'nextBoundary' });

  test('is the beginning of the next appointment, or the end of the running one', () => {
    const appointments = [meeting('09:00', '10:00'), meeting('11:00', '12:00')];
    expect(day({ appointments, claims: [untilBoundary('09:30')] })).toEqual([
      '09:00-09:30 appointment',
      '09:30-10:00 doNotDisturb',
      '11:00-12:00 appointment',
    ]);
    expect(day({ appointments, claims: [untilBoundary('10:00')] })[1]).toBe('10:00-11:00 doNotDisturb');
  });

  test('is not a boundary of something that makes no presence', () => {
    const appointments = [
      meeting('10:00', '11:00', { showAs: 'free' }),
      meeting('12:00', '13:00', { cancelled: true }),
    ];
    expect(day({ appointments, claims: [untilBoundary('09:30')] })).toEqual(['09:30-17:00 doNotDisturb']);
  });

  test("is the end of the working day in the user's zone where no boundary comes before", () => {
    expect(day({ timeZone: 'America/New_York', claims: [untilBoundary('15:00')] })).toEqual([
      '15:00-22:00 doNotDisturb',
    ]);
    // On Friday evening the next working day ends on Monday.
    const friday = claim('2026-11-27T18:00Z', { endRule: 'nextBoundary' });
    const [segment] = timeline(inputs({ claims: [friday] }), {
      from: instant(friday.start),
      to: instant(friday.start + 7 * 24 * hour),
    });
    expect(segment!.end!.toString()).toBe('2026-11-30T17:00:00Z');
  });

  test('keeps to the wall clock on days that are 23 and 25 hours long', () => {
    const everyDay = { workingDay: { start: '08:00', end: '17:00', days: [1, 2, 3, 4, 5, 6, 7] } };
    for (const [made, ends] of [
      ['2026-03-29T00:30Z', '2026-03-29T15:00:00Z'],
      ['2026-10-25T00:30Z', '2026-10-25T16:00:00Z'],
    ] as const) {
      const given = {
        timeZone: 'Europe/Berlin',
        settings: everyDay,
        claims: [claim(made, { endRule: 'nextBoundary' })],
      };
      const [segment] = timeline(inputs(given), { from: instant(ms(made)), to: instant(ms(made) + 24 * hour) });
      expect(segment!.end!.toString()).toBe(ends);
    }
  });

  test('once written down stays, whatever happens to the calendar afterwards', () => {
    const ended = claim(on('08:30'), { endRule: 'nextBoundary', end: ms(on('09:00')) });
    expect(day({ claims: [ended], appointments: [meeting('11:00', '12:00')] })).toEqual([
      '08:30-09:00 doNotDisturb',
      '11:00-12:00 appointment',
    ]);
  });
});

describe('forwarding', () => {
  const busy = { appointments: [meeting('09:00', '10:00')] };
  const only = (given: Parameters<typeof inputs>[0]) =>
    timeline(inputs({ ...busy, ...given }), { from: instant(ms(on('09:00'))), to: instant(ms(on('10:00'))) })[0]!;

  test("a user's own profile replaces the group's of the same key", () => {
    const profiles = [profile('appointment', 'all', toNumber('200'))];
    const own = [profile('appointment', 'external', { kind: 'voicemail' }, { id: 'own' })];
    expect(only({ profiles, own })).toMatchObject({
      profileId: 'own',
      forwarding: { mode: 'external', target: 'voicemail' },
    });
    own[0]!.active = false;
    expect(only({ profiles, own })).toMatchObject({ forwarding: { mode: 'all', target: '200' } });
  });

  test('to the mobile is resolved for each user; without a number calls stay, and the reason says why', () => {
    const profiles = [profile('appointment', 'all', { kind: 'mobile' })];
    expect(only({ profiles, mobileNumber: '+49 170 1' }).forwarding).toEqual({
      ...noForwarding,
      mode: 'all',
      target: '+49 170 1',
    });
    expect(only({ profiles })).toMatchObject({
      forwarding: { mode: 'off', target: null },
      reason: { origin: 'appointment', forwardingProblem: 'noMobileNumber' },
    });
  });

  test("to the user's own extension is refused, however it is written", () => {
    const profiles = [profile('appointment', 'all', toNumber('+49 (30) 123-45'))];
    expect(only({ profiles, extensions: ['+493012345'] })).toMatchObject({
      forwarding: { mode: 'off', target: null },
      reason: { forwardingProblem: 'ownExtension' },
    });
  });

  test('does not come by itself for a status the group has switched it off for, but with a choice by hand', () => {
    const profiles = [profile('appointment', 'all', toNumber('200'))];
    const settings = { automaticForwarding: [] };
    expect(only({ profiles, settings }).forwarding.mode).toBe('off');
    const manual = claim(on('09:00'), { status: 'appointment' });
    expect(only({ profiles, settings, claims: [manual] }).forwarding).toEqual({
      ...noForwarding,
      mode: 'all',
      target: '200',
    });
  });
});

test('an hour of a thousand overlapping appointments and a year of ten thousand are worked out in no time', () => {
  const start = ms('2026-01-01T00:00Z');
  const made = (count: number, begins: (i: number) => number, length: (i: number) => number) =>
    Array.from({ length: count }, (_, i) =>
      appointment('2026-01-01T00:00Z', '2026-01-01T00:00Z', {
        uid: `${i}`,
        start: instant(start + begins(i)),
        end: instant(start + begins(i) + length(i)),
      }),
    );
  const year = { from: instant(start), to: instant(start + 366 * 24 * hour) };
  const began = performance.now();
  const nested = timeline(
    inputs({
      appointments: made(
        1_000,
        (i) => i * 1000,
        (i) => 7_200_000 - i * 2000,
      ),
    }),
    year,
  );
  const long = timeline(
    inputs({
      appointments: made(
        10_000,
        (i) => i * 45 * minute,
        () => hour,
      ),
    }),
    year,
  );
  expect(nested.length).toBe(2);
  expect(long.length).toBe(10_001);
  expect(performance.now() - began).toBeLessThan(5_000); // measured: some 30 ms
});
