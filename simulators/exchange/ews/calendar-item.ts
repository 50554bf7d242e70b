/** An item of a calendar as EWS writes it: the properties of the shape, in the order of the schema. */
import { type Element, t } from '../xml/element.ts';
import { calendarProperties } from './calendar-properties.ts';
import { extendedProperties } from './extended.ts';
import { itemProperties } from './item-properties.ts';
import type { Shape } from './shape.ts';
import type { Manner, Shown } from './shown.ts';

export function calendarItem(shown: Shown, shape: Shape, manner: Manner): Element {
  const parts: Array<Element | Element[] | null> = [];
  for (const [path, write] of [...itemProperties, ...calendarProperties])
    if (path === 'extended') parts.push(extendedProperties(shown, shape.extended));
    else if (shape.has(path)) parts.push(write(shown, manner));
  if (manner.habits.unknownElements) parts.push(t('CoreShapeOfTheFuture', {}, t('Version', {}, 2)));
  return t('CalendarItem', {}, parts);
}
