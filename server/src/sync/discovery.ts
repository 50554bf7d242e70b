/**
 * Which calendars an account has: asked at first, every few hours, and when one of them was no longer found.
 *
 * A calendar that isn't listed isn't deleted for that: servers answer an empty or short list, and say that all is well,
 * while a disk isn't mounted or rights are being changed. It goes
 * - when a second discovery, at least ten minutes after the first, misses it too, or
 * - when it answers "not found" itself while the same discovery lists others, or
 * - when the owner has just entered another address or password, and there are calendars: those are then the account's.
 */
import { sql } from 'kysely';
import type { RemoteCalendar } from '../calendars/connector.ts';
import type { Database } from '../store/database.ts';
import { announceAgenda } from './announce.ts';
import { LeaseLost } from './faults.ts';
import { holdLease, type LeasedAccount } from './lease.queries.ts';
import { storable } from './rows.ts';

const usually = Temporal.Duration.from({ hours: 6 });
const missedAgainAfter = 10 * 60_000;

/** @param every of the connector. */
export function discoveryDue(
  { discoveredAt, errorClass, missesCalendar, now }: LeasedAccount,
  every: Temporal.Duration = usually,
): boolean {
  if (discoveredAt === null || errorClass === 'notFound') return true;
  const passed = now.since(discoveredAt).total('milliseconds');
  return passed > (missesCalendar ? missedAgainAfter : every.total('milliseconds'));
}

/** An index entry holds no more; no source has such names, so a longer one is left out. */
const longestRemoteId = 2_000;

/**
 * Makes the account's calendars what a discovery that ended well has found: new ones appear (selected as their owner
 * chose while connecting, else as the source has it), known ones keep the user's choice, missed ones go with their
 * appointments once that is certain.
 * @returns the ids of calendars that go as soon as they answer "not found" themselves, see `removeVanished`.
 * @throws LeaseLost
 */
export async function storeDiscovered(
  db: Database,
  account: LeasedAccount,
  found: readonly RemoteCalendar[],
): Promise<Set<string>> {
  const calendars = new Map<string, RemoteCalendar>();
  for (const calendar of found)
    if (Buffer.byteLength(calendar.remoteId) <= longestRemoteId && storable(calendar.remoteId) === calendar.remoteId)
      calendars.set(calendar.remoteId, calendar);
  const rows = [...calendars.values()].map(({ remoteId, name, color, selectedByDefault, told = true }) => ({
    remote_id: remoteId,
    name: storable(name.slice(0, 300)),
    color: color === null ? null : storable(color.slice(0, 50)),
    selected: selectedByDefault,
    told,
  }));
  const names = [...calendars.keys()];
  const certain = account.discoveredAt === null && names.length > 0;
  return await db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
    const gone = await sql<{ read: boolean }>`
      delete from calendar where account_id = ${account.id}::uuid and remote_id <> all(${names}::text[])
         and (${certain}::boolean or missing_since <= now() - make_interval(secs => ${missedAgainAfter / 1000}))
      returning window_from is not null as read`.execute(transaction);
    const { numAffectedRows } = await sql`
      insert into calendar (account_id, remote_id, name, color, by_default, told, selected)
      select account.id, row.remote_id, row.name, row.color, row.selected, row.told,
             coalesce(row.remote_id = any(account.chosen_calendars), row.selected)
        from account, json_to_recordset(${JSON.stringify(rows)}::json) as row (
             remote_id text, name text, color text, selected boolean, told boolean)
       where account.id = ${account.id}::uuid
      on conflict (account_id, remote_id) do update
             set name = excluded.name, color = excluded.color, by_default = excluded.by_default,
                 told = excluded.told, missing_since = null
       where (calendar.name, calendar.color, calendar.by_default, calendar.told)
             is distinct from (excluded.name, excluded.color, excluded.by_default, excluded.told)
          or calendar.missing_since is not null`.execute(transaction);
    const missing = await sql<{ id: string }>`
      update calendar set missing_since = coalesce(missing_since, now())
       where account_id = ${account.id}::uuid and remote_id <> all(${names}::text[])
      returning id`.execute(transaction);
    await sql`
      update account set discovered_at = now(), chosen_calendars = case when ${names.length > 0} then null else chosen_calendars end
       where id = ${account.id}::uuid`.execute(transaction);
    if (gone.rows.some(({ read }) => read)) await announceAgenda(transaction, account.userId, account.id);
    else if (gone.rows.length > 0 || Number(numAffectedRows ?? 0) > 0)
      await sql`select pg_notify('account', ${account.id})`.execute(transaction);
    return new Set(names.length > 0 ? missing.rows.map(({ id }) => id) : []);
  });
}

/** Removes a calendar that neither the discovery nor its own address knows any more. @throws LeaseLost */
export async function removeVanished(db: Database, account: LeasedAccount, calendarId: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    if (!(await holdLease(transaction, account.id, account.lease))) throw new LeaseLost();
    await sql`delete from calendar where id = ${calendarId}::uuid`.execute(transaction);
    await announceAgenda(transaction, account.userId, account.id);
  });
}
