import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SourceAppointment } from '../../agenda/appointment.ts';
import { expandObject, parseFeed } from '../../calendars/icalendar/objects.ts';
import { sampleEvents } from './calendars.ts';
import { calendarText, type SampleEvent } from './event.ts';
import { administratorAs, type SamplePerson, samplePeople } from './people.ts';
import { soonEvents } from './soon.ts';

const you = administratorAs({ email: 'you@example.com', name: 'You', language: 'en', timeZone: 'Europe/Lisbon' });
const people = [you, ...samplePeople];
const aSunday = Temporal.Instant.from('2026-11-22T08:00:10Z');

/** What the real reader makes of a person's file in the week (Monday to Monday, in the person's zone) of `now`. */
function weekOf(person: SamplePerson, events: readonly SampleEvent[], now: Temporal.Instant): SourceAppointment[] {
  const feed = parseFeed(calendarText('Sample', events, person));
  expect(feed.skipped).toEqual([]);
  const today = now.toZonedDateTimeISO(person.timeZone).toPlainDate();
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const from = monday.toZonedDateTime(person.timeZone).toInstant();
  const to = monday.add({ weeks: 1 }).toZonedDateTime(person.timeZone).toInstant();
  return feed.objects.flatMap(({ source }) => {
    const expanded = expandObject(source, { from, to }, person.timeZone, { ownerAddresses: [person.email] });
    expect(expanded.skipped).toEqual([]);
    return expanded.appointments;
  });
}

test('everybody has 8 to 25 meetings a week, whenever the company is made', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4 * 365 * 24 * 60 }), fc.integer(), (minutes, seed) => {
      const now = Temporal.Instant.from('2026-01-01T00:00:00Z').add({ minutes });
      const events = [...sampleEvents(people, now, String(seed)), ...soonEvents(people, now, 60, String(seed))];
      for (const person of people) {
        const { length } = weekOf(person, events, now);
        expect(length, `${person.name} at ${now}`).toBeGreaterThanOrEqual(8);
        expect(length, `${person.name} at ${now}`).toBeLessThanOrEqual(25);
      }
    }),
    { numRuns: 8 },
  );
});

test('the calendars show every kind of appointment there is', () => {
  const all = people.flatMap((person) => weekOf(person, sampleEvents(people, aSunday, 'alpenblick'), aSunday));
  const next = aSunday.add({ hours: 7 * 24 });
  all.push(...people.flatMap((person) => weekOf(person, sampleEvents(people, aSunday, 'alpenblick'), next)));
  expect(new Set(all.map(({ showAs }) => showAs))).toEqual(
    new Set(['free', 'tentative', 'busy', 'outOfOffice', 'workingElsewhere']),
  );
  expect(new Set(all.map(({ sensitivity }) => sensitivity))).toEqual(new Set(['normal', 'private', 'confidential']));
  expect(new Set(all.map(({ response }) => response))).toEqual(
    new Set(['none', 'organizer', 'accepted', 'tentativelyAccepted', 'declined', 'notResponded']),
  );
  expect(all.some(({ when }) => when.kind === 'allDay')).toBe(true);
  expect(all.some(({ series }) => series)).toBe(true);
  expect(all.some(({ joinUrl }) => joinUrl !== null)).toBe(true);
  expect(all.some(({ reminders }) => reminders.length > 0)).toBe(true);
});

test('colleagues share their meetings by UID, and the same day deals the same company', () => {
  const events = sampleEvents(people, aSunday, 'alpenblick');
  expect(sampleEvents(people, aSunday, 'alpenblick')).toEqual(events);
  const uids = (person: SamplePerson) => new Set(weekOf(person, events, aSunday).map(({ uid }) => uid));
  const [lena, jonas] = samplePeople as [SamplePerson, SamplePerson];
  expect([...uids(lena)].filter((uid) => uids(jonas).has(uid)).length).toBeGreaterThan(1);
});

test('of the twelve, somebody’s meeting starts within two minutes, and again and again, hour after hour', () => {
  const startOf = ({ start }: SampleEvent) => (start as Temporal.PlainDateTime).toZonedDateTime('UTC').toInstant();
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), fc.boolean(), (milliseconds, joins) => {
      const now = aSunday.add({ milliseconds });
      const present = joins ? people : samplePeople;
      // As keepMoving goes on: from where the last hour ends.
      const hours = [0, 1].map((hour) => soonEvents(present, now.add({ hours: hour }), 60, 'x'));
      const starts = hours.flat().flatMap((event) => (event.organizer === you ? [] : [startOf(event)]));
      const waits = starts.map((start, index) => (starts[index - 1] ?? now).until(start).total('seconds'));
      expect(Math.max(...waits)).toBeLessThanOrEqual(120);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(60);
      expect(now.until(starts.at(-1)!).total('minutes')).toBeGreaterThan(118);
      const own = hours[0]!.filter(({ organizer }) => organizer === you);
      if (joins) expect(now.until(startOf(own[0]!)).total('seconds')).toBeLessThanOrEqual(120);
      else expect(own).toEqual([]);
      expect(new Set(hours.flat().map(({ uid }) => uid)).size).toBe(hours.flat().length);
    }),
  );
});
