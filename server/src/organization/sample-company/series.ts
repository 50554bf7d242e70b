/** What recurs at the sample company: stand-ups, team meetings, one-to-ones, the monthly all-hands. */
import type { Answer, SampleEvent } from './event.ts';
import type { SamplePerson } from './people.ts';

const titles = {
  development: { standUp: 'Daily', weekly: 'Sprint-Planung / Sprint planning' },
  sales: { standUp: 'Morning pipeline', weekly: 'Vertriebsrunde' },
  service: { standUp: 'Übergabe / Handover', weekly: 'Service-Review' },
} as const;

const homes = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo'];
const days = ['MO', 'TU', 'WE', 'TH', 'FR'];

const at = (day: Temporal.PlainDate, time: string) => day.toPlainDateTime(Temporal.PlainTime.from(time));
const invited = (people: readonly SamplePerson[], organizer: SamplePerson, answer: Answer = 'ACCEPTED') =>
  people.filter((person) => person !== organizer).map((person) => ({ person, answer }));

function firstWednesday(day: Temporal.PlainDate): Temporal.PlainDate {
  const first = day.with({ day: 1 });
  return first.add({ days: (3 - first.dayOfWeek + 7) % 7 });
}

/** @param monday of the current week; the series began four weeks before and go on. */
export function recurringEvents(people: readonly SamplePerson[], monday: Temporal.PlainDate): SampleEvent[] {
  const first = monday.subtract({ weeks: 4 });
  const events: SampleEvent[] = [];
  const add = (event: Omit<SampleEvent, 'showAs'> & Partial<SampleEvent>) => events.push({ showAs: 'BUSY', ...event });

  for (const team of ['development', 'sales', 'service'] as const) {
    const members = people.filter((person) => person.team === team);
    // A stand-up per place: who sleeps isn't invited.
    for (const timeZone of new Set(members.map((member) => member.timeZone))) {
      const here = members.filter((member) => member.timeZone === timeZone);
      const organizer = here.find(({ lead }) => lead) ?? here[0]!;
      add({
        uid: `standup-${team}-${timeZone.replace('/', '-')}@alpenblick.example`,
        title: titles[team].standUp,
        start: at(first, homes.includes(timeZone) ? '09:15' : '09:45'),
        timeZone,
        length: 15,
        organizer,
        attendees: invited(here, organizer),
        rule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
        online: true,
      });
    }
    const lead = members.find(({ lead }) => lead)!;
    const weeklyAt = at(first.add({ days: 1 }), '14:00');
    add({
      uid: `weekly-${team}@alpenblick.example`,
      title: titles[team].weekly,
      start: weeklyAt,
      timeZone: lead.timeZone,
      length: 60,
      organizer: lead,
      attendees: members
        .filter((member) => member !== lead)
        .map((person) => ({ person, answer: person.timeZone === 'Asia/Tokyo' ? 'TENTATIVE' : 'ACCEPTED' })),
      rule: 'FREQ=WEEKLY;BYDAY=TU',
      moved: [{ from: weeklyAt.add({ weeks: 5 }), to: weeklyAt.add({ weeks: 5, days: 1, hours: 1 }) }],
      except: [weeklyAt.add({ weeks: 7 })],
      online: true,
      category: 'Team',
      reminderMinutes: 10,
    });
    members
      .filter((member) => member !== lead)
      .forEach((member, index) => {
        add({
          uid: `one-to-one-${member.extension}@alpenblick.example`,
          title: member.language === 'de' ? `1:1 ${lead.name} / ${member.name}` : `${lead.name} / ${member.name} 1:1`,
          start: at(first.add({ weeks: index % 2, days: index % 5 }), '15:30'),
          timeZone: lead.timeZone,
          length: 30,
          organizer: lead,
          attendees: invited([member], lead),
          rule: `FREQ=WEEKLY;INTERVAL=2;BYDAY=${days[index % 5]}`,
          visibility: 'PRIVATE',
          online: true,
        });
      });
  }
  const host = people[0]!;
  add({
    uid: 'all-hands@alpenblick.example',
    title: 'All-hands',
    start: at(firstWednesday(first), '14:30'),
    timeZone: host.timeZone,
    length: 45,
    organizer: host,
    attendees: people
      .filter((person) => person !== host)
      .map((person) => ({ person, answer: person.timeZone === 'Asia/Tokyo' ? 'DECLINED' : 'ACCEPTED' })),
    rule: 'FREQ=MONTHLY;BYDAY=1WE',
    online: true,
    category: 'Company',
  });
  return events;
}
