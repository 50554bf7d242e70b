/** Which calendars an account has: asked at first, every few hours, and when one of them was no longer found. */
import { sql } from 'kysely';
import type { RemoteCalendar } from '../calendars/connector.ts';
import type { Database } from '../store/database.ts';
import { announceAgenda } from './announce.ts';
import { LeaseLost } from './faults.ts';
import { holdLease, type LeasedAccount } from './lease.queries.ts';
import { storable } from './rows.ts';

const every = 6 * 3600_000;

export function discoveryDue({ discoveredAt, errorClass, now }: LeasedAccount): boolean {
  return discoveredAt === null || errorClass === 'notFound' || now.since(discoveredAt).total('milliseconds') > every;
}

/** An index entry holds no more; no source has such names, so a longer one is left out. */
const longestRemoteId = 2_000;

/**
 * Makes the account's calendars what a discovery that ended well has found: new ones appear, vanished ones go with
 * their appointments, known ones keep the user's choice.
 * @throws LeaseLost
 */
export async function storeDiscovered(
  db: Database,
  account: LeasedAccount,
  found: readonly RemoteCalendar[],
): Promise<void> {
  const calendars = new Map<string, RemoteCalendar>();
  for (const calendar of found)
    if (Buffer.byteLength(calendar.remoteId) <= longestRemoteId && storable(calendar.remoteId) === calendar.remoteId)
      calendars.set(calendar.remoteId, calendar);
  const rows = [...calendars.values()].map(({ remoteId, name, color, selectedByDefault }) => ({
    remote_id: remoteId,
    name: storable(name.slice(0, 300)),
    color: color === null ? null : storable(color.slice(0, 50)),
    selected: selectedByDefault,
  }));
  await db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
    const gone = await sql<{ read: boolean }>`
      delete from calendar where account_id = ${account.id}::uuid and remote_id <> all(${[...calendars.keys()]}::text[])
      returning window_from is not null as read`.execute(transaction);
    const { numAffectedRows } = await sql`
      insert into calendar (account_id, remote_id, name, color, selected)
      select ${account.id}::uuid, row.*
        from json_to_recordset(${JSON.stringify(rows)}::json) as row (
             remote_id text, name text, color text, selected boolean)
      on conflict (account_id, remote_id) do update set name = excluded.name, color = excluded.color
       where (calendar.name, calendar.color) is distinct from (excluded.name, excluded.color)`.execute(transaction);
    await sql`update account set discovered_at = now() where id = ${account.id}::uuid`.execute(transaction);
    if (gone.rows.some(({ read }) => read)) await announceAgenda(transaction, account.userId, account.id);
    else if (gone.rows.length > 0 || Number(numAffectedRows ?? 0) > 0)
      await sql`select pg_notify('account', ${account.id})`.execute(transaction);
  });
}
