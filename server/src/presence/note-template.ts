/**
 * Notes are templates: "In a meeting until {{until}}" is stored as it was typed, and filled in by whoever shows it, in the
 * language and zone of whoever reads it. So one note says "until 15:00" in Berlin and "until 09:00" in New York. Pure.
 */
import type { Status } from './presence.ts';

export const notePlaceholders = ['until', 'since', 'status', 'name'] as const;
type Placeholder = (typeof notePlaceholders)[number];

const placeholder = /\{\{([^{}]*)\}\}/g;

/** What the template asks for that there isn't, as it is written there. */
export const unknownPlaceholders = (template: string): string[] =>
  [...template.matchAll(placeholder)].flatMap(([whole, name]) => (placeholderOf(name!) ? [] : [whole]));

export const isTemplate = (note: string): boolean => note.includes('{{');

export const speaksOf = (note: string, what: Placeholder): boolean =>
  [...note.matchAll(placeholder)].some(([, name]) => placeholderOf(name!) === what);

const placeholderOf = (name: string): Placeholder | undefined =>
  notePlaceholders.find((known) => known === name.trim().toLowerCase());

export interface NoteReader {
  language: 'en' | 'de';
  timeZone: string;
}

/** Whose note it is, and what else it may speak of. */
export interface NoteFacts {
  status: Status;
  since: Temporal.Instant;
  /** null: until something changes. */
  until: Temporal.Instant | null;
  name: string;
}

/**
 * The note as this reader sees it at `now`. A time of today is told as such ("14:00"), one within the next or last six
 * days with its weekday ("Tue 14:00"), all others with the date. An end at midnight is the day before it: an absence until
 * Thursday 24:00 lasts until Thursday. What isn't known stays as it was typed.
 * @throws RangeError when the zone is unknown.
 */
export function renderNote(template: string, facts: NoteFacts, reader: NoteReader, now: Temporal.Instant): string {
  if (!isTemplate(template)) return template;
  return template.replaceAll(placeholder, (whole, name: string) => {
    switch (placeholderOf(name)) {
      case 'until':
        return facts.until ? untilText(facts.until, reader, now) : words[reader.language].noEnd;
      case 'since':
        return momentText(facts.since.toZonedDateTimeISO(reader.timeZone), reader, now);
      case 'status':
        return words[reader.language].status[facts.status];
      case 'name':
        return facts.name;
      case undefined:
        return whole;
    }
  });
}

const locales = { en: 'en-GB', de: 'de-DE' } as const;

function untilText(until: Temporal.Instant, reader: NoteReader, now: Temporal.Instant): string {
  const at = until.toZonedDateTimeISO(reader.timeZone);
  if (at.hour !== 0 || at.minute !== 0 || Temporal.Instant.compare(until, now) <= 0) return momentText(at, reader, now);
  const lastDay = at.toPlainDate().subtract({ days: 1 });
  const today = now.toZonedDateTimeISO(reader.timeZone).toPlainDate();
  return lastDay.equals(today) ? '24:00' : dayText(lastDay, reader, today);
}

function momentText(at: Temporal.ZonedDateTime, reader: NoteReader, now: Temporal.Instant): string {
  const today = now.toZonedDateTimeISO(reader.timeZone).toPlainDate();
  const clock = at.toPlainTime().toString({ smallestUnit: 'minute' }); // as both languages write it
  return at.toPlainDate().equals(today) ? clock : `${dayText(at.toPlainDate(), reader, today)} ${clock}`;
}

function dayText(day: Temporal.PlainDate, { language }: NoteReader, today: Temporal.PlainDate): string {
  const away = Math.abs(today.until(day, { largestUnit: 'day' }).days);
  if (away < 7) return words[language].weekdays[day.dayOfWeek - 1]!;
  const sameYear = day.year === today.year;
  return day.toLocaleString(locales[language], {
    ...{ day: 'numeric', month: 'long' },
    ...(!sameYear && { year: 'numeric' }),
  });
}

/** In the words of the web client. noEnd stands after "until": "until further notice", "bis auf Weiteres". */
const words: Record<NoteReader['language'], { noEnd: string; status: Record<Status, string>; weekdays: string[] }> = {
  en: {
    noEnd: 'further notice',
    weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
    status: {
      available: 'Available',
      beRightBack: 'Be right back',
      appointment: 'Appointment',
      doNotDisturb: 'Do not disturb',
      onThePhone: 'On the phone',
      outOfOffice: 'Out of office',
      unavailable: 'Unavailable',
    },
  },
  de: {
    noEnd: 'auf Weiteres',
    weekdays: ['Mo', 'Di', 'Mi', 'Do', 'Fr', 'Sa', 'So'],
    status: {
      available: 'Verfügbar',
      beRightBack: 'Gleich zurück',
      appointment: 'Termin',
      doNotDisturb: 'Bitte nicht stören',
      onThePhone: 'Im Gespräch',
      outOfOffice: 'Abwesend',
      unavailable: 'Nicht erreichbar',
    },
  },
};
