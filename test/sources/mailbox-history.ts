/**
 * Random edits of random users in simulated mailboxes, every version an item has had, and what of it a store may hold:
 * each series and each single appointment equals one version of itself, never an older one than before. The truth is
 * taken from the simulator's world, not from its answers.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Interval } from '../../server/src/agenda/appointment.ts';
import { normalizedUid } from '../../server/src/agenda/meeting-key.ts';
import { windowAt } from '../../server/src/sync/window.ts';
import type { EventFields, Item } from '../../simulators/microsoft365/mailbox/items.ts';
import type { Calendar, Mailbox } from '../../simulators/microsoft365/mailbox/mailbox.ts';
import type { Recurrence } from '../../simulators/microsoft365/mailbox/recurrence.ts';
import { storedLine, trueLine } from './microsoft365-cloud.ts';
import type { MemoryCalendar } from './microsoft365-engine.ts';

export const startAt = Date.parse('2026-03-26T08:00:00Z'); // daylight saving time begins on the 29th in Europe
const today = Temporal.PlainDate.from('2026-03-26');
export const days = { daysBack: 2, daysAhead: 9 };
export const dayMs = 86_400_000;
const zones = [
  'W. Europe Standard Time',
  'Eastern Standard Time',
  'New Zealand Standard Time',
  'tzone://Microsoft/Custom',
];
export const userZones = ['Europe/Berlin', 'America/New_York', 'Pacific/Auckland'];

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

export const edit = fc.oneof(
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
export type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

/** What an item has been, in order; null: not there. */
type Version = (Item & { lies: string }) | null;

/** A calendar of the mailbox as the store has it. */
export interface StoredCalendar {
  shown: Calendar;
  store: MemoryCalendar;
  /** By UID the version that was seen last. */
  reached: Map<string, number>;
}

export class MailboxHistory {
  readonly #own: Mailbox;
  readonly #others: readonly Mailbox[];
  readonly #now: () => number;
  readonly #versions = new Map<string, { item: Item; mailbox: Mailbox; versions: Version[] }>();

  /** @param others whose first calendars are edited too. @param now epoch milliseconds. */
  constructor(own: Mailbox, others: readonly Mailbox[], now: () => number) {
    this.#own = own;
    this.#others = others;
    this.#now = now;
    for (const mailbox of [own, ...others]) mailbox.listeners.add(({ item }) => this.#remember(mailbox, item));
  }

  #remember(mailbox: Mailbox, told: Item): void {
    const item = mailbox.items.get(told.number) ?? null;
    const uid = normalizedUid(told.uid);
    const known = this.#versions.get(uid) ?? { item: told, mailbox, versions: [null] };
    const copy = item && {
      ...item,
      ...{ exceptions: new Map(item.exceptions), cancelled: new Set(item.cancelled), lies: item.calendar },
    };
    known.versions.push(copy);
    this.#versions.set(uid, known);
  }

  edit(edit: Edit): void {
    if (edit.do === 'create' || edit.do === 'createSeries') {
      const places: [Mailbox, Calendar][] = [
        [this.#own, this.#own.calendars[0]!],
        [this.#own, this.#own.calendars[1]!],
        ...this.#others.map((other): [Mailbox, Calendar] => [other, other.calendars[0]!]),
      ];
      const [mailbox, calendar] = places[edit.where % places.length]!;
      const fields = { ...edit.details, ...timesOf(edit.at) };
      const recurrence = edit.do === 'create' ? null : recurrenceOf(edit.pattern, edit.count, fields.start);
      mailbox.create(fields, { calendar: calendar.id, recurrence });
      return;
    }
    const all = [this.#own, ...this.#others].flatMap((mailbox) =>
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
      if (mailbox === this.#own) mailbox.move(number, item.calendar === 'cal1' ? 'cal2' : 'cal1');
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
      const until = this.#now() + 25 * dayMs;
      const members = mailbox.instancesOf(item, until);
      const member = members[edit.occurrence % Math.max(members.length, 1)];
      if (!member?.date) return;
      if (edit.do === 'cancelOne') mailbox.cancelOccurrence(number, member.date);
      else if (edit.do === 'declineOne') mailbox.updateOccurrence(number, member.date, { response: 'declined' });
      else mailbox.updateOccurrence(number, member.date, { ...timesOf(edit.at), subject: 'Moved' });
    }
  }

  /** Each item's rows are one of its versions, and none that was before the last one seen. */
  check(calendars: readonly StoredCalendar[]): void {
    for (const { shown, store, reached } of calendars) {
      if (store.window === null) continue;
      const { timeZone } = store;
      const window = knownOf(store.window, store.fullRoundAt);
      const known = [...store.rows()].filter(
        ({ row }) => Temporal.Instant.compare(Temporal.Instant.from(row.starts_at), window.to) < 0,
      );
      const rows = Map.groupBy(known, ({ row }) => row.uid);
      for (const [uid, { mailbox, item, versions }] of this.#versions) {
        const source = shown.shared ?? { mailbox: this.#own, calendar: shown.id };
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
