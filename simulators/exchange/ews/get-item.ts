/** GetItem: items by their ids, each with its own answer. */
import { itemBy, itemIdOf } from '../mailbox/ids.ts';
import { child, type Element, m } from '../xml/element.ts';
import { calendarItem } from './calendar-item.ts';
import { atLeast, type Call, mailboxOf, mannerOf } from './call.ts';
import { each, Refused, response } from './errors.ts';
import { shownWhole } from './find-item.ts';
import { itemShape } from './shape.ts';
import { type Shown, shownInstance } from './shown.ts';

export function getItem(call: Call): Element {
  const { world, request } = call;
  const messages = child(request, 'ItemIds')!.children.map((id) =>
    each(
      'GetItemResponseMessage',
      () => {
        const shape = itemShape(child(request, 'ItemShape')!, false, atLeast(call));
        const shown = wanted(call, id);
        if (world.chance(world.habits.unreadableItems))
          throw new Refused('ErrorItemCorrupt', 'The item is corrupt or couldn’t be converted.');
        return m('Items', {}, calendarItem(shown, shape, mannerOf(call, false)));
      },
      'Items',
    ),
  );
  return response('GetItem', messages);
}

function wanted(call: Call, { name, attributes }: Element): Shown {
  const mailbox = mailboxOf(call);
  const found = itemBy(mailbox, attributes.Id ?? attributes.OccurrenceId ?? attributes.RecurringMasterId ?? '');
  if (found === 'malformed') throw new Refused('ErrorInvalidIdMalformed', 'Id is malformed.');
  if (found === 'deletedOccurrence')
    throw new Refused('ErrorCalendarOccurrenceIsDeletedFromRecurrence', 'The occurrence was deleted from its series.');
  if (found === 'notFound') throw new Refused('ErrorItemNotFound', 'The specified object was not found in the store.');
  const { item, date } = found;
  if (name === 'RecurringMasterItemId') {
    if (!date) throw new Refused('ErrorCalendarCannotUseIdForOccurrenceId', 'The id is not one of an occurrence.');
    return shownWhole(mailbox, item);
  }
  const far = Date.UTC(2035, 0, 1);
  if (name === 'OccurrenceItemId') {
    if (date || !item.recurrence)
      throw new Refused('ErrorCalendarCannotUseIdForRecurringMasterId', 'The id is not one of a master.');
    const whole = { ...item, cancelled: new Set<string>() };
    const nth = mailbox.instancesOf(whole, far)[Number(attributes.InstanceIndex) - 1];
    if (!nth) throw new Refused('ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange', 'There are not so many.');
    return wanted(call, {
      name: 'ItemId',
      attributes: { Id: itemIdOf(mailbox, item, nth.date) },
    } as unknown as Element);
  }
  if (date === null) return shownWhole(mailbox, item);
  const instance = mailbox.instancesOf(item, Date.parse(date) + 2 * 86_400_000).find((one) => one.date === date)!;
  return shownInstance(mailbox, instance);
}
