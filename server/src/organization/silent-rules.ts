/**
 * Rules that look at titles, categories and the like can't apply where only it is stored when users are busy: such
 * settings are refused together, whichever of the two comes second.
 */
import { ApiError } from '../api/errors.ts';
import { type SubjectCondition, subjectConditionsOf } from '../presence/rules/rule.ts';
import { presenceSettingsOf } from '../presence/settings.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import type { ByFunction, FunctionName } from './inheritance.ts';

export interface SilentRule {
  /** Its place in the list. */
  index: number;
  name: string;
  condition: SubjectCondition;
}

/** The first that could never apply; null: there is none. Pure. @param settings in force. */
export function silentRule(settings: ByFunction): SilentRule | null {
  if (!synchronizationSettingsOf(settings).freeBusyOnly) return null;
  for (const [index, rule] of presenceSettingsOf(settings).rules.entries()) {
    const [condition] = subjectConditionsOf(rule);
    if (condition) return { index, name: rule.name, condition };
  }
  return null;
}

const looksAt: Record<SubjectCondition, string> = {
  title: 'looks at titles',
  categories: 'looks at categories',
  organizer: 'looks at organizers',
  attendees: 'looks at how many are invited',
  online: 'looks at links to join by',
};

/** For people. @param place of the location or group. */
export const silentRuleRefusal = ({ name, condition }: SilentRule, place: string): string =>
  `The rule "${name}" ${looksAt[condition]}, but of ${place} only when users are busy is stored. Take the condition out, or have more stored.`;

/**
 * @param places whose settings become others, with what will be in force.
 * @throws ApiError invalid, with the field of the function that is being changed.
 */
export function refuseSilentRules(
  changed: FunctionName,
  places: readonly { name: string; settings: ByFunction }[],
): void {
  if (changed !== 'activation' && changed !== 'synchronization') return;
  for (const { name, settings } of places) {
    const silent = silentRule(settings);
    if (silent === null) continue;
    const field =
      changed === 'activation' ? `value.rules.${silent.index}.when.${silent.condition}` : 'value.freeBusyOnly';
    throw new ApiError('invalid', silentRuleRefusal(silent, name), { field });
  }
}
