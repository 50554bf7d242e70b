/** The calendars of an account as the engine works on them. */
import { sql } from 'kysely';
import type { Interval } from '../agenda/appointment.ts';
import type { Executor } from '../store/database.ts';
import type { SynchronizationSettings } from './settings.ts';

export interface StoredCalendar {
  id: string;
  remoteId: string;
  name: string;
  /** The user's choice. */
  selected: boolean;
  /** Whether the source takes it for the user's own. */
  byDefault: boolean;
  /** Whether what the source tells of changes speaks of it. */
  told: boolean;
  /** Whether what is stored of it was stored without titles, places, people and addresses. */
  freeBusy: boolean;
  cursor: unknown;
  /** Null until the first round was stored. */
  window: Interval | null;
  /** See `expansionOf`. */
  expandedFor: string | null;
  fullRoundAt: Temporal.Instant | null;
}

/** All of them, in a steady order, so that the same calendar's fault is named each time. */
export async function calendarsOfAccount(executor: Executor, accountId: string): Promise<StoredCalendar[]> {
  const rows = await executor
    .selectFrom('calendar')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('remote_id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    remoteId: row.remote_id,
    name: row.name,
    selected: row.selected,
    byDefault: row.by_default,
    told: row.told,
    freeBusy: row.free_busy,
    cursor: row.cursor,
    window: row.window_from && row.window_to ? { from: row.window_from, to: row.window_to } : null,
    expandedFor: row.expanded_for,
    fullRoundAt: row.full_round_at,
  }));
}

/** Whether a calendar is read: as its user chooses, unless the group's setting chooses for all. Pure. */
export function takesPart(
  { selected, byDefault }: Pick<StoredCalendar, 'selected' | 'byDefault'>,
  choice: SynchronizationSettings['calendars'],
): boolean {
  if (choice === 'all') return true;
  return choice === 'default' ? byDefault : selected;
}

/**
 * Locks the calendar until the transaction ends. False when it is no longer what the pull began with: removed,
 * deselected, or emptied (deselected and selected again) meanwhile.
 */
export async function holdCalendar(executor: Executor, calendar: StoredCalendar): Promise<boolean> {
  const row = await executor
    .selectFrom('calendar')
    .select(['selected', 'window_from'])
    .where('id', '=', calendar.id)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (row?.selected !== calendar.selected) return false;
  return calendar.window === null ? row.window_from === null : calendar.window.from.equals(row.window_from ?? epoch);
}

const epoch = Temporal.Instant.fromEpochMilliseconds(0);

/** Forgets what was read of calendars, as if they had never been: the next pull begins anew. @returns how many appointments went. */
export async function emptyCalendars(executor: Executor, calendarIds: readonly string[]): Promise<number> {
  const these = sql`any(${[...calendarIds]}::uuid[])`;
  const gone = await sql`delete from appointment where calendar_id = ${these}`.execute(executor);
  await sql`delete from calendar_object where calendar_id = ${these}`.execute(executor);
  await sql`
    update calendar set cursor = null, window_from = null, window_to = null, expanded_for = null, full_round_at = null,
           free_busy = false
     where id = ${these}`.execute(executor);
  return Number(gone.numAffectedRows ?? 0);
}
