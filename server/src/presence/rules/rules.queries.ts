/** Users' own rules and their choices for single appointments, as they are stored. */
import { sql } from 'kysely';
import type { Executor } from '../../store/database.ts';
import { choiceKey } from './deciding.ts';
import { type Effect, effect, type Rule, rule } from './rule.ts';

export interface PersonalRules {
  rules: Rule[];
  /** By `choiceKey`. */
  choices: Map<string, Effect>;
}

interface Row {
  user_id: string;
  /** Null: `value` is the user's own rules. */
  uid: string | null;
  occurrence: string;
  value: unknown;
}

/** In one statement, because activation asks it of every batch. Users who have neither have no entry. */
export async function personalRulesOf(
  executor: Executor,
  userIds: readonly string[],
): Promise<Map<string, PersonalRules>> {
  const { rows } = await sql<Row>`
    with asked as (select unnest(${[...userIds]}::uuid[]) as user_id)
    select user_id, null as uid, '' as occurrence, rules as value from own_rules join asked using (user_id)
     where rules <> '[]'
    union all
    select user_id, uid, occurrence, effect from appointment_choice join asked using (user_id)`.execute(executor);
  const byUser = new Map<string, PersonalRules>();
  for (const { user_id, uid, occurrence, value } of rows) {
    const of = byUser.get(user_id) ?? { rules: [], choices: new Map<string, Effect>() };
    byUser.set(user_id, of);
    if (uid === null) of.rules = readable(value);
    else {
      const known = effect.safeParse(value);
      if (known.success) of.choices.set(choiceKey(uid, occurrence), known.data);
    }
  }
  return byUser;
}

/** A rule of an older or newer version that can't be read costs only itself. */
const readable = (stored: unknown): Rule[] =>
  (Array.isArray(stored) ? stored : []).flatMap((each) => rule.safeParse(each).data ?? []);
