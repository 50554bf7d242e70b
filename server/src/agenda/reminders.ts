/**
 * When to remind of what. Pure.
 *
 * A reminder is due its minutes before the appointment starts; of an all-day one before the user's midnight that begins
 * it; of a task before it is due (its end; an all-day task: the midnight that begins its last day). Minutes are exact
 * time, as a TRIGGER's duration is (RFC 5545 3.8.6.3). Declined and cancelled appointments and completed tasks don't
 * remind. Copies of one meeting remind once: for each of the minutes any of its copies has.
 */
import type { StoredCopy } from './agenda.queries.ts';
import type { Interval } from './appointment.ts';
import { type Merged, mergeCopies } from './merge.ts';

export interface Reminder {
  id: string;
  kind: 'event' | 'task';
  uid: string;
  occurrence: string;
  title: string;
  location: string | null;
  joinUrl: string | null;
  /** When the appointment starts, or the task is due. */
  start: Temporal.Instant;
  minutesBefore: number;
  /** When to remind: the snoozed time where it was snoozed. */
  due: Temporal.Instant;
  snoozedUntil: Temporal.Instant | null;
  dismissedAt: Temporal.Instant | null;
}

/** What the user did with a reminder. */
export interface ReminderState {
  uid: string;
  occurrence: string;
  minutesBefore: number;
  /** The time the reminder was about: when the appointment has moved since, this state is void. */
  due: Temporal.Instant;
  snoozedUntil: Temporal.Instant | null;
  dismissedAt: Temporal.Instant | null;
}

const stateKey = ({ uid, occurrence, minutesBefore }: Omit<ReminderState, 'due' | 'snoozedUntil' | 'dismissedAt'>) =>
  `${uid}\n${occurrence}\n${minutesBefore}`;

/** All reminders of the meetings that these copies are of, in order of when they are due. */
export function remindersOfCopies(
  copies: readonly StoredCopy[],
  states: readonly ReminderState[],
  timeZone: string,
): Reminder[] {
  const known = new Map(states.map((state) => [stateKey(state), state]));
  return mergeCopies(copies)
    .flatMap((meeting) => remindersOfMeeting(meeting, known, timeZone))
    .sort((a, b) => Temporal.Instant.compare(a.due, b.due) || (a.id < b.id ? -1 : 1));
}

/** Of these, the ones due in the half-open interval. */
export const dueIn = (reminders: readonly Reminder[], { from, to }: Interval): Reminder[] =>
  reminders.filter(({ due }) => Temporal.Instant.compare(due, from) >= 0 && Temporal.Instant.compare(due, to) < 0);

function remindersOfMeeting(
  { first, copies }: Merged<StoredCopy>,
  states: ReadonlyMap<string, ReminderState>,
  timeZone: string,
): Reminder[] {
  if (first.cancelled || first.response === 'declined') return [];
  // A copy of a task that is done anywhere is done.
  if (copies.some((copy) => copy.kind === 'task' && copy.completed)) return [];
  const live = copies.filter((copy) => !copy.cancelled);
  const minutes = new Set(live.flatMap((copy) => copy.reminders));
  const start = remindedOf(first, timeZone);
  return [...minutes].map((minutesBefore) => {
    const original = start.subtract({ minutes: minutesBefore });
    const { uid, occurrence } = first;
    const state = states.get(stateKey({ uid, occurrence, minutesBefore }));
    const valid = state?.due.equals(original) ? state : undefined;
    return {
      id: reminderId(first.id, minutesBefore),
      kind: first.kind,
      uid,
      occurrence,
      title: first.title,
      location: live.find((copy) => copy.location !== null)?.location ?? null,
      joinUrl: live.find((copy) => copy.joinUrl !== null)?.joinUrl ?? null,
      start,
      minutesBefore,
      due: valid?.snoozedUntil ?? original,
      snoozedUntil: valid?.snoozedUntil ?? null,
      dismissedAt: valid?.dismissedAt ?? null,
    };
  });
}

function remindedOf({ kind, start, end, startDate, endDate }: StoredCopy, timeZone: string): Temporal.Instant {
  if (kind === 'event') return start;
  if (startDate === null || endDate === null) return end;
  const last = endDate.subtract({ days: 1 });
  return Temporal.PlainDate.compare(last, startDate) <= 0 ? start : last.toZonedDateTime(timeZone).toInstant();
}

/** Names a reminder while its appointment is in the calendar. */
const reminderId = (appointmentId: number, minutesBefore: number) => `${appointmentId}.${minutesBefore}`;

/** Null for what no reminder is named. */
export function parseReminderId(id: string): { appointmentId: number; minutesBefore: number } | null {
  const match = /^([1-9]\d{0,14})\.(-?\d{1,6})$/.exec(id);
  return match && { appointmentId: Number(match[1]), minutesBefore: Number(match[2]) };
}
