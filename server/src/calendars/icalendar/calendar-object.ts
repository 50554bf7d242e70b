/** From iCalendar text to what the sync engine stores: shared by every source that speaks iCalendar. */
import { createHash } from 'node:crypto';
import type { Interval } from '../../agenda/appointment.ts';
import type { CalendarObject } from '../connector.ts';
import { expandObject } from './objects.ts';

export interface ObjectText {
  key: string;
  /** Null where the source has none: then a hash of the text is the version. */
  version: string | null;
  source: string;
}

export interface Expansion {
  window: Interval;
  timeZone: string;
  ownerAddresses: readonly string[];
}

/** Never throws: what can't be read is an object without appointments that says why. */
export function calendarObject(object: ObjectText, expansion: Expansion): CalendarObject {
  // PostgreSQL stores no NUL, and no calendar needs one.
  const source = object.source.replaceAll('\0', '');
  const version = object.version ?? versionOf(source);
  const obstacle = whyNotACalendar(source);
  if (obstacle) return unreadableObject(object.key, version, obstacle);
  return { key: object.key, version, source, ...expandSource(source, expansion) };
}

/** What `expand` of the connectors does. Never throws. */
export function expandSource(
  source: string,
  { window, timeZone, ownerAddresses }: Expansion,
): Pick<CalendarObject, 'appointments' | 'nextAfterWindow' | 'skipped'> {
  try {
    return expandObject(source, window, timeZone, { ownerAddresses: [...ownerAddresses] });
  } catch (error) {
    const reason = `It could not be expanded: ${error instanceof Error ? error.message : String(error)}`;
    return { appointments: [], nextAfterWindow: null, skipped: [{ uid: uidIn(source), reason }] };
  }
}

export function unreadableObject(key: string, version: string, reason: string): CalendarObject {
  return { key, version, source: null, appointments: [], nextAfterWindow: null, skipped: [{ uid: key, reason }] };
}

/** In plain words that follow the name of the thing; null when it is a whole calendar. */
export function whyNotACalendar(text: string): string | null {
  if (!/^\s*BEGIN:VCALENDAR\s*$/im.test(text.slice(0, 2000))) {
    return /<html|<!doctype html/i.test(text.slice(0, 2000)) ? 'is a web page, not a calendar' : 'is not a calendar';
  }
  if (!/END:VCALENDAR\s*$/i.test(text.slice(-2000))) return 'is cut off before its end';
  return null;
}

export function versionOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('base64url')}`;
}

function uidIn(source: string): string | null {
  return /^UID[^:\r\n]*:(.{1,200})/im.exec(source)?.[1]?.trim() ?? null;
}
