/**
 * A loop that looks at everybody every five minutes in batches of 20, one after another, as a widely used chat plug-in
 * does: what it is late by, computed from when it would look at whom. Its batches are measured on the same database, at
 * their barest: one query for the appointments of 20 users that are running, one UPDATE of their rows. The plug-in asks
 * a calendar server over the Internet instead; nothing is added for that.
 */
import { sql } from 'kysely';
import type { Database } from '../../server/src/store/database.ts';
import { type Busy, boundariesOf } from './agendas.ts';

export const every = 5 * 60_000;
export const batch = 20;

/** Looks at everybody once. @returns how many real milliseconds each batch took. */
export async function pollOnce(db: Database, people: readonly string[], at: number): Promise<number[]> {
  const taken: number[] = [];
  for (let from = 0; from < people.length; from += batch) {
    const users = people.slice(from, from + batch);
    const began = performance.now();
    const { rows } = await sql<{ user_id: string }>`
      select distinct user_id from appointment
       where user_id = any(${users}::uuid[]) and starts_at <= to_timestamp(${at / 1_000}::float8)
         and ends_at > to_timestamp(${at / 1_000}::float8)`.execute(db);
    await sql`
      update polled set busy = (user_id = any(${rows.map((row) => row.user_id)}::uuid[]))
       where user_id = any(${users}::uuid[])`.execute(db);
    taken.push(performance.now() - began);
  }
  return taken;
}

/** What the loop writes into: a row for each user. */
export const makePolled = (db: Database) =>
  sql`create table polled as select id as user_id, false as busy from users`
    .execute(db)
    .then(() => sql`alter table polled add primary key (user_id)`.execute(db));

/**
 * @param batchMs what a batch takes.
 * @returns milliseconds from each change to when the loop has written it; and how many came and went between two looks
 *   and were never shown.
 */
export function pollingLateness(
  people: readonly string[],
  days: ReadonlyMap<string, readonly Busy[]>,
  batchMs: number,
): { late: number[]; missed: number } {
  const late: number[] = [];
  let missed = 0;
  for (const [index, userId] of people.entries()) {
    const offset = Math.floor(index / batch) * batchMs;
    const nextLook = (at: number) => Math.ceil((at - offset) / every) * every + offset;
    const boundaries = boundariesOf(days.get(userId)!).sort((a, b) => a - b);
    for (const [i, at] of boundaries.entries()) {
      const look = nextLook(at);
      const next = boundaries[i + 1];
      if (next !== undefined && next <= look) missed++;
      else late.push(look + batchMs - at);
    }
  }
  return { late, missed };
}
