/** `whenabouts agenda`: what an iCalendar file has in a window, for reading or as JSON. */
import fs from 'node:fs';
import { type Interval, instantsOf, type SkippedComponent, type SourceAppointment } from '../agenda/appointment.ts';
import { ianaZone } from '../agenda/zones.ts';
import { decodeCalendar } from '../calendars/icalendar/decode.ts';
import { expandObject, parseFeed } from '../calendars/icalendar/objects.ts';
import { parseUsage, UsageError } from './usage.ts';

const help = `Usage: whenabouts agenda FILE.ics --from DATE --to DATE [--zone ZONE] [--json] [--owner ADDRESS]

  FILE.ics   an iCalendar file; "-" reads from stdin
  --from     first day, 2026-01-01, or a moment, 2026-01-01T08:00:00Z
  --to       the day or moment before which the agenda ends
  --zone     where days begin and floating times happen: Europe/Berlin; without it this machine's zone
  --owner    an e-mail address of the calendar's owner, whose answer to invitations counts; may be given again
  --json     an array of {uid, recurrenceId, start, end, allDay, title, showAs, ...}: start and end are UTC instants,
             (floating times in ZONE), of whole days dates; end is exclusive

What can't be read in the file is left out and named on stderr.
`;

/** @returns the exit code */
export async function agendaCommand(parameters: string[]): Promise<number> {
  const { values, positionals } = parseUsage({
    args: parameters,
    allowPositionals: true,
    options: {
      from: { type: 'string' },
      to: { type: 'string' },
      zone: { type: 'string' },
      owner: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [file] = positionals;
  if (positionals.length !== 1 || file === undefined) throw new UsageError('Name one iCalendar file.');
  const timeZone = values.zone ?? Temporal.Now.timeZoneId();
  if (!ianaZone(timeZone)) throw new UsageError(`--zone "${timeZone}" is not a time zone such as Europe/Berlin.`);
  const window = { from: momentOf('--from', values.from, timeZone), to: momentOf('--to', values.to, timeZone) };
  if (Temporal.Instant.compare(window.from, window.to) >= 0) throw new UsageError('--from has to be before --to.');

  const feed = parseFeed(read(file));
  if (feed.problem) {
    process.stderr.write(`${file}: ${feed.problem}\n`);
    if (feed.objects.length === 0) return 1;
  }
  const { appointments, skipped } = agendaIn(feed, window, timeZone, values.owner ?? []);
  for (const { uid, recurrenceId, reason } of skipped)
    process.stderr.write(
      `${file}: skipped ${uid ?? 'a component without UID'}${recurrenceId ? ` (${recurrenceId})` : ''}: ${reason}\n`,
    );
  process.stdout.write(
    values.json
      ? `${JSON.stringify(
          appointments.map((appointment) => jsonOf(appointment, timeZone)),
          null,
          2,
        )}\n`
      : appointments.map((appointment) => lineOf(appointment, timeZone)).join(''),
  );
  return 0;
}

function agendaIn(
  feed: ReturnType<typeof parseFeed>,
  window: Interval,
  timeZone: string,
  ownerAddresses: string[],
): { appointments: SourceAppointment[]; skipped: SkippedComponent[] } {
  const appointments: { start: number; appointment: SourceAppointment }[] = [];
  const skipped = [...feed.skipped];
  for (const { source } of feed.objects) {
    const expanded = expandObject(source, window, timeZone, { ownerAddresses });
    for (const appointment of expanded.appointments)
      appointments.push({ start: instantsOf(appointment.when, timeZone).start.epochMilliseconds, appointment });
    skipped.push(...expanded.skipped);
  }
  appointments.sort((a, b) => a.start - b.start);
  return { appointments: appointments.map(({ appointment }) => appointment), skipped };
}

function read(file: string): string {
  try {
    return decodeCalendar(fs.readFileSync(file === '-' ? 0 : file));
  } catch (error) {
    throw new Error(`"${file}" can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A day begins at its first moment in the zone. */
function momentOf(name: string, text: string | undefined, timeZone: string): Temporal.Instant {
  if (text === undefined) throw new UsageError(`${name} is missing: a day such as 2026-01-01.`);
  try {
    if (/(Z|[+-]\d\d:?\d\d)$/i.test(text) && text.includes('T')) return Temporal.Instant.from(text);
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toInstant();
  } catch {
    throw new UsageError(`${name} "${text}" is not a day such as 2026-01-01 or a moment such as 2026-01-01T08:00:00Z.`);
  }
}

/** Floating times happen in `timeZone`; `floating` tells that they would move with it. */
function jsonOf({ when, occurrence, ...rest }: SourceAppointment, timeZone: string): Record<string, unknown> {
  const { uid, title, showAs, ...others } = rest;
  const { start, end } = when.kind === 'allDay' ? when : instantsOf(when, timeZone);
  return {
    uid,
    recurrenceId: occurrence === '' ? null : occurrence,
    start: start.toString(),
    end: end.toString(),
    allDay: when.kind === 'allDay',
    floating: when.kind === 'floating',
    title,
    showAs,
    ...others,
  };
}

function lineOf({ when, title, location, showAs, cancelled }: SourceAppointment, timeZone: string): string {
  const times = when.kind === 'allDay' ? `${when.start}  all day    ` : timesOf(instantsOf(when, timeZone), timeZone);
  const notes = [location, showAs === 'busy' ? null : showAs, cancelled ? 'cancelled' : null].filter(Boolean);
  return `${times}  ${title || '(no title)'}${notes.length > 0 ? `  [${notes.join(', ')}]` : ''}\n`;
}

function timesOf({ start, end }: { start: Temporal.Instant; end: Temporal.Instant }, timeZone: string): string {
  const [from, to] = [start.toZonedDateTimeISO(timeZone), end.toZonedDateTimeISO(timeZone)];
  const clock = (time: Temporal.ZonedDateTime) => time.toPlainTime().toString({ smallestUnit: 'minute' });
  const days = from.toPlainDate().until(to.toPlainDate()).days;
  return `${from.toPlainDate()}  ${clock(from)}-${clock(to)}${days > 0 ? `+${days}` : ''}`;
}
