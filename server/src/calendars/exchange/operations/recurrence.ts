/** How a series repeats, as EWS tells it (MS-OXWSCDATA, RecurrenceType). */
import type { XmlElement } from '../../xml.ts';
import { childNamed, childrenOf, integerAt, wordAt } from '../soap/reading.ts';

export interface Recurrence {
  pattern: {
    /** DailyRecurrence, WeeklyRecurrence, AbsoluteMonthlyRecurrence, RelativeMonthlyRecurrence, AbsoluteYearlyRecurrence,
     *  RelativeYearlyRecurrence. */
    type: string;
    /** Of days, weeks or months; 1 where there is none. */
    interval: number;
    /** Sunday … Saturday, or Day, Weekday, WeekendDay. */
    daysOfWeek: string[];
    firstDayOfWeek: string | null;
    dayOfMonth: number | null;
    /** First … Fourth, Last. */
    dayOfWeekIndex: string | null;
    /** January … December. */
    month: string | null;
  };
  range: {
    /** NoEndRecurrence, EndDateRecurrence, NumberedRecurrence. */
    type: string;
    /** xs:date, with or without a zone: a date in the series' own zone. */
    startDate: string | null;
    /** The last date on which it may happen. */
    endDate: string | null;
    numberOfOccurrences: number | null;
  };
}

/** @param element Recurrence. Null where it has no pattern or no range. */
export function readRecurrence(element: XmlElement | null): Recurrence | null {
  const parts = childrenOf(element);
  const range = parts.find(({ name }) => /^(?:NoEnd|EndDate|Numbered)Recurrence$/.test(name));
  const pattern = parts.find(({ name }) => name.endsWith('Recurrence') && name !== range?.name);
  if (!pattern || !range) return null;
  return {
    pattern: {
      type: pattern.name,
      interval: integerAt(pattern, 'Interval') ?? 1,
      daysOfWeek: (wordAt(pattern, 'DaysOfWeek') ?? '').split(/\s+/).filter(Boolean),
      firstDayOfWeek: wordAt(pattern, 'FirstDayOfWeek'),
      dayOfMonth: integerAt(pattern, 'DayOfMonth'),
      dayOfWeekIndex: wordAt(pattern, 'DayOfWeekIndex'),
      month: wordAt(pattern, 'Month'),
    },
    range: {
      type: range.name,
      startDate: wordAt(range, 'StartDate'),
      endDate: wordAt(range, 'EndDate'),
      numberOfOccurrences: integerAt(range, 'NumberOfOccurrences'),
    },
  };
}

export interface OccurrenceInfo {
  itemId: string | null;
  /** xs:dateTime. */
  start: string;
  end: string | null;
  originalStart: string | null;
}

/** @param element ModifiedOccurrences or DeletedOccurrences. */
export function readOccurrences(element: XmlElement | null): OccurrenceInfo[] {
  const read: OccurrenceInfo[] = [];
  for (const each of childrenOf(element)) {
    const start = wordAt(each, 'Start');
    if (start === null) continue;
    read.push({
      itemId: childNamed(each, 'ItemId')?.attributes.Id ?? null,
      start,
      end: wordAt(each, 'End'),
      originalStart: wordAt(each, 'OriginalStart'),
    });
  }
  return read;
}
