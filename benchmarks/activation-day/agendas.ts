/** A plausible working day of a company: whose presence changes when. */
import { sql } from 'kysely';
import { markDue } from '../../server/src/presence/due.ts';
import type { Database } from '../../server/src/store/database.ts';
import { randomFrom } from '../../simulators/pbx/habits.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Appointments lie between 7 and 19 h, in half hours of which few are early or late. */
const begin = 7 * hour;
const end = 19 * hour;
const lengths = [15, 25, 30, 30, 30, 45, 50, 60, 60, 60, 90].map((minutes) => minutes * minute);

export interface Busy {
  start: number;
  end: number;
}

/**
 * Six to eight appointments, never at the same time, some back to back. Of a hundred 55 start on the hour, 25 on the
 * half, 10 on a quarter, and 10 at any minute.
 * @param dayBegins epoch milliseconds; so are the results, in order.
 */
export function dealDay(dice: () => number, dayBegins: number): Busy[] {
  const wanted = 6 + Math.floor(dice() * 3);
  const day: Busy[] = [];
  for (let tries = 0; day.length < wanted && tries < 200; tries++) {
    const kind = dice();
    const within =
      kind < 0.55 ? 0 : kind < 0.8 ? 30 : kind < 0.9 ? 15 + 30 * Math.floor(dice() * 2) : Math.floor(dice() * 60);
    const start = dayBegins + begin + Math.floor(dice() * ((end - begin) / hour)) * hour + within * minute;
    const one = { start, end: start + lengths[Math.floor(dice() * lengths.length)]! };
    if (day.every((other) => one.end <= other.start || one.start >= other.end)) day.push(one);
  }
  return day.sort((a, b) => a.start - b.start);
}

/** Instants at which somebody's presence changes: two appointments back to back have one in common. */
export const boundariesOf = (day: readonly Busy[]): number[] => [
  ...new Set(day.flatMap((one) => [one.start, one.end])),
];

/** @returns everybody's day, by user. @param seed of the dice. */
export async function dealDays(
  db: Database,
  people: readonly string[],
  dayBegins: number,
  seed: number,
): Promise<Map<string, Busy[]>> {
  const dice = randomFrom(seed);
  const days = new Map(people.map((userId) => [userId, dealDay(dice, dayBegins)]));
  const rows = [...days].flatMap(([userId, day]) => day.map((one, index) => ({ userId, uid: `day ${index}`, ...one })));
  await sql`
    insert into appointment (user_id, calendar_id, object_key, kind, uid, starts_at, ends_at, show_as, sensitivity, response)
    select account.user_id, calendar.id, one.uid, 'event', one.uid, to_timestamp(one.starts / 1000),
           to_timestamp(one.ends / 1000), 'busy', 'normal', 'accepted'
      from unnest(${rows.map(({ userId }) => userId)}::uuid[], ${rows.map(({ uid }) => uid)}::text[],
                  ${rows.map(({ start }) => start)}::float8[], ${rows.map((row) => row.end)}::float8[])
           as one (user_id, uid, starts, ends)
      join account on account.user_id = one.user_id
      join calendar on calendar.account_id = account.id`.execute(db);
  await markDue(db, people);
  return days;
}
