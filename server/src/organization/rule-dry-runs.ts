/** Dry runs on what is stored: loads what a change of rules would be tried on. Nothing here writes. */
import { sql } from 'kysely';
import type { Sensitivity } from '../agenda/appointment.ts';
import { showsSubject } from '../agenda/privacy.ts';
import { ApiError } from '../api/errors.ts';
import { loadInputs } from '../presence/inputs.queries.ts';
import { type ChangedStretch, type DryRunEntry, dryRun, presenceDryRun } from '../presence/rules/dry-run.ts';
import type { Rule } from '../presence/rules/rule.ts';
import { type PresenceSettings, presenceSettingsOf } from '../presence/settings.ts';
import type { Executor } from '../store/database.ts';
import { groupAsStored, groupsInheriting, locationAsStored } from './tree.ts';

/** How far ahead a dry run looks. */
export const dryRunDays = 14;
/** Of how many users where nobody is named, and at most. */
export const dryRunUsers = 10;

export interface UserDryRun {
  userId: string;
  displayName: string;
  entries: DryRunEntry[];
  /** When presence would be another one. */
  presence: ChangedStretch[];
}

const ahead = (now: Temporal.Instant) => ({ from: now, to: now.add({ hours: dryRunDays * 24 }) });

/** A user's own rules as they are and as they would be. Null for an unknown user. */
export async function dryRunOfOwnRules(
  executor: Executor,
  userId: string,
  rules: readonly Rule[],
  now: Temporal.Instant,
): Promise<Pick<UserDryRun, 'entries' | 'presence'> | null> {
  const known = await executor
    .selectFrom('users')
    .innerJoin('configuration_group as group', 'group.id', 'users.group_id')
    .select('group.settings')
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!known) return null;
  const change = { settings: presenceSettingsOf(known.settings), ownRules: rules, choices: new Map() };
  const inputs = (await loadInputs(executor, [userId], ahead(now), [change])).get(userId)!;
  const after = { ...inputs, ownRules: rules };
  return {
    entries: dryRun(inputs, after, ahead(now)),
    presence: presenceDryRun(inputs, after, ahead(now), () => false),
  };
}

/** @throws ApiError notFound */
export async function dryRunOfGroup(
  executor: Executor,
  groupId: string,
  change: { mode: 'default' } | { mode: 'individual'; value: object },
  asked: readonly string[] | undefined,
  now: Temporal.Instant,
): Promise<UserDryRun[]> {
  const found = await groupAsStored(executor, groupId);
  if (!found) throw new ApiError('notFound', 'There is no such group.');
  const after = change.mode === 'individual' ? change.value : found.inherited.activation;
  return dryRunOfUsers(executor, [groupId], presenceSettingsOf({ activation: after }), asked, now);
}

/** Of users in groups that have the function from the location. @throws ApiError notFound */
export async function dryRunOfLocation(
  executor: Executor,
  locationId: string,
  value: object,
  asked: readonly string[] | undefined,
  now: Temporal.Instant,
): Promise<UserDryRun[]> {
  const location = await locationAsStored(executor, locationId);
  if (!location) throw new ApiError('notFound', 'There is no such location.');
  const groups = await groupsInheriting(executor, locationId, 'activation');
  return dryRunOfUsers(executor, groups, presenceSettingsOf({ activation: value }), asked, now);
}

/** A rule on words would otherwise tell which of them a private subject has. */
export const isKeptFromAdministrators = ({ sensitivity }: { sensitivity: Sensitivity }): boolean =>
  !showsSubject('allButPrivate', sensitivity);

async function dryRunOfUsers(
  executor: Executor,
  groupIds: readonly string[],
  settings: PresenceSettings,
  asked: readonly string[] | undefined,
  now: Temporal.Instant,
): Promise<UserDryRun[]> {
  const chosen = asked ? sql`and id = any(${[...asked]}::uuid[])` : sql``;
  const { rows } = await sql<{ userId: string; displayName: string }>`
    select id as "userId", display_name as "displayName" from users
     where group_id = any(${[...groupIds]}::uuid[]) and active ${chosen}
     order by display_name, email limit ${dryRunUsers}`.execute(executor);
  const userIds = rows.map(({ userId }) => userId);
  const nobodys = { settings, ownRules: [], choices: new Map() };
  const inputs = await loadInputs(executor, userIds, ahead(now), [nobodys]);
  return rows.map((user) => {
    const before = inputs.get(user.userId)!;
    const after = { ...before, settings: { ...settings, workingDay: before.mailboxDay ?? settings.workingDay } };
    const presence = presenceDryRun(before, after, ahead(now), isKeptFromAdministrators);
    return { ...user, entries: dryRun(before, after, ahead(now)), presence };
  });
}
