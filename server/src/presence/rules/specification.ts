/**
 * Which rule applies, told once more, slowly: condition by condition, title sign by sign, working time minute by minute. Written from docs/rules.md
 * alone, to be compared with matching.ts; shares nothing with it but types. Never used by the product.
 */
import type { PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import type { Surroundings } from './matching.ts';
import type { Rule } from './rule.ts';

export function ruleFor(all: readonly Rule[], appointment: PresenceAppointment, around: Surroundings): string | null {
  for (const rule of all) if (applies(rule, appointment, around)) return rule.name;
  return null;
}

function applies({ when }: Rule, appointment: PresenceAppointment, around: Surroundings): boolean {
  const told = appointment.details ?? {};
  const hides = around.freeBusyOnly;
  if (appointment.cancelled) return false;
  if (appointment.response === 'declined' && !when.response?.some((one) => one === 'declined')) return false;
  if (when.showAs && !when.showAs.some((one) => one === appointment.showAs)) return false;
  if (when.response && !when.response.some((one) => one === appointment.response)) return false;
  if (when.sensitivity && !when.sensitivity.some((one) => one === appointment.sensitivity)) return false;
  if (when.allDay === true && !appointment.allDay) return false;
  if (when.allDay === false && appointment.allDay) return false;
  if (when.categories && (hides || !when.categories.some((one) => told.categories!.some((other) => same(one, other)))))
    return false;
  if (when.calendars && !when.calendars.some((one) => told.calendars!.some((other) => same(one, other)))) return false;
  if (when.sources && !when.sources.some((one) => told.sources!.some((other) => one === other))) return false;
  if (when.online !== undefined && (hides || told.online !== when.online)) return false;
  if (when.attendees) {
    if (hides) return false;
    if (when.attendees.min !== undefined && told.attendeeCount! < when.attendees.min) return false;
    if (when.attendees.max !== undefined && told.attendeeCount! > when.attendees.max) return false;
  }
  const minutes = appointment.start.until(appointment.end).total('minutes');
  if (when.length?.minMinutes !== undefined && minutes < when.length.minMinutes) return false;
  if (when.length?.maxMinutes !== undefined && minutes > when.length.maxMinutes) return false;
  if (when.organizer) {
    if (hides && when.organizer.some((one) => one !== 'me')) return false;
    const calledBy = (one: string) => {
      if (one === 'me') return appointment.response === 'organizer';
      if (!told.organizer) return false;
      const [, domain] = told.organizer.split('@');
      return one === told.organizer || one === domain || one === `@${domain}`;
    };
    if (!when.organizer.some(calledBy)) return false;
  }
  if (when.title) {
    if (hides) return false;
    if ('mark' in when.title) {
      if (told.title!.trim().indexOf(when.title.mark) !== 0) return false;
    } else if (!when.title.words.some((word) => hasWord(told.title!, word))) return false;
  }
  if (when.workingHours === 'inside' && !worksDuring(appointment, around)) return false;
  if (when.workingHours === 'outside' && worksDuring(appointment, around)) return false;
  return true;
}

const collator = new Intl.Collator('en', { sensitivity: 'base', usage: 'search' });
const same = (one: string, other: string) => collator.compare(one.trim(), other.trim()) === 0;

const letterOrDigit = (sign: string | undefined) => sign !== undefined && /[\p{L}\p{N}\p{M}_]/u.test(sign);

/** Tries every place in the title. */
function hasWord(title: string, word: string): boolean {
  const [signs, wanted] = [signsOf(title), signsOf(word)];
  for (let at = 0; at + wanted.length <= signs.length; at++) {
    const piece = signs.slice(at, at + wanted.length);
    if (!piece.every((sign, index) => same(sign, wanted[index]!) && (sign === ' ') === (wanted[index] === ' ')))
      continue;
    const cutBefore = letterOrDigit(signs[at - 1]) && letterOrDigit(wanted[0]);
    const cutAfter = letterOrDigit(signs[at + wanted.length]) && letterOrDigit(wanted.at(-1));
    if (!cutBefore && !cutAfter) return true;
  }
  return false;
}

/** As people see them: an accent belongs to its letter; blanks are one. */
const signsOf = (text: string) =>
  [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text.trim().replace(/\s+/g, ' '))].map(
    ({ segment }) => segment,
  );

function worksDuring(appointment: PresenceAppointment, { workingDay, timeZone }: Surroundings): boolean {
  for (let at = appointment.start; Temporal.Instant.compare(at, appointment.end) < 0; at = at.add({ minutes: 15 })) {
    const local = at.toZonedDateTimeISO(timeZone);
    const time = local.toPlainTime().toString().slice(0, 5);
    const [today, yesterday] = [local.dayOfWeek, local.subtract({ days: 1 }).dayOfWeek];
    const { start, end, days } = workingDay;
    if (start < end) {
      if (days.includes(today) && time >= start && time < end) return true;
    } else {
      if (days.includes(today) && time >= start) return true;
      if (days.includes(yesterday) && time < end) return true;
    }
  }
  return false;
}
