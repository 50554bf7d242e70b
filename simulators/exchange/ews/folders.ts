/** FindFolder and GetFolder. */
import type { Mailbox } from '../../microsoft365/mailbox/mailbox.ts';
import { folderIdOf, plainFolders } from '../mailbox/ids.ts';
import { pathText } from '../schema/parts.ts';
import { child, childText, type Element, m, t } from '../xml/element.ts';
import { type Call, folderOf } from './call.ts';
import { each, Refused, response } from './errors.ts';
import { matches } from './restriction.ts';

interface Shown {
  id: string;
  name: string;
  folderClass: string;
  /** null: nothing is above. */
  parent: string | null;
  items: number;
}

function foldersOf(mailbox: Mailbox): Shown[] {
  const items = (folder: string) => [...mailbox.items.values()].filter(({ calendar }) => calendar === folder).length;
  return [
    ...plainFolders.map(({ id, name, folderClass }) => ({
      ...{ id, name, folderClass, parent: id === 'root' ? null : id === 'msgfolderroot' ? 'root' : 'msgfolderroot' },
      items: items(id),
    })),
    // Further calendars lie below the first one, as Outlook makes them.
    ...mailbox.calendars.map(({ id, name, isDefault }) => ({
      ...{ id, name, folderClass: 'IPF.Appointment', items: items(id) },
      parent: isDefault ? 'msgfolderroot' : mailbox.defaultCalendar.id,
    })),
  ];
}

function folderElement(mailbox: Mailbox, folder: Shown, asked: (path: string) => boolean): Element {
  const all = foldersOf(mailbox);
  const id = (name: string, of: string) => t(name, { Id: folderIdOf(mailbox, of), ChangeKey: 'AgAAABYAAAA=' });
  const isCalendar = folder.folderClass === 'IPF.Appointment';
  const full = { CreateAssociated: true, CreateContents: true, CreateHierarchy: true, Delete: true, Modify: true };
  return t(
    isCalendar ? 'CalendarFolder' : 'Folder',
    {},
    id('FolderId', folder.id),
    asked('folder:ParentFolderId') && folder.parent ? id('ParentFolderId', folder.parent) : null,
    asked('folder:FolderClass') && folder.folderClass ? t('FolderClass', {}, folder.folderClass) : null,
    asked('folder:DisplayName') ? t('DisplayName', {}, folder.name) : null,
    asked('folder:TotalCount') ? t('TotalCount', {}, folder.items) : null,
    asked('folder:ChildFolderCount')
      ? t('ChildFolderCount', {}, all.filter(({ parent }) => parent === folder.id).length)
      : null,
    asked('folder:EffectiveRights')
      ? t(
          'EffectiveRights',
          {},
          Object.entries({ ...full, Read: true }).map(([name, value]) => t(name, {}, value)),
        )
      : null,
    isCalendar || !asked('folder:UnreadCount') ? null : t('UnreadCount', {}, 0),
  );
}

/** Those of the shape; by default what a list of folders shows. */
function shapeOf(shape: Element): (path: string) => boolean {
  const base = childText(shape, 'BaseShape');
  const more = new Set(child(shape, 'AdditionalProperties')?.children.map(pathText));
  const byDefault = ['folder:DisplayName', 'folder:TotalCount', 'folder:ChildFolderCount', 'folder:UnreadCount'];
  return (path) => more.has(path) || base === 'AllProperties' || (base === 'Default' && byDefault.includes(path));
}

export function getFolder(call: Call): Element {
  const asked = shapeOf(child(call.request, 'FolderShape')!);
  const messages = child(call.request, 'FolderIds')!.children.map((id) =>
    each(
      'GetFolderResponseMessage',
      () => {
        const { mailbox, id: wanted } = folderOf(call, id);
        const folder = foldersOf(mailbox).find((one) => one.id === wanted);
        if (!folder) throw new Refused('ErrorFolderNotFound', 'The specified folder could not be found in the store.');
        return m('Folders', {}, folderElement(mailbox, folder, asked));
      },
      'Folders',
    ),
  );
  return response('GetFolder', messages);
}

export function findFolder(call: Call): Element {
  const { request } = call;
  const asked = shapeOf(child(request, 'FolderShape')!);
  const restriction = child(request, 'Restriction')?.children[0];
  const view = child(request, 'IndexedPageFolderView')?.attributes;
  const messages = child(request, 'ParentFolderIds')!.children.map((id) =>
    each('FindFolderResponseMessage', () => {
      const { mailbox, id: parent } = folderOf(call, id);
      const all = foldersOf(mailbox);
      const below = (of: string): Shown[] =>
        all
          .filter((folder) => folder.parent === of)
          .flatMap((folder) => (request.attributes.Traversal === 'Deep' ? [folder, ...below(folder.id)] : [folder]));
      const values = (folder: Shown) => (path: string) =>
        ({ 'folder:FolderClass': folder.folderClass, 'folder:DisplayName': folder.name })[path];
      const found = below(parent).filter((folder) => !restriction || matches(restriction, values(folder)));
      const from = Number(view?.Offset ?? 0);
      const page = found.slice(from, from + Number(view?.MaxEntriesReturned ?? 1_000));
      const isLast = from + page.length >= found.length;
      return m(
        'RootFolder',
        {
          ...(view && { IndexedPagingOffset: from + page.length }),
          ...{ TotalItemsInView: found.length, IncludesLastItemInRange: isLast },
        },
        t(
          'Folders',
          {},
          page.map((folder) => folderElement(mailbox, folder, asked)),
        ),
      );
    }),
  );
  return response('FindFolder', messages);
}
