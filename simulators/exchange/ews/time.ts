/** Times and time zones as EWS writes them (TimeZoneDefinitionType). */
import { findWindows } from 'windows-iana';
import { customZones, ianaOf } from '../../microsoft365/mailbox/zones.ts';
import { type Element, t } from '../xml/element.ts';

/** xs:dateTime of an instant: UTC, or with the offset of the zone that the request's TimeZoneContext named. */
export function stamp(milliseconds: number, zone: string | null): string {
  const at = Temporal.Instant.fromEpochMilliseconds(milliseconds).round('second');
  return zone ? at.toZonedDateTimeISO(zone).toString({ timeZoneName: 'never' }) : at.toString();
}

/** Epoch milliseconds of an xs:dateTime; without a zone it is wall time of `zone`, else UTC. */
export function instantOf(text: string, zone: string | null): number {
  return /(Z|[+-]\d\d:\d\d)$/.test(text)
    ? Temporal.Instant.from(text).epochMilliseconds
    : Temporal.PlainDateTime.from(text).toZonedDateTime(zone ?? 'UTC').epochMilliseconds;
}

export const isCustom = (zone: string): boolean => customZones.includes(zone) || /^[+-]/.test(zone);

/** The id that Windows has for a zone; one that somebody drew up themselves has a name and no meaning. */
export function windowsZone(zone: string): string {
  if (isCustom(zone)) return 'Customized Time Zone';
  return zone.includes('/') ? (findWindows(zone)[0] ?? 'UTC') : zone;
}

/** @param year whose rules are told. */
export function zoneDefinition(name: string, zone: string, full: boolean, year: number): Element {
  const id = windowsZone(zone);
  const attributes = { Id: id, Name: isCustom(zone) ? id : `(UTC) ${id}` };
  return t(name, attributes, full || isCustom(zone) ? rules(ianaOf(zone), year) : null);
}

function rules(zone: string, year: number): Element[] {
  const begin = Temporal.ZonedDateTime.from({ timeZone: zone, year, month: 1, day: 1 });
  const changes: Temporal.ZonedDateTime[] = [];
  for (let at = begin.getTimeZoneTransition('next'); at && at.year === year; at = at.getTimeZoneTransition('next'))
    changes.push(at);
  const offsets = [...new Set([begin, ...changes].map((at) => at.offsetNanoseconds / 6e10))];
  const standard = Math.min(...offsets);
  const idOf = (minutes: number) => (minutes === standard ? 'Std' : 'Dlt/1');
  const periods = offsets
    .sort((a, b) => a - b)
    .map((minutes) =>
      t('Period', { Bias: bias(-minutes), Name: minutes === standard ? 'Standard' : 'Daylight', Id: idOf(minutes) }),
    );
  const to = (kind: string, target: string) => t('To', { Kind: kind }, target);
  const group =
    changes.length === 2
      ? changes.map((at) => {
          // The rule tells the wall time that is left, not the one that is entered.
          const left = at.subtract({ nanoseconds: 1 }).toPlainDateTime().round('minute');
          const minutes = left.hour * 60 + left.minute;
          const last = left.day + 7 > left.daysInMonth;
          return t(
            'RecurringDayTransition',
            {},
            to('Period', idOf(at.offsetNanoseconds / 6e10)),
            t('TimeOffset', {}, bias(minutes)),
            t('Month', {}, left.month),
            t('DayOfWeek', {}, weekdays[left.dayOfWeek]!),
            t('Occurrence', {}, last ? -1 : Math.ceil(left.day / 7)),
          );
        })
      : [t('Transition', {}, to('Period', 'Std'))];
  return [
    t('Periods', {}, periods),
    t('TransitionsGroups', {}, t('TransitionsGroup', { Id: '0' }, group)),
    t('Transitions', {}, t('Transition', {}, to('Group', '0'))),
  ];
}

const weekdays = ['', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

/** xs:duration of minutes. */
function bias(minutes: number): string {
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : ''}PT${hours}H${rest ? `${rest}M` : ''}`;
}
