/** MimeContent of an item: iCalendar (RFC 5545), which a client may read instead of the properties. */
import type { RecurrencePattern, RecurrenceRange, Weekday } from '../../microsoft365/mailbox/recurrence.ts';
import { ianaOf } from '../../microsoft365/mailbox/zones.ts';
import { isMaster, originalStart, type Shown, shownInstance } from './shown.ts';

const utc = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/[-:]|\.\d+/g, '');
const bare = (local: string) => local.replace(/[-:]/g, '');
const folded = (line: string) => line.replace(/(.{70})(?=.)/gu, '$1\r\n ');
const escaped = (text: string) => text.replace(/[\\;,]/g, '\\$&').replaceAll('\n', '\\n');

/** Names of zones are IANA's here: a VTIMEZONE of each is left out. A series comes with those of its members that differ. */
export function mimeOf(shown: Shown): string {
  const { mailbox, item, date } = shown;
  const last = [...item.exceptions.keys()].sort().at(-1);
  const differing =
    isMaster(shown) && last
      ? mailbox
          .instancesOf(item, Date.parse(last) + 2 * day)
          .filter((each) => each.date && item.exceptions.has(each.date))
      : [];
  const lines = [
    ...['BEGIN:VCALENDAR', 'PRODID:Simulated Exchange', 'VERSION:2.0', 'METHOD:PUBLISH'],
    ...eventOf(shown, date !== null),
    ...differing.flatMap((each) => eventOf(shownInstance(mailbox, each), true)),
    ...['END:VCALENDAR', ''],
  ];
  return lines.map(folded).join('\r\n');
}
const day = 86_400_000;

function eventOf(shown: Shown, isMember: boolean): string[] {
  const { item, date, fields, start, end } = shown;
  const zone = ianaOf(item.fields.timeZone);
  const at = (name: string, milliseconds: number) => {
    const local = Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO(zone).toPlainDateTime();
    if (item.fields.isAllDay) return `${name};VALUE=DATE:${bare(local.toPlainDate().toString())}`;
    const isUtc = isMember || !zone.includes('/');
    return isUtc
      ? `${name}:${utc(milliseconds)}`
      : `${name};TZID=${zone}:${bare(local.toString({ smallestUnit: 'second' }))}`;
  };
  const { recurrence } = item;
  const left = [...item.cancelled].sort().map((each) => at('EXDATE', originalStart(shown, each)));
  return [
    'BEGIN:VEVENT',
    `UID:${item.uid}`,
    ...(date ? [at('RECURRENCE-ID', originalStart(shown, date))] : []),
    `SUMMARY:${escaped(fields.subject)}`,
    at('DTSTART', start),
    at('DTEND', end),
    `DTSTAMP:${utc(item.modifiedAt)}`,
    `CLASS:${classes[fields.sensitivity]}`,
    `TRANSP:${fields.showAs === 'free' ? 'TRANSPARENT' : 'OPAQUE'}`,
    ...(recurrence && !isMember ? [`RRULE:${rule(recurrence.pattern)}${ending(recurrence.range)}`, ...left] : []),
    'END:VEVENT',
  ];
}
const classes = { normal: 'PUBLIC', personal: 'PRIVATE', private: 'PRIVATE', confidential: 'CONFIDENTIAL' };

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

const ending = (range: RecurrenceRange) =>
  range.type === 'numbered'
    ? `;COUNT=${range.numberOfOccurrences}`
    : range.type === 'endDate'
      ? `;UNTIL=${range.endDate!.replaceAll('-', '')}T235959Z`
      : '';
