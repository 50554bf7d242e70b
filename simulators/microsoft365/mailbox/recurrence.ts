/** When a series takes place: Graph's patternedRecurrence, in the wall time of its zone. Written from its documentation. */

export type Weekday = 'sunday' | 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday';
export type WeekIndex = 'first' | 'second' | 'third' | 'fourth' | 'last';

export interface RecurrencePattern {
  type: 'daily' | 'weekly' | 'absoluteMonthly' | 'relativeMonthly' | 'absoluteYearly' | 'relativeYearly';
  interval: number;
  month?: number;
  dayOfMonth?: number;
  daysOfWeek?: Weekday[];
  firstDayOfWeek?: Weekday;
  index?: WeekIndex;
}
export interface RecurrenceRange {
  type: 'endDate' | 'noEnd' | 'numbered';
  startDate: string;
  endDate?: string;
  numberOfOccurrences?: number;
}
export interface Recurrence {
  pattern: RecurrencePattern;
  range: RecurrenceRange;
}

/** ISO: Monday is 1. */
const weekdays: Record<Weekday, number> = {
  monday: 1,
  tuesday: 2,
  wednesday: 3,
  thursday: 4,
  friday: 5,
  saturday: 6,
  sunday: 7,
};

/**
 * The dates on which the series takes place, from its first up to `until` (inclusive), in order.
 * A month that lacks the day takes its last one, as Outlook does.
 */
export function datesOf({ pattern, range }: Recurrence, until: Temporal.PlainDate): Temporal.PlainDate[] {
  const first = Temporal.PlainDate.from(range.startDate);
  const end = range.type === 'endDate' && range.endDate ? Temporal.PlainDate.from(range.endDate) : null;
  const last = end && Temporal.PlainDate.compare(end, until) < 0 ? end : until;
  const most = range.type === 'numbered' ? (range.numberOfOccurrences ?? 0) : Number.POSITIVE_INFINITY;
  const dates: Temporal.PlainDate[] = [];
  for (const date of candidates(pattern, first)) {
    if (Temporal.PlainDate.compare(date, last) > 0 || dates.length >= most) break;
    if (Temporal.PlainDate.compare(date, first) >= 0) dates.push(date);
  }
  return dates;
}

/** Endless, in order; some may lie before the first. */
function* candidates(pattern: RecurrencePattern, first: Temporal.PlainDate): Generator<Temporal.PlainDate> {
  const { type, interval } = pattern;
  if (type === 'daily') for (let date = first; ; date = date.add({ days: interval })) yield date;
  if (type === 'weekly') {
    const weekStart = weekdays[pattern.firstDayOfWeek ?? 'sunday'];
    const place = (day: number) => (day - weekStart + 7) % 7;
    const days = (pattern.daysOfWeek ?? []).map((day) => place(weekdays[day])).sort((a, b) => a - b);
    let week = first.subtract({ days: place(first.dayOfWeek) });
    for (; ; week = week.add({ weeks: interval })) for (const day of days) yield week.add({ days: day });
  }
  const yearly = type === 'absoluteYearly' || type === 'relativeYearly';
  const step = yearly ? interval * 12 : interval;
  let month = yearly
    ? Temporal.PlainYearMonth.from({ year: first.year, month: pattern.month ?? 1 })
    : first.toPlainYearMonth();
  for (; ; month = month.add({ months: step }))
    yield type === 'absoluteMonthly' || type === 'absoluteYearly'
      ? month.toPlainDate({ day: Math.min(pattern.dayOfMonth ?? 1, month.daysInMonth) })
      : relativeDay(month, pattern);
}

/** "The second Tuesday or Thursday": the second day of the month that is either. */
function relativeDay(month: Temporal.PlainYearMonth, { daysOfWeek = [], index = 'first' }: RecurrencePattern) {
  const wanted = new Set(daysOfWeek.map((day) => weekdays[day]));
  const days = Array.from({ length: month.daysInMonth }, (_, at) => month.toPlainDate({ day: at + 1 })).filter((date) =>
    wanted.has(date.dayOfWeek),
  );
  const at = { first: 0, second: 1, third: 2, fourth: 3, last: days.length - 1 }[index];
  return days[at]!;
}
