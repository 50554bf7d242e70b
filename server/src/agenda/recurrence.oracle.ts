/**
 * A second expander for tests only: slow, by Temporal, and written along the RFC's own account (RFC 5545, 3.3.10): take a
 * period, apply BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, BYDAY, BYHOUR, BYMINUTE, BYSECOND and BYSETPOS in this order,
 * each expanding or limiting as the table says. It shares nothing with the real one but the parsed rule.
 */
import type { RecurrenceRule } from './recurrence-rule.ts';

type Days = Temporal.PlainDate[];

/** All occurrences in [start, end) without COUNT and UNTIL, as ISO texts. INTERVAL is left to the real one's BYWEEKNO years. */
export function bruteForce(rule: RecurrenceRule, start: Temporal.PlainDateTime, end: Temporal.PlainDateTime): string[] {
  const found: Temporal.PlainDateTime[] = [];
  const unit = {
    YEARLY: 'years',
    MONTHLY: 'months',
    WEEKLY: 'weeks',
    DAILY: 'days',
    HOURLY: 'hours',
    MINUTELY: 'minutes',
    SECONDLY: 'seconds',
  }[rule.frequency];
  let period = beginning(rule, start);
  for (; Temporal.PlainDateTime.compare(period, end) < 0; period = period.add({ [unit]: rule.interval }))
    found.push(...atPositions(rule, inPeriod(rule, period, start)));
  return found
    .filter((time) => Temporal.PlainDateTime.compare(time, start) >= 0 && Temporal.PlainDateTime.compare(time, end) < 0)
    .map(String);
}

function beginning(rule: RecurrenceRule, start: Temporal.PlainDateTime): Temporal.PlainDateTime {
  switch (rule.frequency) {
    case 'YEARLY':
      return start.with({ month: 1, day: 1 }).withPlainTime();
    case 'MONTHLY':
      return start.with({ day: 1 }).withPlainTime();
    case 'WEEKLY':
      return start.subtract({ days: (start.dayOfWeek - 1 - rule.weekStart + 7) % 7 }).withPlainTime();
    case 'DAILY':
      return start.withPlainTime();
    case 'HOURLY':
      return start.round({ smallestUnit: 'hour', roundingMode: 'floor' });
    case 'MINUTELY':
      return start.round({ smallestUnit: 'minute', roundingMode: 'floor' });
    case 'SECONDLY':
      return start;
  }
}

function inPeriod(
  rule: RecurrenceRule,
  period: Temporal.PlainDateTime,
  start: Temporal.PlainDateTime,
): Temporal.PlainDateTime[] {
  const level = ['SECONDLY', 'MINUTELY', 'HOURLY'].indexOf(rule.frequency);
  const days =
    level >= 0 ? limitDay(rule, period.toPlainDate()) : daysIn(rule, period.toPlainDate(), start.toPlainDate());
  // At and below the frequency's own unit a part limits, above it expands, and what is left out is DTSTART's.
  const hours = choose(rule.byHour, level >= 0 ? period.hour : null, start.hour);
  const minutes = choose(rule.byMinute, level >= 0 && level < 2 ? period.minute : null, start.minute);
  const seconds = choose(rule.bySecond, level === 0 ? period.second : null, start.second);
  return days.flatMap((day) =>
    hours.flatMap((hour) =>
      minutes.flatMap((minute) => seconds.map((second) => day.toPlainDateTime({ hour, minute, second }))),
    ),
  );
}

function choose(part: readonly number[], fixed: number | null, fallback: number): readonly number[] {
  if (fixed === null) return part.length > 0 ? part : [fallback];
  return part.length === 0 || part.includes(fixed) ? [fixed] : [];
}

function daysIn(rule: RecurrenceRule, first: Temporal.PlainDate, start: Temporal.PlainDate): Days {
  switch (rule.frequency) {
    case 'YEARLY':
      return yearly(rule, first, start);
    case 'MONTHLY': {
      if (rule.byMonth.length > 0 && !rule.byMonth.includes(first.month)) return [];
      let days = daysFrom(first, first.daysInMonth);
      if (rule.byMonthDay.length > 0) days = days.filter((day) => isMonthDay(rule, day));
      if (rule.byDay.length > 0) days = byDayWithin(rule, days, daysFrom(first, first.daysInMonth));
      return rule.byMonthDay.length + rule.byDay.length > 0 ? days : days.filter((day) => day.day === start.day);
    }
    case 'WEEKLY':
      return daysFrom(first, 7)
        .filter((day) => rule.byMonth.length === 0 || rule.byMonth.includes(day.month))
        .filter((day) => (rule.byDay.length > 0 ? isWeekday(rule, day) : day.dayOfWeek === start.dayOfWeek));
    default:
      return limitDay(rule, first);
  }
}

function yearly(rule: RecurrenceRule, first: Temporal.PlainDate, start: Temporal.PlainDate): Days {
  const year = daysFrom(first, first.daysInYear);
  let days = rule.byMonth.length > 0 ? year.filter((day) => rule.byMonth.includes(day.month)) : year;
  if (rule.byWeekNo.length > 0) days = days.filter((day) => isInWeek(rule, day));
  if (rule.byYearDay.length > 0)
    days = days.filter(
      (day) => rule.byYearDay.includes(day.dayOfYear) || rule.byYearDay.includes(day.dayOfYear - day.daysInYear - 1),
    );
  if (rule.byMonthDay.length > 0) days = days.filter((day) => isMonthDay(rule, day));
  if (rule.byDay.length > 0)
    return rule.byWeekNo.length > 0
      ? days.filter((day) => isWeekday(rule, day))
      : rule.byMonth.length > 0
        ? rule.byMonth.flatMap((month) => {
            const whole = year.filter((day) => day.month === month);
            return byDayWithin(
              rule,
              days.filter((day) => day.month === month),
              whole,
            );
          })
        : byDayWithin(rule, days, year);
  if (rule.byYearDay.length + rule.byMonthDay.length > 0) return days;
  if (rule.byWeekNo.length > 0) return days.filter((day) => day.dayOfWeek === start.dayOfWeek);
  return days.filter((day) => day.day === start.day && (rule.byMonth.length > 0 || day.month === start.month));
}

/** Days of `days` that are one of the rule's weekdays, the n-th of `whole` where the rule has a number. */
function byDayWithin(rule: RecurrenceRule, days: Days, whole: Days): Days {
  return days.filter((day) =>
    rule.byDay.some(({ weekday, ordinal }) => {
      if (day.dayOfWeek !== weekday + 1) return false;
      if (ordinal === 0) return true;
      return (
        whole
          .filter((other) => other.dayOfWeek === weekday + 1)
          .at(ordinal > 0 ? ordinal - 1 : ordinal)
          ?.equals(day) ?? false
      );
    }),
  );
}

function limitDay(rule: RecurrenceRule, day: Temporal.PlainDate): Days {
  const passes =
    (rule.byMonth.length === 0 || rule.byMonth.includes(day.month)) &&
    (rule.byYearDay.length === 0 ||
      rule.byYearDay.includes(day.dayOfYear) ||
      rule.byYearDay.includes(day.dayOfYear - day.daysInYear - 1)) &&
    (rule.byMonthDay.length === 0 || isMonthDay(rule, day)) &&
    (rule.byDay.length === 0 || isWeekday(rule, day));
  return passes ? [day] : [];
}

function isMonthDay(rule: RecurrenceRule, day: Temporal.PlainDate): boolean {
  return rule.byMonthDay.includes(day.day) || rule.byMonthDay.includes(day.day - day.daysInMonth - 1);
}

function isWeekday(rule: RecurrenceRule, day: Temporal.PlainDate): boolean {
  return rule.byDay.some(({ weekday }) => day.dayOfWeek === weekday + 1);
}

/** Walks back and forth week by week, instead of calculating. */
function isInWeek(rule: RecurrenceRule, day: Temporal.PlainDate): boolean {
  const fourth = day.subtract({ days: (day.dayOfWeek - 1 - rule.weekStart + 7) % 7 }).add({ days: 3 });
  let [before, after] = [0, 0];
  while (fourth.subtract({ weeks: before + 1 }).year === fourth.year) before++;
  while (fourth.add({ weeks: after + 1 }).year === fourth.year) after++;
  return rule.byWeekNo.includes(before + 1) || rule.byWeekNo.includes(-after - 1);
}

function atPositions(rule: RecurrenceRule, times: Temporal.PlainDateTime[]): Temporal.PlainDateTime[] {
  const sorted = times.sort(Temporal.PlainDateTime.compare);
  if (rule.bySetPos.length === 0) return sorted;
  return sorted.filter(
    (_, index) => rule.bySetPos.includes(index + 1) || rule.bySetPos.includes(index - sorted.length),
  );
}

function daysFrom(first: Temporal.PlainDate, count: number): Days {
  return Array.from({ length: count }, (_, index) => first.add({ days: index }));
}
