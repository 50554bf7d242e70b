import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotForwarding } from '../presence/presence.ts';
import { type Decision, decide, type ForwardingRecord, idleRecord, sameForwarding, takenBack } from './decide.ts';

const start = Temporal.Instant.from('2026-03-02T09:00:00Z');
const off: SlotForwarding = { mode: 'off', target: null };
const to = (target: string): SlotForwarding => ({ mode: 'all', target });

/** Runs the decisions of a story: each step says what is wanted, what the phone shows and on which boot. */
function story(
  ...steps: [desired: SlotForwarding, actual: SlotForwarding, bootId?: string, minutes?: number][]
): Decision {
  let decision: Decision = { record: idleRecord(start), write: null, event: null };
  for (const [desired, actual, bootId = 'boot 1', minutes = 0] of steps)
    decision = decide(decision.record, { desired, actual, bootId, now: start.add({ minutes }) });
  return decision;
}

describe('the ten rules', () => {
  test('rule 2: what is written over is on record before the write', () => {
    const { record, write } = story([to('200'), to('500')]);
    expect(record).toMatchObject({ phase: 'intent', ours: to('200'), previous: to('500'), bootId: 'boot 1' });
    expect(write).toEqual(to('200'));
  });
  test('rule 3: applied only when the phone itself says so', () => {
    expect(story([to('200'), off], [to('200'), off])).toMatchObject({ record: { phase: 'intent' }, write: to('200') });
    expect(story([to('200'), off], [to('200'), to('200')])).toMatchObject({
      record: { phase: 'applied' },
      event: 'taken',
    });
  });
  test('rule 4: ours is replaced by the previous one, anything else is left alone', () => {
    const applied = [
      [to('200'), to('500')],
      [to('200'), to('200')],
    ] as [SlotForwarding, SlotForwarding][];
    expect(story(...applied, [off, to('200')])).toMatchObject({ record: { phase: 'restoring' }, write: to('500') });
    expect(story(...applied, [off, to('200')], [off, to('500')])).toMatchObject({
      record: { phase: 'idle' },
      event: 'givenBack',
    });
    expect(story(...applied, [off, to('600')])).toMatchObject({
      record: { phase: 'idle' },
      write: null,
      event: 'leftAlone',
    });
  });
  test('ours taken back by its user holds against a further change that nobody had seen, which is the new previous', () => {
    const applied = [
      [to('200'), to('500')],
      [to('200'), to('200')],
      [to('200'), to('600')],
    ] as [SlotForwarding, SlotForwarding][];
    const open: ForwardingRecord = { ...story(...applied).record, phase: 'intent' };
    const situation = { desired: to('200'), actual: to('700'), bootId: 'boot 1', now: start };
    expect(decide(takenBack(open, situation), situation)).toMatchObject({
      record: { phase: 'intent', previous: to('700') },
      write: to('200'),
    });
    // Ours is never taken for the user's, nor what a restart left.
    const ours = { ...situation, actual: to('200') };
    expect(decide(takenBack(open, ours), ours)).toMatchObject({ record: { phase: 'applied', previous: to('600') } });
    const lost = { ...situation, actual: off, bootId: 'boot 2' };
    expect(decide(takenBack(open, lost), lost)).toMatchObject({ record: { previous: to('600') }, write: to('200') });
  });
  test('rule 5: a change by hand is respected until another forwarding is wanted, and is the new previous then', () => {
    const byHand = [
      [to('200'), to('500')],
      [to('200'), to('200')],
      [to('200'), to('600')],
    ] as [SlotForwarding, SlotForwarding][];
    expect(story(...byHand)).toMatchObject({ record: { phase: 'overridden' }, write: null, event: 'overridden' });
    expect(story(...byHand, [to('200'), to('600')])).toMatchObject({ write: null, event: null });
    expect(story(...byHand, [to('300'), to('600')])).toMatchObject({
      record: { previous: to('600') },
      write: to('300'),
    });
    expect(story(...byHand, [off, to('600')])).toMatchObject({ record: { phase: 'idle' }, write: null });
  });
  test('rule 5: a user who clears the forwarding is respected too', () => {
    const cleared = story([to('200'), off], [to('200'), to('200')], [to('200'), off]);
    expect(cleared).toMatchObject({ record: { phase: 'overridden', previous: off }, write: null });
  });
  test('rule 6: a write lost by a restart is made again, whether the old value is back or none at all', () => {
    const applied = [
      [to('200'), to('500')],
      [to('200'), to('200')],
    ] as [SlotForwarding, SlotForwarding][];
    for (const found of [to('500'), off])
      expect(story(...applied, [to('200'), found, 'boot 2'])).toMatchObject({
        record: { phase: 'intent', previous: to('500') },
        write: to('200'),
        event: 'appliedAgain',
      });
    expect(story(...applied, [to('200'), to('600'), 'boot 2'])).toMatchObject({ event: 'overridden', write: null });
  });
  test('rule 6: our crash after a restart that lost everything is not taken for a change by hand', () => {
    const lost = [
      [to('200'), to('500')],
      [to('200'), to('200')],
      [to('200'), off, 'boot 2'],
      [to('200'), off, 'boot 2'],
    ] as [SlotForwarding, SlotForwarding, string?][];
    expect(story(...lost)).toMatchObject({ record: { phase: 'intent', previous: to('500') }, write: to('200') });
  });
  test('rule 7: back-to-back appointments keep the first previous', () => {
    const next = story([to('200'), to('500')], [to('200'), to('200')], [to('300'), to('200')]);
    expect(next).toMatchObject({ record: { phase: 'intent', ours: to('300'), previous: to('500') }, write: to('300') });
  });
  test('rule 7: our own older value found after our crash is never taken for the previous one', () => {
    const next = story([to('200'), to('500')], [to('200'), to('200')], [to('300'), to('200')], [to('400'), to('200')]);
    expect(next).toMatchObject({ record: { previous: to('500') }, write: to('400') });
    expect(
      story([to('200'), to('500')], [to('200'), to('200')], [to('300'), to('200')], [off, to('200')]),
    ).toMatchObject({
      write: to('500'),
    });
  });
});

describe('a phone system that spells numbers in its own way', () => {
  const [told, shown] = [to('01701112233'), to('+491701112233')];
  const forwarded: Parameters<typeof story> = [
    [told, to('500')],
    [told, shown],
  ];
  test('shows ours all the same, and gets back what its user had', () => {
    expect(story(...forwarded)).toMatchObject({ record: { phase: 'applied' }, write: null, event: 'taken' });
    expect(story(...forwarded, [told, shown, 'boot 1', 3])).toMatchObject({ record: { echoes: [] }, write: null });
    expect(story(...forwarded, [off, shown])).toMatchObject({ record: { phase: 'restoring' }, write: to('500') });
    expect(story(...forwarded, [off, shown], [off, to('500')]).event).toBe('givenBack');
  });
  test('shows what its user changes by hand, which is respected', () => {
    const changed = story(...forwarded, [told, to('+491705550000')]);
    expect(changed).toMatchObject({ record: { phase: 'overridden' }, write: null, event: 'overridden' });
  });
  test('may show the same number as its user’s own: nothing is written, then or afterwards', () => {
    const stories = [
      story([told, shown]),
      story([told, shown], [told, shown]),
      story([told, shown], [told, shown], [off, shown]),
    ];
    expect(stories.map(({ write }) => write)).toEqual([null, null, null]);
    expect(stories.map(({ event }) => event)).toEqual(['alreadySet', null, 'givenBack']);
  });
  test('brings a value back late in its own spelling', () => {
    expect(story([told, off], [off, off], [off, shown])).toMatchObject({ record: { phase: 'restoring' }, write: off });
  });
  test('isn’t thought of where the dialling rules have changed and the write was lost', () => {
    const anew = to('001701112233');
    const lost: Parameters<typeof story> = [
      [told, off],
      [told, told],
      [anew, told],
      [anew, told],
    ];
    expect(story(...lost)).toMatchObject({ record: { phase: 'intent' }, write: anew });
    expect(story(...lost, [anew, anew]).event).toBe('taken');
    // Or that is how it spells the new one.
    expect(story(...lost, [anew, told, 'boot 1', 3]).event).toBe('taken');
  });
});

describe('values that come back', () => {
  const givenBack: [SlotForwarding, SlotForwarding, string?, number?][] = [
    [to('200'), to('500')],
    [to('200'), to('200')],
    [off, to('200'), 'boot 1', 30],
    [off, to('500'), 'boot 1', 30],
  ];
  test('a repeated write that lands after a short appointment is taken back', () => {
    const short: [SlotForwarding, SlotForwarding, string?, number?][] = [
      [to('200'), to('500')],
      [to('200'), to('200')],
      [off, to('200'), 'boot 1', 1],
      [off, to('500'), 'boot 1', 1],
    ];
    expect(story(...short, [off, to('200'), 'boot 1', 2])).toMatchObject({ write: to('500') });
  });
  test('a restoration that a restart lost is made again', () => {
    expect(story(...givenBack, [off, to('200'), 'boot 2', 31])).toMatchObject({ write: to('500') });
  });
  test('the same value on the same boot is the user, who may want it', () => {
    expect(story(...givenBack, [off, to('200'), 'boot 1', 31])).toMatchObject({
      record: { phase: 'idle' },
      write: null,
    });
  });
  test('what the user sets meanwhile is what a lost restoration is made good with', () => {
    expect(story(...givenBack, [off, to('600'), 'boot 1', 31], [off, to('200'), 'boot 2', 31])).toMatchObject({
      write: to('600'),
    });
  });
  test('a change by hand that a restart lost comes back', () => {
    const hidden: [SlotForwarding, SlotForwarding, string?, number?][] = [
      [to('200'), to('500')],
      [to('200'), to('200')],
      [to('200'), to('600')],
      [to('200'), to('200'), 'boot 2'],
    ];
    expect(story(...hidden)).toMatchObject({ record: { phase: 'overridden' }, write: to('600') });
    expect(story(...hidden, [to('200'), to('600'), 'boot 2'])).toMatchObject({
      record: { bootId: 'boot 2' },
      write: null,
    });
  });
  test('a value of ours that a restart brings back under a change by hand is still ours at the end', () => {
    const back = [
      [to('200'), to('500')],
      [to('200'), to('200')],
      [to('300'), to('200'), 'boot 1', 10],
      [to('300'), to('300'), 'boot 1', 10],
      [to('300'), to('600'), 'boot 1', 11],
      [to('300'), to('200'), 'boot 2', 11],
      [off, to('200'), 'boot 2', 11],
    ] as [SlotForwarding, SlotForwarding, string?, number?][];
    expect(story(...back)).toMatchObject({ record: { phase: 'restoring' }, write: to('600') });
  });
  test('after the settling time the value belongs to the user, on whatever boot', () => {
    expect(story(...givenBack, [off, to('500'), 'boot 1', 33], [off, to('200'), 'boot 2', 90])).toMatchObject({
      write: null,
    });
  });
  test('a write that lands after it was given up is taken back', () => {
    const late = story([to('200'), to('500')], [off, to('500'), 'boot 1', 1], [off, to('200'), 'boot 1', 2]);
    expect(late).toMatchObject({ record: { phase: 'restoring' }, write: to('500') });
  });
});

/**
 * A phone system as bad as real ones: it acknowledges into memory, reaches its disk later, is killed, and comes back
 * with what the disk has or with nothing. A reconciler that crashes between any two of its steps drives it.
 */
class World {
  readonly spellsItsOwnWay: boolean;
  memory: SlotForwarding = off;
  /** A write of ours that nobody got an answer to, and that lands later. */
  pending: SlotForwarding | null = null;
  disk: SlotForwarding = off;
  boot = 1;
  up = true;
  now = start;
  record = idleRecord(start);
  desired = off;
  /** The oracle: what the user set last by hand; several where no observer could tell. */
  own: SlotForwarding[] = [off];
  /** The wish last acted on: one that came and went unseen was never there. */
  actedOn = off;
  /** The user's change since then, and whether a restart has blurred it. */
  hand: { value: SlotForwarding; seen: boolean; blurred: boolean } | null = null;

  constructor(spellsItsOwnWay: boolean) {
    this.spellsItsOwnWay = spellsItsOwnWay;
  }
  /** What it answers; `asDialled` is the way back. */
  shown({ mode, target }: SlotForwarding): SlotForwarding {
    return { mode, target: this.spellsItsOwnWay ? (target?.replace(/^0/, '+49') ?? null) : target };
  }

  save(record: ForwardingRecord): void {
    if (record.previous && isWish(record.previous)) throw new Error('Our own value was saved as the previous one.');
    this.record = record;
    if (!sameForwarding(this.actedOn, this.desired)) this.hand = null;
    else if (this.hand) this.hand.seen = true;
    this.actedOn = this.desired;
  }
  /** @param fault where this round is cut: 0 before the record, 1 before the write, 2 write refused, 3 answer lost,
   *  4 the write lands later, 5 it lands now and once more later. */
  round(fault = 9): void {
    if (!this.up) return;
    const situation = () => ({
      desired: this.desired,
      actual: this.shown(this.memory),
      bootId: `boot ${this.boot}`,
      now: this.now,
    });
    const decision = decide(this.record, situation());
    if (fault === 0) return;
    this.save(decision.record);
    if (!decision.write || fault === 1 || fault === 2) return;
    if ((fault === 4 || fault === 5) && isWish(decision.write)) this.pending = decision.write;
    if (fault === 4) return;
    this.memory = asDialled(decision.write);
    if (fault === 3) return;
    const after = decide(this.record, situation());
    this.save(after.record);
    if (after.write) throw new Error('A round without faults does not come to an end.');
  }
  want(desired: SlotForwarding): void {
    this.desired = desired;
  }
  /** @param before what the user had before the changes that nobody has seen. */
  changeByHand(value: SlotForwarding, before: SlotForwarding[]): void {
    if (!this.up) return;
    // Before our write is confirmed, the value from before it looks like a write that never landed.
    const unconfirmed = this.record.phase === 'intent' && sameForwarding(asDialled(this.record.previous), value);
    if (!sameForwarding(this.memory, value)) this.hand = { value, seen: false, blurred: unconfirmed };
    // What nobody could tell: the value from before a write that isn't confirmed looks like one that never landed, and
    // after a restart that nobody has seen, that value or none at all looks like the restart's doing.
    const { phase, previous, bootId } = this.record;
    const restarted = bootId !== null && bootId !== `boot ${this.boot}`;
    const blurred =
      ((phase === 'intent' || restarted) && sameForwarding(asDialled(previous), value)) ||
      (restarted && value.mode === 'off');
    if (!sameForwarding(this.memory, value)) this.hand = { value, seen: false, blurred };
    this.own = blurred ? [value, ...this.own, ...before] : [value];
    this.memory = value;
    this.disk = value;
  }
  /** @param before what the user had before a change that nobody has seen: the late write hides the change. */
  land(before: SlotForwarding[]): void {
    if (!this.pending) return;
    this.memory = this.pending;
    this.pending = null;
    this.own.push(...before);
    if (this.hand) this.hand.blurred = true;
  }
  flush(): void {
    if (this.up) this.disk = this.memory;
  }
  restart(withDatabase: boolean, early: boolean): void {
    this.up = true;
    if (!withDatabase) {
      this.disk = off;
      this.own.push(off);
    }
    // A phone cleared by hand, unseen, before a restart: nobody can tell it from a phone system that lost everything.
    if (early) this.own.push(...this.before);
    if (this.hand && (!withDatabase || !this.hand.seen)) this.hand.blurred = true;
    // A setting of the user's that nobody saw may have reached the disk before ours hid it.
    if (!isWish(this.disk)) {
      this.own.push(this.disk);
      if (!sameForwarding(this.disk, asDialled(this.record.previous)))
        this.hand ??= { value: this.disk, seen: false, blurred: true };
    }
    this.memory = this.disk;
    this.pending = null;
    this.boot++;
  }
  before: SlotForwarding[] = [];
}

const wishes = [to('01702000000'), to('01703000000'), { mode: 'all', target: 'voicemail' } as SlotForwarding];
const asDialled = <Value extends SlotForwarding | null>(value: Value): Value =>
  value && { ...value, target: value.target?.replace(/^\+49/, '0') ?? null };
const isWish = (value: SlotForwarding) => wishes.some((wish) => sameForwarding(wish, asDialled(value)));
const own = [off, to('500'), to('501'), { mode: 'doNotDisturb', target: null } as SlotForwarding];

type Move =
  | { move: 'want'; value: SlotForwarding }
  | { move: 'hand'; value: SlotForwarding }
  | { move: 'round'; fault: number }
  | { move: 'kill'; withDatabase: boolean }
  | { move: 'wait'; seconds: number }
  | { move: 'land' }
  | { move: 'check' };
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ move: fc.constant('want' as const), value: fc.constantFrom(off, off, ...wishes) }),
  },
  { weight: 2, arbitrary: fc.record({ move: fc.constant('hand' as const), value: fc.constantFrom(...own) }) },
  {
    weight: 6,
    arbitrary: fc.record({ move: fc.constant('round' as const), fault: fc.constantFrom(0, 1, 2, 3, 4, 5, 9, 9, 9) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ move: fc.constant('kill' as const), withDatabase: fc.constantFrom(true, true, false) }),
  },
  { weight: 2, arbitrary: fc.record({ move: fc.constant('wait' as const), seconds: fc.constantFrom(1, 30, 180) }) },
  { weight: 1, arbitrary: fc.constant({ move: 'land' as const }) },
  { weight: 3, arbitrary: fc.constant({ move: 'check' as const }) },
);

function play(spellsItsOwnWay: boolean, script: readonly Move[]): void {
  const world = new World(spellsItsOwnWay);
  /** What the user had before a change that nobody has seen yet. */
  let unseen: SlotForwarding[] | null = null;
  for (const step of [...script, { move: 'want', value: off } as Move, { move: 'check' } as Move]) {
    if (step.move === 'want') world.want(step.value);
    else if (step.move === 'hand') {
      unseen ??= [...world.own];
      world.changeByHand(step.value, unseen);
    } else if (step.move === 'round') {
      world.round(step.fault);
      if (step.fault > 0) unseen = null;
    } else if (step.move === 'kill') {
      world.before = unseen ?? [];
      world.restart(step.withDatabase, unseen !== null);
    } else if (step.move === 'wait') {
      // Long before the settling time is over the phone system has reached its disk.
      if (step.seconds > 60) {
        world.land(unseen ?? []);
        world.flush();
      }
      world.now = world.now.add({ seconds: step.seconds });
    } else if (step.move === 'land') world.land(unseen ?? []);
    else {
      world.land(unseen ?? []);
      // Everything can be reached: one round must be enough.
      world.round();
      unseen = null;
      const allowed =
        world.desired.mode === 'off'
          ? world.own
          : world.hand
            ? [world.hand.value, ...(world.hand.blurred ? [world.desired, off] : [])]
            : [world.desired];
      if (!allowed.some((value) => sameForwarding(value, world.memory)))
        throw new Error(`The phone has ${JSON.stringify(world.memory)}, allowed is ${JSON.stringify(allowed)}.`);
      if (world.desired.mode === 'off') world.own = [world.memory];
    }
  }
}

test('whatever fails in whatever order: one round later the phone is right, and the user’s own setting is safe', () => {
  const numRuns = Number(process.env.WHENABOUTS_RUNS ?? 1_000);
  // A failure prints its seed and path; put them here to see it again.
  fc.assert(fc.property(fc.boolean(), fc.array(moves, { maxLength: 30 }), play), { numRuns });
});
