/** Which properties an answer holds: ItemShape and FolderShape of the request. */
import { pathText } from '../schema/parts.ts';
import { child, childText, type Element } from '../xml/element.ts';
import { Fault, Refused } from './errors.ts';
import type { Version } from './versions.ts';

export interface Shape {
  has(path: string): boolean;
  /** ExtendedFieldURI elements that were asked for. */
  extended: Element[];
}

const byDefault =
  `item:ItemId item:Subject item:HasAttachments calendar:Start calendar:End calendar:LegacyFreeBusyStatus
  calendar:Location calendar:CalendarItemType calendar:Organizer calendar:IsRecurring calendar:UID`.split(/\s+/);
/** Those of the schema that came later than its first version, with it. */
const since: Record<string, Version> = {
  'calendar:StartTimeZone': 'Exchange2010',
  'calendar:EndTimeZone': 'Exchange2010',
  'calendar:StartTimeZoneId': 'Exchange2013',
  'calendar:EndTimeZoneId': 'Exchange2013',
  'calendar:JoinOnlineMeetingUrl': 'Exchange2013',
  'calendar:IsOrganizer': 'Exchange2013',
};
/** FindItem can't give them: they lie in streams or are reckoned for each item. */
const notInFind = [
  ...['item:Body', 'item:MimeContent', 'item:Attachments', 'item:UniqueBody', 'calendar:RequiredAttendees'],
  ...['calendar:OptionalAttendees', 'calendar:Resources', 'calendar:Recurrence', 'calendar:FirstOccurrence'],
  ...['calendar:LastOccurrence', 'calendar:ModifiedOccurrences', 'calendar:DeletedOccurrences'],
];

/** @param atLeast tells whether the request's version is that or a later one. */
export function itemShape(element: Element, find: boolean, atLeast: (version: Version) => boolean): Shape {
  const base = childText(element, 'BaseShape');
  const asked = child(element, 'AdditionalProperties')?.children ?? [];
  const paths = new Set(asked.filter(({ name }) => name === 'FieldURI').map(pathText));
  for (const path of paths) {
    if (path.startsWith('folder:'))
      throw new Refused('ErrorInvalidPropertyRequest', 'Property is not valid for this object type.');
    if (find && notInFind.includes(path))
      throw new Refused('ErrorInvalidPropertyRequest', `The property ${path} can't be had from FindItem.`);
    const from = since[path];
    if (from && !atLeast(from))
      throw new Fault('ErrorInvalidPropertyVersionForRequest', `The property ${path} needs ${from} or later.`);
  }
  const mime = childText(element, 'IncludeMimeContent') === 'true';
  if (mime && find) throw new Refused('ErrorInvalidPropertyRequest', 'MIME content can’t be had from FindItem.');
  return {
    extended: asked.filter(({ name }) => name === 'ExtendedFieldURI'),
    has(path) {
      if (path === 'item:ItemId' || paths.has(path)) return true;
      if (path === 'item:MimeContent') return mime;
      if (base === 'IdOnly' || (find && notInFind.includes(path))) return false;
      const from = since[path];
      return base === 'Default' ? byDefault.includes(path) : !from || atLeast(from);
    },
  };
}
