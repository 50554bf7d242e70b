/** Properties that every kind of item has (ItemType), in the order of the schema. */
import { folderIdOf, itemIdOf } from '../mailbox/ids.ts';
import { maybe, t } from '../xml/element.ts';
import { mimeOf } from './mime.ts';
import { isException, itemIdElement, type Manner, type Property, type Shown } from './shown.ts';
import { stamp } from './time.ts';

function openLink(shown: Shown, { habits, outlook }: Manner): string {
  const id = encodeURIComponent(itemIdOf(shown.mailbox, shown.item, shown.date));
  return `${habits.openLinks === 'absolute' ? outlook : ''}?ItemID=${id}&exvsurl=1&viewmodel=ICalendarItemDetailsViewModelFactory`;
}

export const itemProperties: Property[] = [
  [
    'item:MimeContent',
    (shown) => t('MimeContent', { CharacterSet: 'UTF-8' }, Buffer.from(mimeOf(shown)).toString('base64')),
  ],
  ['item:ItemId', (shown, { habits }) => itemIdElement(shown, habits)],
  [
    'item:ParentFolderId',
    ({ mailbox, item }) => t('ParentFolderId', { Id: folderIdOf(mailbox, item.calendar), ChangeKey: 'AQAAAA==' }),
  ],
  [
    'item:ItemClass',
    (shown) =>
      t(
        'ItemClass',
        {},
        isException(shown) ? 'IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}' : 'IPM.Appointment',
      ),
  ],
  ['item:Subject', ({ fields }) => maybe('Subject', fields.subject || null)],
  [
    'item:Sensitivity',
    ({ fields }) => t('Sensitivity', {}, fields.sensitivity[0]!.toUpperCase() + fields.sensitivity.slice(1)),
  ],
  ['item:Body', ({ fields }) => t('Body', { BodyType: 'Text' }, fields.joinUrl ? `Join: ${fields.joinUrl}` : '')],
  [
    'item:Categories',
    ({ fields }) =>
      fields.categories.length > 0
        ? t(
            'Categories',
            {},
            fields.categories.map((each) => t('String', {}, each)),
          )
        : null,
  ],
  ['item:Importance', () => t('Importance', {}, 'Normal')],
  ['item:IsDraft', () => t('IsDraft', {}, false)],
  ['item:DateTimeCreated', ({ item }, { zone }) => t('DateTimeCreated', {}, stamp(item.createdAt, zone))],
  ['item:ReminderDueBy', ({ start }, { zone }) => t('ReminderDueBy', {}, stamp(start, zone))],
  ['item:ReminderIsSet', ({ fields }) => t('ReminderIsSet', {}, fields.reminder !== null)],
  ['item:ReminderMinutesBeforeStart', ({ fields }) => t('ReminderMinutesBeforeStart', {}, fields.reminder ?? 15)],
  ['item:HasAttachments', () => t('HasAttachments', {}, false)],
  ['extended', () => null],
  ['item:LastModifiedTime', ({ item }, { zone }) => t('LastModifiedTime', {}, stamp(item.modifiedAt, zone))],
  [
    'item:WebClientReadFormQueryString',
    (shown, manner) => t('WebClientReadFormQueryString', {}, openLink(shown, manner)),
  ],
];
