/**
 * Random edits of random users, random faults and bad habits of Exchange and of what passes for it, interleaved with
 * pulls. After each pull every series and every single appointment that is stored equals one version of itself, never an
 * older one than before, and nothing that stands is missing; after quiet the store equals what the mailbox holds.
 *
 *   WHENABOUTS_RUNS=50000 WHENABOUTS_SEED=… npx vitest run test/exchange-model.test.ts
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConnectorAccount } from '../server/src/calendars/connector.ts';
import { type ExchangeAccountSettings, exchangeConnector } from '../server/src/calendars/exchange/connector.ts';
import { passing } from '../server/src/calendars/exchange/server.fixture.ts';
import { windowAt } from '../server/src/sync/window.ts';
import { gromoxLike, type Habits, nasty } from '../simulators/exchange/habits.ts';
import { folderIdOf } from '../simulators/exchange/mailbox/ids.ts';
import type { Mailbox } from '../simulators/microsoft365/mailbox/mailbox.ts';
import { seedOfThisRun } from './seed.ts';
import { inProcessExchange } from './sources/exchange-server.ts';
import {
  dayMs,
  days,
  type Edit,
  edit,
  MailboxHistory,
  type StoredCalendar,
  startAt,
  userZones,
} from './sources/mailbox-history.ts';
import { storedLine, truthOf } from './sources/microsoft365-cloud.ts';
import { MemoryCalendar } from './sources/microsoft365-engine.ts';

const runs = Number(process.env.WHENABOUTS_RUNS ?? 2_000);
/** One takes some 10 ms, and many times that beside other work on a slow machine. */
const longestMs = 600_000 + runs * 500;
const seed = seedOfThisRun();

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('edits' as const), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 10, arbitrary: fc.constant({ do: 'pull' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('days' as const), days: fc.constantFrom(1, 2, 6, 9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('userZone' as const), zone: fc.constantFrom(...userZones) }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('interrupted' as const), edit, after: fc.integer({ min: 0, max: 8 }) }),
  },
);

const bad: fc.Arbitrary<Partial<Habits>> = fc.record({
  faults: fc.constantFrom(0, 0.05, 0.3),
  cuts: fc.constantFrom(0, 0.1),
  busy: fc.constantFrom(0, 0.1),
  backOff: fc.constantFrom(null, 500, 60_000),
  prefixes: fc.constantFrom('exchange' as const, 'odd' as const),
  declaration: fc.boolean(),
  unknownElements: fc.boolean(),
  dateSuffix: fc.constantFrom('none' as const, 'Z' as const, 'offset' as const),
  // Each window that is split is read twice: what is small is dear.
  findLimit: fc.oneof({ weight: 1, arbitrary: fc.constantFrom(7, 20) }, { weight: 6, arbitrary: fc.constant(1_000) }),
  // Of that limit, up to all of it for a moment.
  findLimitTaken: fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom<[number, number][]>([0, 7], [0, 1_000]) },
    { weight: 6, arbitrary: fc.constant<[number, number]>([0, 0]) },
  ),
  changeKeys: fc.constantFrom('series' as const, 'series' as const, 'occurrence' as const),
  occurrenceUids: fc.constantFrom('series' as const, 'dated' as const),
  unreadableItems: fc.constantFrom(0, 0.05),
  deletions: fc.constantFrom('moved' as const, 'hard' as const),
});
const server = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Partial<Habits>>({}) },
  { weight: 1, arbitrary: fc.constant<Partial<Habits>>(gromoxLike) },
);

/**
 * A Recurrence element has no time of day; it is read from the first occurrence. Where clocks jump over that one nothing
 * tells what the wall should have shown, so masters don't begin there.
 */
const outsideOfGaps = (one: Edit): Edit =>
  'at' in one && one.at.hour === 2 ? { ...one, at: { ...one.at, hour: 9 } } : one;

class History {
  readonly exchange;
  readonly mailbox: Mailbox;
  readonly calendars: StoredCalendar[];
  readonly history: MailboxHistory;
  readonly connector;
  readonly account: ConnectorAccount<ExchangeAccountSettings, null>;
  timeZone = userZones[0]!;
  /** Done by somebody while a pull is under way: after so many requests. */
  meanwhile: { after: number; edit: Edit } | null = null;

  constructor(habits: Partial<Habits>, dice: number) {
    this.exchange = inProcessExchange({ ...nasty, ...habits }, dice, startAt);
    const { world, outbound, server: kept, time } = this.exchange;
    this.mailbox = world.addUser({ name: 'Ada', address: 'ada@contoso.example' }).mailbox;
    this.mailbox.addCalendar('Second');
    this.calendars = this.mailbox.calendars.map((shown) => ({
      ...{ shown, store: new MemoryCalendar(folderIdOf(this.mailbox, shown.id)), reached: new Map() },
    }));
    const watched = passing(outbound, async (session, url, request) => {
      const answer = await session.send(url, request);
      if (this.meanwhile && this.meanwhile.after-- <= 0) {
        const { edit: done } = this.meanwhile;
        this.meanwhile = null;
        this.edit(done);
      }
      return answer;
    });
    this.connector = exchangeConnector(watched, { server: async () => kept, time, random: world.random });
    this.account = {
      ...{ id: 'a', settings: { mailbox: 'ada@contoso.example' }, secret: null, exchangeServerId: kept.id },
    };
    this.history = new MailboxHistory(this.mailbox, [], time.now);
  }

  edit(one: Edit): void {
    const expands = this.exchange.world.habits.calendarView === 'occurrences';
    this.history.edit(expands ? one : outsideOfGaps(one));
  }

  /** @returns whether all calendars could be read. */
  async pull(): Promise<boolean> {
    let well = true;
    for (const { store } of this.calendars) {
      const { timeZone } = this;
      const error = await store.pull(this.connector, this.account, { now: this.exchange.time.now(), timeZone, days });
      if (error) {
        expect(['throttled', 'unreachable'], error.message).toContain(error.errorClass);
        well = false;
      }
      this.history.check(this.calendars);
    }
    return well;
  }

  /** Nobody edits and nothing fails any more. */
  async quiet(): Promise<void> {
    const { world } = this.exchange;
    world.habits = { ...world.habits, faults: 0, cuts: 0, busy: 0, unreadableItems: 0, findLimitTaken: [0, 0] };
    this.meanwhile = null;
    this.exchange.turn(120_000);
    expect(await this.pull(), 'well after quiet').toBe(true);
    const window = windowAt(Temporal.Instant.fromEpochMilliseconds(this.exchange.time.now()), days);
    for (const { shown, store } of this.calendars)
      expect([...store.rows()].map(({ row }) => storedLine(row)).sort(), shown.name).toEqual(
        truthOf(this.mailbox, shown, window, this.timeZone),
      );
  }
}

test(
  'whatever is edited and whatever fails, the agenda is a version of the truth, and the truth in the end',
  async () => {
    console.log(`Exchange model: WHENABOUTS_SEED=${seed} WHENABOUTS_RUNS=${runs}`);
    let pulls = 0;
    await fc.assert(
      fc.asyncProperty(
        ...([bad, server, fc.integer(), fc.array(edit, { maxLength: 4 })] as const),
        fc.array(step, { minLength: 2, maxLength: 9, size: 'max' }),
        async (habits, kind, dice, before, steps) => {
          const { findLimit, findLimitTaken } = habits;
          const history = new History({ ...habits, ...kind, findLimit, findLimitTaken }, dice);
          for (const one of before) history.edit(one);
          for (const one of steps) {
            if (one.do === 'edits') for (const each of one.edits) history.edit(each);
            // What can't be read for longer than the reserve that is kept beyond the window isn't known at its end.
            else if (one.do === 'days') history.exchange.turn((habits.unreadableItems ? 1 : one.days) * dayMs);
            else if (one.do === 'userZone') history.timeZone = one.zone;
            else {
              if (one.do === 'interrupted') history.meanwhile = { after: one.after, edit: one.edit };
              await history.pull();
              pulls++;
            }
          }
          await history.quiet();
        },
      ),
      { numRuns: runs, seed },
    );
    console.log(`${pulls} pulls beside those after quiet`);
  },
  longestMs,
);
