/** The sample company's calendars around today: a pure function of (now, seed). */
import { dice } from './dice.ts';
import type { SampleEvent } from './event.ts';
import type { SamplePerson } from './people.ts';
import { recurringEvents } from './series.ts';
import { meetingsOfWeek } from './single-meetings.ts';

/** Weeks before and after the current one that have single meetings; the series go on. */
const weeksBefore = 1;
const weeksAfter = 4;
/** With series, all-day ones and the short ones of soon.ts everybody stays between 8 and 25 a week. */
const fewest = 9;
const most = 14;
const medianPerWeek = 11;

/** @param people the sample's own, and the administrator among them. */
export function sampleEvents(people: readonly SamplePerson[], now: Temporal.Instant, seed: string): SampleEvent[] {
  const today = now.toZonedDateTimeISO(people[0]!.timeZone).toPlainDate();
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const recurring = recurringEvents(people, monday);
  const weeks = Array.from({ length: weeksBefore + 1 + weeksAfter }, (_, index) =>
    monday.add({ weeks: index - weeksBefore }),
  );
  return [
    ...recurring,
    ...weeks.flatMap((week) => {
      const random = dice(`${seed} ${week}`);
      const howMany = new Map(
        people.map((person) => {
          const wanted = Math.round(random.lognormal(medianPerWeek, 0.35));
          return [person, Math.min(Math.max(wanted, fewest), most) - 6] as const; // six recur: stand-ups and the weekly
        }),
      );
      return meetingsOfWeek(people, week, howMany, random);
    }),
    ...particular(people, today),
  ];
}

/** What every tour of the product wants to show, whatever the dice say. */
function particular(people: readonly SamplePerson[], today: Temporal.PlainDate): SampleEvent[] {
  const [lena, jonas, aylin, tobias, , grace, , emily, , haruka] = people as [SamplePerson, ...SamplePerson[]] &
    SamplePerson[];
  const next = today.dayOfWeek >= 5 ? today.add({ days: 8 - today.dayOfWeek }) : today.add({ days: 1 });
  const alone = (
    key: string,
    person: SamplePerson,
    title: string,
    start: SampleEvent['start'],
    length: number,
    showAs: SampleEvent['showAs'],
  ): SampleEvent => ({
    uid: `${key}-${today}@alpenblick.example`,
    title,
    start,
    timeZone: person.timeZone,
    length,
    organizer: person,
    attendees: [],
    showAs,
  });
  const at = (hour: number, minute = 0) => next.toPlainDateTime({ hour, minute });
  return [
    alone('vacation', emily!, 'Vacation', next, 3, 'OOF'),
    alone('trade-fair', aylin!, 'Messe Hannover', next, 2, 'OOF'),
    alone('home', haruka!, 'Home office', next, 1, 'WORKINGELSEWHERE'),
    alone('birthday', tobias!, 'Geburtstag Jonas', next, 1, 'FREE'),
    // Overlapping, and back to back without a gap.
    alone('overlap-1', jonas!, 'Code-Review', at(10), 60, 'BUSY'),
    { ...alone('overlap-2', jonas!, 'Dentist', at(10, 30), 60, 'OOF'), visibility: 'PRIVATE' },
    alone('row-1', grace!, 'Prospect call', at(13), 30, 'BUSY'),
    alone('row-2', grace!, 'Contract walkthrough', at(13, 30), 30, 'BUSY'),
    alone('row-3', grace!, 'Debrief', at(14), 45, 'TENTATIVE'),
    { ...alone('salaries', lena!, 'Gehaltsrunde', at(16), 45, 'BUSY'), visibility: 'CONFIDENTIAL' },
  ];
}
