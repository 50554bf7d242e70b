/** Which rules, settings and choices for appointments name a profile: they find it by its key or its name in each user's own set. */
import { sql } from 'kysely';
import { usesOfName } from '../../presence/mapping.ts';
import { hasOwnProfiles, type StoredProfile } from '../../presence/profiles.queries.ts';
import { effect, type Rule, rule } from '../../presence/rules/rule.ts';
import { presenceSettingsOf } from '../../presence/settings.ts';
import type { Executor } from '../../store/database.ts';
import { modeOf } from '../inheritance.ts';

/**
 * In words, for the message that refuses to remove the profile, to switch it off or to rename it. Empty: nowhere.
 * @param by `name`: only where a new name would lose it.
 */
export async function usesInRules(
  executor: Executor,
  profile: StoredProfile,
  by: 'keyOrName' | 'name',
): Promise<string[]> {
  const name = profile.name.toLowerCase();
  const isNamed = (text: string) =>
    (by === 'keyOrName' && profile.key === text) || (text !== profile.key && text.toLowerCase() === name);
  const names = ({ effect }: Rule) => 'profile' in effect && isNamed(effect.profile);
  const groups = profile.userId === null ? await groupsWith(executor, profile) : [];
  const ofGroups = groups.flatMap(({ place, settings }) =>
    presenceSettingsOf(settings)
      .rules.filter(names)
      .map((each) => `the rule "${each.name}" of ${place}`),
  );
  const byName = (text: string) => text !== profile.key && text.toLowerCase() === name;
  const ofSettings = groups.flatMap(({ place, settings }) =>
    usesOfName(byName, presenceSettingsOf(settings)).map((use) => `automatic activation (${use}) of ${place}`),
  );
  return [
    ...new Set([...ofGroups, ...ofSettings]),
    ...(await personalUses(
      executor,
      profile,
      groups.flatMap(({ id }) => id ?? []),
      { isNamed, names },
    )),
  ];
}

interface Place {
  /** Null: the location itself. */
  id: string | null;
  /** Whose rules they are: the group's own, or its location's. */
  place: string;
  settings: Record<string, unknown>;
}

/** Groups whose users have the profile, and the location for which it is kept, whether or not it has groups. */
async function groupsWith(executor: Executor, profile: StoredProfile): Promise<Place[]> {
  const rows = await executor
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'configuration_group.location_id')
    .select(['configuration_group.id', 'configuration_group.name', 'individual', 'configuration_group.settings'])
    .select('location.name as location')
    .where(
      profile.groupId
        ? sql<boolean>`configuration_group.id = ${profile.groupId}::uuid and ${hasOwnProfiles}`
        : sql<boolean>`location_id = ${profile.locationId}::uuid and not ${hasOwnProfiles}`,
    )
    .orderBy('configuration_group.name')
    .execute();
  const groups = rows.map((row) => ({
    id: row.id,
    place: modeOf(row.individual, 'activation') === 'individual' ? row.name : row.location,
    settings: row.settings,
  }));
  if (profile.locationId === null) return groups;
  const location = await executor
    .selectFrom('location')
    .select(['name', 'settings'])
    .where('id', '=', profile.locationId)
    .executeTakeFirst();
  return location ? [{ id: null, place: location.name, settings: location.settings }, ...groups] : groups;
}

/** Of users who have the profile. What their rules are called is nobody's business, only that they are there. */
async function personalUses(
  executor: Executor,
  profile: StoredProfile,
  groupIds: readonly string[],
  { isNamed, names }: { isNamed(text: string): boolean; names(rule: Rule): boolean },
): Promise<string[]> {
  const users = profile.userId
    ? sql`users.id = ${profile.userId}::uuid`
    : sql`users.group_id = any(${[...groupIds]}::uuid[])`;
  const { rows } = await sql<{ displayName: string; rules: unknown; effect: unknown }>`
    select display_name as "displayName", rules, null::jsonb as effect from own_rules join users on users.id = user_id
     where ${users}
    union all
    select distinct display_name, null::jsonb, effect from appointment_choice join users on users.id = user_id
     where ${users}
     order by 1`.execute(executor);
  const whoWith = (is: (row: (typeof rows)[number]) => boolean) => [
    ...new Set(rows.filter(is).map(({ displayName }) => displayName)),
  ];
  const withRules = whoWith(({ rules }) => Array.isArray(rules) && rules.some((each) => isRuleNaming(each, names)));
  const withChoices = whoWith((row) => {
    const chosen = effect.safeParse(row.effect).data;
    return chosen !== undefined && 'profile' in chosen && isNamed(chosen.profile);
  });
  return [
    ...(withRules.length > 0 ? [`own rules of ${list(withRules)}`] : []),
    ...(withChoices.length > 0 ? [`choices for appointments of ${list(withChoices)}`] : []),
  ];
}

function isRuleNaming(stored: unknown, names: (rule: Rule) => boolean): boolean {
  const known = rule.safeParse(stored).data;
  return known !== undefined && names(known);
}

/** How many names a list gives before it counts. */
const named = 5;

export function list(names: readonly string[]): string {
  const shown = names.slice(0, named).join(', ');
  return names.length > named ? `${shown} and ${names.length - named} more` : shown;
}
