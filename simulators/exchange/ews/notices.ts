/** What a change in a mailbox is told as. The ids in it carry no change keys. */
import type { Mailbox, MailboxChange } from '../../microsoft365/mailbox/mailbox.ts';
import type { Habits } from '../habits.ts';
import { folderIdOf, itemIdOf } from '../mailbox/ids.ts';
import { type Element, t } from '../xml/element.ts';

export interface Notice {
  event: 'CreatedEvent' | 'ModifiedEvent' | 'DeletedEvent' | 'MovedEvent';
  /** Own ids of the folders whose listeners it concerns. */
  folders: string[];
  content: Element[];
}

const names = { created: 'CreatedEvent', updated: 'ModifiedEvent', deleted: 'DeletedEvent' } as const;

/** @returns for each change of the mailbox, in their order: what it is told as; null: nothing yet */
export function noticesOf(mailbox: Mailbox): (change: MailboxChange, habits: Habits) => Notice | null {
  /** A move comes as a deletion of what is still there, and an update. From where it went: */
  let left: string | null = null;
  const folder = (name: string, id: string) => t(name, { Id: folderIdOf(mailbox, id) });

  return ({ kind, item }, { deletions }) => {
    const id = (name: string, inside: string) => t(name, { Id: itemIdOf(mailbox, item, null, inside) });
    const moved = (from: string, to: string): Notice => ({
      ...{ event: 'MovedEvent', folders: [from, to] },
      content: [
        ...[id('ItemId', to), folder('ParentFolderId', to)],
        ...[id('OldItemId', from), folder('OldParentFolderId', from)],
      ],
    });
    if (kind === 'deleted' && mailbox.items.has(item.number)) {
      left = item.calendar;
      return null;
    }
    const from = left;
    left = null;
    if (from) return moved(from, item.calendar);
    if (kind === 'deleted' && deletions === 'moved') return moved(item.calendar, 'deleteditems');
    const content = [id('ItemId', item.calendar), folder('ParentFolderId', item.calendar)];
    return { event: names[kind], folders: [item.calendar], content };
  };
}

/** The counts of a folder change with what lies in it: told, and of no use to anybody. */
export function noiseIn(mailbox: Mailbox, folder: string): Notice {
  const id = (name: string, of: string) => t(name, { Id: folderIdOf(mailbox, of) });
  const content = [id('FolderId', folder), id('ParentFolderId', 'msgfolderroot'), t('UnreadCount', {}, 0)];
  return { event: 'ModifiedEvent', folders: [folder], content };
}
