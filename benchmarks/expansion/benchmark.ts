/**
 * Instances per second over 1,000 series in five zones for a year: each engine reads the rule's text, expands it in its
 * zone and gives instants. And one calendar with 1,000 and with 10,000 events, read and expanded whole.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { occurrences } from '../../server/src/agenda/recurrence.ts';
import { parseRule } from '../../server/src/agenda/recurrence-rule.ts';
import { ianaZone } from '../../server/src/agenda/zones.ts';
import { expandObject, parseFeed } from '../../server/src/calendars/icalendar/objects.ts';
import { parseDate, wallOfValue } from '../../server/src/calendars/icalendar/values.ts';
import { type Row, spread, versionOf, writeResult } from '../result.ts';
import { calendar, type Series, series, timeZones } from './series.ts';

const end = Date.UTC(2027, 0, 5) / 1000;
/** Whenabouts and libical take turns, so that what else the machine does strikes both. */
const [turns, runsATurn] = [7, 3];
const all = series(1000);
const notes: string[] = [];

interface Tally {
  milliseconds: number;
  instances: number;
  /** Of all instants: tells whether two engines gave the same. */
  sum: number;
}

const [ours, libical] = byTurns((one) => {
  const zone = ianaZone(one.zone)!;
  const set = {
    start: wallOfValue(parseDate(one.start, null, 'DTSTART')),
    allDay: false,
    zone,
    rules: [parseRule(one.rule)],
    exceptionRules: [],
    dates: [],
    exceptions: new Set<number>(),
    exceptionDays: new Set<number>(),
  };
  return occurrences(set, zone.instantOf(set.start));
});
const temporal = measured(function* (one) {
  const iterated = new RRuleTemporal({ rruleString: `DTSTART;TZID=${one.zone}:${one.start}\nRRULE:${one.rule}` });
  const last = new Date(end * 1000);
  for (const time of iterated.between(new Date(0), last, true)) yield time.epochMilliseconds / 1000;
}, 3);
registerZones();
const icalJs = measured(function* (one) {
  const start = ICAL.Time.fromDateTimeString(
    one.start.replace(/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:$6'),
  );
  start.zone = ICAL.TimezoneService.get(one.zone)!;
  const iterator = ICAL.Recur.fromString(one.rule).iterator(start);
  for (let next = iterator.next(); next; next = iterator.next()) yield next.toUnixTime();
}, 3);

const rows: Row[] = [
  { label: 'Whenabouts', ...speed(ours), ...(libical ? { ...floor(libical), target: { ratioAtLeast: 0.7 } } : {}) },
  ...(libical ? [{ label: 'libical', ...speed(libical) }] : []),
  { label: 'rrule-temporal alone', ...speed(temporal), ...(libical ? floor(libical) : {}) },
  { label: 'ical.js alone', ...speed(icalJs), ...(libical ? floor(libical) : {}) },
  ...linearity(),
];
compare('libical', libical);
compare('rrule-temporal', temporal);
compare('ical.js', icalJs);
writeResult({
  name: 'expansion',
  title: 'Expansion',
  command: 'npm run benchmark -- expansion',
  rows,
  notes,
  versions: {
    ...(libical ? { libical: versionOf('pkg-config', '--modversion', 'libical') } : {}),
    'ical.js': packageVersion('ical.js'),
    'rrule-temporal': packageVersion('rrule-temporal'),
  },
});

/** The first run warms up and doesn't count. */
function measured(expand: (one: Series) => Iterable<number>, times: number): Tally[] {
  const tallies = Array.from({ length: times + 1 }, () => {
    const began = performance.now();
    let [instances, sum] = [0, 0];
    for (const one of all)
      for (const instant of expand(one)) {
        if (instant >= end) break;
        instances++;
        sum = (sum + instant) % Number.MAX_SAFE_INTEGER;
      }
    return { milliseconds: performance.now() - began, instances, sum };
  });
  return tallies.slice(1);
}

function byTurns(expand: (one: Series) => Iterable<number>): [ours: Tally[], libical: Tally[] | null] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'whenabouts-expansion-'));
  const [mine, theirs]: [Tally[], Tally[]] = [[], []];
  try {
    const measureLibical = compileLibical(folder);
    for (let turn = 0; turn < turns; turn++) {
      mine.push(...measured(expand, runsATurn));
      theirs.push(...(measureLibical?.() ?? []));
    }
    return [mine, measureLibical ? theirs : null];
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns what runs it for a turn, its first run uncounted; null where it can't be built here */
function compileLibical(folder: string): (() => Tally[]) | null {
  const program = path.join(folder, 'libical');
  const list = path.join(folder, 'series.txt');
  try {
    const source = path.join(import.meta.dirname, 'libical.c');
    execFileSync('gcc', ['-O2', '-o', program, source, '-lical'], { stdio: 'pipe' });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    console.error(`SKIPPED: libical can't be measured (apt-get install gcc libical-dev): ${reason}`);
    notes.push('libical could not be measured on this machine: gcc or libical-dev is missing.');
    return null;
  }
  fs.writeFileSync(list, all.map(({ start, zone, rule }) => `${start}\t${zone}\t${rule}\n`).join(''));
  return () => {
    const output = execFileSync(program, [list, String(end), String(runsATurn + 1)], { encoding: 'utf8' });
    const tallies = output
      .trim()
      .split('\n')
      .map((line) => {
        const [nanoseconds, instances, sum] = line.split(' ').map(Number);
        return { milliseconds: nanoseconds! / 1e6, instances: instances!, sum: sum! };
      });
    return tallies.slice(1);
  };
}

/** p99 is the speed of the slowest run. */
function speed(tallies: Tally[]): Pick<Row, 'unit' | 'median' | 'p99' | 'runs'> {
  const times = spread(tallies.map(({ milliseconds }) => milliseconds));
  const perSecond = (milliseconds: number) => (tallies[0]!.instances / milliseconds) * 1000;
  return { unit: 'instances/s', median: perSecond(times.median), p99: perSecond(times.p99), runs: times.runs };
}

function floor(tallies: Tally[]): Pick<Row, 'floor' | 'floorLabel'> {
  return { floor: speed(tallies).median, floorLabel: 'libical' };
}

function compare(name: string, tallies: Tally[] | null): void {
  if (!tallies) return;
  const [mine, theirs] = [ours[0]!, tallies[0]!];
  const same = mine.instances === theirs.instances && mine.sum === theirs.sum;
  notes.push(
    same
      ? `${name} gives the same ${mine.instances.toLocaleString('en-US')} instants.`
      : `${name} gives ${theirs.instances.toLocaleString('en-US')} instants, Whenabouts ${mine.instances.toLocaleString('en-US')}; they are not all the same.`,
  );
}

/** Reading and expanding one calendar for the window the server keeps, by turns with ten calendars of a tenth its size. */
function linearity(): Row[] {
  const window = { from: Temporal.Instant.from('2026-02-23T00:00Z'), to: Temporal.Instant.from('2026-05-01T00:00Z') };
  const [small, large] = [calendar(1000), calendar(10_000)];
  const time = (text: string) => {
    const began = performance.now();
    for (const { source } of parseFeed(text).objects) expandObject(source, window, 'Europe/Berlin');
    return performance.now() - began;
  };
  time(small);
  const [thousands, tenThousand]: [number[], number[]] = [[], []];
  for (let run = 0; run < 9; run++) {
    tenThousand.push(time(large));
    for (let part = 0; part < 10; part++) thousands.push(time(small));
  }
  return [
    { label: 'A calendar with 1,000 events, read and expanded', unit: 'ms', ...spread(thousands) },
    {
      label: 'A calendar with 10,000 events, read and expanded',
      unit: 'ms',
      ...spread(tenThousand),
      floor: spread(thousands).median * 10,
      floorLabel: 'ten times 1,000 events',
      target: { ratioAtMost: 1.3 },
    },
  ];
}

function registerZones(): void {
  const text = ['BEGIN:VCALENDAR', ...timeZones(), 'END:VCALENDAR'].join('\r\n');
  for (const component of new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vtimezone'))
    ICAL.TimezoneService.register(new ICAL.Timezone(component), undefined);
}

function packageVersion(name: string): string {
  const file = path.join(import.meta.dirname, '../../node_modules', name, 'package.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}
