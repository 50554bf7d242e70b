/**
 * The meetings of one week that don't recur, by the figures of facts/graph.md: half of them between 9 and 11 or 13 and
 * 15 o'clock, Tuesday the fullest, 60 % on the hour and 30 % on the half.
 */
import type { Dice } from './dice.ts';
import type { SampleEvent } from './event.ts';
import type { SamplePerson } from './people.ts';

const titles = {
  de: [
    'Angebot besprechen',
    'Kundentermin Nordlicht AG',
    'Vorstellungsgespräch',
    'Budgetrunde',
    'Abnahme Release',
    'Lieferantengespräch',
    'Schulung Telefonanlage',
    'Architektur-Runde',
    'Vertragsprüfung',
  ],
  en: [
    'Customer call: Harbor Logistics',
    'Roadmap review',
    'Interview',
    'Contract review',
    'Incident follow-up',
    'Design session',
    'Quarterly numbers',
    'Partner call',
    'Release sign-off',
  ],
} as const;
const privateTitles = {
  de: ['Zahnarzt', 'Elternabend', 'Physiotherapie'],
  en: ['Dentist', 'School play', 'Bank'],
} as const;
const rooms = ['Raum Watzmann', 'Raum Zugspitze', 'Room Hudson', 'Room Fuji'];

const weekday = [
  [0, 1],
  [1, 1.3],
  [2, 1.15],
  [3, 1.1],
  [4, 0.7],
] as const;
const hour = [
  [8, 0.1],
  [9, 0.25],
  [10, 0.15],
  [11, 0.1],
  [12, 0.05],
  [13, 0.1],
  [14, 0.1],
  [15, 0.07],
  [16, 0.06],
  [17, 0.02],
] as const;
const minute = [
  [0, 0.6],
  [30, 0.3],
  [15, 0.05],
  [45, 0.05],
] as const;
const length = [
  [30, 0.4],
  [60, 0.35],
  [45, 0.15],
  [90, 0.07],
  [120, 0.03],
] as const;
const showing = [
  ['BUSY', 0.78],
  ['TENTATIVE', 0.1],
  ['OOF', 0.04],
  ['WORKINGELSEWHERE', 0.04],
  ['FREE', 0.04],
] as const;

/** @param howMany still wanted of each person in this week; whoever has enough isn't invited by others. */
export function meetingsOfWeek(
  people: readonly SamplePerson[],
  monday: Temporal.PlainDate,
  howMany: ReadonlyMap<SamplePerson, number>,
  dice: Dice,
): SampleEvent[] {
  const open = new Map(howMany);
  const take = (person: SamplePerson) => open.set(person, (open.get(person) ?? 0) - 1);
  const events: SampleEvent[] = [];
  for (const organizer of people) {
    while ((open.get(organizer) ?? 0) > 0) {
      take(organizer);
      const personal = dice.next() < 0.08;
      const free = people.filter(
        (person) => person !== organizer && person.timeZone === organizer.timeZone && (open.get(person) ?? 0) > 0,
      );
      const guests = personal || dice.next() < 0.5 ? [] : free.filter(() => dice.next() < 0.5).slice(0, 3);
      for (const guest of guests) take(guest);
      const onSite = dice.next() < 0.4;
      events.push({
        uid: `${monday}-${organizer.extension}-${events.length}@alpenblick.example`,
        title: dice.pick((personal ? privateTitles : titles)[organizer.language]),
        start: monday.add({ days: dice.weighted(weekday) }).toPlainDateTime({
          hour: dice.weighted(hour),
          minute: dice.weighted(minute),
        }),
        timeZone: organizer.timeZone,
        length: dice.weighted(length),
        organizer,
        attendees: guests.map((person) => ({
          person,
          answer: dice.weighted([
            ['ACCEPTED', 0.75],
            ['TENTATIVE', 0.12],
            ['NEEDS-ACTION', 0.07],
            ['DECLINED', 0.06],
          ] as const),
        })),
        showAs: personal ? 'OOF' : dice.weighted(showing),
        ...(personal && { visibility: 'PRIVATE' as const }),
        ...(onSite ? { location: dice.pick(rooms) } : { online: !personal }),
        ...(dice.next() < 0.3 && { reminderMinutes: 15 }),
      });
    }
  }
  return events;
}
