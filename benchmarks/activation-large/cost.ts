/** What a piece of work costs the processor and the database, on average over many times. */
import fs from 'node:fs';
import { sql } from 'kysely';
import pg from 'pg';
import type { Store } from '../../server/src/store/database.ts';

export interface Cost {
  /** Milliseconds of CPU in this process, garbage collection included. */
  server: number;
  /** Milliseconds of CPU in PostgreSQL's process for the connection. */
  database: number;
  /** Everything sent to the database, begin and commit too. */
  statements: number;
}

/** @param store with a single connection, on a PostgreSQL server on this machine (Linux). */
export async function costOf(store: Store, times: number, work: () => Promise<unknown>): Promise<Cost> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.db);
  const pid = rows[0]!.pid;
  const { query } = pg.Client.prototype;
  let statements = 0;
  pg.Client.prototype.query = function (this: pg.Client, ...asked: unknown[]) {
    statements++;
    return query.apply(this, asked as never);
  } as typeof query;
  try {
    const [cpu, busy] = [process.cpuUsage(), cpuOf(pid)];
    for (let i = 0; i < times; i++) await work();
    const { user, system } = process.cpuUsage(cpu);
    return {
      server: (user + system) / 1_000 / times,
      database: (cpuOf(pid) - busy) / times,
      statements: statements / times,
    };
  } finally {
    pg.Client.prototype.query = query;
  }
}

/** Milliseconds that a process has spent on a core (proc(5): the first field of schedstat, in nanoseconds). */
const cpuOf = (pid: number) => Number(fs.readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
