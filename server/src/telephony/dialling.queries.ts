import type { Executor } from '../store/database.ts';
import { type Dialling, diallingOf } from './dialling.ts';
import { type DiallingRules, diallingRulesOf } from './dialling-rules.ts';
import { loadNumberingPlan } from './numbering-plan.ts';

/** The rules of a location and how numbers are read by them; null when there is no such location. */
export async function diallingOfLocation(
  executor: Executor,
  locationId: string,
): Promise<{ rules: DiallingRules; dialling: Dialling } | null> {
  const row = await executor.selectFrom('location').select('dialling').where('id', '=', locationId).executeTakeFirst();
  if (!row) return null;
  const rules = diallingRulesOf(row.dialling);
  return { rules, dialling: diallingOf(rules, await loadNumberingPlan()) };
}
