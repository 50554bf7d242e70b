import type { XmlElement } from '../../xml.ts';
import { childNamed } from '../soap/reading.ts';

/** How Exchange names an item or a folder. */
export interface ItemId {
  id: string;
  /** Another one after each change; '' where it isn't told. An occurrence that is no exception has its master's. */
  changeKey: string;
}

/** Null where it isn't there. */
export function idAt(
  element: XmlElement | null,
  name: 'ItemId' | 'FolderId' | 'ParentFolderId' | 'OldParentFolderId',
): ItemId | null {
  const { Id, ChangeKey } = childNamed(element, name)?.attributes ?? {};
  return Id ? { id: Id, changeKey: ChangeKey ?? '' } : null;
}
