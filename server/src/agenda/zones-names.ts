/**
 * The zone a calendar means by a TZID. Calendars name zones by IANA name, Windows name, the text Windows shows its users,
 * an offset, an abbreviation, or a name of their own that only the VTIMEZONE beside it explains.
 */
import { WINDOWS_TO_IANA_MAP } from 'windows-iana';
import { wallTime } from './civil.ts';
import { fixedZone, ianaZone, utc, type Zone } from './zones.ts';

/** Windows registry names that CLDR, and so windows-iana, has dropped or never had; old Exchange servers still send them. */
const oldWindowsNames = {
  'mid-atlantic standard time': 'Atlantic/South_Georgia',
  'kamchatka standard time': 'Asia/Kamchatka',
  'mexico standard time': 'America/Mexico_City',
  'mexico standard time 2': 'America/Chihuahua',
  'armenian standard time': 'Asia/Yerevan',
  'malay peninsula standard time': 'Asia/Singapore',
};

/** What Windows shows (without cities), what Notes calls its zones, and abbreviations that mean one zone in practice. */
const commonNames = {
  'tzone://microsoft/utc': 'UTC',
  'coordinated universal time': 'UTC',
  'greenwich mean time': 'Europe/London',
  z: 'UTC',
  'international date line west': 'Etc/GMT+12',
  'newfoundland time': 'America/St_Johns',
  newfoundland: 'America/St_Johns',
  'atlantic time (canada)': 'America/Halifax',
  atlantic: 'America/Halifax',
  'eastern time (us & canada)': 'America/New_York',
  'eastern time': 'America/New_York',
  eastern: 'America/New_York',
  'us-eastern': 'America/New_York',
  'us eastern': 'America/New_York',
  edt: 'America/New_York',
  'indiana (east)': 'America/Indiana/Indianapolis',
  'central time (us & canada)': 'America/Chicago',
  'central time': 'America/Chicago',
  central: 'America/Chicago',
  'us-central': 'America/Chicago',
  'us central': 'America/Chicago',
  cdt: 'America/Chicago',
  'central america': 'America/Guatemala',
  saskatchewan: 'America/Regina',
  'mountain time (us & canada)': 'America/Denver',
  'mountain time': 'America/Denver',
  mountain: 'America/Denver',
  'us-mountain': 'America/Denver',
  'us mountain': 'America/Denver',
  mdt: 'America/Denver',
  arizona: 'America/Phoenix',
  'pacific time (us & canada)': 'America/Los_Angeles',
  'pacific time': 'America/Los_Angeles',
  pacific: 'America/Los_Angeles',
  'us-pacific': 'America/Los_Angeles',
  'us pacific': 'America/Los_Angeles',
  pst: 'America/Los_Angeles',
  pdt: 'America/Los_Angeles',
  alaska: 'America/Anchorage',
  alaskan: 'America/Anchorage',
  hawaii: 'Pacific/Honolulu',
  hawaiian: 'Pacific/Honolulu',
  'western european time': 'Europe/Lisbon',
  'central european time': 'Europe/Berlin',
  'central european summer time': 'Europe/Berlin',
  'eastern european time': 'Europe/Helsinki',
  'western/central europe': 'Europe/Berlin',
  'western europe': 'Europe/Berlin',
  mez: 'Europe/Berlin',
  mesz: 'Europe/Berlin',
  cest: 'Europe/Berlin',
  bst: 'Europe/London',
  eest: 'Europe/Helsinki',
  west: 'Europe/Lisbon',
  jst: 'Asia/Tokyo',
  aest: 'Australia/Sydney',
  aedt: 'Australia/Sydney',
};

const names = new Map<string, string>([
  ...WINDOWS_TO_IANA_MAP.filter((entry) => entry.territory === '001').map((entry): [string, string] => [
    entry.windowsName.toLowerCase(),
    entry.iana[0]!,
  ]),
  ...Object.entries(oldWindowsNames),
  ...Object.entries(commonNames),
]);

/**
 * The zone of a TZID. A name the world knows wins over the definition in the file: definitions are often cut to a year
 * or out of date. Unless the definition contradicts the name, by a UTC offset that the named zone hasn't had since 1970:
 * then the name lies, as Notes' "GMT" with a daylight saving time does.
 * @param definition what the file's VTIMEZONE of that TZID says, and the offsets it uses since 1970
 * @returns null for a name that neither the world nor the file explains
 */
export function zoneOf(tzid: string, definition: { zone: Zone; offsets: readonly number[] } | null): Zone | null {
  const named = zoneNamed(tzid);
  if (!definition) return named;
  if (!named) return definition.zone;
  const known = offsetsOf(named);
  return definition.offsets.every((offset) => known.has(offset)) ? named : definition.zone;
}

/** What the name alone says; null where it says nothing. */
export function zoneNamed(tzid: string): Zone | null {
  const name = tzid
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .trim()
    .slice(0, 200);
  const key = name.toLowerCase();
  return (
    ianaZone(name) ??
    ianaZone(names.get(key) ?? '') ??
    zoneAtEndOfPath(name) ??
    displayedZone(key) ??
    offsetZone(name, /^(?:utc|gmt)? ?([+-])(\d{1,2})[:.]?(\d\d)?$/.exec(key))
  );
}

/** "/freeassociation.sourceforge.net/Europe/Berlin", "/mozilla.org/20050126_1/America/Indiana/Knox". */
function zoneAtEndOfPath(name: string): Zone | null {
  const segments = name.split('/');
  for (let start = 1; start < Math.min(segments.length, 6); start++) {
    const zone = segments.length - start > 1 ? ianaZone(segments.slice(start).join('/')) : null;
    if (zone) return zone;
  }
  return null;
}

/** "(UTC+07:00) Bangkok, Hanoi, Jakarta", "(GMT+01.00) Sarajevo/Warsaw/Zagreb", "Amsterdam, Berlin, Bern". */
function displayedZone(key: string): Zone | null {
  const match = /^\((?:utc|gmt)(?: ?([+-])(\d{1,2})[:.]?(\d\d)?)?\) ?(.*)$/.exec(key);
  const text = match ? match[4]! : key;
  const offset = match?.[1] ? offsetOf(match) : match ? 0 : null;
  const common = ianaZone(names.get(text) ?? '');
  if (common) return common;
  for (const place of text.split(/[,/]/)) {
    const zone = ianaZone(cities().get(place.trim()) ?? '');
    if (zone && (offset === null ? text.includes(',') : offsetsOf(zone).has(offset))) return zone;
  }
  return offset === null ? null : offsetZone(key, match);
}

function offsetZone(name: string, match: RegExpExecArray | null): Zone | null {
  if (!match) return null;
  const offset = match[1] ? offsetOf(match) : 0;
  return Math.abs(offset) > 15 * 3600 ? null : offset === 0 ? utc : fixedZone(name, offset);
}

function offsetOf(match: RegExpExecArray): number {
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60);
}

let citiesByName: Map<string, string> | null = null;

function cities(): Map<string, string> {
  citiesByName ??= new Map(
    Intl.supportedValuesOf('timeZone').map((id) => [id.split('/').at(-1)!.replaceAll('_', ' ').toLowerCase(), id]),
  );
  return citiesByName;
}

const offsetsByZone = new WeakMap<Zone, ReadonlySet<number>>();

/** The UTC offsets a zone has had since 1970. */
function offsetsOf(zone: Zone): ReadonlySet<number> {
  const known = offsetsByZone.get(zone);
  if (known) return known;
  const offsets = new Set<number>();
  for (let year = 1970; year < 2040; year++)
    for (const month of [1, 4, 7, 10]) offsets.add(zone.offsetAt(wallTime(year, month, 15)));
  offsetsByZone.set(zone, offsets);
  return offsets;
}
