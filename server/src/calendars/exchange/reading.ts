/** Appointments and series in full, as far as they have to be asked for. */
import type { Interval, SkippedComponent } from '../../agenda/appointment.ts';
import { type CalendarReader, type Entry, isMaster } from './listing.ts';
import type { CalendarItem } from './operations/calendar-item.ts';
import { idsToRead, type Members, membersExpanded, membersListed } from './series.ts';
import { exceptionsIn } from './slots.ts';

export interface Read extends Members {
  stamp: string;
  /** The change keys are those that were listed. */
  certain: boolean;
  /** Listed, and not to be had. */
  unread: SkippedComponent[];
}

/** What was listed is read in full, a few at a time. @throws ConnectorError */
export async function readEntries(
  reader: CalendarReader,
  entries: readonly Entry[],
  stretch: Interval,
  timeZone: string,
): Promise<Map<string, Read>> {
  const answers = await readAll(
    reader,
    entries.flatMap(({ items }) => idsToRead(items)),
  );
  const mastersOf = ({ items }: Entry) =>
    items.filter(isMaster).flatMap(({ id }) => {
      const answer = answers.get(id);
      return isItem(answer) ? [answer] : [];
    });
  const exceptionsOf = (entry: Entry): string[] =>
    mastersOf(entry).flatMap((master) => exceptionsIn(master, stretch).flatMap(({ id }) => id ?? []));
  const exceptions = await readAll(reader, entries.flatMap(exceptionsOf));
  const [read, readExceptions] = [onlyItems(answers), onlyItems(exceptions)];
  const all = new Map<string, Read>();
  for (const entry of entries) {
    const { key, stamp, items } = entry;
    const listed = new Map(items.map(({ id, changeKey }) => [id, changeKey]));
    const asked = idsToRead(items);
    const isListed = (id: string) => {
      const answer = answers.get(id);
      return isItem(answer) ? answer.itemId.changeKey === listed.get(id) : typeof answer === 'string';
    };
    const masters = mastersOf(entry);
    // Listed beside their master: it knows better what they replace.
    const told = new Set(masters.flatMap((master) => master.modifiedOccurrences.map(({ itemId }) => itemId)));
    const others = items.filter((item) => !isMaster(item) && !told.has(item.id));
    const parts = [
      membersListed(others, read, timeZone),
      ...masters.map((master) => membersExpanded(master, readExceptions, stretch, timeZone)),
    ];
    const modified = exceptionsOf(entry);
    all.set(key, {
      stamp,
      members: parts.flatMap(({ members }) => members),
      skipped: parts.flatMap(({ skipped }) => skipped),
      unread: [
        ...asked.flatMap((id) => unreadOf(id, answers.get(id))),
        // Servers that list masters don't always have their exceptions: those have what the master has.
        ...modified.flatMap((id) => (exceptions.get(id) === null ? [] : unreadOf(id, exceptions.get(id)))),
      ],
      certain: stamp === '' || (asked.every(isListed) && modified.length === 0),
    });
  }
  return all;
}

type Answers = ReadonlyMap<string, CalendarItem | string | null>;

async function readAll(reader: CalendarReader, ids: readonly string[]): Promise<Answers> {
  if (ids.length === 0) return new Map();
  const answers = await reader.items(ids);
  return new Map(ids.map((id, index) => [id, answers[index] ?? null]));
}

const isItem = (answer: CalendarItem | string | null | undefined): answer is CalendarItem =>
  typeof answer === 'object' && answer !== null;

const onlyItems = (answers: Answers): Map<string, CalendarItem> =>
  new Map([...answers].flatMap(([id, answer]) => (isItem(answer) ? [[id, answer] as const] : [])));

function unreadOf(id: string, answer: CalendarItem | string | null | undefined): SkippedComponent[] {
  if (isItem(answer)) return [];
  const reason = answer ? `Exchange can’t give it: ${answer}` : 'Exchange lists it, and doesn’t find it.';
  return [{ uid: id, reason }];
}
