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
import { normalizedUid } from '../server/src/agenda/meeting-key.ts';
import type { ConnectorAccount } from '../server/src/calendars/connector.ts';
import { microsoft365Connector } from '../server/src/calendars/microsoft365/connector.ts';
import type { Grant, Microsoft365Settings } from '../server/src/calendars/microsoft365/grant.ts';
import { windowAt } from '../server/src/sync/window.ts';
import { calendarId } from '../simulators/microsoft365/graph/access.ts';
import { type Habits, nasty } from '../simulators/microsoft365/habits.ts';
import type { EventFields, Item } from '../simulators/microsoft365/mailbox/items.ts';
import type { Calendar, Mailbox } from '../simulators/microsoft365/mailbox/mailbox.ts';
import type { Recurrence } from '../simulators/microsoft365/mailbox/recurrence.ts';
import { inProcessCloud, storedLine, trueLine, truthOf } from './sources/microsoft365-cloud.ts';
import { MemoryCalendar } from './sources/microsoft365-engine.ts';

const runs = Number(process.env.WHENABOUTS_RUNS ?? 2_000);
/** One takes some 30 ms, and many times that beside other work on a slow machine. */
const longestMs = 600_000 + runs * 500;
const seed = process.env.WHENABOUTS_SEED ? Number(process.env.WHENABOUTS_SEED) : Date.now() % 2 ** 31;

const startAt = Date.parse('2026-03-26T08:00:00Z'); // daylight saving time begins on the 29th in Europe
const today = Temporal.PlainDate.from('2026-03-26');
const days = { daysBack: 2, daysAhead: 9 };
const dayMs = 86_400_000;
const zones = [
  'W. Europe Standard Time',
  'Eastern Standard Time',
  'New Zealand Standard Time',
  'tzone://Microsoft/Custom',
];
const userZones = ['Europe/Berlin', 'America/New_York', 'Pacific/Auckland'];

const nth = fc.nat({ max: 1_000 });
const dayIn = fc.integer({ min: -4, max: 26 });
const times = fc.record({
  day: dayIn,
  hour: fc.constantFrom(0, 2, 9, 13, 23),
  allDay: fc.boolean(),
  zone: fc.constantFrom(...zones),
});
const details = fc.record({
  subject: fc.constantFrom('Meeting', 'Lunch', 'Review', 'Öffentlich ✈'),
  showAs: fc.constantFrom('busy' as const, 'free' as const, 'oof' as const, 'tentative' as const),
  sensitivity: fc.constantFrom('normal' as const, 'private' as const),
});
const pattern = fc.oneof(
  fc.record({ type: fc.constant('daily' as const), interval: fc.constantFrom(1, 2, 5) }),
  fc.record({
    type: fc.constant('weekly' as const),
    interval: fc.constantFrom(1, 2),
    daysOfWeek: fc
      .subarray(['monday', 'thursday', 'friday', 'sunday'] as const, { minLength: 1 })
      .map((all) => [...all]),
  }),
);
const count = fc.constantFrom(null, 1, 3, 10);

const edit = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), at: times, details, where: nth }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('createSeries' as const), at: times, details, pattern, count, where: nth }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('reschedule' as const), which: nth, at: times }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('change' as const), which: nth, details }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancelOne' as const), which: nth, occurrence: nth }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('moveOne' as const), which: nth, occurrence: nth, at: times }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('declineOne' as const), which: nth, occurrence: nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('decline' as const), which: nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('once' as const), which: nth }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), which: nth, pattern, count }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('zone' as const), which: nth, zone: fc.constantFrom(...zones) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), which: nth }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('otherCalendar' as const), which: nth }) },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

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

/** What an item has been, in order; null: not there. */
type Version = (Item & { lies: string }) | null;

class History {
  readonly cloud;
  readonly mine: Mailbox;
  readonly theirs: Mailbox;
  readonly calendars: { shown: Calendar; store: MemoryCalendar; reached: Map<string, number> }[] = [];
  readonly versions = new Map<string, { item: Item; mailbox: Mailbox; versions: Version[] }>();
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
    for (const mailbox of [this.mine, this.theirs]) mailbox.listeners.add(({ item }) => this.remember(mailbox, item));
  }

  remember(mailbox: Mailbox, told: Item): void {
    const item = mailbox.items.get(told.number) ?? null;
    const uid = normalizedUid(told.uid);
    const known = this.versions.get(uid) ?? { item: told, mailbox, versions: [null] };
    const copy = item && {
      ...item,
      ...{ exceptions: new Map(item.exceptions), cancelled: new Set(item.cancelled), lies: item.calendar },
    };
    known.versions.push(copy);
    this.versions.set(uid, known);
  }

  edit(edit: Edit): void {
    if (edit.do === 'create' || edit.do === 'createSeries') {
      const [mailbox, calendar] = [
        [this.mine, this.mine.calendars[0]!],
        [this.mine, this.mine.calendars[1]!],
        [this.theirs, this.theirs.calendars[0]!],
      ][edit.where % 3] as [Mailbox, Calendar];
      const fields = { ...edit.details, ...timesOf(edit.at) };
      const recurrence = edit.do === 'create' ? null : recurrenceOf(edit.pattern, edit.count, fields.start);
      mailbox.create(fields, { calendar: calendar.id, recurrence });
      return;
    }
    const all = [this.mine, this.theirs].flatMap((mailbox) =>
      [...mailbox.items.values()].map((item) => ({ mailbox, item })),
    );
    const chosen = all[edit.which % Math.max(all.length, 1)];
    if (!chosen) return;
    const { mailbox, item } = chosen;
    const { number } = item;
    if (edit.do === 'change') mailbox.update(number, edit.details);
    else if (edit.do === 'decline') mailbox.update(number, { response: 'declined', showAs: 'free' });
    else if (edit.do === 'zone') mailbox.update(number, { timeZone: edit.zone });
    else if (edit.do === 'delete') mailbox.delete(number);
    else if (edit.do === 'otherCalendar') {
      if (mailbox === this.mine) mailbox.move(number, item.calendar === 'cal1' ? 'cal2' : 'cal1');
    } else if (edit.do === 'reschedule') {
      const fields = timesOf(edit.at);
      const { recurrence } = item;
      const range = recurrence && { ...recurrence.range, startDate: fields.start.slice(0, 10) };
      if (recurrence) mailbox.update(number, fields, { ...recurrence, range: range! });
      else mailbox.update(number, fields);
    } else if (edit.do === 'repeat') {
      mailbox.update(number, {}, recurrenceOf(edit.pattern, edit.count, item.fields.start));
    } else if (edit.do === 'once') {
      if (item.recurrence) mailbox.update(number, {}, null);
    } else if (item.recurrence) {
      const until = this.cloud.time.now() + 25 * dayMs;
      const members = mailbox.instancesOf(item, until);
      const member = members[edit.occurrence % Math.max(members.length, 1)];
      if (!member?.date) return;
      if (edit.do === 'cancelOne') mailbox.cancelOccurrence(number, member.date);
      else if (edit.do === 'declineOne') mailbox.updateOccurrence(number, member.date, { response: 'declined' });
      else mailbox.updateOccurrence(number, member.date, { ...timesOf(edit.at), subject: 'Moved' });
    }
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
      this.check();
    }
    return well;
  }

  /** Each item's rows are one of its versions, and none that was before the last one seen. */
  check(): void {
    for (const { shown, store, reached } of this.calendars) {
      if (store.window === null) continue;
      const { timeZone } = store;
      const window = knownOf(store.window, store.fullRoundAt);
      const known = [...store.rows()].filter(
        ({ row }) => Temporal.Instant.compare(Temporal.Instant.from(row.starts_at), window.to) < 0,
      );
      const rows = Map.groupBy(known, ({ row }) => row.uid);
      for (const [uid, { mailbox, item, versions }] of this.versions) {
        const source = shown.shared ?? { mailbox: this.mine, calendar: shown.id };
        if (source.mailbox !== mailbox) continue;
        const now = (rows.get(uid) ?? []).map(({ row }) => storedLine(row)).sort();
        const from = reached.get(uid) ?? 0;
        const at = versions.findIndex(
          (version, index) =>
            index >= from &&
            same(linesOf(mailbox, version, source.calendar, shown.shared !== null, window, timeZone), now),
        );
        if (at < 0)
          expect(
            { calendar: shown.name, item: item.number, stored: now },
            `no version from the ${from}th of ${versions.length} on`,
          ).toEqual(
            versions
              .slice(from)
              .map((version) => linesOf(mailbox, version, source.calendar, shown.shared !== null, window, timeZone)),
          );
        reached.set(uid, at);
        rows.delete(uid);
      }
      expect([...rows.keys()], 'nothing that never was').toEqual([]);
    }
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

/** What nobody could read for longer than the reserve that is kept beyond the window (ten days, two of them for zones) isn't known at its end. */
function knownOf({ from, to }: Interval, fullRoundAt: number): Interval {
  const read = windowAt(Temporal.Instant.fromEpochMilliseconds(fullRoundAt), days).to.add({ hours: 8 * 24 });
  return { from, to: Temporal.Instant.compare(read, to) < 0 ? read : to };
}

function linesOf(
  mailbox: Mailbox,
  version: Version,
  calendar: string,
  shared: boolean,
  window: Interval,
  timeZone: string,
): string[] {
  if (version === null || version.lies !== calendar) return [];
  return mailbox
    .instancesOf(version, window.to.epochMilliseconds + 2 * dayMs)
    .flatMap((instance) => trueLine(instance, shared, window, timeZone) ?? [])
    .sort();
}

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((line, at) => line === b[at]);

function timesOf({ day, hour, allDay, zone }: { day: number; hour: number; allDay: boolean; zone: string }) {
  const date = today.add({ days: day });
  const start = allDay ? date.toPlainDateTime() : date.toPlainDateTime({ hour });
  const end = allDay ? start.add({ days: 1 }) : start.add({ minutes: 45 });
  return {
    start: start.toString(),
    end: end.toString(),
    isAllDay: allDay,
    timeZone: zone,
  } satisfies Partial<EventFields>;
}

function recurrenceOf(pattern: Recurrence['pattern'], count: number | null, start: string): Recurrence {
  const startDate = start.slice(0, 10);
  return {
    pattern,
    range: count === null ? { type: 'noEnd', startDate } : { type: 'numbered', startDate, numberOfOccurrences: count },
  };
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
