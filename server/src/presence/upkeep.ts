/** What keeps presence true when nobody has marked anything due: changed settings, new users, clocks that jumped, age. */
import { sql } from 'kysely';
import type { Database } from '../store/database.ts';
import { dropOldChanges } from './changes.ts';
import { dropOldChoices } from './rules/choices.ts';

/** Gives users that have none yet a presence, due at once. */
export async function createMissingStates(db: Database): Promise<void> {
  await sql`
    insert into presence_state (user_id)
    select id from users where not exists (select from presence_state where user_id = users.id)
    on conflict do nothing`.execute(db);
}

/**
 * Marks up to `limit` users due whose stored segment can't be right: it was computed with older settings of the group,
 * or it begins in the future because the clock has been set back since. What is left to do is read from the rows, so
 * the work goes on after a restart, and in any process. @returns how many were marked; `limit` means there may be more.
 */
export async function markOutdated(db: Database, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    update presence_state set next_due_at = now(), revision = revision + 1 where user_id in (
      select presence_state.user_id
        from presence_state
        join users on users.id = presence_state.user_id
        join configuration_group on configuration_group.id = users.group_id
       where presence_state.next_due_at > now()
         and (presence_state.settings_revision <> configuration_group.settings_revision
              or presence_state.since > clock_timestamp() + interval '1 second')
       limit ${limit} for update of presence_state skip locked)`.execute(db);
  return Number(numAffectedRows ?? 0);
}

/** Ended claims are kept so long for the timeline of the past days. */
const claimsKept = Temporal.Duration.from({ hours: 14 * 24 });

/** Of clients that are gone. */
const reportsKept = Temporal.Duration.from({ hours: 24 });

/** Deletes changes, reports and ended claims that are too old to be of use. */
export async function dropOld(db: Database, now: Temporal.Instant): Promise<void> {
  await dropOldChanges(db, now);
  await dropOldChoices(db, now);
  const before = now.subtract(claimsKept);
  await db
    .deleteFrom('claim')
    .where((where) => where.or([where('ends_at', '<', before), where('leased_until', '<', before)]))
    .execute();
  // The last word of a user's last client stays: since then none is open.
  await sql`
    delete from client_report old where until < ${now.subtract(reportsKept)}
       and exists (select from client_report newer
                    where newer.user_id = old.user_id and (newer.until, newer.client) > (old.until, old.client))`.execute(
    db,
  );
}
