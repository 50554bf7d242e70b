/**
 * Rolls a calendar's window on, or makes its appointments anew for another zone, from what is stored, without asking the
 * source: it works while the source is down, and costs only the objects whose next occurrence lies in the new part.
 */
import { sql } from 'kysely';
import type { CalendarConnector } from '../calendars/connector.ts';
import { crashPoint } from '../store/crash-points.ts';
import type { Executor } from '../store/database.ts';
import { announceRound, unreadableParts } from './announce.ts';
import { holdCalendar, type StoredCalendar } from './calendar.queries.ts';
import { LeaseLost } from './faults.ts';
import { holdLease } from './lease.queries.ts';
import type { Pull } from './pull-calendar.ts';
import { dropBefore, storeObjects } from './round.queries.ts';
import { type ObjectRow, storable } from './rows.ts';
import { nextTurn } from './turns.ts';
import { sameInterval } from './window.ts';

/** Raise it when expansion itself gets better: every stored object is then expanded again. */
const expansionRevision = 2;

/** What the appointments of a calendar were made with, beside the window. */
export const expansionOf = (timeZone: string, ownerAddresses: readonly string[]): string =>
  [expansionRevision, timeZone, ...ownerAddresses].join(' ');

interface Stale {
  key: string;
  version: string;
  source: string;
}

/** How many expansions may pass before others get a turn. */
const turn = 50;

/**
 * @returns the calendar as it is then. Objects that only the source can expand (and all objects of a connector without
 *   `expand`) are marked to be read anew, and the next pull is a full round.
 */
export async function rollCalendar(
  { db, account, connector, window, ownerAddresses, rowOf }: Pull,
  calendar: StoredCalendar,
): Promise<StoredCalendar> {
  const stored = calendar.window;
  const expandedFor = expansionOf(account.timeZone, ownerAddresses);
  if (stored === null) return calendar;
  if (sameInterval(stored, window) && calendar.expandedFor === expandedFor) return calendar;
  // A window that only moves forward needs only what begins in its new part.
  const forward =
    Temporal.Instant.compare(window.from, stored.from) >= 0 && Temporal.Instant.compare(window.to, stored.to) >= 0;
  const everything = !forward || calendar.expandedFor !== expandedFor;
  const inNewPart = everything ? sql`true` : sql`next_after_window < ${window.to}`;

  const { expanded, unreadable } = connector.expand
    ? await expandStale(await staleObjects(db, calendar.id, inNewPart), connector.expand.bind(connector))
    : { expanded: [], unreadable: [] };

  return await db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
    if (!(await holdCalendar(transaction, calendar))) return calendar;
    const unreadableBefore = await unreadableParts(transaction, calendar.id);
    const changed = await storeObjects(transaction, { calendarId: calendar.id, userId: account.userId }, expanded);
    for (const { key, reason } of unreadable)
      await sql`update calendar_object set skipped = ${JSON.stringify([{ uid: null, reason }])}::jsonb
                 where calendar_id = ${calendar.id}::uuid and key = ${key}`.execute(transaction);
    // A text without people doesn't say what the user answered under an address that is new.
    const unsure = calendar.freeBusy && calendar.expandedFor !== expandedFor;
    const onlySource = connector.expand && !unsure ? sql`source is null and ${inNewPart}` : sql`true`;
    const { numAffectedRows } = await sql`
      update calendar_object set version = ''
       where calendar_id = ${calendar.id}::uuid and ${onlySource} and version <> ''`.execute(transaction);
    const fullRound = !connector.expand || Number(numAffectedRows ?? 0) > 0;
    const rolled: StoredCalendar = {
      ...calendar,
      cursor: fullRound ? null : calendar.cursor,
      ...(connector.expand ? { window, expandedFor } : {}),
    };
    if (connector.expand) await dropBefore(transaction, calendar.id, window.from);
    await saveRolled(transaction, rolled);
    await announceRound(transaction, account, calendar.id, { changed, unreadableBefore });
    crashPoint('sync.beforeCommit');
    return rolled;
  });

  async function expandStale(stale: Stale[], expand: NonNullable<CalendarConnector['expand']>) {
    const expanded: ObjectRow[] = [];
    const unreadable: { key: string; reason: string }[] = [];
    for (const [index, { key, version, source }] of stale.entries()) {
      if (index % turn === turn - 1) await nextTurn();
      try {
        const object = { key, version, source, ...expand(source, window, account.timeZone, ownerAddresses) };
        expanded.push(rowOf(object));
      } catch (error) {
        unreadable.push({ key, reason: storable(`It could not be carried on: ${(error as Error).message}`) });
      }
    }
    return { expanded, unreadable };
  }
}

const staleObjects = async (db: Executor, calendarId: string, inNewPart: ReturnType<typeof sql>): Promise<Stale[]> =>
  (
    await sql<Stale>`
      select key, version, source from calendar_object
       where calendar_id = ${calendarId}::uuid and source is not null and ${inNewPart}`.execute(db)
  ).rows;

async function saveRolled(executor: Executor, { id, cursor, window, expandedFor }: StoredCalendar): Promise<void> {
  await sql`
    update calendar set window_from = ${window?.from ?? null}, window_to = ${window?.to ?? null},
           expanded_for = ${expandedFor}, cursor = case when ${cursor === null} then null else cursor end
     where id = ${id}::uuid`.execute(executor);
}
