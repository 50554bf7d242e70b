/** Properties of MAPI that a client may ask for by their sets and numbers (MS-OXOCAL). Others are left out, as where they aren't set. */
import { type Element, t } from '../xml/element.ts';
import type { Shown } from './shown.ts';

const meeting = '6ed8da90-450b-101b-98da-00aa003f1305';
const appointment = '00062002-0000-0000-c000-000000000046';

export function extendedProperties(shown: Shown, asked: Element[]): Element[] {
  return asked.flatMap(({ attributes }) => {
    const value = extendedProperty(shown, attributes);
    return value === null ? [] : [t('ExtendedProperty', {}, t('ExtendedFieldURI', attributes), t('Value', {}, value))];
  });
}

/** Null: it isn't set. @param attributes of the ExtendedFieldURI */
export function extendedProperty({ item, date, fields }: Shown, attributes: Record<string, string>): string | null {
  const sets: Record<string, string> = { Meeting: meeting, Appointment: appointment };
  const set = sets[attributes.DistinguishedPropertySetId ?? ''] ?? attributes.PropertySetId?.toLowerCase();
  const id = Number(attributes.PropertyId);
  const isGlobal = /^04000000/.test(item.uid);
  if (set === meeting && (id === 0x3 || id === 0x23) && isGlobal) {
    const bytes = Buffer.from(item.uid, 'hex');
    if (id === 0x3 && date) {
      const [year, month, day] = date.split('-').map(Number) as [number, number, number];
      bytes.set([year >> 8, year & 255, month, day], 16);
    }
    return bytes.toString('base64');
  }
  if (set === appointment && id === 0x8205)
    return String({ free: 0, tentative: 1, oof: 3, workingElsewhere: 4, busy: 2, unknown: 2 }[fields.showAs]);
  if (set === appointment && id === 0x8223) return String(item.recurrence !== null);
  if (set === appointment && id === 0x8215) return String(fields.isAllDay);
  return null;
}
