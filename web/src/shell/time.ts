/**
 * Days and clock times in a user's zone, by Intl alone: browsers still differ in Temporal. A "date" is ISO text
 * (YYYY-MM-DD) in the user's zone; an instant is a Date.
 */

const formats = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      calendar: 'iso8601',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(zone, format);
  }
  return format;
}

function fieldsOf(instant: Date, zone: string): Record<string, string> {
  return Object.fromEntries(
    clockOf(zone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  );
}

/** The date an instant falls on in a zone. */
export function dateIn(instant: Date, zone: string): string {
  const { year, month, day } = fieldsOf(instant, zone);
  return `${year}-${month}-${day}`;
}

/** The clock time of an instant in a zone as HH:MM (24 hours), for time fields. */
export function clockIn(instant: Date, zone: string): string {
  const { hour, minute } = fieldsOf(instant, zone);
  return `${hour}:${minute}`;
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
function aheadOfUtc(instant: Date, zone: string): number {
  const f = fieldsOf(instant, zone);
  const asUtc = Date.UTC(+f.year!, +f.month! - 1, +f.day!, +f.hour!, +f.minute!, +f.second!);
  return asUtc - Math.floor(instant.getTime() / 1000) * 1000;
}

/**
 * The instant at which a zone's clocks show a date and time (HH:MM). A time that a daylight-saving change leaves out
 * is moved on by the gap, one that happens twice means the first, as Temporal's 'compatible' does.
 */
export function instantAt(date: string, time: string, zone: string): Date {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  const before = aheadOfUtc(new Date(wanted - 86_400_000), zone);
  const after = aheadOfUtc(new Date(wanted + 86_400_000), zone);
  for (const ahead of [before, after]) {
    const candidate = new Date(wanted - ahead);
    if (aheadOfUtc(candidate, zone) === ahead) return candidate;
  }
  return new Date(wanted - before);
}

/** The first instant of a date in a zone. */
export function startOfDay(date: string, zone: string): Date {
  return instantAt(date, '00:00', zone);
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / 86_400_000);
}

/** Whole minutes from one instant to another, rounded up: an appointment that starts in 20 seconds starts in 1 min. */
export function minutesUntil(from: Date, to: Date): number {
  return Math.ceil((to.getTime() - from.getTime()) / 60_000);
}
