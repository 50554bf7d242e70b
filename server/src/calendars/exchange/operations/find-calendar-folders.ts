/** The calendars of a mailbox: the one that it always has, and those that its owner made. */
import type { ExchangeMailbox } from '../client.ts';
import { responseMessages } from '../refusal.ts';
import { childNamed, childrenOf, wordAt } from '../soap/reading.ts';
import { element } from '../soap/writer.ts';
import { idAt } from './item-id.ts';
import { shapeOf } from './shapes.ts';

export interface CalendarFolder {
  id: string;
  /** As the mailbox calls it, in its language. */
  name: string;
  /** The mailbox's own calendar. */
  isDefault: boolean;
}

/** Calendars of other kinds (birthdays, other people's) have longer class names. */
const calendarClass = 'IPF.Appointment';
const fields = ['folder:DisplayName', 'folder:FolderClass', 'folder:ParentFolderId'];

/** The default one first. @throws ConnectorError */
export async function findCalendarFolders(mailbox: ExchangeMailbox): Promise<CalendarFolder[]> {
  const [own, bin] = await distinguished(mailbox);
  const answer = await mailbox.call(
    element('m:FindFolder', { Traversal: 'Deep' }, [
      shapeOf('m:FolderShape', fields),
      element('m:Restriction', {}, [
        element('t:IsEqualTo', {}, [
          element('t:FieldURI', { FieldURI: 'folder:FolderClass' }),
          element('t:FieldURIOrConstant', {}, [element('t:Constant', { Value: calendarClass })]),
        ]),
      ]),
      element('m:ParentFolderIds', {}, [element('t:DistinguishedFolderId', { Id: 'msgfolderroot' })]),
    ]),
  );
  const found: CalendarFolder[] = own ? [own] : [];
  for (const message of responseMessages(answer)) {
    for (const folder of childrenOf(childNamed(childNamed(message, 'RootFolder'), 'Folders'))) {
      const id = idAt(folder, 'FolderId')?.id;
      const ofClass = (wordAt(folder, 'FolderClass') ?? calendarClass) === calendarClass;
      if (!id || !ofClass || found.some((each) => each.id === id)) continue;
      // What was deleted lies in the bin as a whole.
      if (bin !== null && idAt(folder, 'ParentFolderId')?.id === bin.id) continue;
      found.push({ id, name: wordAt(folder, 'DisplayName') ?? id, isDefault: false });
    }
  }
  return found;
}

/** The mailbox's own calendar, and its deleted items. */
async function distinguished(mailbox: ExchangeMailbox): Promise<[CalendarFolder | null, CalendarFolder | null]> {
  const answer = await mailbox.call(
    element('m:GetFolder', {}, [
      shapeOf('m:FolderShape', fields),
      element('m:FolderIds', {}, [
        element('t:DistinguishedFolderId', { Id: 'calendar' }),
        element('t:DistinguishedFolderId', { Id: 'deleteditems' }),
      ]),
    ]),
  );
  const [own = null, bin = null] = responseMessages(answer).map((message) => {
    const [folder = null] = childrenOf(childNamed(message, 'Folders'));
    const id = idAt(folder, 'FolderId')?.id;
    return id ? { id, name: wordAt(folder, 'DisplayName') ?? id, isDefault: true } : null;
  });
  return [own, bin];
}
