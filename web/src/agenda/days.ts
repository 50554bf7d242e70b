import type { Appointment } from '../../../server/src/api/schemas/agenda.ts';
import { addDays, startOfDay } from '../shell/time.ts';

/** How a list of appointments becomes days with lanes and free stretches. Pure: no clock, no page. */

export interface Row {
  kind: 'appointment';
  appointment: Appointment;
  /** The part that lies on this day. */
  start: Date;
  end: Date;
  /** It began before this day, or goes on after it. */
  continued: boolean;
  continues: boolean;
  /** Its place beside others at the same time, and how many places its cluster needs. */
  lane: number;
  lanes: number;
  /** Appointments at the same time that also take the user's time. */
  overlaps: Appointment[];
}
export interface Gap {
  kind: 'gap';
  start: Date;
  end: Date;
}
export interface Day {
  date: string;
  allDay: Appointment[];
  rows: (Row | Gap)[];
}

const shortestGapMs = 15 * 60_000;

/** Cancelled and declined ones are shown, but take nobody's time. */
export function takesPart(appointment: Appointment): boolean {
  return !appointment.cancelled && appointment.response !== 'declined';
}

export function daysOf(appointments: readonly Appointment[], from: string, count: number, zone: string): Day[] {
  return Array.from({ length: count }, (_, index) => dayOf(appointments, addDays(from, index), zone));
}

export function dayOf(appointments: readonly Appointment[], date: string, zone: string): Day {
  const dayStart = startOfDay(date, zone).getTime();
  const dayEnd = startOfDay(addDays(date, 1), zone).getTime();
  const allDay: Appointment[] = [];
  const rows: Row[] = [];
  for (const appointment of appointments) {
    if (appointment.allDay && appointment.startDate && appointment.endDate) {
      if (appointment.startDate <= date && date < lastOf(appointment)) allDay.push(appointment);
      continue;
    }
    const start = Date.parse(appointment.start);
    const end = Math.max(start, Date.parse(appointment.end));
    const touches = start < dayEnd && (end > dayStart || (start === end && start === dayStart));
    if (!touches) continue;
    if (start <= dayStart && end >= dayEnd) {
      allDay.push(appointment);
      continue;
    }
    rows.push({
      kind: 'appointment',
      appointment,
      start: new Date(Math.max(start, dayStart)),
      end: new Date(Math.min(end, dayEnd)),
      continued: start < dayStart,
      continues: end > dayEnd,
      lane: 0,
      lanes: 1,
      overlaps: [],
    });
  }
  rows.sort((a, b) => a.start.getTime() - b.start.getTime() || b.end.getTime() - a.end.getTime());
  placeInLanes(rows);
  return { date, allDay, rows: withGaps(rows) };
}

/** An all-day appointment whose end is its start means that one day. */
function lastOf(appointment: Appointment): string {
  const { startDate, endDate } = appointment;
  return endDate! > startDate! ? endDate! : addDays(startDate!, 1);
}

function placeInLanes(rows: Row[]): void {
  let cluster: Row[] = [];
  let clusterEnd = Number.NEGATIVE_INFINITY;
  const close = () => {
    const lanes = Math.max(1, ...cluster.map((row) => row.lane + 1));
    for (const row of cluster) {
      row.lanes = lanes;
      row.overlaps = cluster
        .filter((other) => other !== row && takesPart(other.appointment) && meets(row, other))
        .map((other) => other.appointment);
    }
    cluster = [];
  };
  for (const row of rows) {
    if (!takesPart(row.appointment)) continue;
    if (row.start.getTime() >= clusterEnd) close();
    const taken = new Set(cluster.filter((other) => meets(row, other)).map((other) => other.lane));
    while (taken.has(row.lane)) row.lane += 1;
    cluster.push(row);
    clusterEnd = Math.max(cluster.length > 1 ? clusterEnd : Number.NEGATIVE_INFINITY, row.end.getTime());
  }
  close();
}

function meets(a: Row, b: Row): boolean {
  return a.start < b.end && b.start < a.end;
}

function withGaps(rows: readonly Row[]): (Row | Gap)[] {
  const result: (Row | Gap)[] = [];
  let busyUntil: Date | undefined;
  for (const row of rows) {
    if (busyUntil && row.start.getTime() - busyUntil.getTime() >= shortestGapMs)
      result.push({ kind: 'gap', start: busyUntil, end: row.start });
    result.push(row);
    if (!busyUntil || row.end > busyUntil) busyUntil = row.end;
  }
  return result;
}

/**
 * Where the now-line belongs on today's list: across an appointment or a gap (with how far through it is), or before
 * the entry with that index (the number of entries: after the last).
 */
export function nowIn(rows: readonly (Row | Gap)[], now: Date): { index: number; through: number | null } {
  let running = -1;
  for (const [index, row] of rows.entries()) if (row.start <= now && now < row.end) running = index;
  if (running >= 0) {
    const { start, end } = rows[running]!;
    return { index: running, through: (now.getTime() - start.getTime()) / (end.getTime() - start.getTime()) };
  }
  const next = rows.findIndex((row) => row.start > now);
  return { index: next < 0 ? rows.length : next, through: null };
}

/** What is next or has just begun: the one to tell about, never all-day, free, done or declined. */
export function nextUp(appointments: readonly Appointment[], now: Date): Appointment | undefined {
  const justBegun = now.getTime() - 10 * 60_000;
  return appointments
    .filter((a) => takesPart(a) && !a.allDay && !a.completed && a.showAs !== 'free' && a.kind === 'event')
    .filter((a) => Date.parse(a.start) > justBegun && Date.parse(a.end) > now.getTime())
    .sort((a, b) => a.start.localeCompare(b.start))[0];
}

/** The Monday (or the first day of the locale's week, 1 = Monday … 7 = Sunday) of a date's week. */
export function startOfWeek(date: string, firstDay: number): string {
  const weekday = new Date(`${date}T00:00Z`).getUTCDay() || 7;
  return addDays(date, -((weekday - firstDay + 7) % 7));
}
