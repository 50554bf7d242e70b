/** The calendars of an account as the engine works on them. */
import type { Interval } from '../agenda/appointment.ts';
import type { Executor } from '../store/database.ts';

export interface StoredCalendar {
  id: string;
  remoteId: string;
  name: string;
  cursor: unknown;
  /** Null until the first round was stored. */
  window: Interval | null;
  /** See `expansionOf`. */
  expandedFor: string | null;
  fullRoundAt: Temporal.Instant | null;
}

/** In a steady order, so that the same calendar's fault is named each time. */
export async function selectedCalendars(executor: Executor, accountId: string): Promise<StoredCalendar[]> {
  const rows = await executor
    .selectFrom('calendar')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('selected', '=', true)
    .orderBy('remote_id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    remoteId: row.remote_id,
    name: row.name,
    cursor: row.cursor,
    window: row.window_from && row.window_to ? { from: row.window_from, to: row.window_to } : null,
    expandedFor: row.expanded_for,
    fullRoundAt: row.full_round_at,
  }));
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
  if (!row?.selected) return false;
  return calendar.window === null ? row.window_from === null : calendar.window.from.equals(row.window_from ?? epoch);
}

const epoch = Temporal.Instant.fromEpochMilliseconds(0);
