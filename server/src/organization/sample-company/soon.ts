/**
 * Short meetings of the next hour, so that something always moves while one watches: two start in every three minutes,
 * the first at the full minute that is one to two minutes away. Pure.
 */
import { dice } from './dice.ts';
import type { SampleEvent } from './event.ts';
import type { SamplePerson } from './people.ts';

const titles = {
  de: ['Kurzer Abgleich', 'Rückruf Kunde', 'Kurze Frage', 'Freigabe besprechen'],
  en: ['Quick sync', 'Customer callback', 'Quick question', 'Sign-off call'],
} as const;

/** @param people whose turn it is in this order; the first one begins. */
export function soonEvents(
  people: readonly SamplePerson[],
  now: Temporal.Instant,
  minutes: number,
  seed: string,
): SampleEvent[] {
  const random = dice(`${seed} ${now.epochMilliseconds}`);
  const fullMinute = Temporal.Instant.fromEpochMilliseconds(Math.ceil(now.epochMilliseconds / 60_000) * 60_000);
  const events: SampleEvent[] = [];
  for (let offset = 1; offset <= minutes; offset += events.length % 2 === 0 ? 2 : 1) {
    const organizer = people[events.length % people.length]!;
    const start = fullMinute.add({ minutes: offset });
    events.push({
      uid: `soon-${start.epochMilliseconds / 60_000}@alpenblick.example`,
      title: random.pick(titles[organizer.language]),
      start: start.toZonedDateTimeISO('UTC').toPlainDateTime(),
      timeZone: 'UTC',
      length: 3 + Math.floor(random.next() * 4),
      organizer,
      attendees: [],
      showAs: random.weighted([
        ['BUSY', 0.8],
        ['OOF', 0.2],
      ] as const),
      online: true,
    });
  }
  return events;
}
