/** The timeline against its oracle on random claims, calendars, profiles, settings and zones. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../test/seed.ts';
import type { PresenceAppointment } from '../agenda/presence-appointments.queries.ts';
import type { ClientReport } from './clients.ts';
import { asWritten } from './numbers.fixture.ts';
import { type ForwardingTarget, forwardingModes, type Profile, statuses } from './presence.ts';
import { profileIndex } from './profiles.ts';
import { defaultPresenceSettings, type PresenceSettings } from './settings.ts';
import { decidedBy, stackAt } from './stack.ts';
import { isStronger, type PresenceInputs, type StoredClaim, timeline } from './timeline.ts';
import { presenceThrough } from './timeline-oracle.ts';

const minute = 60_000;
const ms = (text: string) => Temporal.Instant.from(text).epochMilliseconds;
const instant = (at: number) => Temporal.Instant.fromEpochMilliseconds(at);
const forbidden = '0900';
const toNumber = (number: string): ForwardingTarget => ({ kind: 'number', number });

const runs = Number(process.env.WHENABOUTS_RUNS ?? 1_000);
const seed = seedOfThisRun();

test(`agrees with the oracle at every tick (${runs} runs, WHENABOUTS_SEED=${seed})`, {
  timeout: 60_000 + runs * 50,
}, () => {
  const tick = 15 * minute;
  const ticks = 3 * 24 * 4;
  // Often close together, so that boundaries meet.
  const some = fc.oneof(fc.integer({ min: -40, max: ticks + 20 }), fc.integer({ min: 30, max: 42 }));
  const length = fc.oneof(fc.integer({ min: -2, max: 12 }), fc.integer({ min: 0, max: 200 }));
  const base = fc
    .constantFrom('2026-03-27T00:00Z', '2026-10-23T00:00Z', '2026-11-20T00:00Z', '2026-04-04T00:00Z')
    .map(ms);
  const targetArbitrary = fc.constantFrom<ForwardingTarget | null>(
    toNumber('100'),
    toNumber('200'),
    toNumber(forbidden),
    { kind: 'mobile' },
    { kind: 'voicemail' },
    { kind: 'predefined', targetId: 'reception' },
    { kind: 'predefined', targetId: 'gone' },
    { kind: 'team' },
    { kind: 'deputy' },
    { kind: 'assistant' },
    null,
  );
  const number = fc.constantFrom('0170', '100', '300', forbidden);
  const extensions = fc.array(fc.record({ phoneSystemId: fc.constantFrom('A', 'B'), number }), { maxLength: 3 });
  const person = fc.record({ mobileNumber: fc.option(number), extensions });
  const profilesArbitrary = (owner: string) =>
    fc.uniqueArray(
      fc.record({
        key: fc.constantFrom<Profile['key']>(...statuses, null),
        status: fc.constantFrom(...statuses),
        active: fc.boolean(),
        mode: fc.constantFrom(...forwardingModes),
        target: targetArbitrary,
        busy: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, targetArbitrary),
        unanswered: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, targetArbitrary),
        note: fc.constantFrom(null, `note of ${owner}`),
      }),
      { selector: ({ key }) => key, maxLength: 6 },
    );
  const named = fc.constantFrom(null, null, 'available', 'beRightBack', 'unavailable', 'Own 1', 'GROUP 2', 'nobody’s');
  const scene = fc.record({
    base,
    looked: fc.integer({ min: 0, max: ticks - 1 }),
    appointments: fc.array(
      fc.record({
        at: some,
        length,
        showAs: fc.constantFrom('free', 'tentative', 'busy', 'outOfOffice', 'workingElsewhere', 'unknown'),
        response: fc.constantFrom('accepted', 'accepted', 'none', 'declined'),
        allDay: fc.constantFrom(false, false, true),
        cancelled: fc.constantFrom(false, false, false, true),
      }),
      { maxLength: 9 },
    ),
    claims: fc.array(
      fc.record({
        origin: fc.constantFrom('call', 'manual', 'api'),
        status: fc.constantFrom(...statuses),
        profile: fc.constantFrom(null, 'own 0', 'group 0', 'group 1', 'gone'),
        at: some,
        length: fc.option(length),
        endRule: fc.constantFrom('time', 'nextBoundary', 'untilChanged', 'appointmentEnd'),
        appointment: fc.integer({ min: 0, max: 3 }),
        lease: fc.option(length),
        note: fc.constantFrom(null, 'by hand'),
      }),
      { maxLength: 5 },
    ),
    clients: fc.array(fc.record({ state: fc.constantFrom('active', 'idle', 'locked'), at: some, length }), {
      maxLength: 4,
    }),
    client: fc.record({ onStart: named, onEnd: named, onInactive: named, onLocked: named }),
    group: profilesArbitrary('group'),
    own: profilesArbitrary('own'),
    targets: fc.record({
      mobileNumber: fc.option(number),
      extensions,
      deputy: fc.option(person),
      assistant: fc.option(person),
      team: fc.option(fc.record({ number, internal: fc.boolean() })),
    }),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe'),
    settings: fc.record({
      tentativeCounts: fc.boolean(),
      outsideWorkingDay: named,
      automaticForwarding: fc.subarray([...statuses]),
      manualEnd: fc.constant('nextBoundary'),
      workingDay: fc.record({
        start: fc.constantFrom('08:00', '09:15', '22:00', '00:00'),
        end: fc.constantFrom('17:00', '06:00', '00:00', '12:30'),
        days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
      }),
    }),
  });
  fc.assert(
    fc.property(scene, (given) => {
      const profilesOf = (owner: string, list: typeof given.own) =>
        profileIndex(
          list.map(({ mode, target, busy, unanswered, ...fields }, i) => ({
            ...fields,
            id: `${owner} ${i}`,
            name: `${owner} ${i}`,
            forwarding: { mode, target, busy, unanswered },
          })),
        );
      const from = given.base;
      const to = from + ticks * tick;
      const of: PresenceInputs = {
        timeZone: given.timeZone,
        settings: {
          ...{ ...defaultPresenceSettings, ...given.settings },
          client: { ...given.client, onInactive: { afterMinutes: 10, profile: given.client.onInactive } },
        } as PresenceSettings,
        ...{ ownRules: [], choices: new Map(), freeBusyOnly: false },
        profiles: {
          own: profilesOf('own', given.own),
          central: profilesOf('group', given.group),
          targets: { ...given.targets, predefined: new Map([['reception', '199']]), dialling: asWritten(forbidden) },
        },
        appointments: given.appointments.map(({ at, length, ...fields }, i) => ({
          userId: 'u',
          occurrence: '',
          sensitivity: 'normal' as const,
          ...(fields as Pick<PresenceAppointment, 'showAs' | 'response' | 'allDay' | 'cancelled'>),
          uid: `appointment ${i}`,
          start: instant(from + at * tick),
          end: instant(from + (at + length) * tick),
        })),
        clients: given.clients.map(({ state, at, length }) => ({
          state: state as ClientReport['state'],
          since: from + at * tick,
          until: from + (at + length) * tick,
        })),
        claims: given.claims.map(({ at, length, lease, profile, appointment, ...fields }, i) => ({
          ...(fields as Pick<StoredClaim, 'origin' | 'status' | 'endRule' | 'note'>),
          appointment: { uid: `appointment ${appointment}`, occurrence: '' },
          ...(lease !== null && { lease: from + (at + lease) * tick }),
          id: i,
          profileId: profile,
          start: from + at * tick,
          end: length === null ? null : from + (at + length) * tick,
        })),
      };
      const segments = timeline(of, { from: instant(from), to: instant(to) });

      expect(segments[0]!.start.epochMilliseconds).toBe(from);
      expect(segments.at(-1)!.end!.epochMilliseconds).toBe(to);
      for (const [i, segment] of segments.entries()) {
        expect(segment.end!.epochMilliseconds).toBeGreaterThan(segment.start.epochMilliseconds);
        if (i > 0) expect(segment.start.equals(segments[i - 1]!.end!)).toBe(true);
        expect((segment.start.epochMilliseconds - from) % tick).toBe(0);
      }
      const answers = presenceThrough(of, from, to, tick);
      let index = 0;
      for (let at = from; at < to; at += tick) {
        while (segments[index]!.end!.epochMilliseconds <= at) index++;
        const { status, note, forwarding, reason } = segments[index]!;
        const { appointment: key, claimId, origin, forwardingProblem, forwardingProblemSlot: slot } = reason;
        const problem = forwardingProblem ? `${forwardingProblem}${slot ? ` (${slot})` : ''}` : null;
        const other = reason.client ? `client ${reason.client}` : origin;
        const winner = key ? `${key.uid} ${key.occurrence}` : claimId !== undefined ? `claim ${claimId}` : other;
        const said = { status, note, ...forwarding, problem, origin, winner };
        const expected = answers[(at - from) / tick]!;
        if (JSON.stringify(said) !== JSON.stringify({ ...said, ...expected }))
          expect({ at: instant(at).toString(), ...said }).toEqual({ at: instant(at).toString(), ...expected });
      }

      // The stack of any moment: its first is the presence, the others come after it in the order of strength.
      const at = from + given.looked * tick;
      const stack = stackAt(of, at, at + 24 * 60 * minute);
      const now = segments.find(({ end }) => end!.epochMilliseconds > at)!;
      const { status, note, reason, forwarding } = stack[0]!.claim;
      expect({ status, note, reason, forwarding }).toEqual({
        ...{ status: now.status, note: now.note, reason: now.reason, forwarding: now.forwarding },
      });
      const running = stack.filter((entry) => entry.running);
      const inOrder = running.every(({ claim, below }, i) => {
        const above = stack[i - 1];
        if (!above) return below === null;
        return above.running && !isStronger(claim, above.claim) && below === decidedBy(above.claim, claim);
      });
      expect(inOrder && running.at(-1)!.claim.origin === 'default').toBe(true);
      const coming = stack.slice(running.length);
      const whenTheyShow = coming.every(({ claim, from: begins, below, shows }) =>
        begins! <= at ? false : below === null ? shows === claim.start : (shows ?? Infinity) > claim.start,
      );
      expect(whenTheyShow).toBe(true);
    }),
    { numRuns: runs, seed },
  );
});
