/**
 * One mailbox: its calendars, what lies in them, and the number of each change. It keeps what is true; what Graph tells
 * of it, and how badly, is for graph/, and what Exchange on premises tells for ../../exchange/ews.
 */
import type { EventFields, Instance, Item } from './items.ts';
import { datesOf, type Recurrence } from './recurrence.ts';
import { instantOf } from './zones.ts';

export interface Calendar {
  id: string;
  name: string;
  isDefault: boolean;
  hexColor: string;
  /** Whose calendar it really is, where somebody shared theirs: mailbox and calendar there. */
  shared: { mailbox: Mailbox; calendar: string } | null;
}

export type ChangeKind = 'created' | 'updated' | 'deleted';

/** A touched item: `item` for a deleted one is what it was. */
export interface MailboxChange {
  kind: ChangeKind;
  calendar: string;
  item: Item;
  /** The one member of the series that was touched; null: all of it. */
  date: string | null;
}

export interface AutomaticReplies {
  status: 'disabled' | 'alwaysEnabled' | 'scheduled';
  internalReplyMessage: string;
  externalReplyMessage: string;
  externalAudience: 'none' | 'contactsOnly' | 'all';
  scheduledStart: string | null;
  scheduledEnd: string | null;
}

export class Mailbox {
  readonly owner: { id: string; name: string; address: string };
  readonly calendars: Calendar[] = [];
  readonly items = new Map<number, Item>();
  /** What is gone from where it was: the item as it was, and the change that took it away. A series whose pattern
   *  changes leaves its old dates here. */
  readonly removed: Array<{ item: Item; changed: number }> = [];
  readonly listeners = new Set<(change: MailboxChange) => void>();
  timeZone = 'W. Europe Standard Time';
  workingHours: { days: string[]; start: string; end: string; zone: string } = {
    days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
    start: '08:00:00.0000000',
    end: '17:00:00.0000000',
    zone: 'W. Europe Standard Time',
  };
  automaticReplies: AutomaticReplies = {
    status: 'disabled',
    internalReplyMessage: '',
    externalReplyMessage: '',
    externalAudience: 'all',
    scheduledStart: null,
    scheduledEnd: null,
  };
  /** Counts every change up. */
  change = 0;
  private next = 1;
  private readonly now: () => number;
  private readonly allDay: 'inUtc' | 'inItsZone';

  /** @param allDay when all-day events happen: Graph makes them dates of UTC, Exchange midnights of the zone they were made in. */
  constructor(owner: Mailbox['owner'], now: () => number, allDay: 'inUtc' | 'inItsZone' = 'inUtc') {
    this.owner = owner;
    this.now = now;
    this.allDay = allDay;
    this.addCalendar('Calendar', true);
  }

  addCalendar(name: string, isDefault = false, shared: Calendar['shared'] = null): Calendar {
    const id = `cal${this.calendars.length + 1}`;
    const hexColor = ['#0078d4', '#498205', '#ca5010', '#8764b8'][this.calendars.length % 4]!;
    const calendar: Calendar = { id, name, isDefault, hexColor, shared };
    this.calendars.push(calendar);
    return calendar;
  }

  get defaultCalendar(): Calendar {
    return this.calendars.find((each) => each.isDefault)!;
  }

  /** Fields that are left out are those of an ordinary meeting of the owner's. */
  create(
    fields: Partial<EventFields> & Pick<EventFields, 'subject' | 'start' | 'end'>,
    {
      recurrence = null,
      calendar = this.defaultCalendar.id,
    }: { recurrence?: Recurrence | null; calendar?: string } = {},
  ): Item {
    const number = this.next++;
    const item: Item = {
      number,
      uid: `040000008200E00074C5B7101A82E008${hex(0, 8)}${hex(this.now(), 16)}${hex(0, 16)}${hex(number, 8)}${hex(seedOf(this.owner.id), 8)}`,
      calendar,
      fields: { ...this.ordinary(), ...fields },
      recurrence,
      exceptions: new Map(),
      cancelled: new Set(),
      changed: ++this.change,
      occurrenceChanged: new Map(),
      createdAt: this.now(),
      modifiedAt: this.now(),
    };
    this.items.set(number, item);
    this.tell({ kind: 'created', calendar, item, date: null });
    return item;
  }

  /** The whole item. A series whose times or pattern change loses its exceptions, as in Outlook. */
  update(number: number, fields: Partial<EventFields>, recurrence?: Recurrence | null): void {
    const item = this.item(number);
    const moved = recurrence !== undefined || 'start' in fields || 'end' in fields || 'timeZone' in fields;
    // A single one that becomes a series leaves its place too: it must be told of when the series shows nothing later.
    if (moved && (item.recurrence || recurrence)) {
      this.removed.push({
        item: { ...item, exceptions: new Map(item.exceptions), cancelled: new Set(item.cancelled) },
        changed: this.change + 1,
      });
      for (const date of [...item.exceptions.keys(), ...item.cancelled])
        item.occurrenceChanged.set(date, this.change + 1);
      item.exceptions.clear();
      item.cancelled.clear();
    }
    // What an exception has of its own stays; here only the times are its own.
    else
      for (const [date, own] of item.exceptions)
        item.exceptions.set(date, { ...own, ...fields, start: own.start, end: own.end });
    item.fields = { ...item.fields, ...fields };
    if (recurrence !== undefined) item.recurrence = recurrence;
    this.touched(item, null);
  }

  /** One occurrence, by its original date (YYYY-MM-DD in the series' zone). */
  updateOccurrence(number: number, date: string, fields: Partial<EventFields>): void {
    const item = this.item(number);
    const [own] = this.instancesOf(item, Date.parse(date) + day).filter((each) => each.date === date);
    if (!own) throw new Error(`The series has no occurrence on ${date}.`);
    item.exceptions.set(date, { ...own.fields, ...fields });
    this.touched(item, date);
  }

  cancelOccurrence(number: number, date: string): void {
    const item = this.item(number);
    if (!this.instancesOf(item, Date.parse(date) + day).some((each) => each.date === date))
      throw new Error(`The series has no occurrence on ${date}.`);
    item.exceptions.delete(date);
    item.cancelled.add(date);
    this.touched(item, date);
  }

  delete(number: number): void {
    const item = this.item(number);
    this.items.delete(number);
    this.removed.push({ item, changed: ++this.change });
    this.tell({ kind: 'deleted', calendar: item.calendar, item, date: null });
  }

  /** Into another calendar of the mailbox: ids that aren't immutable change by it. */
  move(number: number, calendar: string): void {
    const item = this.item(number);
    this.removed.push({ item: { ...item }, changed: ++this.change });
    this.tell({ kind: 'deleted', calendar: item.calendar, item: { ...item }, date: null });
    item.calendar = calendar;
    this.touched(item, null);
  }

  item(number: number): Item {
    const item = this.items.get(number);
    if (!item) throw new Error(`There is no item ${number}.`);
    return item;
  }

  /** What overlaps [from, to), in order of start: what a calendar view shows, and the whole truth. */
  view(calendar: string, from: number, to: number): Instance[] {
    return [...this.items.values()]
      .filter((item) => item.calendar === calendar)
      .flatMap((item) => this.instancesOf(item, to))
      .filter(({ start, end }) => start < to && (end > from || (start === end && start >= from)))
      .sort((a, b) => a.start - b.start || a.item.number - b.item.number);
  }

  /** All of an item: of a series what isn't cancelled, up to `to` and what was moved from later. */
  instancesOf(item: Item, to: number = this.now() + 400 * 86_400_000): Instance[] {
    if (!item.recurrence) return [this.instance(item, null, item.fields)];
    const { fields, recurrence } = item;
    const last = Temporal.Instant.fromEpochMilliseconds(to).toZonedDateTimeISO('UTC').toPlainDate().add({ days: 1 });
    const moved = [...item.exceptions.keys()].sort().at(-1);
    const until = moved && moved > last.toString() ? Temporal.PlainDate.from(moved) : last;
    const length = Temporal.PlainDateTime.from(fields.start).until(Temporal.PlainDateTime.from(fields.end));
    const time = Temporal.PlainDateTime.from(fields.start).toPlainTime();
    return datesOf(recurrence, until).flatMap((day) => {
      const date = day.toString();
      if (item.cancelled.has(date)) return [];
      const own = item.exceptions.get(date);
      if (own) return [this.instance(item, date, own)];
      const start = day.toPlainDateTime(time);
      return [this.instance(item, date, { ...fields, start: start.toString(), end: start.add(length).toString() })];
    });
  }

  private instance(item: Item, date: string | null, fields: EventFields): Instance {
    const zone = fields.isAllDay && this.allDay === 'inUtc' ? 'UTC' : fields.timeZone;
    const changed = Math.max(item.changed, date ? (item.occurrenceChanged.get(date) ?? 0) : 0);
    return { item, date, fields, start: instantOf(fields.start, zone), end: instantOf(fields.end, zone), changed };
  }

  private touched(item: Item, date: string | null): void {
    const changed = ++this.change;
    if (date === null) item.changed = changed;
    else item.occurrenceChanged.set(date, changed);
    item.modifiedAt = this.now();
    this.tell({ kind: 'updated', calendar: item.calendar, item, date });
  }

  private tell(change: MailboxChange): void {
    for (const listener of this.listeners) listener(change);
  }

  private ordinary(): Omit<EventFields, 'subject' | 'start' | 'end'> {
    return {
      timeZone: this.timeZone,
      isAllDay: false,
      showAs: 'busy',
      sensitivity: 'normal',
      response: 'organizer',
      isCancelled: false,
      categories: [],
      location: '',
      organizer: { name: this.owner.name, address: this.owner.address },
      attendees: [],
      joinUrl: null,
      reminder: 15,
    };
  }
}

const day = 86_400_000;
const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0').slice(-digits);
const seedOf = (text: string) =>
  [...text].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
