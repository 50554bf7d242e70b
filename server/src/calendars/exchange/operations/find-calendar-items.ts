/** What is in a calendar in a window: ids and what tells whether something has changed, nothing else. */
import type { Interval } from '../../../agenda/appointment.ts';
import { ConnectorError } from '../../connector.ts';
import type { XmlElement } from '../../xml.ts';
import type { ExchangeMailbox } from '../client.ts';
import { ExchangeRefusal, refusal, responseMessages } from '../refusal.ts';
import { childNamed, childrenOf, integerAt, wordAt } from '../soap/reading.ts';
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
  /** Of one that isn't whole: told were fewer than were asked for, because of EWSFindCountLimit. */
  isCutShort: boolean;
}

const fields = ['calendar:Start', 'calendar:End', 'calendar:CalendarItemType', 'calendar:UID'];
/** What Exchange tells at most, asked for as well: other servers would tell any number. */
const mostItems = 1_000;
/** Of series; some servers take no notice of where a page is to begin. */
const mostPages = 1_000;

/**
 * Exchange counts what all requests for a mailbox have found and not yet told, and tells no more of it than
 * EWSFindCountLimit, down to nothing, for as long as others are under way ("Throttling Policies and the
 * EWSFindCountLimit", Microsoft).
 */
const findCountLimit = 'ErrorExceededFindCountLimit';

/** @param window at most 2 years (ErrorCalendarViewRangeTooBig). @throws ConnectorError */
export async function findCalendarItems(
  mailbox: ExchangeMailbox,
  folderId: string,
  window: Interval,
): Promise<FoundItems> {
  const operation = element('m:FindItem', { Traversal: 'Shallow' }, [
    shapeOf('m:ItemShape', fields),
    element('m:CalendarView', {
      MaxEntriesReturned: mostItems,
      StartDate: dateTime(window.from),
      EndDate: dateTime(window.to),
    }),
    element('m:ParentFolderIds', {}, [element('t:FolderId', { Id: folderId })]),
  ]);
  try {
    const { items, root } = foundIn(await mailbox.call(operation));
    const isWhole = isLast(root) ?? items.length < mostItems;
    return { items, isWhole, isCutShort: !isWhole && items.length < mostItems };
  } catch (error) {
    if (!(error instanceof ExchangeRefusal) || error.code !== findCountLimit) throw error;
    return { items: [], isWhole: false, isCutShort: true };
  }
}

/**
 * All recurring masters of a calendar, whenever they happen: a CalendarView of a server that doesn't expand series tells
 * only those of them that begin in the window. @returns how many requests it took as well: the calendar may have changed
 * between them. @throws ConnectorError
 */
export async function findRecurringMasters(
  mailbox: ExchangeMailbox,
  folderId: string,
): Promise<{ masters: FoundItem[]; requests: number }> {
  const masters: FoundItem[] = [];
  const seen = new Set<string>();
  for (let offset = 0, requests = 1; ; requests++) {
    const answer = await mailbox.call(
      element('m:FindItem', { Traversal: 'Shallow' }, [
        shapeOf('m:ItemShape', fields),
        element('m:IndexedPageItemView', { MaxEntriesReturned: mostItems, Offset: offset, BasePoint: 'Beginning' }),
        element('m:Restriction', {}, [
          element('t:IsEqualTo', {}, [
            element('t:ExtendedFieldURI', pidLidRecurring),
            element('t:FieldURIOrConstant', {}, [element('t:Constant', { Value: 'true' })]),
          ]),
        ]),
        element('m:ParentFolderIds', {}, [element('t:FolderId', { Id: folderId })]),
      ]),
    );
    const { items, root } = foundIn(answer);
    masters.push(...items.filter(({ calendarItemType }) => calendarItemType === 'RecurringMaster'));
    const before = seen.size;
    for (const { id } of items) seen.add(id);
    if (isLast(root) ?? items.length < mostItems) return { masters, requests };
    // Nothing, and yet not all: what can't be told now isn't gone.
    if (items.length === 0)
      throw refusal({ code: findCountLimit, text: '', backOffMs: null }, mailbox.host, mailbox.address);
    if (seen.size === before || requests >= mostPages)
      throw new ConnectorError('malformed', `${mailbox.host} goes on listing series without an end.`);
    offset = Math.max(integerAt(root, 'IndexedPagingOffset') ?? 0, offset + items.length);
  }
}

/** 0x8223 (MS-OXPROPS 2.216): what FindItem calls CalendarItemType can't be looked for. */
const pidLidRecurring = { DistinguishedPropertySetId: 'Appointment', PropertyId: 33_315, PropertyType: 'Boolean' };

function foundIn(answer: XmlElement): { items: FoundItem[]; root: XmlElement | null } {
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
  return { items, root };
}

/** Null where it isn't told. */
function isLast(root: XmlElement | null): boolean | null {
  const told = root?.attributes.IncludesLastItemInRange;
  return told === undefined ? null : /^(?:true|1)$/i.test(told.trim());
}
