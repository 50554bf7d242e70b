/**
 * Ids of folders and items. As in Exchange an item's id says which folder it lies in, so it changes when the item is moved;
 * an occurrence has one of its own; letters' case matters, and +, / and = are in them. Not to be taken apart by a client.
 */
import type { Item } from '../../microsoft365/mailbox/items.ts';
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import { digest } from '../world.ts';

const encode = (parts: ReadonlyArray<string | number>) => Buffer.from(`>?${parts.join('|')}`).toString('base64');
const decode = (text: string) => Buffer.from(text, 'base64').toString().replace(/^>\?/, '').split('|');
const markOf = (mailbox: Mailbox) => digest(mailbox.owner.id);

/** Folders every mailbox has beside its calendars: distinguished name, name shown, class. */
export const plainFolders = [
  { id: 'root', name: '', folderClass: '' },
  { id: 'msgfolderroot', name: 'Top of Information Store', folderClass: 'IPF.Note' },
  { id: 'inbox', name: 'Inbox', folderClass: 'IPF.Note' },
  { id: 'sentitems', name: 'Sent Items', folderClass: 'IPF.Note' },
  { id: 'deleteditems', name: 'Deleted Items', folderClass: 'IPF.Note' },
  { id: 'contacts', name: 'Contacts', folderClass: 'IPF.Contact' },
  { id: 'tasks', name: 'Tasks', folderClass: 'IPF.Task' },
] as const;

export const folderIdOf = (mailbox: Mailbox, folder: string): string => `AQMk${encode([markOf(mailbox), folder])}`;

export function itemIdOf(mailbox: Mailbox, item: Item, date: string | null, folder = item.calendar): string {
  return `${date ? 'AAMkOC' : 'AAMk'}${encode([markOf(mailbox), folder, item.number, date ?? ''])}`;
}

/** @returns the folder's own id (cal1, inbox …), or null when there is none of this id in the mailbox */
export function folderBy(mailbox: Mailbox, id: string): string | null {
  const [mark, folder = ''] = decode(id.slice(4));
  const known = mailbox.calendars.some((each) => each.id === folder) || plainFolders.some((each) => each.id === folder);
  return id.startsWith('AQMk') && mark === markOf(mailbox) && known ? folder : null;
}

export type Found = { item: Item; date: string | null } | 'malformed' | 'notFound' | 'deletedOccurrence';

/** What an id names in the mailbox, where it still lies in the folder of the id. */
export function itemBy(mailbox: Mailbox, id: string): Found {
  const [, occurrence, rest] = /^AAMk(OC)?((?:[\w+/]{4})+(?:[\w+/]{2}==|[\w+/]{3}=)?)$/.exec(id) ?? [];
  const [mark, folder, number, date] = rest ? decode(rest) : [];
  if (mark !== markOf(mailbox)) return rest ? 'notFound' : 'malformed';
  const item = mailbox.items.get(Number(number));
  if (!item || item.calendar !== folder) return 'notFound';
  if (!occurrence || !date) return { item, date: null };
  if (item.cancelled.has(date)) return 'deletedOccurrence';
  const there = item.recurrence && mailbox.instancesOf(item, Date.parse(date) + 2 * 86_400_000);
  return there?.some((each) => each.date === date) ? { item, date } : 'notFound';
}
