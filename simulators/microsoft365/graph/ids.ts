/**
 * Ids of items. An ordinary id says which folder the item lies in, so it changes when the item is moved; an immutable one
 * doesn't. They look as opaque as the real ones and are never to be taken apart by a client.
 */
import type { Item } from '../mailbox/items.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';

const encode = (parts: ReadonlyArray<string | number>) => Buffer.from(parts.join('|')).toString('base64url');

export function idOf(mailbox: Mailbox, item: Item, date: string | null, immutable: boolean): string {
  const mark = mailbox.owner.id.slice(0, 8);
  return immutable
    ? `AAkALg${encode([mark, item.number, date ?? ''])}=`
    : `AAMkAD${encode([mark, item.number, date ?? '', item.calendar])}=`;
}

/** What an id of either form names in the mailbox; null when it names nothing that is there. */
export function resolveId(mailbox: Mailbox, id: string): { item: Item; date: string | null } | null {
  const [, form, rest] = /^(AAkALg|AAMkAD)([\w-]+)=?$/.exec(id) ?? [];
  if (!form || !rest) return null;
  const [mark, number, date, calendar] = Buffer.from(rest, 'base64url').toString().split('|');
  const item = mailbox.items.get(Number(number));
  if (!item || mark !== mailbox.owner.id.slice(0, 8)) return null;
  if (form === 'AAMkAD' && calendar !== item.calendar) return null; // moved: the old id is gone
  if (date && !mailbox.instancesOf(item, Date.parse(date) + 86_400_000).some((each) => each.date === date)) return null;
  return { item, date: date || null };
}
