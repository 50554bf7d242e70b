/** A series' Recurrence as EWS writes it (RecurrenceType). */
import type { Recurrence, RecurrencePattern, Weekday } from '../../microsoft365/mailbox/recurrence.ts';
import { ianaOf } from '../../microsoft365/mailbox/zones.ts';
import type { Habits } from '../habits.ts';
import { type Element, t } from '../xml/element.ts';

const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1);
const months = `January February March April May June July August September October November December`.split(' ');
const workdays: Weekday[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];
const weekend: Weekday[] = ['saturday', 'sunday'];

/** @throws Error for what EWS can't say: "the second Tuesday or Thursday" */
export function recurrenceElement({ pattern, range }: Recurrence, zone: string, suffix: Habits['dateSuffix']): Element {
  const date = (name: string, text: string) => t(name, {}, `${text}${suffixOf(text, zone, suffix)}`);
  const start = date('StartDate', range.startDate);
  const ranges = {
    noEnd: () => t('NoEndRecurrence', {}, start),
    endDate: () => t('EndDateRecurrence', {}, start, date('EndDate', range.endDate!)),
    numbered: () => t('NumberedRecurrence', {}, start, t('NumberOfOccurrences', {}, range.numberOfOccurrences!)),
  };
  return t('Recurrence', {}, patternElement(pattern, range.startDate), ranges[range.type]());
}

function patternElement(pattern: RecurrencePattern, startDate: string): Element {
  const { type, interval, dayOfMonth = 1, month = 1, daysOfWeek = [], index = 'first' } = pattern;
  const every = t('Interval', {}, interval);
  const relative = () => [t('DaysOfWeek', {}, oneDay(daysOfWeek)), t('DayOfWeekIndex', {}, capital(index))];
  const absolute = () => t('DayOfMonth', {}, dayOfMonth);
  if (type === 'daily') return t('DailyRecurrence', {}, every);
  if (type === 'weekly')
    return t(
      'WeeklyRecurrence',
      {},
      every,
      t('DaysOfWeek', {}, daysOfWeek.map(capital).join(' ')),
      t('FirstDayOfWeek', {}, capital(pattern.firstDayOfWeek ?? 'sunday')),
    );
  if (type === 'absoluteMonthly') return t('AbsoluteMonthlyRecurrence', {}, every, absolute());
  if (type === 'relativeMonthly') return t('RelativeMonthlyRecurrence', {}, every, relative());
  // A year's pattern has no interval: every second year is every 24th month, where the months agree.
  if (interval > 1 && Number(startDate.slice(5, 7)) !== month) throw new Error('EWS has no such recurrence.');
  const inMonths = t('Interval', {}, interval * 12);
  if (type === 'absoluteYearly')
    return interval > 1
      ? t('AbsoluteMonthlyRecurrence', {}, inMonths, absolute())
      : t('AbsoluteYearlyRecurrence', {}, absolute(), t('Month', {}, months[month - 1]!));
  return interval > 1
    ? t('RelativeMonthlyRecurrence', {}, inMonths, relative())
    : t('RelativeYearlyRecurrence', {}, relative(), t('Month', {}, months[month - 1]!));
}

/** One day of the week, or what EWS has for several of them. */
function oneDay(days: Weekday[]): string {
  const is = (wanted: Weekday[]) => days.length === wanted.length && wanted.every((day) => days.includes(day));
  if (days.length === 1) return capital(days[0]!);
  if (days.length === 7) return 'Day';
  if (is(workdays)) return 'Weekday';
  if (is(weekend)) return 'WeekendDay';
  throw new Error(`EWS has no word for ${days.join(', ')}.`);
}

function suffixOf(date: string, zone: string, suffix: Habits['dateSuffix']): string {
  if (suffix !== 'offset') return suffix === 'Z' ? 'Z' : '';
  return Temporal.PlainDate.from(date).toZonedDateTime(ianaOf(zone)).offset;
}
