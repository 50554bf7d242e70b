/** What is expanded: 1,000 series as people have them, in five zones, each from its first occurrence in January for a year. */
export interface Series {
  /** 20260105T090000 */
  start: string;
  zone: string;
  rule: string;
}

export const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Sydney', 'America/Sao_Paulo'];

/** Of twenty series seven are weekly, four on working days, three daily, four monthly, one fortnightly and one yearly. */
const rules = [
  ...Array<string>(4).fill('FREQ=WEEKLY'),
  'FREQ=WEEKLY;BYDAY=MO',
  'FREQ=WEEKLY;BYDAY=TU,TH',
  'FREQ=WEEKLY;BYDAY=MO,WE,FR',
  ...Array<string>(4).fill('FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR'),
  ...Array<string>(2).fill('FREQ=DAILY'),
  'FREQ=DAILY;INTERVAL=2',
  'FREQ=MONTHLY;BYMONTHDAY=15',
  'FREQ=MONTHLY;BYDAY=2TU',
  'FREQ=MONTHLY;BYDAY=-1FR',
  'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1',
  'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR',
  'FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=1',
];

export function series(count: number): Series[] {
  return Array.from({ length: count }, (_, index) => {
    const rule = rules[index % rules.length]!;
    const day = 5 + (Math.floor(index / rules.length) % 20);
    const two = (value: number) => String(value).padStart(2, '0');
    return {
      start: `202601${two(day)}T${two(7 + (index % 12))}${index % 2 === 0 ? '00' : '30'}00`,
      zone: zones[Math.floor(index / 7) % zones.length]!,
      rule,
    };
  });
}

/** One calendar with `count` events: every third a series, every tenth of those with an exception. */
export function calendar(count: number): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Whenabouts//benchmark//EN', ...timeZones()];
  series(count).forEach(({ start, zone, rule }, index) => {
    lines.push(
      'BEGIN:VEVENT',
      `UID:${index}@benchmark`,
      'DTSTAMP:20260101T000000Z',
      `DTSTART;TZID=${zone}:${start}`,
      'DURATION:PT30M',
    );
    if (index % 3 === 0) lines.push(`RRULE:${rule}`);
    if (index % 30 === 0) lines.push(`EXDATE;TZID=${zone}:${start}`);
    lines.push(`SUMMARY:Appointment ${index}`, 'LOCATION:Room 4', 'ORGANIZER;CN=Ann:mailto:ann@example.com');
    lines.push(
      'ATTENDEE;PARTSTAT=ACCEPTED;CN=Bob:mailto:bob@example.com',
      'DESCRIPTION:What we talk about\\, and',
      '  with whom.',
    );
    lines.push('BEGIN:VALARM', 'ACTION:DISPLAY', 'TRIGGER:-PT15M', 'END:VALARM', 'END:VEVENT');
  });
  return `${lines.join('\r\n')}\r\nEND:VCALENDAR\r\n`;
}

/** The rules in force in 2026, for engines that know zones only by definition. */
export function timeZones(): string[] {
  const definition = (
    tzid: string,
    parts: [kind: string, from: string, to: string, start: string, rule: string | null][],
  ) => [
    'BEGIN:VTIMEZONE',
    `TZID:${tzid}`,
    ...parts.flatMap(([kind, from, to, start, rule]) => [
      `BEGIN:${kind}`,
      `DTSTART:${start}`,
      `TZOFFSETFROM:${from}`,
      `TZOFFSETTO:${to}`,
      ...(rule ? [`RRULE:${rule}`] : []),
      `END:${kind}`,
    ]),
    'END:VTIMEZONE',
  ];
  return [
    ...definition('Europe/Berlin', [
      ['DAYLIGHT', '+0100', '+0200', '19810329T020000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU'],
      ['STANDARD', '+0200', '+0100', '19961027T030000', 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU'],
    ]),
    ...definition('America/New_York', [
      ['DAYLIGHT', '-0500', '-0400', '20070311T020000', 'FREQ=YEARLY;BYMONTH=3;BYDAY=2SU'],
      ['STANDARD', '-0400', '-0500', '20071104T020000', 'FREQ=YEARLY;BYMONTH=11;BYDAY=1SU'],
    ]),
    ...definition('Asia/Tokyo', [['STANDARD', '+0900', '+0900', '19700101T000000', null]]),
    ...definition('Australia/Sydney', [
      ['DAYLIGHT', '+1000', '+1100', '20081005T020000', 'FREQ=YEARLY;BYMONTH=10;BYDAY=1SU'],
      ['STANDARD', '+1100', '+1000', '20080406T030000', 'FREQ=YEARLY;BYMONTH=4;BYDAY=1SU'],
    ]),
    ...definition('America/Sao_Paulo', [['STANDARD', '-0200', '-0300', '20190217T000000', null]]),
  ];
}
