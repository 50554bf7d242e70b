/** A group that gets profiles of its own begins with those it had from its location. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';

/** Profiles the group had of its own before are kept and count again: going Individual once more undoes "Default". */
export async function beginOwnProfiles(
  transaction: Executor,
  { groupId, locationId }: { groupId: string; locationId: string },
): Promise<void> {
  await sql`
    insert into profile (group_id, key, name, status, active, forwarding_mode, forwarding_target, note, position)
    select ${groupId}::uuid, key, name, status, active, forwarding_mode, forwarding_target, note, position
      from profile
     where location_id = ${locationId}::uuid
       and not exists (select from profile where group_id = ${groupId}::uuid)`.execute(transaction);
}
