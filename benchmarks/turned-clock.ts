/**
 * Simulated time for a whole process and its database, so that the product's own statements and rules run through a day
 * in a minute. In the database `now()` and `clock_timestamp()` are looked up in the search path like any other function:
 * two of the same name that read a table are found first. In the process `Temporal.Now.instant` and `Date.now` are
 * replaced, so it is one that does nothing else.
 */
import pg from 'pg';

export interface TurnedClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Never back. */
  turnTo(at: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param url of an empty database, before the first migration: defaults of columns are bound to the clock as well.
 * @param durable commits wait for the disk, as they do in earnest: for figures of time.
 */
export async function turnClockOf(url: string, startAt: number, { durable = false } = {}): Promise<TurnedClock> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`
    create table simulated_clock (at timestamptz not null);
    create function now() returns timestamptz stable language sql as 'select at from public.simulated_clock';
    create function clock_timestamp() returns timestamptz volatile language sql
      as 'select at from public.simulated_clock';
    alter database ${pg.escapeIdentifier(new URL(url).pathname.slice(1))} set search_path = public, pg_catalog;
    alter database ${pg.escapeIdentifier(new URL(url).pathname.slice(1))}
      set synchronous_commit = ${durable ? 'on' : 'off'}`);
  await client.query('insert into simulated_clock values (to_timestamp($1))', [startAt / 1_000]);
  let now = startAt;
  Temporal.Now.instant = () => Temporal.Instant.fromEpochMilliseconds(now);
  Date.now = () => now;
  return {
    now: () => now,
    async turnTo(at) {
      if (at <= now) return;
      now = Math.ceil(at);
      await client.query('update simulated_clock set at = to_timestamp($1)', [now / 1_000]);
    },
    close: () => client.end(),
  };
}
