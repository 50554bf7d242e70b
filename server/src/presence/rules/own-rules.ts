/** A user's own rules: asked before the group's, where the group allows them. */
import { sql } from 'kysely';
import { ApiError } from '../../api/errors.ts';
import type { Executor } from '../../store/database.ts';
import { synchronizationSettingsOf } from '../../sync/settings.ts';
import { markDue } from '../due.ts';
import { type PresenceSettings, presenceSettingsOf } from '../settings.ts';
import { type Rule, type SubjectCondition, subjectConditionsOf } from './rule.ts';
import { personalRulesOf } from './rules.queries.ts';

export interface OwnRules {
  /** Whether the group allows them. Where it doesn't, they stay and rest. */
  allowed: boolean;
  rules: Rule[];
  /** The group stores no subjects: rules that look at them rest. */
  freeBusyOnly: boolean;
  /** Asked after them. */
  groupRules: Rule[];
  /** For the default mapping, which comes last. */
  tentativeCounts: boolean;
}

/** Null for an unknown user. */
export async function ownRulesOf(executor: Executor, userId: string): Promise<OwnRules | null> {
  const group = await groupOf(executor, userId);
  if (!group) return null;
  const { settings, freeBusyOnly } = group;
  const own = (await personalRulesOf(executor, [userId])).get(userId)?.rules ?? [];
  return {
    allowed: settings.ownRulesAllowed,
    rules: own,
    freeBusyOnly,
    groupRules: settings.rules,
    tentativeCounts: settings.tentativeCounts,
  };
}

/**
 * Replaces them; an empty list removes them, whatever the group allows. Run it in a transaction.
 * @throws ApiError notFound; conflict where the group allows none; invalid for rules that look at what isn't stored.
 */
export async function setOwnRules(transaction: Executor, userId: string, rules: readonly Rule[]): Promise<void> {
  const group = await groupOf(transaction, userId);
  if (!group) throw new ApiError('notFound', 'There is no such user.');
  if (rules.length > 0) refuseOwnRules(group, rules);
  await sql`
    insert into own_rules (user_id, rules) values (${userId}::uuid, ${JSON.stringify(rules)}::jsonb)
    on conflict (user_id) do update set rules = excluded.rules, updated_at = now()`.execute(transaction);
  await markDue(transaction, [userId]);
}

const looksAt: Record<SubjectCondition, string> = {
  title: 'titles',
  categories: 'categories',
  organizer: 'organizers',
  attendees: 'how many are invited',
  online: 'links to join by',
};

function refuseOwnRules({ settings, freeBusyOnly }: Group, rules: readonly Rule[]): void {
  if (!settings.ownRulesAllowed) throw new ApiError('conflict', 'Your group allows no rules of one’s own.');
  if (!freeBusyOnly) return;
  for (const [index, rule] of rules.entries()) {
    const [condition] = subjectConditionsOf(rule);
    if (!condition) continue;
    throw new ApiError(
      'invalid',
      `Of your appointments only when you are busy is stored here: a rule can’t look at ${looksAt[condition]}.`,
      { field: `rules.${index}.when.${condition}` },
    );
  }
}

interface Group {
  settings: PresenceSettings;
  freeBusyOnly: boolean;
}

async function groupOf(executor: Executor, userId: string): Promise<Group | null> {
  const row = await executor
    .selectFrom('users')
    .innerJoin('configuration_group as group', 'group.id', 'users.group_id')
    .select('group.settings')
    .where('users.id', '=', userId)
    .executeTakeFirst();
  if (!row) return null;
  return {
    settings: presenceSettingsOf(row.settings),
    freeBusyOnly: synchronizationSettingsOf(row.settings).freeBusyOnly,
  };
}
