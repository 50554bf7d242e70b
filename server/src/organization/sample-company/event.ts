/** A meeting of the sample company, and how it stands in one person's calendar as iCalendar text (RFC 5545). */
import { hash } from 'node:crypto';
import type { SamplePerson } from './people.ts';

export type Answer = 'ACCEPTED' | 'TENTATIVE' | 'DECLINED' | 'NEEDS-ACTION';

export interface SampleEvent {
  uid: string;
  title: string;
  /** Local to `timeZone`; a date for an all-day one. */
  start: Temporal.PlainDateTime | Temporal.PlainDate;
  timeZone: string;
  /** Minutes; of an all-day one days. */
  length: number;
  organizer: SamplePerson;
  attendees: readonly { person: SamplePerson; answer: Answer }[];
  showAs: 'FREE' | 'TENTATIVE' | 'BUSY' | 'OOF' | 'WORKINGELSEWHERE';
  visibility?: 'PRIVATE' | 'CONFIDENTIAL';
  /** RRULE. */
  rule?: string;
  /** Occurrences of the series that don't take place. */
  except?: readonly Temporal.PlainDateTime[];
  /** Occurrences that were moved, by their original start. */
  moved?: readonly { from: Temporal.PlainDateTime; to: Temporal.PlainDateTime }[];
  location?: string;
  online?: boolean;
  category?: string;
  reminderMinutes?: number;
}

export const takesPart = ({ organizer, attendees }: SampleEvent, person: SamplePerson): boolean =>
  organizer === person || attendees.some((attendee) => attendee.person === person);

/** One person's calendar file. */
export function calendarText(name: string, events: readonly SampleEvent[], person: SamplePerson): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Whenabouts//Sample company//EN',
    `X-WR-CALNAME:${escaped(name)}`,
    ...events.filter((event) => takesPart(event, person)).flatMap((event) => componentsOf(event, person)),
    'END:VCALENDAR',
  ];
  return `${lines.map(folded).join('\r\n')}\r\n`;
}

function componentsOf(event: SampleEvent, person: SamplePerson): string[] {
  const moved = (event.moved ?? []).flatMap(({ from, to }) =>
    component({ ...event, start: to, moved: [] }, person, [`RECURRENCE-ID${timed(from, event.timeZone)}`]),
  );
  const series = [
    ...(event.rule ? [`RRULE:${event.rule}`] : []),
    ...(event.except ?? []).map((start) => `EXDATE${timed(start, event.timeZone)}`),
  ];
  return [...component(event, person, series), ...moved];
}

function component(event: SampleEvent, person: SamplePerson, extra: string[]): string[] {
  const { uid, title, start, timeZone, length, organizer, attendees, visibility, location, online, category } = event;
  const mine = attendees.find((attendee) => attendee.person === person);
  const showAs = mine?.answer === 'TENTATIVE' && event.showAs === 'BUSY' ? 'TENTATIVE' : event.showAs;
  const withOthers = attendees.length > 0;
  return [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    'DTSTAMP:20260101T000000Z',
    ...(start instanceof Temporal.PlainDate
      ? [`DTSTART;VALUE=DATE:${basic(start)}`, `DTEND;VALUE=DATE:${basic(start.add({ days: length }))}`]
      : [`DTSTART${timed(start, timeZone)}`, `DTEND${timed(start.add({ minutes: length }), timeZone)}`]),
    ...extra,
    `SUMMARY:${escaped(title)}`,
    ...(location ? [`LOCATION:${escaped(location)}`] : []),
    ...(online ? [`CONFERENCE;VALUE=URI:https://meet.alpenblick.example/${roomOf(uid)}`] : []),
    ...(category ? [`CATEGORIES:${escaped(category)}`] : []),
    ...(visibility ? [`CLASS:${visibility}`] : []),
    ...(withOthers ? [`ORGANIZER;CN="${organizer.name}":mailto:${organizer.email}`] : []),
    ...attendees.map(
      (attendee) => `ATTENDEE;CN="${attendee.person.name}";PARTSTAT=${attendee.answer}:mailto:${attendee.person.email}`,
    ),
    `TRANSP:${showAs === 'FREE' ? 'TRANSPARENT' : 'OPAQUE'}`,
    `X-MICROSOFT-CDO-BUSYSTATUS:${showAs}`,
    ...(event.reminderMinutes === undefined
      ? []
      : [
          'BEGIN:VALARM',
          'ACTION:DISPLAY',
          'DESCRIPTION:Reminder',
          `TRIGGER:-PT${event.reminderMinutes}M`,
          'END:VALARM',
        ]),
    'END:VEVENT',
  ];
}

const roomOf = (uid: string) => hash('sha256', uid).slice(0, 10);
const basic = (value: Temporal.PlainDate | Temporal.PlainDateTime) =>
  value.toString(value instanceof Temporal.PlainDateTime ? { smallestUnit: 'second' } : {}).replace(/[-:]/g, '');
const timed = (start: Temporal.PlainDateTime, timeZone: string) =>
  timeZone === 'UTC' ? `:${basic(start)}Z` : `;TZID=${timeZone}:${basic(start)}`;
const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&').replace(/\n/g, '\\n');

/** RFC 5545 3.1: at most 75 octets a line. */
function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > 75) {
      parts.push(part);
      part = ' ';
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join('\r\n');
}
