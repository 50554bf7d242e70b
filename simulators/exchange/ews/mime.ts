/** MimeContent of an item: iCalendar (RFC 5545), which a client may read instead of the properties. */
import type { RecurrencePattern, Weekday } from '../../microsoft365/mailbox/recurrence.ts';
import { ianaOf } from '../../microsoft365/mailbox/zones.ts';
import type { Shown } from './calendar-item.ts';

const utc = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');
const bare = (local: string) => local.replace(/[-:]/g, '').replace(/^(\d{8}T\d{4})$/, '$100');
const folded = (line: string) => line.replace(/(.{70})(?=.)/gu, '$1\r\n ');
const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');

/** Names of zones are IANA's here: a VTIMEZONE of each is left out. */
export function mimeOf({ item, date, fields, start, end }: Shown): string {
  const zone = ianaOf(fields.timeZone);
  const zoned = zone.includes('/');
  const at = (name: string, local: string, milliseconds: number) =>
    fields.isAllDay
      ? `${name};VALUE=DATE:${local.slice(0, 10).replaceAll('-', '')}`
      : zoned && date === null
        ? `${name};TZID=${zone}:${bare(local)}`
        : `${name}:${utc(milliseconds)}`;
  const time = item.fields.start.slice(11);
  const left = [...item.cancelled].sort().map((day) => at('EXDATE', `${day}T${time}`, Date.parse(`${day}T${time}Z`)));
  const lines = [
    ...['BEGIN:VCALENDAR', 'PRODID:Simulated Exchange', 'VERSION:2.0', 'METHOD:PUBLISH', 'BEGIN:VEVENT'],
    `UID:${item.uid}`,
    `SUMMARY:${escaped(fields.subject)}`,
    at('DTSTART', fields.start, start),
    at('DTEND', fields.end, end),
    `DTSTAMP:${utc(item.modifiedAt)}`,
    `CLASS:${fields.sensitivity === 'normal' ? 'PUBLIC' : fields.sensitivity === 'confidential' ? 'CONFIDENTIAL' : 'PRIVATE'}`,
    `TRANSP:${fields.showAs === 'free' ? 'TRANSPARENT' : 'OPAQUE'}`,
    ...(item.recurrence && date === null
      ? [`RRULE:${rule(item.recurrence.pattern)}${end_(item.recurrence.range)}`, ...left]
      : []),
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ];
  return lines.map(folded).join('\r\n');
}

const short = (day: Weekday) => day.slice(0, 2).toUpperCase();
const places = { first: 1, second: 2, third: 3, fourth: 4, last: -1 };

function rule(pattern: RecurrencePattern): string {
  const { type, interval, daysOfWeek = [], dayOfMonth = 1, month = 1, index = 'first' } = pattern;
  const days = daysOfWeek.map(short).join(',');
  const relative = `BYDAY=${days};BYSETPOS=${places[index]}`;
  const parts = {
    daily: 'FREQ=DAILY',
    weekly: `FREQ=WEEKLY;BYDAY=${days};WKST=${short(pattern.firstDayOfWeek ?? 'sunday')}`,
    absoluteMonthly: `FREQ=MONTHLY;BYMONTHDAY=${dayOfMonth}`,
    relativeMonthly: `FREQ=MONTHLY;${relative}`,
    absoluteYearly: `FREQ=YEARLY;BYMONTH=${month};BYMONTHDAY=${dayOfMonth}`,
    relativeYearly: `FREQ=YEARLY;BYMONTH=${month};${relative}`,
  };
  return `${parts[type]};INTERVAL=${interval}`;
}

const end_ = (range: { type: string; endDate?: string; numberOfOccurrences?: number }) =>
  range.type === 'numbered'
    ? `;COUNT=${range.numberOfOccurrences}`
    : range.type === 'endDate'
      ? `;UNTIL=${range.endDate!.replaceAll('-', '')}T235959Z`
      : '';
