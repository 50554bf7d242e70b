/** SyncFolderItems: what changed in a folder since a state. Of series it tells the masters; of windows it knows nothing. */
import type { Item } from '../../microsoft365/mailbox/items.ts';
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import { itemIdOf } from '../mailbox/ids.ts';
import { digest, type World } from '../world.ts';
import { child, childText, type Element, m, t } from '../xml/element.ts';
import { calendarItem } from './calendar-item.ts';
import { atLeast, type Call, folderOf, mannerOf } from './call.ts';
import { each, Refused, response } from './errors.ts';
import { itemsOf, shownWhole } from './find-item.ts';
import { itemShape } from './shape.ts';

export function syncFolderItems(call: Call): Element {
  const { world, request } = call;
  return response('SyncFolderItems', [
    each('SyncFolderItemsResponseMessage', () => {
      const shape = itemShape(child(request, 'ItemShape')!, true, atLeast(call));
      const { mailbox, id: folder } = folderOf(call, child(request, 'SyncFolderId')!.children[0]!);
      const since = stateOf(world, mailbox, folder, childText(request, 'SyncState'));
      const most = Number(childText(request, 'MaxChangesReturned'));
      const ignored = new Set(child(request, 'Ignore')?.children.map(({ attributes }) => attributes.Id));
      const all = changesOf(mailbox, folder, since).filter(({ id }) => !ignored.has(id));
      const told = all.slice(0, most);
      const isLast = told.length === all.length;
      const state = Math.max(since.change, isLast ? mailbox.change : told.at(-1)!.changed);
      const known = new Set(since.known);
      for (const { item, isGone } of told) isGone ? known.delete(item.number) : known.add(item.number);
      const changes = told.map(({ item, isGone, id, isNew }) =>
        isGone
          ? t('Delete', {}, t('ItemId', { Id: id }))
          : t(isNew ? 'Create' : 'Update', {}, calendarItem(shownWhole(mailbox, item), shape, mannerOf(call, true))),
      );
      return [
        m('SyncState', {}, stateText(mailbox, folder, { change: state, known: [...known] })),
        m('IncludesLastItemInRange', {}, isLast),
        m('Changes', {}, changes),
      ];
    }),
  ]);
}

interface State {
  /** The mailbox's change up to which it is known. */
  change: number;
  /** Numbers of the items that the client has. */
  known: number[];
}

const stateText = (mailbox: Mailbox, folder: string, state: State): string =>
  Buffer.from(JSON.stringify({ ...state, of: digest(`${mailbox.owner.id}|${folder}`) })).toString('base64');

function stateOf(world: World, mailbox: Mailbox, folder: string, text: string | undefined): State {
  if (!text) return { change: 0, known: [] };
  const broken = new Refused(
    'ErrorInvalidSyncStateData',
    'Synchronization state data is corrupt or otherwise invalid.',
  );
  if (world.chance(world.habits.forgottenSyncStates)) throw broken;
  try {
    const { of, ...state } = JSON.parse(Buffer.from(text, 'base64').toString()) as State & { of: string };
    if (of === digest(`${mailbox.owner.id}|${folder}`)) return state;
  } catch {
    // Told below.
  }
  throw broken;
}

/** In the order in which they happened. */
function changesOf(mailbox: Mailbox, folder: string, { change, known }: State) {
  const changedOf = (item: Item) => Math.max(item.changed, ...item.occurrenceChanged.values());
  const id = (item: Item) => itemIdOf(mailbox, item, null, folder);
  const had = new Set(known);
  const here = itemsOf(mailbox, folder);
  const changed = here
    .filter((item) => changedOf(item) > change || !had.has(item.number))
    .map((item) => ({ item, id: id(item), changed: changedOf(item), isGone: false, isNew: !had.has(item.number) }));
  const numbers = new Set(here.map(({ number }) => number));
  const gone = mailbox.removed
    .filter(({ item }) => item.calendar === folder && had.has(item.number) && !numbers.has(item.number))
    .map(({ item, changed: at }) => ({ item, id: id(item), changed: at, isGone: true, isNew: false }));
  const unique = new Map([...gone, ...changed].map((one) => [one.item.number, one]));
  return [...unique.values()].sort((a, b) => a.changed - b.changed);
}
