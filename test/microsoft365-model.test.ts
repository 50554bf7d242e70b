/**
 * Random edits of random users, random faults and bad habits of Graph, interleaved with pulls. After each pull every
 * series and every single appointment that is stored equals one version of itself, never an older one than before, and
 * nothing that stands is missing; after quiet the store equals what the mailboxes hold. The truth is taken from the
 * simulator's world, not from its answers.
 *
 *   WHENABOUTS_RUNS=50000 WHENABOUTS_SEED=… npx vitest run test/microsoft365-model.test.ts
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Interval } from '../server/src/agenda/appointment.ts';
import type { ConnectorAccount } from '../server/src/calendars/connector.ts';
import { microsoft365Connector } from '../server/src/calendars/microsoft365/connector.ts';
import type { Grant, Microsoft365Settings } from '../server/src/calendars/microsoft365/grant.ts';
import { windowAt } from '../server/src/sync/window.ts';
import { calendarId } from '../simulators/microsoft365/graph/access.ts';
import { type Habits, nasty } from '../simulators/microsoft365/habits.ts';
import type { Mailbox } from '../simulators/microsoft365/mailbox/mailbox.ts';
import { seedOfThisRun } from './seed.ts';
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
import { inProcessCloud, storedLine, truthOf } from './sources/microsoft365-cloud.ts';
import { MemoryCalendar } from './sources/microsoft365-engine.ts';

const runs = Number(process.env.WHENABOUTS_RUNS ?? 2_000);
/** One takes some 30 ms, and many times that beside other work on a slow machine. */
const longestMs = 600_000 + runs * 500;
const seed = seedOfThisRun();

const step = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('edits' as const), edits: fc.array(edit, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 10, arbitrary: fc.constant({ do: 'pull' as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('days' as const), days: fc.constantFrom(1, 2, 6, 9) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'forget' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('userZone' as const), zone: fc.constantFrom(...userZones) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'tokensDie' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('interrupted' as const), edit, after: fc.integer({ min: 0, max: 20 }) }),
  },
);

const habits: fc.Arbitrary<Partial<Habits>> = fc.record({
  faults: fc.constantFrom(0, 0.05, 0.3),
  cuts: fc.constantFrom(0, 0.1),
  moody429: fc.constantFrom(0, 0.1),
  deltaPage: fc.constantFrom(null, 1, 3, 7),
  listPage: fc.constantFrom(null, 2, 7),
  emptyPages: fc.constantFrom(0, 0.3),
  duplicates: fc.constantFrom(0, 0.4),
  shuffle: fc.boolean(),
  replays: fc.constantFrom(0, 0.5),
  phantoms: fc.constantFrom(0, 0.5),
  stubs: fc.boolean(),
  masters: fc.constantFrom('never' as const, 'sometimes' as const, 'always' as const),
  cancellations: fc.constantFrom('removed' as const, 'sibling' as const),
  untyped: fc.boolean(),
  ordinaryIds: fc.constantFrom(false, false, true),
  sharedDelta: fc.constantFrom(true, true, false),
  forgottenTokens: fc.constantFrom(0, 0.2),
});

class History {
  readonly cloud;
  readonly mine: Mailbox;
  readonly theirs: Mailbox;
  readonly calendars: StoredCalendar[] = [];
  readonly history: MailboxHistory;
  readonly connector;
  readonly account: ConnectorAccount<Microsoft365Settings, Grant>;
  timeZone = userZones[0]!;
  /** Done by somebody while a pull is under way: after so many requests. */
  meanwhile: { after: number; edit: Edit } | null = null;

  constructor(bad: Partial<Habits>, dice: number) {
    this.cloud = inProcessCloud({ ...nasty, ...bad }, dice, startAt);
    const { world, tenant, outbound, application, time } = this.cloud;
    this.mine = world.addUser({ tenantId: tenant.id, name: 'Ada', address: 'ada@contoso.example' }).mailbox;
    this.theirs = world.addUser({ tenantId: tenant.id, name: 'Grace', address: 'grace@contoso.example' }).mailbox;
    this.mine.addCalendar('Second');
    this.mine.addCalendar('Grace', false, { mailbox: this.theirs, calendar: this.theirs.defaultCalendar.id });
    for (const shown of this.mine.calendars)
      this.calendars.push({ shown, store: new MemoryCalendar(calendarId(this.mine, shown)), reached: new Map() });
    const watched: typeof outbound = {
      ...outbound,
      fetch: async (url, request) => {
        const answer = await outbound.fetch(url, request);
        if (this.meanwhile && this.meanwhile.after-- <= 0) {
          const { edit: done } = this.meanwhile;
          this.meanwhile = null;
          this.edit(done);
        }
        return answer;
      },
    };
    this.connector = microsoft365Connector(watched, {
      application: async () => application,
      time,
      random: world.random,
    });
    const account = {
      ...{ id: 'a', settings: { mailbox: 'ada@contoso.example' }, applicationId: 'app' },
      secret: this.cloud.grantOf('ada@contoso.example') as Grant,
    };
    this.account = { ...account, keepSecret: async () => {} };
    this.history = new MailboxHistory(this.mine, [this.theirs], time.now);
  }

  edit(edit: Edit): void {
    this.history.edit(edit);
  }

  get window(): Interval {
    return windowAt(Temporal.Instant.fromEpochMilliseconds(this.cloud.time.now()), days);
  }

  /** @returns whether all calendars could be read. */
  async pull(): Promise<boolean> {
    let well = true;
    for (const { store } of this.calendars) {
      const { timeZone } = this;
      const error = await store.pull(this.connector, this.account, { now: this.cloud.time.now(), timeZone, days });
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
    const { world } = this.cloud;
    world.habits = { ...world.habits, faults: 0, cuts: 0, moody429: 0 };
    this.meanwhile = null;
    this.cloud.turn(120_000);
    expect(await this.pull(), 'well after quiet').toBe(true);
    for (const { shown, store } of this.calendars)
      expect([...store.rows()].map(({ row }) => storedLine(row)).sort(), shown.name).toEqual(
        truthOf(this.mine, shown, this.window, this.timeZone),
      );
  }
}

test(
  'whatever is edited and whatever fails, the agenda is a version of the truth, and the truth in the end',
  async () => {
    console.log(`Microsoft 365 model: WHENABOUTS_SEED=${seed} WHENABOUTS_RUNS=${runs}`);
    let fullRounds = 0;
    let pulls = 0;
    await fc.assert(
      fc.asyncProperty(
        habits,
        fc.integer(),
        fc.array(edit, { maxLength: 4 }),
        fc.array(step, { minLength: 2, maxLength: 9, size: 'max' }),
        async (bad, dice, before, steps) => {
          const history = new History(bad, dice);
          for (const one of before) history.edit(one);
          for (const one of steps) {
            if (one.do === 'edits') for (const each of one.edits) history.edit(each);
            else if (one.do === 'pull') {
              await history.pull();
              pulls++;
            } else if (one.do === 'days') history.cloud.turn(one.days * dayMs);
            else if (one.do === 'forget') history.cloud.rounds.forgetAll();
            else if (one.do === 'userZone') history.timeZone = one.zone;
            else if (one.do === 'interrupted') {
              history.meanwhile = { after: one.after, edit: one.edit };
              await history.pull();
            } else history.cloud.turn(2 * 3_600_000);
          }
          await history.quiet();
          fullRounds += history.calendars.reduce((sum, { store }) => sum + store.fullRounds, 0);
        },
      ),
      { numRuns: runs, seed },
    );
    console.log(`${pulls} pulls beside those after quiet, ${fullRounds} full rounds`);
  },
  longestMs,
);
