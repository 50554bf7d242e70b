/**
 * What the store keeps of an event or a series whose source expands series itself (Microsoft Graph, Exchange), so that
 * the window can roll on without asking it: the appointments of a stretch longer than what is shown, and the ids by
 * which they open. Pure.
 */
import { createHash } from 'node:crypto';
import {
  type Interval,
  instantsOf,
  type SkippedComponent,
  type SourceAppointment,
  type When,
} from '../agenda/appointment.ts';
import type { CalendarObject } from './connector.ts';

/** An appointment with the id that opens it at its source. */
export interface Member {
  id: string;
  appointment: SourceAppointment;
}

/** Members of a series differ in little: what they have in common is written once. */
interface Kept {
  base: Omit<SourceAppointment, 'occurrence' | 'when'>;
  members: [
    id: string,
    occurrence: string,
    kind: When['kind'],
    start: string,
    end: string,
    own?: Partial<SourceAppointment>,
  ][];
  skipped: SkippedComponent[];
}

/** Days beyond the window that is asked for. The engine has everything told anew once a week: with more days than that
 *  a day that comes into the window is always there already. */
export const slackDays = 10;

/** @param stamp what the source says of its version, without "#"; '' when it says nothing. */
export function objectOf(
  key: string,
  members: readonly Member[],
  skipped: SkippedComponent[],
  stamp: string,
  view: { window: Interval; timeZone: string },
): CalendarObject {
  const sorted = members
    .map((member) => ({ order: `${member.appointment.when.start.toString()} ${member.id}`, member }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ member }) => member);
  const source = sourceOf(sorted, skipped);
  const hash = createHash('sha256').update(source).digest('base64url').slice(0, 22);
  const shown = expandMembers({ members: sorted, skipped }, view.window, view.timeZone);
  return { key, version: `${stamp}#${hash}`, source, ...shown };
}

/** The stamp of a stored version. */
export const stampOf = (version: string): string => version.slice(0, Math.max(version.indexOf('#'), 0));

/** @param sorted so that the same is written the same. */
function sourceOf(sorted: readonly Member[], skipped: SkippedComponent[]): string {
  const [first] = sorted;
  if (!first) return JSON.stringify({ members: [], skipped });
  const { occurrence: _, when: __, ...base } = first.appointment;
  const kept: Kept = {
    base,
    members: sorted.map(({ id, appointment: { occurrence, when, ...rest } }) => {
      const own = Object.fromEntries(
        Object.entries(rest).filter(([name, value]) => !same(value, base[name as keyof typeof base])),
      );
      const { kind, start, end } = when;
      const times = [start.toString(), end.toString()] as const;
      return Object.keys(own).length > 0 ? [id, occurrence, kind, ...times, own] : [id, occurrence, kind, ...times];
    }),
    skipped,
  };
  return JSON.stringify(kept);
}

/** Lists of texts and numbers too; most are neither and needn't be written out for it. */
const same = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));

/** @throws SyntaxError for what isn't ours. */
export function membersOf(source: string): { members: Member[]; skipped: SkippedComponent[] } {
  const { base, members, skipped } = JSON.parse(source) as Kept;
  return {
    skipped,
    members: members.map(([id, occurrence, kind, start, end, own]) => ({
      id,
      appointment: { ...base, ...own, occurrence, when: whenOf(kind, start, end) },
    })),
  };
}

function whenOf(kind: When['kind'], start: string, end: string): When {
  if (kind === 'zoned') return { kind, start: Temporal.Instant.from(start), end: Temporal.Instant.from(end) };
  if (kind === 'allDay') return { kind, start: Temporal.PlainDate.from(start), end: Temporal.PlainDate.from(end) };
  return { kind, start: Temporal.PlainDateTime.from(start), end: Temporal.PlainDateTime.from(end) };
}

type Expanded = Pick<CalendarObject, 'appointments' | 'nextAfterWindow' | 'skipped'>;

export const expandKept = (source: string, window: Interval, timeZone: string): Expanded =>
  expandMembers(membersOf(source), window, timeZone);

/** Those in the window, and where the next one begins. */
function expandMembers(
  { members, skipped }: ReturnType<typeof membersOf>,
  { from, to }: Interval,
  timeZone: string,
): Expanded {
  const appointments: SourceAppointment[] = [];
  let nextAfterWindow: Temporal.Instant | null = null;
  for (const { appointment } of members) {
    const { start, end } = instantsOf(appointment.when, timeZone);
    if (Temporal.Instant.compare(start, to) >= 0) {
      if (nextAfterWindow === null || Temporal.Instant.compare(start, nextAfterWindow) < 0) nextAfterWindow = start;
    } else if (Temporal.Instant.compare(end, from) > 0 || (start.equals(end) && start.equals(from)))
      appointments.push(appointment);
  }
  return { appointments, nextAfterWindow, skipped };
}

/** For groups that keep only when their users are busy. */
export function withoutSubjects(source: string): string {
  const kept = JSON.parse(source) as Kept;
  const bare = <T extends object>(part: T): T => {
    const names = new Set(Object.keys(part));
    return Object.fromEntries(
      Object.entries({ ...part, ...Object.fromEntries(Object.entries(nothing).filter(([name]) => names.has(name))) }),
    ) as T;
  };
  return JSON.stringify({
    ...kept,
    ...(kept.base && { base: bare(kept.base) }),
    members: kept.members.map(([id, occurrence, kind, start, end, own]) =>
      own ? [id, occurrence, kind, start, end, bare(own)] : [id, occurrence, kind, start, end],
    ),
  });
}

const nothing = {
  ...{ title: '', location: null, organizer: null, organizerAddress: null, attendeeCount: 0 },
  ...{ categories: [], joinUrl: null, openUrl: null },
};

/** The id by which an occurrence opens; null when it isn't there. */
export const idOfOccurrence = (source: string, occurrence: string): string | null =>
  membersOf(source).members.find(({ appointment }) => appointment.occurrence === occurrence)?.id ?? null;
