/**
 * What Graph answers, as far as it is read here. All of it is checked, because a page may hold anything: what isn't
 * there or is of another type counts as left out. Source: resource type "event", Microsoft Graph v1.0.
 */

export interface GraphEvent {
  id: string;
  /** singleInstance, occurrence, exception, seriesMaster; null where none is told. */
  type: string | null;
  seriesMasterId: string | null;
  /** ISO instant of the last change; '' where none is told. */
  modified: string;
  raw: Readonly<Record<string, unknown>>;
}

export type Part = Readonly<Record<string, unknown>>;

export const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** @returns null for what has no id: it can't be told apart from anything. */
export function graphEvent(value: unknown): GraphEvent | null {
  if (!isPart(value)) return null;
  const id = textOf(value.id);
  if (id === null) return null;
  const modified = textOf(value.lastModifiedDateTime) ?? '';
  return { id, type: textOf(value.type), seriesMasterId: textOf(value.seriesMasterId), modified, raw: value };
}

/** Null for an appointment of its own. Who leaves the type out still tells what repeats. */
export const masterOf = ({ id, type, seriesMasterId, raw }: GraphEvent): string | null =>
  type === 'seriesMaster' || (type === null && isPart(raw.recurrence)) ? id : seriesMasterId;

/** Told with its times at most. */
export const isStub = ({ raw }: GraphEvent): boolean => !('showAs' in raw && 'start' in raw);

/** Of a change in a delta round: it is gone from the window, or from the calendar. */
export const isRemoved = ({ raw }: GraphEvent): boolean => '@removed' in raw;

/** True when `a` was changed before `b`. Times that can't be compared say nothing. */
export const isOlder = (a: string, b: string): boolean => Date.parse(a) < Date.parse(b);
