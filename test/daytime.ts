/** Zones around the earth, so that it is the middle of the day in one of them whenever tests run. */
const zones = [
  ...['Pacific/Auckland', 'Asia/Tokyo', 'Asia/Kolkata', 'Europe/Berlin', 'Atlantic/Azores', 'America/Sao_Paulo'],
  ...['America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu'],
];

/** A time zone in which nothing that begins or ends within some hours of now is on another day than today. */
export function daytimeZone(now = Temporal.Now.instant()): string {
  const fromNoon = (zone: string) => Math.abs(now.toZonedDateTimeISO(zone).hour - 12);
  return zones.reduce((best, zone) => (fromNoon(zone) < fromNoon(best) ? zone : best));
}
