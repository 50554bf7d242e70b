/** The country that a location is probably in: what its dialling rules begin with. Pure. */

let known: ReadonlyMap<string, string> | undefined;

/** Where CLDR says that each zone is. The first call takes 0.1 s. */
function regionsOfZones(countries: readonly string[]): ReadonlyMap<string, string> {
  known ??= new Map(
    countries.flatMap((country) =>
      (new Intl.Locale(`und-${country}`).getTimeZones() ?? []).map((zone): [string, string] => [zone, country]),
    ),
  );
  return known;
}

/**
 * @param timeZone of the IANA database, also by a name of old such as Asia/Calcutta.
 * @param countries those with a numbering plan, two letters (ISO 3166-1); always the same ones.
 * @returns one of them; null for zones that lie in none, such as UTC.
 */
export function countryOfZone(timeZone: string, countries: readonly string[]): string | null {
  const regions = regionsOfZones(countries);
  const direct = regions.get(timeZone);
  if (direct !== undefined) return direct;
  if (!timeZone.includes('/')) return null; // CET is where nobody said
  // Another name of the same zone: CLDR keeps the one that it had first.
  const start = Temporal.Instant.fromEpochMilliseconds(0);
  const asked = start.toZonedDateTimeISO(timeZone);
  for (const [zone, country] of regions) if (asked.equals(start.toZonedDateTimeISO(zone))) return country;
  return null;
}
