/** Properties that masters of series have: when they take place, and which members differ or are gone. */
import type { Instance } from '../../microsoft365/mailbox/items.ts';
import { t } from '../xml/element.ts';
import { recurrenceElement } from './recurrence.ts';
import { isMaster, itemIdElement, type Manner, originalStart, type Property, type Shown } from './shown.ts';
import { stamp } from './time.ts';

/** An occurrence of a master, with where it is. */
function occurrenceInfo(name: string, shown: Shown, instance: Instance | undefined, { habits, zone }: Manner) {
  if (!instance?.date) return null;
  return t(
    name,
    {},
    itemIdElement({ ...shown, date: instance.date }, habits),
    t('Start', {}, stamp(instance.start, zone)),
    t('End', {}, stamp(instance.end, zone)),
    t('OriginalStart', {}, stamp(originalStart(shown, instance.date), zone)),
  );
}
const far = Date.UTC(2035, 0, 1);
/** Exceptions that a cancelled or shortened series still has. */
const exceptionsOf = ({ mailbox, item }: Shown): Instance[] =>
  mailbox
    .instancesOf(item, Date.parse([...item.exceptions.keys()].sort().at(-1) ?? '1970-01-01') + 2 * 86_400_000)
    .filter(({ date }) => date !== null && item.exceptions.has(date));

export const seriesProperties: Property[] = [
  [
    'calendar:Recurrence',
    (shown, { habits }) =>
      isMaster(shown) ? recurrenceElement(shown.item.recurrence!, shown.fields.timeZone, habits.dateSuffix) : null,
  ],
  [
    'calendar:FirstOccurrence',
    (shown, manner) =>
      isMaster(shown)
        ? occurrenceInfo('FirstOccurrence', shown, shown.mailbox.instancesOf(shown.item)[0], manner)
        : null,
  ],
  [
    'calendar:LastOccurrence',
    (shown, manner) =>
      isMaster(shown) && shown.item.recurrence!.range.type !== 'noEnd'
        ? occurrenceInfo('LastOccurrence', shown, shown.mailbox.instancesOf(shown.item, far).at(-1), manner)
        : null,
  ],
  [
    'calendar:ModifiedOccurrences',
    (shown, manner) => {
      const changed = isMaster(shown) ? exceptionsOf(shown) : [];
      return changed.length > 0
        ? t(
            'ModifiedOccurrences',
            {},
            changed.map((each) => occurrenceInfo('Occurrence', shown, each, manner)),
          )
        : null;
    },
  ],
  [
    'calendar:DeletedOccurrences',
    (shown, { zone }) => {
      const dates = isMaster(shown) ? [...shown.item.cancelled].sort() : [];
      return dates.length > 0
        ? t(
            'DeletedOccurrences',
            {},
            dates.map((date) => t('DeletedOccurrence', {}, t('Start', {}, stamp(originalStart(shown, date), zone)))),
          )
        : null;
    },
  ],
];
