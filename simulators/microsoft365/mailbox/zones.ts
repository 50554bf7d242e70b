/** Names of zones as mailboxes have them. */
import { findIana } from 'windows-iana';

/** What Outlook makes of a zone that somebody drew up themselves: it names nothing, the offset is all there is. */
export const customZones = ['tzone://Microsoft/Custom', 'Customized Time Zone'];

/** @returns an IANA zone or an offset as it is; a customized one stands for Berlin's here. */
export function ianaOf(name: string): string {
  if (customZones.includes(name)) return 'Europe/Berlin';
  if (name === 'UTC' || /\/|^[+-]\d\d:\d\d$/.test(name)) return name;
  const known = found.get(name);
  if (known) return known;
  const [zone] = findIana(name);
  if (!zone) throw new Error(`There is no zone "${name}".`);
  found.set(name, zone);
  return zone;
}
const found = new Map<string, string>();

const zoned = (local: string, zone: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(ianaOf(zone));

/** Epoch milliseconds of wall time. */
export const instantOf = (local: string, zone: string): number => zoned(local, zone).epochMilliseconds;

/** Wall time of an instant, as Graph writes it: seven digits after the second. */
export function wallTime(instant: number, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(ianaOf(zone)).toPlainDateTime();
  return at.toString({ fractionalSecondDigits: 7 });
}
