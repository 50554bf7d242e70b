/** What the store holds of an account beside what the model says it must hold. */
import { sql } from 'kysely';
import { instantsOf } from '../../server/src/agenda/appointment.ts';
import type { Executor } from '../../server/src/store/database.ts';
import { windowAt } from '../../server/src/sync/window.ts';
import { type ModelObject, type ModelState, occurrencesOf } from './model-source.ts';

export interface Seen {
  calendar: string;
  key: string;
  uid: string;
  occurrence: string;
  start: string;
  end: string;
  date: string | null;
  title: string;
}

export async function stored(db: Executor, accountId: string): Promise<Seen[]> {
  const { rows } = await sql<Omit<Seen, 'start' | 'end'> & { start: Temporal.Instant; end: Temporal.Instant }>`
    select remote_id as calendar, object_key as key, uid, occurrence, starts_at as start, ends_at as end,
           start_date::text as date, title
      from appointment join calendar on calendar.id = calendar_id where account_id = ${accountId}::uuid`.execute(db);
  return sorted(rows.map((row) => ({ ...row, start: row.start.toString(), end: row.end.toString() })));
}

export function modelled(state: ModelState, timeZone: string, now: Temporal.Instant): Seen[] {
  const all: Seen[] = [];
  for (const [calendar, { objects }] of Object.entries(state.calendars))
    for (const [key, object] of Object.entries(objects))
      for (const { uid, occurrence, when, title } of occurrencesOf(key, object, windowAt(now), timeZone).appointments) {
        const { start, end } = instantsOf(when, timeZone);
        const date = when.kind === 'allDay' ? when.start.toString() : null;
        all.push({
          calendar,
          key,
          uid,
          occurrence,
          start: start.toString(),
          end: end.toString(),
          date,
          title: storedText(title),
        });
      }
  return sorted(all);
}

const sorted = (rows: Seen[]) =>
  rows.sort((a, b) =>
    JSON.stringify([a.key, a.start, a.calendar]) < JSON.stringify([b.key, b.start, b.calendar]) ? -1 : 1,
  );

const today = Temporal.Now.instant().toZonedDateTimeISO('UTC').toPlainDate();
/** The day so many days from today (UTC). */
export const dayIn = (days: number) => today.add({ days }).toString();
/** A meeting tomorrow at nine. */
export const meeting = (over: Partial<ModelObject> = {}): ModelObject => ({
  day: dayIn(1),
  everyDays: 0,
  hour: 9,
  floating: false,
  title: 'Meeting',
  ...over,
});

/** A text as PostgreSQL can keep it. */
const storedText = (text: string) => text.replaceAll('\u0000', '').toWellFormed();
