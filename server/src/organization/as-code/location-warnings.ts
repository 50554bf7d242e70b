/** What of a company file's locations is right as it stands, and may not be meant so. Pure. */
import { statuses } from '../../presence/presence.ts';
import type { Rule } from '../../presence/rules/rule.ts';
import { countryOfZone } from '../../telephony/country-of-zone.ts';
import type { NumberingPlan } from '../../telephony/numbering-plan.ts';
import { countryWarnings } from '../dialling-impact.ts';
import type { Fault } from './company-file.ts';
import { same } from './difference.ts';
import type { LocationEntry } from './locations.ts';
import { type EntryChange, kept } from './section.ts';

/** Paths begin below the section. */
export const locationWarnings = (changes: readonly EntryChange<LocationEntry>[], plan: NumberingPlan): Fault[] =>
  kept(changes).flatMap(({ name, before, after }) =>
    [...dialling(before, after, plan), ...profilesOfRules(after)].map(({ path, message }) => ({
      path: [name, ...path],
      message,
    })),
  );

/** Of locations that are new, or dial differently. */
const dialling = (before: LocationEntry | null, after: LocationEntry, plan: NumberingPlan): Fault[] =>
  same(before?.dialling, after.dialling) && before?.timeZone === after.timeZone
    ? []
    : countryWarnings({ ...after.dialling, country: countryAt(after, plan) }).map((message) => ({
        path: ['dialling'],
        message,
      }));

/** Nobody has named one: that of the time zone. */
export const countryAt = (
  { dialling: { country, countryAssumed }, timeZone }: LocationEntry,
  plan: NumberingPlan,
): string | null => country ?? (countryAssumed ? countryOfZone(timeZone, plan.countries()) : null);

/** A rule may name a profile that only some users have; one that no group has is likely to be a slip. */
function profilesOfRules({ settings, profiles, groups }: LocationEntry): Fault[] {
  const sets = [profiles, ...Object.values(groups).map((group) => group.profiles ?? {})];
  const names = sets.flatMap((set) => Object.keys(set).map((name) => name.toLowerCase()));
  const isKnown = (profile: string) =>
    statuses.some((status) => status === profile) || names.includes(profile.toLowerCase());
  const ofRules = (functions: object, path: readonly string[]): Fault[] => {
    const { activation } = functions as { activation?: { rules?: readonly Rule[] } };
    return (activation?.rules ?? []).flatMap(({ effect }, index) =>
      'ignore' in effect || isKnown(effect.profile)
        ? []
        : [
            {
              path: [...path, 'activation', 'rules', index, 'effect', 'profile'],
              message: `No group here has a profile "${effect.profile}": the rule counts for users who have one of their own.`,
            },
          ],
    );
  };
  return [
    ...ofRules(settings, ['settings']),
    ...Object.entries(groups).flatMap(([name, group]) => ofRules(group.individual, ['groups', name, 'individual'])),
  ];
}
