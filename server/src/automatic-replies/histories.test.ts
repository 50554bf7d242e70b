/**
 * Random histories of one mailbox: absences begin, move and end; its user changes the replies in Outlook; answers are lost,
 * writes land late, the server dies at its named points. What the user must find is written here from the rules alone.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seedOfThisRun } from '../../../test/seed.ts';
import { type AutomaticReplies, ConnectorError } from '../calendars/connector.ts';
import type { CrashPoint } from '../store/crash-points.ts';
import type { Wish } from './absence.ts';
import { idleReplies, type RepliesRecord } from './decide.ts';
import { answersBefore, lettersOf, messageOf, type Part, parts, samePart } from './replies.ts';
import { tend } from './tend.ts';

const begin = Temporal.Instant.from('2026-11-23T08:00:00Z');

type Fault = 'none' | 'readFails' | 'writeLost' | 'answerLost' | 'writeLate' | CrashPoint;
type Step =
  | { do: 'away'; minutes: number | null; note: string; audience: AutomaticReplies['audience'] }
  | { do: 'back' }
  | { do: 'wait'; minutes: number }
  | { do: 'look'; fault: Fault }
  | { do: 'switchOff' }
  | { do: 'switchOn'; text: string }
  | { do: 'write'; text: string }
  | { do: 'plan'; inMinutes: number; minutes: number; text: string };

const texts = fc.constantFrom('Surfing.', 'At the dentist’s & back soon <3', 'Ask Grace.');
const notes = fc.constantFrom('Away.', 'Away, call Ada & Bob.');
const faults = fc.constantFrom<Fault>(
  ...(['none', 'none', 'none', 'readFails', 'writeLost', 'answerLost', 'writeLate'] as const),
  ...(['replies.intentWritten', 'replies.mailboxWritten', 'replies.restoringWritten'] as const),
  'replies.mailboxRestored',
);
const steps = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('away' as const),
        minutes: fc.option(fc.constantFrom(1, 30, 480, 20_160), { nil: null }),
        note: notes,
        audience: fc.constantFrom('none', 'known', 'all'),
      }),
    },
    { weight: 2, arbitrary: fc.constant({ do: 'back' as const }) },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 5, 60, 10_000) }),
    },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('look' as const), fault: faults }) },
    { weight: 1, arbitrary: fc.constant({ do: 'switchOff' as const }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('switchOn' as const), text: texts }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('write' as const), text: texts }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('plan' as const),
        inMinutes: fc.constantFrom(0, 10, 600, 30_000),
        minutes: fc.constantFrom(20, 5_000),
        text: texts,
      }),
    },
  ),
  { maxLength: 25 },
);

/** Exchange puts a page around what it is given, and some of its versions say of a schedule that is over: off. */
interface Habits {
  saysOffWhenOver: boolean;
  cleansUp: boolean;
}
const page = (message: string, { cleansUp }: Habits) =>
  message === ''
    ? ''
    : `<html>\n<body>\n<div>${cleansUp ? message.replaceAll('Away', 'AWAY') : message}</div>\n</body>\n</html>\n`;

function history(habits: Habits) {
  let now = begin;
  let wish: Wish | null = null;
  let record: RepliesRecord = idleReplies;
  let there: AutomaticReplies = {
    ...{ status: 'disabled', start: null, end: null, audience: 'all' },
    ...{ internalMessage: page('Last summer.', habits), externalMessage: page('Last summer, outside.', habits) },
  };
  /** What the user may find at the end, part by part: what they had, and what they made of ours. */
  const own = Object.fromEntries(parts.map((part) => [part, [there]])) as Record<Part, AutomaticReplies[]>;
  /** Not landed yet. */
  let late: { replies: AutomaticReplies; at: Temporal.Instant } | null = null;
  /** A write landed over a change of the user's that nobody could know of: what they find isn't certain any more. */
  let blurred = false;
  /** Schedules that the user has ever made. */
  const planned: AutomaticReplies[] = [];
  let touched = false;

  const shown = (): AutomaticReplies =>
    habits.saysOffWhenOver && there.status === 'scheduled' && Temporal.Instant.compare(there.end!, now) <= 0
      ? { ...there, status: 'disabled' }
      : there;
  const put = (replies: AutomaticReplies) => {
    const { internalMessage, externalMessage } = replies;
    const whole = (message: string) => (message.startsWith('<html>') ? message : page(message, habits));
    there = { ...replies, internalMessage: whole(internalMessage), externalMessage: whole(externalMessage) };
  };
  const pass = (minutes: number) => {
    now = now.add({ minutes });
    if (late && Temporal.Instant.compare(late.at, now) <= 0) {
      put(late.replies);
      late = null;
    }
  };

  function byHand(change: Partial<AutomaticReplies>, changed: Part[]) {
    const wereOurs = record.written.some(({ end }) => end && there.end?.equals(end));
    planned.push(...own.state.filter(({ status }) => status === 'scheduled'));
    there = { ...shown(), ...change };
    touched = true;
    if (late) blurred = true;
    const wholeIsTheirs = changed.includes('state') && answersBefore(there, now, null);
    // Whose words the replies use that they switch on: theirs by now, and the ones before are no loss either.
    for (const part of parts)
      if (changed.includes(part)) own[part] = [there];
      else if (wholeIsTheirs) own[part] = [...own[part], there];
    // Once ours are over, nobody knows who has switched them off: what was planned for later may come back.
    if (wereOurs && there.status === 'disabled') own.state = [there, ...planned];
  }

  async function look(fault: Fault): Promise<void> {
    // What a mailbox made of words can't be known where it didn't answer: kept in the user's favour.
    if (habits.cleansUp && fault !== 'none') blurred = true;
    const broken = () => new ConnectorError('unreachable', 'The line broke.');
    try {
      record = await tend(record, wish, {
        mailbox: {
          async read() {
            if (fault === 'readFails') throw broken();
            return structuredReplies(shown());
          },
          async write(replies) {
            if (fault === 'writeLate') late = { replies, at: now.add({ seconds: 90 }) };
            else if (fault !== 'writeLost') put(replies);
            if (['writeLost', 'answerLost', 'writeLate'].includes(fault)) throw broken();
          },
        },
        save: async (next) => {
          record = next;
        },
        now: () => now,
        crashPoint(point) {
          if (point === fault) throw new Error('killed');
        },
      });
    } catch (error) {
      if (fault === 'none') throw error;
      return;
    }
    if (wish) return checkAway(wish);
    touched = false;
    if (!late) checkBack();
  }

  function checkAway(wanted: Wish): void {
    if (record.phase === 'aside') {
      const planned = own.state.some((each) => answersBefore(each, begin, null));
      expect(touched || planned || blurred, 'stands aside for the user only').toBe(true);
      return;
    }
    expect(record.phase).toBe('applied');
    if (touched) return; // nobody asks the mailbox while nothing changes
    if (late || record.settleAt) return; // it will be looked at again
    expect(answersBefore(there, now, now.add({ seconds: 1 }))).toBe(true);
    const letters = lettersOf(there.internalMessage).toLowerCase();
    expect(letters).toBe(lettersOf(wanted.internalMessage).toLowerCase());
    expect(there.audience).toBe(wanted.audience);
    const left = there.end!.since(now).total('minutes');
    if (wanted.until) expect(there.end!.since(wanted.until).total('minutes')).toBeCloseTo(10, 0);
    else expect(left).toBeGreaterThanOrEqual(7 * 24 * 60);
  }

  function checkBack(): void {
    expect(['idle', 'restoring']).toContain(record.phase);
    if (blurred) return;
    for (const part of parts) {
      const expected = own[part].map((each) =>
        part === 'state' && each.status === 'scheduled' && Temporal.Instant.compare(each.end!, now) <= 0
          ? { ...each, status: 'disabled' as const }
          : each,
      );
      const found = part === 'state' ? asOffWhenOver(there) : there;
      expect(
        expected.some((each) => samePart(part, each, found)),
        `${part}: ${JSON.stringify([found, expected])}`,
      ).toBe(true);
    }
  }

  const asOffWhenOver = (replies: AutomaticReplies): AutomaticReplies =>
    replies.status === 'scheduled' && Temporal.Instant.compare(replies.end!, now) <= 0
      ? { ...replies, status: 'disabled' }
      : replies;

  async function step(one: Step): Promise<void> {
    if (one.do === 'away') {
      const until = one.minutes === null ? null : now.add({ minutes: one.minutes });
      const since: Temporal.Instant = wish?.since ?? now;
      const message = messageOf(one.note);
      wish = {
        key: JSON.stringify([one.note, one.audience, until]),
        ...{ since, until, audience: one.audience, internalMessage: message, externalMessage: message },
      };
    } else if (one.do === 'back') wish = null;
    else if (one.do === 'wait') {
      pass(one.minutes);
      if (wish?.until && Temporal.Instant.compare(wish.until, now) <= 0) wish = null;
    } else if (one.do === 'look') await look(one.fault);
    else if (one.do === 'switchOff') byHand({ status: 'disabled' }, ['state']);
    else if (one.do === 'write') byHand({ internalMessage: page(one.text, habits) }, ['internalMessage']);
    else if (one.do === 'switchOn')
      byHand({ status: 'enabled', internalMessage: page(one.text, habits) }, ['state', 'internalMessage']);
    else {
      const start = now.add({ minutes: one.inMinutes });
      const replies = { start, end: start.add({ minutes: one.minutes }), internalMessage: page(one.text, habits) };
      byHand({ status: 'scheduled', ...replies }, ['state', 'internalMessage']);
    }
  }

  return {
    step,
    /** Everybody is back, and everything has answered. */
    async rest() {
      wish = null;
      for (let round = 0; round < 3; round++) {
        await look('none');
        pass(3);
      }
      await look('none');
      expect(record.phase).toBe('idle');
      checkBack();
      const answers = answersBefore(there, now, null);
      const oursThere = lettersOf(there.internalMessage).toLowerCase().startsWith('away');
      if (!touched && !blurred) expect(answers && oursThere, 'nothing of ours answers').toBe(false);
    },
  };
}

const structuredReplies = (replies: AutomaticReplies): AutomaticReplies => ({ ...replies });

test('whatever happens, replies are there while somebody is away, and the user’s own are found again', async () => {
  const seed = seedOfThisRun();
  const numRuns = Number(process.env.WHENABOUTS_RUNS ?? 3_000);
  console.info(`seed ${seed} (WHENABOUTS_SEED=${seed} repeats it), ${numRuns} histories`);
  const habits = fc.record({ saysOffWhenOver: fc.boolean(), cleansUp: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(steps, habits, async (all, how) => {
      const mailbox = history(how);
      for (const one of all) await mailbox.step(one as Step);
      await mailbox.rest();
    }),
    { seed, numRuns },
  );
}, 300_000);
