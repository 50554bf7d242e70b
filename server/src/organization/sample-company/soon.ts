/**
 * Short meetings of the next hour, so that something always moves while one watches: two of the sample's own people start
 * one in every three minutes, the first at the full minute that is one to two minutes away. The administrator's come
 * beside them, once in a round: in a colleague's place they would leave three minutes in which no colleague moves. Pure.
 */
import { dice } from './dice.ts';
import type { SampleEvent } from './event.ts';
import { administratorExtension, type SamplePerson } from './people.ts';

const titles = {
  de: ['Kurzer Abgleich', 'Rückruf Kunde', 'Kurze Frage', 'Freigabe besprechen'],
  en: ['Quick sync', 'Customer callback', 'Quick question', 'Sign-off call'],
} as const;

/** @param people whose turn it is in this order; with or without the administrator. */
export function soonEvents(
  people: readonly SamplePerson[],
  now: Temporal.Instant,
  minutes: number,
  seed: string,
): SampleEvent[] {
  const random = dice(`${seed} ${now.epochMilliseconds}`);
  const fullMinute = Temporal.Instant.fromEpochMilliseconds(Math.ceil(now.epochMilliseconds / 60_000) * 60_000);
  const administrator = people.find(({ extension }) => extension === administratorExtension);
  const colleagues = people.filter((person) => person !== administrator);
  const events: SampleEvent[] = [];
  const add = (organizer: SamplePerson, start: Temporal.Instant) => {
    const whose = organizer === administrator ? 'soon-you' : 'soon';
    events.push({
      uid: `${whose}-${start.epochMilliseconds / 60_000}@alpenblick.example`,
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
  };
  let turn = 0;
  for (let offset = 1; offset <= minutes; offset += turn % 2 === 0 ? 2 : 1) {
    const start = fullMinute.add({ minutes: offset });
    if (administrator && turn % colleagues.length === 0) add(administrator, start);
    add(colleagues[turn++ % colleagues.length]!, start);
  }
  return events;
}
