/**
 * The requests that are understood here, as messages.xsd of Exchange 15.2 orders their parts, in our own words. Exchange
 * refuses what isn't in this order (ErrorSchemaValidation), so this does.
 */
import type { Element } from '../xml/element.ts';
import {
  anyOf,
  choice,
  empty,
  filled,
  holding,
  many,
  must,
  one,
  optional,
  type Particle,
  sequence,
  simple,
  type Type,
  text,
  time,
  truth,
  Violation,
  validate,
  whole,
} from './content.ts';
import {
  folderId,
  folderIds,
  folderShape,
  fractionalPage,
  indexedPage,
  itemIds,
  itemShape,
  restriction,
  sortOrder,
  viewOf,
} from './parts.ts';

const m = (name: string, type: Type): Particle => one('messages', name, type);
const t = (name: string, type: Type): Particle => one('types', name, type);
const string = simple(text);

const eventTypes = holding(
  many(
    t(
      'EventType',
      simple(
        anyOf(
          ...['CopiedEvent', 'CreatedEvent', 'DeletedEvent', 'ModifiedEvent', 'MovedEvent'],
          ...['NewMailEvent', 'FreeBusyChangedEvent'],
        ),
      ),
    ),
  ),
);
/** Mailbox of the availability and out-of-office requests: not the one of the others. */
const address = holding(
  sequence(optional(t('Name', string)), t('Address', string), optional(t('RoutingType', string))),
);
const reply = holding(sequence(optional(t('Message', string))));
const oofSettings = holding(
  sequence(
    t('OofState', simple(anyOf('Disabled', 'Enabled', 'Scheduled'))),
    t('ExternalAudience', simple(anyOf('None', 'Known', 'All'))),
    optional(t('Duration', holding(sequence(t('StartTime', simple(time)), t('EndTime', simple(time)))))),
    optional(t('InternalReply', reply)),
    optional(t('ExternalReply', reply)),
  ),
);

export const requests: Record<string, Type> = {
  FindItem: holding(
    sequence(
      m('ItemShape', itemShape),
      optional(
        choice(
          m('IndexedPageItemView', indexedPage),
          m('FractionalPageItemView', fractionalPage),
          m('CalendarView', viewOf({ StartDate: must(time), EndDate: must(time) })),
        ),
      ),
      optional(m('Restriction', restriction)),
      optional(m('SortOrder', sortOrder)),
      m('ParentFolderIds', folderIds),
      optional(m('QueryString', string)),
    ),
    { Traversal: must(anyOf('Shallow', 'SoftDeleted', 'Associated')) },
  ),
  GetItem: holding(sequence(m('ItemShape', itemShape), m('ItemIds', itemIds))),
  FindFolder: holding(
    sequence(
      m('FolderShape', folderShape),
      optional(choice(m('IndexedPageFolderView', indexedPage), m('FractionalPageFolderView', fractionalPage))),
      optional(m('Restriction', restriction)),
      m('ParentFolderIds', folderIds),
    ),
    { Traversal: must(anyOf('Shallow', 'Deep', 'SoftDeleted')) },
  ),
  GetFolder: holding(sequence(m('FolderShape', folderShape), m('FolderIds', folderIds))),
  SyncFolderItems: holding(
    sequence(
      m('ItemShape', itemShape),
      m('SyncFolderId', holding(folderId)),
      optional(m('SyncState', string)),
      optional(m('Ignore', itemIds)),
      m('MaxChangesReturned', simple(whole(1, 512))),
      optional(m('SyncScope', simple(anyOf('NormalItems', 'NormalAndAssociatedItems')))),
    ),
  ),
  Subscribe: holding(
    choice(
      m(
        'StreamingSubscriptionRequest',
        holding(sequence(optional(t('FolderIds', folderIds)), t('EventTypes', eventTypes)), {
          SubscribeToAllFolders: truth,
        }),
      ),
    ),
  ),
  GetStreamingEvents: holding(
    sequence(
      m('SubscriptionIds', holding(many(t('SubscriptionId', simple(filled))))),
      m('ConnectionTimeout', simple(whole(1, 30))),
    ),
  ),
  Unsubscribe: holding(sequence(m('SubscriptionId', simple(filled)))),
  GetUserOofSettingsRequest: holding(sequence(t('Mailbox', address))),
  SetUserOofSettingsRequest: holding(sequence(t('Mailbox', address), t('UserOofSettings', oofSettings))),
  GetServerTimeZones: holding(sequence(optional(m('Ids', holding(many(t('Id', string)))))), {
    ReturnFullTimeZoneData: truth,
  }),
};

const connectingSid = holding(
  choice(...['PrincipalName', 'SID', 'PrimarySmtpAddress', 'SmtpAddress'].map((name) => t(name, simple(filled)))),
);
export const headers: Record<string, Type> = {
  RequestServerVersion: empty({ Version: must(text) }),
  ExchangeImpersonation: holding(sequence(t('ConnectingSID', connectingSid))),
};

/** @returns the request and the headers by name. @throws Violation */
export function taken(envelope: Element): { request: Element; header: Map<string, Element> } {
  if (envelope.name !== 'Envelope' || envelope.namespace !== 'soap')
    throw new Violation(`The root element '${envelope.name}' is no SOAP 1.1 envelope.`);
  const parts = envelope.children.map(({ namespace, name }) => (namespace === 'soap' ? name : ''));
  if (!['Header,Body', 'Body'].includes(parts.join())) throw new Violation('An envelope holds a header and a body.');
  const header = new Map<string, Element>();
  if (envelope.children.length > 1)
    for (const each of envelope.children[0]!.children) {
      header.set(each.name, each);
      const known = headers[each.name];
      if (known && each.namespace === 'types') validate(each, known);
    }
  const [request, ...others] = envelope.children.at(-1)!.children;
  const type = request && request.namespace === 'messages' ? requests[request.name] : undefined;
  if (!request || !type || others.length > 0)
    throw new Violation(`The element '${request?.name ?? 'Body'}' isn't an operation that is known here.`);
  validate(request, type);
  return { request, header };
}
