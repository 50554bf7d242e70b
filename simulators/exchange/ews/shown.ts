/** One thing that an answer shows, and what it is called. */
import type { EventFields, Instance, Item } from '../../microsoft365/mailbox/items.ts';
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import { ianaOf } from '../../microsoft365/mailbox/zones.ts';
import type { Habits } from '../habits.ts';
import { itemIdOf } from '../mailbox/ids.ts';
import { digest } from '../world.ts';
import { type Element, t } from '../xml/element.ts';

/** One thing to be written: a single item, an occurrence, an exception, or the master of a series. */
export interface Shown {
  mailbox: Mailbox;
  item: Item;
  /** null: a single one or a master. */
  date: string | null;
  fields: EventFields;
  start: number;
  end: number;
}
export interface Manner {
  habits: Habits;
  /** IANA zone of the request's TimeZoneContext; null: UTC. */
  zone: string | null;
  /** Answers of FindItem tell less of people, and nothing that is kept in streams of the store. */
  find: boolean;
  /** Of Outlook on the web. */
  outlook: string;
}

/** A property of it; null: it has none. */
export type Property = [path: string, write: (shown: Shown, manner: Manner) => Element | null];

export const shownInstance = (mailbox: Mailbox, { item, date, fields, start, end }: Instance): Shown => ({
  ...{ mailbox, item, date, fields, start, end },
});

/** The master of a series: begins and ends with its first occurrence, be it cancelled or not. */
export function shownMaster(mailbox: Mailbox, item: Item): Shown {
  const whole: Item = { ...item, exceptions: new Map(), cancelled: new Set() };
  const begins = Date.parse(item.recurrence!.range.startDate);
  // Few begin later than a month after their start date, and each day ahead costs time.
  const within = (days: number) => mailbox.instancesOf(whole, begins + days * 86_400_000)[0];
  const first = within(31) ?? within(800);
  const { fields } = item;
  const at = (local: string) =>
    Temporal.PlainDateTime.from(local).toZonedDateTime(ianaOf(fields.timeZone)).epochMilliseconds;
  return {
    mailbox,
    item,
    date: null,
    fields,
    start: first?.start ?? at(fields.start),
    end: first?.end ?? at(fields.end),
  };
}

function changeKeyOf({ item, date }: Pick<Shown, 'item' | 'date'>, habits: Habits): string {
  const members =
    habits.changeKeys === 'series'
      ? [...item.occurrenceChanged.values()]
      : [item.occurrenceChanged.get(date ?? '') ?? 0];
  return `DwAAABYA${Buffer.from(digest(`${item.number}.${Math.max(item.changed, ...members)}`, 12)).toString('base64')}`;
}

export const itemIdElement = (shown: Pick<Shown, 'mailbox' | 'item' | 'date'>, habits: Habits): Element =>
  t('ItemId', { Id: itemIdOf(shown.mailbox, shown.item, shown.date), ChangeKey: changeKeyOf(shown, habits) });

export const isException = ({ item, date }: Shown) => date !== null && item.exceptions.has(date);
export const isMaster = ({ item, date }: Shown) => item.recurrence !== null && date === null;
export const kindOf = (shown: Shown) =>
  isMaster(shown)
    ? 'RecurringMaster'
    : shown.date === null
      ? 'Single'
      : isException(shown)
        ? 'Exception'
        : 'Occurrence';

/** When a member of a series would have begun. */
export function originalStart({ item }: Shown, date: string): number {
  const time = Temporal.PlainDateTime.from(item.fields.start).toPlainTime();
  return Temporal.PlainDate.from(date).toPlainDateTime(time).toZonedDateTime(ianaOf(item.fields.timeZone))
    .epochMilliseconds;
}
