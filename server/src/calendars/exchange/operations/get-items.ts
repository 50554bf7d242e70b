/** Calendar items by their ids, a few at a time: what is refused of one is no fault of the others. */
import { ConnectorError } from '../../connector.ts';
import type { ExchangeMailbox } from '../client.ts';
import { type Fault, faultOf, responseMessages } from '../refusal.ts';
import { childNamed, childrenOf } from '../soap/reading.ts';
import { element } from '../soap/writer.ts';
import { type CalendarItem, calendarItemFields, readCalendarItem } from './calendar-item.ts';
import { shapeOf } from './shapes.ts';

export type GotItem = { id: string; item: CalendarItem; fault: null } | { id: string; item: null; fault: Fault };

/** Of several, Exchange works on one after the other, and counts the time against the account. */
const atOnce = 10;
/** What stopped the ones before doesn't concern those that it names. */
const stopped = 'ErrorBatchProcessingStopped';

/**
 * In the order of `ids`; one that is gone has the fault ErrorItemNotFound.
 * @param options.mime with the iCalendar text of each. @throws ConnectorError
 */
export async function getItems(
  mailbox: ExchangeMailbox,
  ids: readonly string[],
  options: { mime?: boolean } = {},
): Promise<GotItem[]> {
  const got: GotItem[] = [];
  for (let at = 0; at < ids.length; at += atOnce) {
    const some = ids.slice(at, at + atOnce);
    for (const each of await getSome(mailbox, some, options.mime ?? false)) {
      const again = each.fault?.code === stopped && some.length > 1;
      got.push(...(again ? await getSome(mailbox, [each.id], options.mime ?? false) : [each]));
    }
  }
  return got;
}

async function getSome(mailbox: ExchangeMailbox, ids: readonly string[], mime: boolean): Promise<GotItem[]> {
  const answer = await mailbox.call(
    (version) =>
      element('m:GetItem', {}, [
        shapeOf('m:ItemShape', calendarItemFields(version), mime),
        element(
          'm:ItemIds',
          {},
          ids.map((Id) => element('t:ItemId', { Id })),
        ),
      ]),
    { partly: true },
  );
  const messages = responseMessages(answer);
  if (messages.length !== ids.length)
    throw new ConnectorError(
      'malformed',
      `${mailbox.host} answered for ${messages.length} items when ${ids.length} were asked for.`,
    );
  return messages.map((message, index) => {
    const id = ids[index]!;
    const fault = faultOf(message);
    if (fault) return { id, item: null, fault };
    const [first] = childrenOf(childNamed(message, 'Items'));
    const item = first ? readCalendarItem(first) : null;
    return item
      ? { id, item, fault: null }
      : { id, item: null, fault: { code: 'ErrorItemNotFound', text: '', backOffMs: null } };
  });
}
