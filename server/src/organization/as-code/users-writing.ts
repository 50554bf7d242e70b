/** Writes users of a company file, thousands in a few statements. Who is touched is looked at again (presence, sync, sessions). */
import { sql } from 'kysely';
import { forgetSessions } from '../../api/sessions.ts';
import { markDue, markReachDue } from '../../presence/due.ts';
import type { Executor } from '../../store/database.ts';
import { deactivateUsers, reactivateUsers } from '../activity.ts';
import { recordChanges } from '../audit.ts';
import { moveChoices } from '../profiles/copies.ts';
import { writeAccounts } from './accounts.ts';
import { writeProfiles } from './central-profiles.ts';
import { same } from './difference.ts';
import { writeExtensions } from './extensions.ts';
import type { ApplyContext, EntryChange } from './section.ts';
import { at } from './section.ts';
import type { UserEntry } from './users.ts';

export type UserChange = EntryChange<UserEntry> & { after: UserEntry };

export async function writeUsers(context: ApplyContext, changes: readonly UserChange[]): Promise<void> {
  if (changes.length === 0) return;
  const { transaction } = context;
  await upsertUsers(transaction, changes);
  const ids = await idsByEmail(transaction, changes);
  await writePeople(transaction, changes);
  await writeExtensions(context, changes, ids);
  await writeAccounts(context, changes, ids);
  await writeRelationships(transaction, changes);
  await writeOwnProfiles(context, changes, ids);
  await record(context, changes, ids);
  await wake(transaction, changes, ids);
}

/** Everything that is a column; deputies and assistants may be new themselves, and come after. */
async function upsertUsers(transaction: Executor, changes: readonly UserChange[]): Promise<void> {
  const rows = changes.map(({ name, after }) => ({ email: name, ...after, mobileNumber: after.mobileNumber ?? null }));
  await sql`
    insert into users (group_id, email, display_name, language, time_zone, role, mobile_number, origin)
    select configuration_group.id, row.email, "displayName", row.language, "timeZone", row.role, "mobileNumber", 'code'
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (
           email text, "displayName" text, location text, "group" text, "timeZone" text, language text, role text,
           "mobileNumber" text)
      join location on location.name = row.location
      join configuration_group on configuration_group.location_id = location.id and configuration_group.name = row."group"
    on conflict (email) do update set group_id = excluded.group_id, display_name = excluded.display_name,
           language = excluded.language, time_zone = excluded.time_zone, role = excluded.role,
           mobile_number = excluded.mobile_number, updated_at = now()`.execute(transaction);
}

async function idsByEmail(transaction: Executor, changes: readonly UserChange[]): Promise<Map<string, string>> {
  const rows = await transaction
    .selectFrom('users')
    .select(['email', 'id'])
    .where('email', '=', sql<string>`any(${changes.map(({ name }) => name)}::text[])`)
    .execute();
  return new Map(rows.map(({ email, id }) => [email, id]));
}

/** Deputies, assistants and the locations that somebody administers. */
async function writePeople(transaction: Executor, changes: readonly UserChange[]): Promise<void> {
  const differing = changes.filter(
    ({ before, after }) =>
      before?.deputy !== after.deputy ||
      before?.assistant !== after.assistant ||
      !same(before?.administers ?? [], after.administers),
  );
  if (differing.length === 0) return;
  const rows = JSON.stringify(
    differing.map(({ name, after: { deputy = null, assistant = null, administers } }) => ({
      ...{ email: name, deputy, assistant, administers },
    })),
  );
  await sql`
    update users set deputy_id = deputy.id, assistant_id = assistant.id
      from json_to_recordset(${rows}::json) as row (email text, deputy text, assistant text)
      left join users deputy on deputy.email = row.deputy
      left join users assistant on assistant.email = row.assistant
     where users.email = row.email`.execute(transaction);
  await sql`
    delete from administered_location using users
     where users.id = user_id and email = any(${differing.map(({ name }) => name)}::text[])`.execute(transaction);
  await sql`
    insert into administered_location (user_id, location_id)
    select users.id, location.id
      from json_to_recordset(${rows}::json) as row (email text, administers json),
           json_array_elements_text(row.administers) as administers (name)
      join location on location.name = administers.name, users
     where users.email = row.email`.execute(transaction);
}

async function writeRelationships(transaction: Executor, changes: readonly UserChange[]): Promise<void> {
  const differing = changes.filter(({ before, after }) => !same(before?.relationships ?? {}, after.relationships));
  if (differing.length === 0) return;
  await sql`
    delete from relationship using users
     where users.id = user_id and email = any(${differing.map(({ name }) => name)}::text[])`.execute(transaction);
  const rows = differing.flatMap(({ name, after }) =>
    Object.entries(after.relationships).map(([other, level]) => ({ email: name, other, level })),
  );
  await sql`
    insert into relationship (user_id, other_id, level)
    select users.id, other.id, level
      from json_to_recordset(${JSON.stringify(rows)}::json) as row (email text, other text, level text)
      join users on users.email = row.email
      join users other on other.email = row.other`.execute(transaction);
}

async function writeOwnProfiles(
  { transaction, actor }: ApplyContext,
  changes: readonly UserChange[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { name, before, after } of changes) {
    if (same(before?.profiles ?? {}, after.profiles)) continue;
    const targets = await transaction
      .selectFrom('predefined_target')
      .innerJoin('location', 'location.id', 'location_id')
      .select(['predefined_target.name', 'predefined_target.id'])
      .where('location.name', '=', after.location)
      .execute();
    const targetIds = new Map(targets.map((target) => [target.name, target.id]));
    const of = { userId: ids.get(name)! };
    await at([name, 'profiles'], writeProfiles(transaction, actor, of, after.profiles, targetIds));
  }
}

async function record(
  { transaction, actor }: ApplyContext,
  changes: readonly UserChange[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const locations = await transaction.selectFrom('location').select(['name', 'id']).execute();
  const locationIds = new Map(locations.map(({ name, id }) => [name, id]));
  await recordChanges(
    transaction,
    actor,
    changes.map(({ name, before, after }) => ({
      action: before ? ('change' as const) : ('create' as const),
      subject: 'user' as const,
      subjectId: ids.get(name)!,
      subjectName: after.displayName,
      locationId: locationIds.get(after.location) ?? null,
      before: before && { ...before },
      after: { email: name, ...after },
    })),
  );
}

async function wake(
  transaction: Executor,
  changes: readonly UserChange[],
  ids: ReadonlyMap<string, string>,
): Promise<void> {
  const idsOf = (which: (change: UserChange) => boolean) => changes.filter(which).map(({ name }) => ids.get(name)!);
  const whose = (differs: (before: UserEntry, after: UserEntry) => boolean) =>
    idsOf(({ before, after }) => before !== null && differs(before, after));
  await deactivateUsers(
    transaction,
    idsOf(({ before, after }) => !after.active && before?.active !== false),
  );
  await reactivateUsers(
    transaction,
    idsOf(({ before, after }) => after.active && before?.active === false),
  );
  // Floating times and all-day dates happen in the user's zone, and another group may read its calendars otherwise.
  const reread = whose(
    (before, after) =>
      before.timeZone !== after.timeZone || before.group !== after.group || before.location !== after.location,
  );
  await sql`update account set due_at = clock_timestamp() where user_id = any(${reread}::uuid[])`.execute(transaction);
  await sql`select pg_notify('sync', '')`.execute(transaction);
  const moved = whose((before, after) => before.group !== after.group || before.location !== after.location);
  await moveChoices(transaction, { userIds: moved });
  await markDue(transaction, [...ids.values()]);
  // Who forwards to them as deputy or assistant may ring elsewhere now.
  await markReachDue(
    transaction,
    whose((before, after) => before.mobileNumber !== after.mobileNumber || !same(before.extensions, after.extensions)),
  );
  const known = whose((before, after) => before.role !== after.role || !same(before.administers, after.administers));
  if (known.length > 50) await forgetSessions(transaction, '');
  else for (const id of known) await forgetSessions(transaction, id);
}
