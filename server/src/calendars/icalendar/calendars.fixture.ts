/** What the tests of this folder write their calendars with. */
import { expandObject } from './objects.ts';

export const zone = 'Europe/Berlin';
export const january = {
  from: Temporal.Instant.from('2026-01-01T00:00Z'),
  to: Temporal.Instant.from('2026-02-01T00:00Z'),
};
export const year = {
  from: Temporal.Instant.from('2026-01-01T00:00Z'),
  to: Temporal.Instant.from('2027-01-01T00:00Z'),
};

export const calendar = (...lines: string[]) => ['BEGIN:VCALENDAR', ...lines, 'END:VCALENDAR', ''].join('\r\n');
export const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');

/** The starts of all appointments as ISO texts, sorted. */
export function starts(text: string, window = january): string[] {
  return expandObject(text, window, zone)
    .appointments.map(({ when }) => String(when.start))
    .sort();
}
