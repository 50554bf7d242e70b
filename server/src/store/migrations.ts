/** Numbered migrations, applied in order at start under one advisory lock, each in its own transaction. */
import { type Kysely, sql } from 'kysely';
import { foundation } from './migrations/0001-foundation.ts';
import { organization } from './migrations/0002-organization.ts';
import { presence } from './migrations/0003-presence.ts';
import { microsoft365 } from './migrations/0004-microsoft365.ts';
import { automaticReplies } from './migrations/0005-automatic-replies.ts';
import { exchange } from './migrations/0006-exchange.ts';
import { forwarding } from './migrations/0007-forwarding.ts';
import { forwardingLog } from './migrations/0008-forwarding-log.ts';

const migrations: ReadonlyArray<{ name: string; up: (db: Kysely<never>) => Promise<void> }> = [
  { name: '0001-foundation', up: foundation },
  { name: '0002-organization', up: organization },
  { name: '0003-presence', up: presence },
  { name: '0004-microsoft365', up: microsoft365 },
  { name: '0005-automatic-replies', up: automaticReplies },
  { name: '0006-exchange', up: exchange },
  { name: '0007-forwarding', up: forwarding },
  { name: '0008-forwarding-log', up: forwardingLog },
];

/** The lock's number: any constant of ours, so that several processes that start at once migrate one after another. */
const migrationLock = 7420_0001;

export async function migrate<Schema>(db: Kysely<Schema>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`select pg_advisory_lock(${migrationLock}::bigint)`.execute(connection);
    try {
      await sql`create table if not exists migration (name text primary key, applied_at timestamptz not null default now())`.execute(
        connection,
      );
      const done = new Set(
        (await sql<{ name: string }>`select name from migration`.execute(connection)).rows.map((row) => row.name),
      );
      const newer = [...done].filter((name) => !migrations.some((migration) => migration.name === name));
      if (newer.length > 0)
        throw new Error(
          `The database was written by a newer Whenabouts (it has ${newer.join(', ')}). Start that version, or restore a backup.`,
        );
      for (const { name, up } of migrations) {
        if (done.has(name)) continue;
        await connection.transaction().execute(async (transaction) => {
          await up(transaction as unknown as Kysely<never>);
          await sql`insert into migration (name) values (${name})`.execute(transaction);
        });
      }
    } finally {
      await sql`select pg_advisory_unlock(${migrationLock}::bigint)`.execute(connection);
    }
  });
}
