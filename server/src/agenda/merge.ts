/**
 * One meeting is one meeting (DESIGN.md, rule 5): the copies that several calendars of a user hold of the same meeting
 * (same UID, same original start) are merged. The written order:
 *
 * 1. A copy that isn't cancelled comes before one that is; so a meeting counts as cancelled only when all copies say so.
 * 2. Then the copy with the user's strongest answer: organizer, accepted, tentativelyAccepted, declined, notResponded,
 *    none. So a declined copy in one calendar doesn't hide the meeting accepted in another, and a copy that knows no
 *    answer (a published feed) doesn't revive a meeting the user declined.
 * 3. Then the source that is nearest to the mailbox: Microsoft 365, Exchange, Domino, the PC agent, CalDAV, an
 *    iCalendar address, an iCalendar file.
 * 4. Then the calendar's id and the object's key, so that the outcome never depends on the order of rows.
 *
 * The first copy speaks for the meeting: times, title, response. What it doesn't know comes from the next one that does.
 * The strictest sensitivity of ALL copies wins, of cancelled ones too.
 */
import { type Response, type Sensitivity, type ShowAs, sensitivityValues } from './appointment.ts';

/** What the order looks at. */
export interface Copy {
  uid: string;
  /** The original start, '' for a single appointment. */
  occurrence: string;
  cancelled: boolean;
  response: Response;
  sensitivity: Sensitivity;
  showAs: ShowAs;
  calendarId: string;
  objectKey: string;
  /** The account's kind. */
  source: string;
}

export interface Merged<T extends Copy> {
  /** Speaks for the meeting. */
  first: T;
  /** All copies in order, `first` included. */
  copies: T[];
  sensitivity: Sensitivity;
  showAs: ShowAs;
}

const responseOrder: Record<Response, number> = {
  organizer: 0,
  accepted: 1,
  tentativelyAccepted: 2,
  declined: 3,
  notResponded: 4,
  none: 5,
};

/** The kinds of accounts, the nearest to the mailbox first. */
export const sourceKinds = [
  'microsoft365',
  'exchange',
  'domino',
  'pc-agent',
  'caldav',
  'icalendar-address',
  'icalendar-file',
] as const;
const sourceOrder: Record<string, number> = Object.fromEntries(sourceKinds.map((kind, index) => [kind, index]));
const unknownSource = sourceKinds.length;

const strictness = Object.fromEntries(sensitivityValues.map((value, index) => [value, index])) as Record<
  Sensitivity,
  number
>;

/** Negative when `a` comes before `b`. A total order over copies of one user. */
export function compareCopies(a: Copy, b: Copy): number {
  return (
    Number(a.cancelled) - Number(b.cancelled) ||
    responseOrder[a.response] - responseOrder[b.response] ||
    (sourceOrder[a.source] ?? unknownSource) - (sourceOrder[b.source] ?? unknownSource) ||
    compareText(a.calendarId, b.calendarId) ||
    compareText(a.objectKey, b.objectKey)
  );
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Merges the copies of ONE user, in the order in which meetings first appear. A copy without a UID is a meeting of its
 * own: nothing says what it would be a copy of.
 */
export function mergeCopies<T extends Copy>(copies: readonly T[]): Merged<T>[] {
  const meetings = new Map<string, Merged<T>>();
  let nameless = 0;
  for (const copy of copies) {
    // NUL is in no stored text, so it parts the two for certain.
    const { uid, occurrence } = copy;
    const key = uid === '' ? `\0${nameless++}` : occurrence === '' ? uid : `${uid}\0${occurrence}`;
    const meeting = meetings.get(key);
    if (meeting === undefined)
      meetings.set(key, { first: copy, copies: [copy], sensitivity: copy.sensitivity, showAs: copy.showAs });
    else meeting.copies.push(copy);
  }
  const merged = [...meetings.values()];
  for (const meeting of merged) if (meeting.copies.length > 1) settle(meeting);
  return merged;
}

function settle<T extends Copy>(meeting: Merged<T>): void {
  const copies = meeting.copies.sort(compareCopies);
  meeting.first = copies[0]!;
  meeting.showAs = meeting.first.showAs;
  if (meeting.showAs === 'unknown')
    meeting.showAs =
      copies.find((copy) => copy.cancelled === meeting.first.cancelled && copy.showAs !== 'unknown')?.showAs ??
      'unknown';
  for (const { sensitivity } of copies)
    if (strictness[sensitivity] > strictness[meeting.sensitivity]) meeting.sensitivity = sensitivity;
}
