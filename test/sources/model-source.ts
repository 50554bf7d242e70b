/**
 * A calendar source that is nothing but a value: what it holds is known, so a test can say what the store must hold.
 * Its objects are small series ("every N days from a day on"), its moods are the ways in which real sources answer
 * (by change log, by list of versions, always everything), and it can be told to fail at any point of a pull.
 */
import type { Interval, SourceAppointment } from '../../server/src/agenda/appointment.ts';
import { instantsOf } from '../../server/src/agenda/appointment.ts';
import {
  type CalendarConnector,
  type CalendarObject,
  type Change,
  ConnectorError,
  type PullRequest,
} from '../../server/src/calendars/connector.ts';

export interface ModelObject {
  /** Of the first occurrence, YYYY-MM-DD. */
  day: string;
  /** 0: once. */
  everyDays: number;
  /** Hour of the start; null: all-day. */
  hour: number | null;
  floating: boolean;
  title: string;
}

export interface ModelCalendar {
  objects: Record<string, ModelObject & { version: number }>;
  /** The number of the last change, and which key each change was of. */
  log: string[];
  /** Tells a calendar from a later one of the same name: a cursor of the one means nothing to the other. */
  born: number;
}

let births = 0;
/** No version is ever used twice, not even by a calendar that went and came again under its name. */
let versions = 0;
export const newCalendar = (): ModelCalendar => ({ objects: {}, log: [], born: ++births });

export interface ModelState {
  calendars: Record<string, ModelCalendar>;
  /** changes: by cursor. versions: lists what it has. everything: every time. */
  mood: 'changes' | 'versions' | 'everything';
  /** Whether objects can be expanded again without asking. */
  expands: boolean;
  /** Whether what is stored of an object can be freed of its title without asking. */
  reduces: boolean;
  /** Fails before the yield with this number (0 is the first), counted over a pull. */
  failAt: number | null;
  fault: 'throws' | 'stops' | 'hangs';
}

export const emptyState = (): ModelState => ({
  calendars: { main: newCalendar() },
  mood: 'changes',
  expands: true,
  reduces: true,
  failAt: null,
  fault: 'throws',
});

export function put(calendar: ModelCalendar, key: string, object: ModelObject): void {
  calendar.log.push(key);
  calendar.objects[key] = { ...object, version: ++versions };
}

export function drop(calendar: ModelCalendar, key: string): void {
  if (!calendar.objects[key]) return;
  calendar.log.push(key);
  delete calendar.objects[key];
}

/** What the object has in the window, and its first occurrence after it. */
export function occurrencesOf(key: string, object: ModelObject, window: Interval, timeZone: string) {
  const appointments: SourceAppointment[] = [];
  let nextAfterWindow: Temporal.Instant | null = null;
  let day = Temporal.PlainDate.from(object.day);
  for (;;) {
    const appointment = occurrence(key, object, day);
    const { start, end } = instantsOf(appointment.when, timeZone);
    if (Temporal.Instant.compare(start, window.to) >= 0) {
      nextAfterWindow = start;
      break;
    }
    if (Temporal.Instant.compare(end, window.from) > 0) appointments.push(appointment);
    if (object.everyDays === 0) break;
    day = day.add({ days: object.everyDays });
  }
  return { appointments, nextAfterWindow, skipped: [] };
}

function occurrence(key: string, object: ModelObject, day: Temporal.PlainDate): SourceAppointment {
  const local = day.toPlainDateTime({ hour: object.hour ?? 0 });
  const start = local.toZonedDateTime('UTC').toInstant();
  const when: SourceAppointment['when'] =
    object.hour === null
      ? { kind: 'allDay', start: day, end: day.add({ days: 1 }) }
      : object.floating
        ? { kind: 'floating', start: local, end: local.add({ hours: 1 }) }
        : { kind: 'zoned', start, end: start.add({ hours: 1 }) };
  return {
    kind: 'event',
    uid: `uid-${key}`,
    occurrence: object.everyDays === 0 ? '' : day.toString(),
    when,
    title: object.title,
    location: null,
    organizer: null,
    organizerAddress: null,
    attendeeCount: 0,
    showAs: 'busy',
    sensitivity: 'normal',
    response: 'none',
    cancelled: false,
    categories: [],
    joinUrl: null,
    openUrl: null,
    reminders: [10],
    series: object.everyDays > 0,
    completed: false,
  };
}

/** @param read gives the state at the moment of each pull. */
export function modelConnector(read: () => ModelState): CalendarConnector {
  const connector: CalendarConnector = {
    kind: 'model',
    settingsSchema: null as never,
    secretSchema: null as never,
    defaultPoll: Temporal.Duration.from({ minutes: 5 }),
    check: async () => [],
    discover: async () =>
      Object.keys(read().calendars).map((remoteId) => ({
        remoteId,
        name: remoteId,
        color: null,
        selectedByDefault: true,
      })),
    pull: (_, request) => failing(read(), changes(read(), request), request.signal),
    expand: (source, window, timeZone) => {
      const { key, object } = JSON.parse(source) as { key: string; object: ModelObject };
      return occurrencesOf(key, object, window, timeZone);
    },
    freeBusy: {
      source(source) {
        const { key, object } = JSON.parse(source) as { key: string; object: ModelObject };
        return JSON.stringify({ key, object: { ...object, title: '' } });
      },
    },
  };
  return new Proxy(connector, {
    get(target, name) {
      const missing = (name === 'expand' && !read().expands) || (name === 'freeBusy' && !read().reduces);
      return missing ? undefined : Reflect.get(target, name);
    },
  });
}

async function* changes(state: ModelState, request: PullRequest): AsyncGenerator<Change> {
  const calendar = state.calendars[request.calendar.remoteId];
  if (!calendar) throw new ConnectorError('notFound', 'No such calendar.');
  const { objects, log, born } = calendar;
  const upsert = (key: string): Change => ({ type: 'upsert', object: objectOf(key, objects[key]!, state, request) });
  const cursor = request.cursor as { born: number; since: number } | null;
  if (state.mood === 'changes' && cursor?.born === born) {
    for (const key of log.slice(cursor.since)) yield objects[key] ? upsert(key) : { type: 'remove', key };
  } else {
    const known = state.mood === 'everything' ? new Map() : await request.known();
    yield { type: 'replaceWindow' };
    for (const key of Object.keys(objects))
      yield known.get(key) === `v${objects[key]!.version}` ? { type: 'unchanged', key } : upsert(key);
  }
  yield { type: 'end', cursor: { born, since: log.length } };
}

function objectOf(
  key: string,
  { version, ...object }: ModelCalendar['objects'][string],
  { expands }: ModelState,
  { window, timeZone }: PullRequest,
): CalendarObject {
  const source = expands ? JSON.stringify({ key, object }) : null;
  return { key, version: `v${version}`, source, ...occurrencesOf(key, object, window, timeZone) };
}

async function* failing(state: ModelState, inner: AsyncIterable<Change>, signal: AbortSignal): AsyncGenerator<Change> {
  let number = 0;
  for await (const change of inner) {
    if (number++ === state.failAt) {
      if (state.fault === 'throws') throw new ConnectorError('unreachable', 'The connection broke.');
      if (state.fault === 'stops') return;
      await new Promise<never>(() => {});
    }
    signal.throwIfAborted();
    yield change;
  }
}
