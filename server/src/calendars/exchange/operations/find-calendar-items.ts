/** What is in a calendar in a window: ids and what tells whether something has changed, nothing else. */
import type { Interval } from '../../../agenda/appointment.ts';
import type { ExchangeMailbox } from '../client.ts';
import { responseMessages } from '../refusal.ts';
import { childNamed, childrenOf, wordAt } from '../soap/reading.ts';
import { element } from '../soap/writer.ts';
import { type ItemId, idAt } from './item-id.ts';
import { dateTime, shapeOf } from './shapes.ts';

export interface FoundItem extends ItemId {
  /** Single, Occurrence, Exception, or RecurringMaster from a server that doesn't expand series; null where untold. */
  calendarItemType: string | null;
  uid: string | null;
  /** xs:dateTime, in UTC unless the server writes an offset. */
  start: string | null;
  end: string | null;
}

export interface FoundItems {
  items: FoundItem[];
  /** False: there are more than the server tells at once (1,000); ask for a shorter window. */
  isWhole: boolean;
}

const fields = ['calendar:Start', 'calendar:End', 'calendar:CalendarItemType', 'calendar:UID'];
/** What Exchange tells at most, asked for as well: other servers would tell any number. */
const mostItems = 1_000;

/** @param window at most 2 years (ErrorCalendarViewRangeTooBig). @throws ConnectorError */
export async function findCalendarItems(
  mailbox: ExchangeMailbox,
  folderId: string,
  window: Interval,
): Promise<FoundItems> {
  const answer = await mailbox.call(
    element('m:FindItem', { Traversal: 'Shallow' }, [
      shapeOf('m:ItemShape', fields),
      element('m:CalendarView', {
        MaxEntriesReturned: mostItems,
        StartDate: dateTime(window.from),
        EndDate: dateTime(window.to),
      }),
      element('m:ParentFolderIds', {}, [element('t:FolderId', { Id: folderId })]),
    ]),
  );
  const [message = null] = responseMessages(answer);
  const root = childNamed(message, 'RootFolder');
  const items: FoundItem[] = [];
  for (const item of childrenOf(childNamed(root, 'Items'))) {
    const id = idAt(item, 'ItemId');
    if (id === null) continue;
    items.push({
      ...id,
      calendarItemType: wordAt(item, 'CalendarItemType'),
      uid: wordAt(item, 'UID'),
      start: wordAt(item, 'Start'),
      end: wordAt(item, 'End'),
    });
  }
  const told = root?.attributes.IncludesLastItemInRange;
  return { items, isWhole: told === undefined ? items.length < mostItems : /^(?:true|1)$/i.test(told.trim()) };
}
