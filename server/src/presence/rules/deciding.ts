/** What decides over an appointment: a choice, a rule, or neither. Pure. */
import type { PresenceAppointment } from '../../agenda/presence-appointments.queries.ts';
import type { RuleReason } from '../presence.ts';
import type { PresenceSettings } from '../settings.ts';
import { compiledRules, type Detail, type Reach, reachOf, widest } from './matching.ts';
import type { Effect, Rule } from './rule.ts';

/** All that decides, of one user. */
export interface RuleInputs {
  timeZone: string;
  settings: PresenceSettings;
  /** The user's own, whether or not the group allows them now. */
  ownRules: readonly Rule[];
  /** By `choiceKey`. */
  choices: ReadonlyMap<string, Effect>;
  /** The group stores no subjects. */
  freeBusyOnly: boolean;
}

export interface Decision extends Pick<RuleReason, 'from' | 'name'> {
  effect: Effect;
}

/** Of one appointment, or with occurrence '' of the whole series. NUL is in no stored text, so it parts the two for certain. */
export const choiceKey = (uid: string, occurrence: string): string => `${uid}\0${occurrence}`;

/**
 * The order: what the user chose for this appointment, then for its series, then the user's own rules where the group
 * allows them, then the group's. null: none of them says anything, and the default mapping decides.
 */
export function decisionOn(appointment: PresenceAppointment, inputs: RuleInputs): Decision | null {
  const { choices, ownRules, settings, timeZone, freeBusyOnly } = inputs;
  if (choices.size === 0 && ownRules.length === 0 && settings.rules.length === 0) return null;
  const { uid, occurrence } = appointment;
  const chosen = choices.get(choiceKey(uid, occurrence)) ?? choices.get(choiceKey(uid, ''));
  if (chosen && uid !== '') return { from: 'choice', name: '', effect: chosen };
  const within = { timeZone, workingDay: settings.workingDay, freeBusyOnly };
  const own = settings.ownRulesAllowed ? compiledRules(ownRules).find(appointment, within) : null;
  if (own) return { from: 'own', name: own.name, effect: own.effect };
  const group = compiledRules(settings.rules).find(appointment, within);
  return group && { from: 'group', name: group.name, effect: group.effect };
}

/** What must be loaded of appointments for these users' rules, and how far around the interval. */
export function demandsOf(all: Iterable<Pick<RuleInputs, 'settings' | 'ownRules' | 'choices'>>): {
  needs: ReadonlySet<Detail>;
  reach: Reach;
} {
  const lists = new Set<readonly Rule[]>();
  const reaches: Reach[] = [];
  for (const { settings, ownRules, choices } of all) {
    if (settings.rules.length > 0) lists.add(settings.rules);
    if (settings.ownRulesAllowed && ownRules.length > 0) lists.add(ownRules);
    for (const effect of choices.values()) reaches.push(reachOf(effect));
  }
  const compiled = [...lists].map(compiledRules);
  return {
    needs: new Set(compiled.flatMap(({ needs }) => [...needs])),
    reach: widest([...reaches, ...compiled.map(({ reach }) => reach)]),
  };
}
