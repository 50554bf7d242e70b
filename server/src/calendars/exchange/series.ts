/**
 * The occurrences of a series. Where the server lists them they say when they are, and one that is as the pattern has it
 * speaks for all such; where it lists the master alone they are expanded here. Pure.
 */
import type { Interval, SkippedComponent } from '../../agenda/appointment.ts';
import { RecurrenceError } from '../../agenda/recurrence-rule.ts';
import type { Member } from '../kept.ts';
import {
  appointmentOf,
  dateText,
  instantText,
  isSkipped,
  occurrenceOf,
  originalStart,
  type Span,
  spanOf,
  uidOf,
  zoneOfItem,
} from './items.ts';
import type { CalendarItem } from './operations/calendar-item.ts';
import type { FoundItem } from './operations/find-calendar-items.ts';
import { patternStarts } from './recurrence.ts';
import { exceptionsIn, Slots } from './slots.ts';

export interface Members {
  members: Member[];
  skipped: SkippedComponent[];
}

/** Of listed ones those that have to be read: all but the occurrences that are as the pattern has them, and one of those. */
export function idsToRead(listed: readonly FoundItem[]): string[] {
  const plain = listed.find(isPlain);
  const others = listed.filter((item) => !isPlain(item));
  return [...(plain ? [plain] : []), ...others].map(({ id }) => id);
}

/** Exceptions have fields of their own; what has no times in the listing has to be asked for them. */
const isPlain = (item: FoundItem): boolean => item.calendarItemType === 'Occurrence' && spanOf(item) !== null;

/** @param read what was read, by id. */
export function membersListed(
  listed: readonly FoundItem[],
  read: ReadonlyMap<string, CalendarItem>,
  timeZone: string,
): Members {
  const all: Members = { members: [], skipped: [] };
  const template = read.get(listed.find(isPlain)?.id ?? '');
  // Whether the series is one of whole days says the one that is as the pattern has it, not an exception.
  const zone = template?.isAllDayEvent === true ? zoneOfItem(template, timeZone) : null;
  const textOf = (original: number) => (zone ? dateText(original, zone) : instantText(original));
  for (const one of listed) {
    const item = read.get(one.id);
    const span = spanOf(item ?? one);
    if (template && span && isPlain(one))
      all.members.push({ id: one.id, appointment: occurrenceOf(template, span, textOf(span.start), timeZone) });
    else if (item) {
      const made = appointmentOf(item, timeZone);
      const original = originalStart(item);
      const known = template && span && original !== null && !isSkipped(made);
      add(all, known ? { ...made, appointment: occurrenceOf(item, span, textOf(original), timeZone) } : made);
    }
  }
  return all;
}

function add({ members, skipped }: Members, one: Member | SkippedComponent): void {
  if (isSkipped(one)) skipped.push(one);
  else members.push(one);
}

/** @param read what was read of the exceptions, by id; one that is missing has what the master has, at its own time. */
export function membersExpanded(
  master: CalendarItem,
  read: ReadonlyMap<string, CalendarItem>,
  stretch: Interval,
  timeZone: string,
): Members {
  const uid = uidOf(master);
  const span = spanOf(master);
  if (span === null || master.recurrence === null)
    return { members: [], skipped: [{ uid, reason: 'When it recurs can’t be read.' }] };
  const zone = zoneOfItem(master, timeZone);
  const allDay = master.isAllDayEvent === true;
  const slots = new Slots(span, zone, allDay);
  const exceptions = exceptionsIn(master, stretch);
  let starts: number[];
  try {
    const reach = slots.reach(stretch, exceptions);
    starts = patternStarts({ recurrence: master.recurrence, start: span.start, allDay, zone }, reach);
  } catch (error) {
    if (!(error instanceof RecurrenceError)) throw error;
    return { members: [], skipped: [{ uid, reason: error.message }] };
  }
  const replaced = [
    ...master.deletedOccurrences.map(({ start }) => start),
    ...master.modifiedOccurrences.map(({ originalStart }) => originalStart),
  ];
  slots.fill(starts, replaced);
  const gone = new Set(replaced.map((text) => slots.slotOf(text)));
  const all: Members = { members: [], skipped: [] };
  const put = (id: string, item: CalendarItem, at: Span, slot: number) =>
    all.members.push({ id, appointment: occurrenceOf(item, at, slots.textOf(slot), timeZone) });
  for (const start of starts) if (!gone.has(start)) put(master.itemId.id, master, slots.spanAt(start), start);
  for (const { id, span: told, original } of exceptions) {
    const slot = slots.slotOf(original);
    if (slot === null) continue;
    const item = id === null ? undefined : read.get(id);
    const at = (item && spanOf(item)) ?? told;
    // Whatever the server calls it, it belongs to the series.
    const fields = { ...(item ?? master), uid: master.uid, calendarItemType: 'Exception' };
    put(id ?? master.itemId.id, fields, { start: slots.reread(at.start), end: slots.reread(at.end) }, slot);
  }
  return all;
}
