/**
 * What one user is to another: how much of presence and agenda the other shows them, and whether they may act for the
 * other. Directed: B may be A's assistant while A is a mere employee to B. Pure.
 */
import { type RelationshipLevel, relationshipLevels } from '../../agenda/privacy-settings.ts';

/** From the least to the most. */
export const levels = relationshipLevels;
export type Level = RelationshipLevel;

/** Where a level comes from. assistant: the other is named as the user's assistant. */
export const levelOrigins = ['own', 'assistant', 'workGroup', 'location'] as const;
export type LevelOrigin = (typeof levelOrigins)[number];

export interface SharedWorkGroup {
  id: string;
  name: string;
  level: Level;
}

/** All that decides what `other` is to `user`. */
export interface RelationshipFacts {
  /** What the user has chosen for this other one. */
  own: Level | null;
  /** Whether the other is the user's assistant (users.assistant_id). */
  isAssistant: boolean;
  /** Those that both are in. */
  workGroups: readonly SharedWorkGroup[];
  sameLocation: boolean;
  /** Of the user's group. */
  defaults: { withinLocation: Level; acrossLocations: Level };
}

export interface Relationship {
  level: Level;
  from: LevelOrigin;
  /** Where `from` is a work group: which. */
  workGroup: { id: string; name: string } | null;
}

/**
 * The user's own choice, whatever else there is; without one the broadest of all that speaks for the other. Where two
 * give the same level, being named comes before a work group, and that before the location: it says more of why.
 */
export function relationshipOf(facts: RelationshipFacts): Relationship {
  if (facts.own !== null) return { level: facts.own, from: 'own', workGroup: null };
  const { sameLocation, defaults } = facts;
  const candidates: Relationship[] = [
    ...(facts.isAssistant ? [{ level: 'assistant', from: 'assistant', workGroup: null } as const] : []),
    ...facts.workGroups.map(({ id, name, level }) => ({ level, from: 'workGroup', workGroup: { id, name } }) as const),
    { level: sameLocation ? defaults.withinLocation : defaults.acrossLocations, from: 'location', workGroup: null },
  ];
  return candidates.reduce((best, each) => (isBroader(each.level, best.level) ? each : best));
}

export const isBroader = (a: Level, b: Level): boolean => levels.indexOf(a) > levels.indexOf(b);
