/** The agenda and the reminders of a user, as a viewer may see them. */
import { relationshipsOf } from '../organization/relationships/relationships.queries.ts';
import type { Database, Executor } from '../store/database.ts';
import {
  type AgendaOwner,
  agendaOwner,
  copiesInInterval,
  copiesOfMeeting,
  copiesWithReminders,
  fromCalendars,
  type ShownCopy,
} from './agenda.queries.ts';
import type { Interval, Response, Sensitivity, ShowAs } from './appointment.ts';
import { type Merged, mergeCopies } from './merge.ts';
import { AgendaHidden, detailFor, showsSubject, type Visibility } from './privacy.ts';
import type { CalendarDetail } from './privacy-settings.ts';
import { reminderStates, saveReminderState } from './reminders.queries.ts';
import { dueIn, parseReminderId, type Reminder, remindersOfCopies } from './reminders.ts';

export interface AgendaAppointment {
  /** Names the occurrence in this agenda; stays the same while it is in the calendar. */
  id: string;
  /** Empty where the viewer may not see more than that the user is busy. */
  uid: string;
  occurrence: string;
  kind: 'event' | 'task';
  /** Instants in UTC as ISO text. */
  start: string;
  end: string;
  allDay: boolean;
  /** ISO text; all-day only. The end is the day after the last one. */
  startDate?: string;
  endDate?: string;
  /** Null where the viewer may not read it. */
  title: string | null;
  location: string | null;
  organizer: string | null;
  attendeeCount: number;
  showAs: ShowAs;
  sensitivity: Sensitivity;
  response: Response;
  cancelled: boolean;
  completed: boolean;
  categories: string[];
  joinUrl: string | null;
  openUrl: string | null;
  series: boolean;
  /** The calendars that hold it; the first one leads. Own agenda only. */
  sources: { accountId: string; calendarId: string; calendarName: string; color: string | null }[];
}

export interface Agenda {
  timeZone: string;
  /** In order of start; copies of one meeting are one. */
  appointments: AgendaAppointment[];
}

/** Null when there is no such user. @throws AgendaHidden where the viewer may not even see when the user is busy. */
export async function agendaOf(
  db: Database,
  userId: string,
  interval: Interval,
  viewer: { userId: string },
): Promise<Agenda | null> {
  // What the owner sees needs no look at relationships first: both queries go at once.
  const isOwn = viewer.userId === userId;
  const [owner, early] = await Promise.all([
    agendaOwner(db, userId),
    isOwn ? copiesInInterval(db, userId, interval, 'own') : detailOf(db, userId, viewer.userId),
  ]);
  if (!owner) return null;
  const visibility = typeof early === 'string' ? early : 'own';
  if (visibility === 'nothing') throw new AgendaHidden(owner.displayName);
  const rows = typeof early === 'string' ? await copiesInInterval(db, userId, interval, visibility) : early;
  const meetings = mergeCopies(fromCalendars(rows, owner));
  const seen = visibility === 'own' ? meetings : meetings.filter(makesBusy);
  // Rows come in order of start; only a merged meeting may stand elsewhere than its first row did.
  if (meetings.length < rows.length) seen.sort(inOrder);
  return { timeZone: owner.timeZone, appointments: seen.map((meeting) => shown(meeting, visibility, owner, userId)) };
}

async function detailOf(db: Database, ownerId: string, viewerId: string): Promise<CalendarDetail> {
  const known = (await relationshipsOf(db, viewerId, [ownerId])).get(ownerId);
  return known ? detailFor(known.level, known.privacy, known.viewerAdministers) : 'nothing';
}

/** Others see when a user is busy: not what was declined or cancelled, what leaves time free, or what is to be done. */
const makesBusy = ({ first, showAs }: Merged<ShownCopy>) =>
  first.kind === 'event' && !first.cancelled && first.response !== 'declined' && showAs !== 'free';

function shown(
  meeting: Merged<ShownCopy>,
  visibility: Visibility,
  owner: AgendaOwner,
  ownerId: string,
): AgendaAppointment {
  const { first, copies, sensitivity, showAs } = meeting;
  const when = {
    id: String(first.id),
    kind: first.kind,
    start: first.start,
    end: first.end,
    allDay: first.startDate !== null,
    ...(first.startDate && first.endDate ? { startDate: first.startDate, endDate: first.endDate } : {}),
    showAs,
    cancelled: first.cancelled,
    completed: first.completed,
  };
  if (!showsSubject(visibility, sensitivity)) return { ...when, ...nothing };
  const several = copies.length > 1;
  return {
    ...when,
    uid: first.uid,
    occurrence: first.occurrence,
    title: first.title,
    location: several ? firstKnown(copies, 'location') : first.location,
    organizer: several ? firstKnown(copies, 'organizer') : first.organizer,
    attendeeCount: several ? Math.max(...copies.map((copy) => copy.attendeeCount)) : first.attendeeCount,
    sensitivity,
    response: first.response,
    categories: several ? [...new Set(copies.flatMap((copy) => copy.categories))] : first.categories,
    joinUrl: several ? firstKnown(copies, 'joinUrl') : first.joinUrl,
    openUrl: (several ? firstKnown(copies, 'openUrl') : first.openUrl) ?? askedLink(copies, visibility, ownerId),
    series: first.series,
    sources: visibility === 'own' ? copies.flatMap((copy) => source(copy, owner)) : [],
  };
}

/** Kinds whose links have to be asked for when somebody follows them. */
const asked = new Set(['microsoft365']);

function askedLink(copies: readonly ShownCopy[], visibility: Visibility, ownerId: string): string | null {
  const copy = visibility === 'own' ? copies.find(({ source }) => asked.has(source)) : undefined;
  return copy ? `/api/v1/users/${ownerId}/appointments/${copy.id}/open` : null;
}

/** What is left of an appointment for whoever may only know that the user is busy. */
const nothing = {
  uid: '',
  occurrence: '',
  title: null,
  location: null,
  organizer: null,
  attendeeCount: 0,
  sensitivity: 'normal',
  response: 'none',
  categories: [],
  joinUrl: null,
  openUrl: null,
  series: false,
  sources: [],
} satisfies Partial<AgendaAppointment>;

/** Nothing for a calendar that came or went between the two queries. */
function source({ calendarId }: ShownCopy, { calendars }: AgendaOwner): AgendaAppointment['sources'] {
  const calendar = calendars.get(calendarId);
  if (!calendar) return [];
  return [{ accountId: calendar.accountId, calendarId, calendarName: calendar.name, color: calendar.color }];
}

function firstKnown<Field extends 'location' | 'organizer' | 'joinUrl' | 'openUrl'>(
  copies: readonly ShownCopy[],
  field: Field,
): string | null {
  return copies.find((copy) => copy[field] !== null)?.[field] ?? null;
}

const inOrder = ({ first: a }: Merged<ShownCopy>, { first: b }: Merged<ShownCopy>) =>
  a.start < b.start ? -1 : a.start > b.start ? 1 : a.id - b.id;

/** The user's own reminders due in the half-open interval, dismissed ones too. Empty when there is no such user. */
export async function remindersOf(executor: Executor, userId: string, interval: Interval): Promise<Reminder[]> {
  const owner = await agendaOwner(executor, userId);
  if (!owner) return [];
  const copies = fromCalendars(await copiesWithReminders(executor, userId, interval), owner);
  return dueIn(remindersOfCopies(copies, await reminderStates(executor, userId), owner.timeZone), interval);
}

/** Reminds again at `until`, whatever was dismissed. Null when the user has no such reminder. */
export const snooze = (db: Database, userId: string, reminderId: string, until: Temporal.Instant) =>
  changeReminder(db, userId, reminderId, { snoozedUntil: until, dismissedAt: null });

/** Null when the user has no such reminder. */
export const dismiss = (db: Database, userId: string, reminderId: string, now: Temporal.Instant) =>
  changeReminder(db, userId, reminderId, { dismissedAt: now });

/** Null when the user has no such reminder. */
export const undismiss = (db: Database, userId: string, reminderId: string) =>
  changeReminder(db, userId, reminderId, { dismissedAt: null });

async function changeReminder(
  db: Database,
  userId: string,
  reminderId: string,
  change: Partial<Pick<Reminder, 'snoozedUntil' | 'dismissedAt'>>,
): Promise<Reminder | null> {
  const named = parseReminderId(reminderId);
  if (!named) return null;
  return await db.transaction().execute(async (transaction) => {
    const owner = await agendaOwner(transaction, userId);
    if (!owner) return null;
    const copies = fromCalendars(await copiesOfMeeting(transaction, userId, named.appointmentId), owner);
    const reminders = remindersOfCopies(copies, await reminderStates(transaction, userId), owner.timeZone);
    const reminder = reminders.find(({ minutesBefore }) => minutesBefore === named.minutesBefore);
    if (!reminder) return null;
    const original = reminder.start.subtract({ minutes: reminder.minutesBefore });
    const changed = { ...reminder, ...change };
    changed.due = changed.snoozedUntil ?? original;
    await saveReminderState(transaction, userId, { ...changed, due: original });
    return changed;
  });
}
