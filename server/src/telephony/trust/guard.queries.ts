/** The guard in the database: what it counts, and pausing the phone system with an alert. */
import { sql } from 'kysely';
import { raiseAlert } from '../../organization/alerts.ts';
import { systemActor } from '../../organization/audit.ts';
import type { Database, Executor } from '../../store/database.ts';
import { retrying } from '../../store/retrying.ts';
import { guardWindow, trips } from './guard.ts';
import { pauseForwarding } from './pausing.ts';

interface Counted {
  recent: number;
  phones: number;
}

async function count(executor: Executor, systemId: string, pending: readonly string[]): Promise<Counted> {
  const { rows } = await sql<Counted>`
    select (select count(*) from extension where phone_system_id = ${systemId}::uuid) as phones,
           (select count(distinct e.id) from forwarding_record r join extension e on e.id = r.extension_id
             where e.phone_system_id = ${systemId}::uuid and r.unplanned_at > now() - ${guardWindow.toString()}::interval
               and e.id <> all(${[...pending]}::uuid[])) as recent`.execute(executor);
  return rows[0]!;
}

/** The one location that all the users of these phones belong to; null: several. */
async function commonLocation(executor: Executor, extensionIds: readonly string[]): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select distinct g.location_id as id from extension e
      join users u on u.id = e.user_id join configuration_group g on g.id = u.group_id
     where e.id = any(${[...extensionIds]}::uuid[]) limit 2`.execute(executor);
  return rows.length === 1 ? rows[0]!.id : null;
}

/**
 * Looks at the changes that are about to be carried out and weren't known beforehand.
 * @param pending the extensions concerned.
 * @returns whether the system has paused itself: then nothing may be written.
 */
export async function guarded(
  db: Database,
  system: { id: string; name: string; guardShare: number },
  pending: readonly string[],
): Promise<boolean> {
  if (pending.length === 0 || system.guardShare === 0) return false;
  const counted = await count(db, system.id, pending);
  if (!trips({ ...counted, pending: pending.length, share: system.guardShare })) return false;
  await retrying(db, async (transaction) => {
    const { rows } = await sql`
      select 1 from phone_system where id = ${system.id}::uuid and mode = 'active' for no key update`.execute(
      transaction,
    );
    if (rows.length === 0) return; // somebody was faster
    await pauseForwarding(
      transaction,
      { kind: 'phoneSystem', id: system.id },
      { reason: null, giveBack: false, until: null },
      systemActor,
      { guard: true },
    );
    await raiseAlert(transaction, {
      ...{ kind: 'guard', subjectKind: 'phoneSystem', subjectId: system.id, subjectName: system.name },
      locationId: await commonLocation(transaction, pending),
      detail: { changes: pending.length + counted.recent, phones: counted.phones, share: system.guardShare },
    });
  });
  return true;
}
