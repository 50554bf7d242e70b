/** Parts that several requests share (types.xsd of Exchange 15.2, as far as calendars need them), in our own words. */
import type { Element } from '../xml/element.ts';
import {
  anyOf,
  choice,
  empty,
  filled,
  holding,
  listOf,
  many,
  must,
  one,
  optional,
  type Particle,
  sequence,
  simple,
  type Type,
  text,
  truth,
  whole,
} from './content.ts';

const t = (name: string, type: Type | (() => Type)): Particle => one('types', name, type);
const string = simple(text);
const boolean = simple(truth);

export const distinguishedFolders = [
  ...['calendar', 'contacts', 'deleteditems', 'drafts', 'inbox', 'journal', 'notes', 'outbox', 'sentitems', 'tasks'],
  ...['msgfolderroot', 'publicfoldersroot', 'root', 'junkemail', 'searchfolders', 'voicemail', 'conversationhistory'],
];
const itemFields = `Attachments Body Categories ConversationId Culture DateTimeCreated DateTimeReceived DateTimeSent DisplayCc
  DisplayTo EffectiveRights Flag HasAttachments Importance InReplyTo InstanceKey InternetMessageHeaders IsAssociated IsDraft
  IsFromMe IsResend IsSubmitted IsUnmodified ItemClass ItemId LastModifiedName LastModifiedTime MimeContent NormalizedBody
  ParentFolderId Preview ReminderDueBy ReminderIsSet ReminderMinutesBeforeStart ReminderNextTime ResponseObjects
  Sensitivity Size StoreEntryId Subject TextBody UniqueBody WebClientEditFormQueryString WebClientReadFormQueryString`;
const calendarFields = `AdjacentMeetingCount AdjacentMeetings AllowNewTimeProposal AppointmentReplyTime
  AppointmentSequenceNumber AppointmentState CalendarItemType ConferenceType ConflictingMeetingCount ConflictingMeetings
  DateTimeStamp DeletedOccurrences Duration End EndTimeZone EndTimeZoneId EndWallClock EnhancedLocation FirstOccurrence
  IntendedFreeBusyStatus IsAllDayEvent IsCancelled IsMeeting IsOnlineMeeting IsOrganizer IsRecurring IsResponseRequested
  JoinOnlineMeetingUrl LastOccurrence LegacyFreeBusyStatus Location MeetingRequestWasSent MeetingTimeZone
  MeetingWorkspaceUrl ModifiedOccurrences MyResponseType NetShowUrl OptionalAttendees Organizer OriginalStart Recurrence
  RecurrenceId RequiredAttendees Resources Start StartTimeZone StartTimeZoneId StartWallClock TimeZone UID When`;
const folderFields = `ChildFolderCount DisplayName DistinguishedFolderId EffectiveRights FolderClass FolderId
  ManagedFolderInformation ParentFolderId PermissionSet SharingEffectiveRights TotalCount UnreadCount`;
const named = (kind: string, names: string) => names.split(/\s+/).map((name) => `${kind}:${name}`);
export const fields = [
  ...named('item', itemFields),
  ...named('calendar', calendarFields),
  ...named('folder', folderFields),
];

const scalars = ['Binary', 'Boolean', 'CLSID', 'Double', 'Float', 'Integer', 'Long', 'Short', 'String', 'SystemTime'];
/** The places of t:Path. */
export const path = choice(
  t('FieldURI', empty({ FieldURI: must(anyOf(...fields)) })),
  t('IndexedFieldURI', empty({ FieldURI: must(filled), FieldIndex: must(text) })),
  t(
    'ExtendedFieldURI',
    empty({
      DistinguishedPropertySetId: anyOf(
        ...['Meeting', 'Appointment', 'Common', 'PublicStrings', 'Address', 'InternetHeaders', 'CalendarAssistant'],
        ...['UnifiedMessaging', 'Task', 'Sharing'],
      ),
      PropertySetId: { value: 'Guid', is: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value) },
      PropertyTag: { value: 'PropertyTag', is: (value) => /^(0x)?[0-9a-f]{1,4}$/i.test(value) },
      PropertyName: text,
      PropertyId: whole(),
      PropertyType: must(anyOf(...scalars, ...scalars.map((name) => `${name}Array`))),
    }),
  ),
);
const additional = optional(t('AdditionalProperties', holding(many(path))));
const baseShape = t('BaseShape', simple(anyOf('IdOnly', 'Default', 'AllProperties')));
const bodyType = simple(anyOf('Best', 'HTML', 'Text'));

export const itemShape: Type = holding(
  sequence(
    baseShape,
    optional(t('IncludeMimeContent', boolean)),
    ...['BodyType', 'UniqueBodyType', 'NormalizedBodyType'].map((name) => optional(t(name, bodyType))),
    ...['FilterHtmlContent', 'ConvertHtmlCodePageToUTF8'].map((name) => optional(t(name, boolean))),
    optional(t('InlineImageUrlTemplate', string)),
    ...['BlockExternalImages', 'AddBlankTargetToLinks'].map((name) => optional(t(name, boolean))),
    optional(t('MaximumBodySize', simple(whole()))),
    additional,
  ),
);
export const folderShape: Type = holding(sequence(baseShape, additional));

const id = { Id: must(text), ChangeKey: text };
export const emailAddress: Type = holding(
  sequence(
    ...['Name', 'EmailAddress', 'RoutingType', 'MailboxType'].map((name) => optional(t(name, string))),
    optional(t('ItemId', empty(id))),
  ),
);
export const folderId = choice(
  t('FolderId', empty(id)),
  t(
    'DistinguishedFolderId',
    holding(sequence(optional(t('Mailbox', emailAddress))), {
      Id: must(anyOf(...distinguishedFolders)),
      ChangeKey: text,
    }),
  ),
);
export const folderIds: Type = holding(many(folderId));
export const itemId = t('ItemId', empty(id));
export const itemIds: Type = holding(
  many(
    choice(
      itemId,
      t('OccurrenceItemId', empty({ RecurringMasterId: must(text), ChangeKey: text, InstanceIndex: must(whole(1)) })),
      t('RecurringMasterItemId', empty({ OccurrenceId: must(text), ChangeKey: text })),
    ),
  ),
);

const constant = t('Constant', empty({ Value: must(text) }));
const comparison = holding(sequence(path, t('FieldURIOrConstant', holding(choice(path, constant)))));
const several = (): Type => holding(many(expression));
const expression: Particle = choice(
  t('And', several),
  t('Or', several),
  t('Not', () => holding(expression)),
  t('Exists', holding(path)),
  t(
    'Contains',
    holding(sequence(path, constant), {
      ContainmentMode: anyOf('FullString', 'Prefixed', 'Substring', 'PrefixOnWords', 'ExactPhrase'),
      ContainmentComparison: anyOf('Exact', 'IgnoreCase', 'IgnoreNonSpacingCharacters', 'Loose'),
    }),
  ),
  ...['EqualTo', 'NotEqualTo', 'GreaterThan', 'GreaterThanOrEqualTo', 'LessThan', 'LessThanOrEqualTo'].map((name) =>
    t(`Is${name}`, comparison),
  ),
);
export const restriction: Type = holding(expression);
export const sortOrder: Type = holding(
  many(t('FieldOrder', holding(path, { Order: must(anyOf('Ascending', 'Descending')) }))),
);

const most = { MaxEntriesReturned: whole() };
export const indexedPage: Type = empty({
  ...{ ...most, Offset: must(whole()), BasePoint: must(anyOf('Beginning', 'End')) },
});
export const fractionalPage: Type = empty({ ...most, Numerator: must(whole()), Denominator: must(whole()) });
export const viewOf = (start: Type['attributes']): Type => empty({ ...most, ...start });
export const weekdays = listOf(['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']);

/** The path of a FieldURI or what stands for another one. */
export const pathText = (element: Element): string =>
  element.name === 'FieldURI' ? (element.attributes.FieldURI ?? '') : JSON.stringify(element.attributes);
