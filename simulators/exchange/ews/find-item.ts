/** FindItem: what a calendar shows in a window (CalendarView), or what lies in a folder. */
import type { Item } from '../../microsoft365/mailbox/items.ts';
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import type { Habits } from '../habits.ts';
import type { World } from '../world.ts';
import { child, type Element, m, t } from '../xml/element.ts';
import { calendarItem } from './calendar-item.ts';
import { atLeast, type Call, type Folder, folderOf, mannerOf } from './call.ts';
import { each, Refused, response } from './errors.ts';
import { extendedProperty } from './extended.ts';
import { matches } from './restriction.ts';
import { itemShape } from './shape.ts';
import { type Shown, shownInstance, shownMaster } from './shown.ts';
import { instantOf } from './time.ts';

/** Two years and a day of grace: what is longer is refused. */
const longestView = 732 * 86_400_000;

export function findItem(call: Call): Element {
  const messages = child(call.request, 'ParentFolderIds')!.children.map((id) =>
    each('FindItemResponseMessage', () => {
      const shape = itemShape(child(call.request, 'ItemShape')!, true, atLeast(call));
      const view = child(call.request, 'CalendarView');
      const folder = folderOf(call, id);
      const { found, attributes } = view ? inWindow(call, folder, view) : inFolder(call, folder);
      const items = found.map((shown) => calendarItem(shown, shape, mannerOf(call, true)));
      return m('RootFolder', attributes, t('Items', {}, items));
    }),
  );
  return response('FindItem', messages);
}

interface Page {
  found: Shown[];
  attributes: Record<string, string | number | boolean>;
}

function inWindow({ world, zone, request }: Call, { mailbox, id }: Folder, view: Element): Page {
  const { StartDate = '', EndDate = '', MaxEntriesReturned } = view.attributes;
  if (child(request, 'Restriction') || child(request, 'SortOrder'))
    throw new Refused('ErrorInvalidRestriction', 'A calendar view takes no restriction and no order.');
  if (request.attributes.Traversal !== 'Shallow')
    throw new Refused('ErrorInvalidOperation', 'A calendar view is shallow.');
  const [from, to] = [instantOf(StartDate, zone), instantOf(EndDate, zone)];
  if (to <= from) throw new Refused('ErrorCalendarEndDateIsEarlierThanStartDate', 'EndDate is earlier than StartDate');
  if (to - from > longestView)
    throw new Refused(
      'ErrorCalendarViewRangeTooBig',
      'The specified view range exceeds the maximum range of two years.',
    );
  if (Number(MaxEntriesReturned ?? 1) < 1)
    throw new Refused('ErrorInvalidPagingMaxRows', 'MaxEntriesReturned must be at least 1.');
  if (!mailbox.calendars.some((each) => each.id === id))
    throw new Refused('ErrorCalendarFolderIsInvalidForCalendarView', 'The folder is no calendar.');
  const all = seen(mailbox, id, from, to, world.habits);
  const found = all.slice(0, mostOf(world, MaxEntriesReturned, all.length));
  const isLast = found.length === all.length;
  return { found, attributes: { TotalItemsInView: found.length, IncludesLastItemInRange: isLast } };
}

/**
 * How many of so many are shown.
 * @param asked MaxEntriesReturned. @throws Refused when nothing was said of pages and there are too many
 */
function mostOf({ habits, between }: World, asked: string | undefined, there: number): number {
  const left = Math.max(0, Math.floor(habits.findLimit - between(habits.findLimitTaken)));
  if (asked !== undefined) return Math.min(Number(asked), left);
  if (there > habits.findLimit)
    throw new Refused(
      'ErrorExceededFindCountLimit',
      'You have exceeded the maximum number of objects that can be returned for the find operation. Use paging to reduce the result size and try your request again.',
      { PolicyLimit: String(habits.findLimit) },
    );
  return there;
}

/** In order of start, but for a server that has no order. */
function seen(mailbox: Mailbox, folder: string, from: number, to: number, habits: Habits): Shown[] {
  const { calendarView, showsWhatEndsAtStart } = habits;
  const shown = mailbox
    .view(folder, showsWhatEndsAtStart ? from - 1 : from, to)
    .map((each) => shownInstance(mailbox, each));
  if (calendarView === 'occurrences') return shown;
  const wholes = itemsOf(mailbox, folder).map((item) => shownWhole(mailbox, item));
  // Compared with the first occurrence, and with the ends of the window among it.
  if (calendarView === 'mastersThatBegin') return wholes.filter(({ start, end }) => start <= to && end >= from);
  const concerned = new Set(shown.map(({ item }) => item));
  return wholes.filter(({ item }) => concerned.has(item)).sort((a, b) => a.start - b.start);
}

export const itemsOf = (mailbox: Mailbox, folder: string): Item[] =>
  [...mailbox.items.values()].filter(({ calendar }) => calendar === folder);
/** Without a calendar view a series is its master. */
export const shownWhole = (mailbox: Mailbox, item: Item): Shown =>
  item.recurrence ? shownMaster(mailbox, item) : shownInstance(mailbox, mailbox.instancesOf(item)[0]!);

function inFolder({ world, request }: Call, { mailbox, id }: Folder): Page {
  const restriction = child(request, 'Restriction')?.children[0];
  const view = child(request, 'IndexedPageItemView')?.attributes;
  const values =
    (shown: Shown) =>
    (path: string): string | undefined => {
      const { item, fields, start, end } = shown;
      // An ExtendedFieldURI is told by its attributes.
      if (path.startsWith('{')) return extendedProperty(shown, JSON.parse(path)) ?? undefined;
      return {
        'item:Subject': fields.subject,
        'calendar:UID': item.uid,
        'calendar:Start': new Date(start).toISOString(),
        'calendar:End': new Date(end).toISOString(),
      }[path];
    };
  const all = itemsOf(mailbox, id)
    .map((item) => shownWhole(mailbox, item))
    .filter((shown) => !restriction || matches(restriction, values(shown)));
  const from = Number(view?.Offset ?? 0);
  const found = all.slice(from, from + mostOf(world, view?.MaxEntriesReturned, all.length - from));
  const next = from + found.length;
  return {
    found,
    attributes: {
      IndexedPagingOffset: next,
      TotalItemsInView: all.length,
      IncludesLastItemInRange: next >= all.length,
    },
  };
}
