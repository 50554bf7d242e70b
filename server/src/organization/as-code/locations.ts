/** Locations with their dialling rules, predefined targets, profiles and configuration groups, in a company file. */
import { z } from 'zod';
import { DialableNumber, TimeZone } from '../../api/schemas/common.ts';
import { profilesOf, type StoredProfile } from '../../presence/profiles.queries.ts';
import {
  type DiallingRules,
  defaultDiallingRules,
  diallingRules,
  diallingRulesOf,
} from '../../telephony/dialling-rules.ts';
import { firstDiallingRules, setDiallingRules } from '../dialling.ts';
import { createGroup, deleteGroup } from '../groups.ts';
import { effective, type FunctionName, functionNames } from '../inheritance.ts';
import { changeLocation, createLocation, deleteLocation } from '../locations.ts';
import { changePredefinedTarget, createPredefinedTarget, deletePredefinedTarget } from '../predefined-targets.ts';
import { readState } from '../sample-company/state.ts';
import { type GroupFunctionChange, setGroupFunction, setLocationFunction } from '../settings.ts';
import { silentRule, silentRuleRefusal } from '../silent-rules.ts';
import {
  builtInEntries,
  entryOf,
  exportedProfiles,
  type ProfileEntries,
  profileEntries,
  renamedByKey,
  writeProfiles,
} from './central-profiles.ts';
import { same } from './difference.ts';
import {
  type FunctionValues,
  functionDefaults,
  functionsOf,
  functionValues,
  strayConnections,
  withIdsOf,
} from './function-values.ts';
import { isValues, mergePatch } from './merge-patch.ts';
import { readDirectory } from './names.ts';
import {
  type ApplyContext,
  at,
  entryName,
  kept,
  mapValues,
  removed,
  type Section,
  withoutDefaults,
  withoutEmpty,
} from './section.ts';

const groupEntry = z
  .strictObject({
    individual: functionValues
      .default({})
      .describe(
        'Functions with values of the group’s own. A function that isn’t here is "Default (from the location)".',
      ),
    profiles: profileEntries.optional().describe('The group’s own, where `individual` names the function `profiles`.'),
  })
  .refine(({ individual, profiles }) => profiles === undefined || individual.profiles !== undefined, {
    message:
      'A group has profiles of its own only where its function "profiles" is individual: write `individual: { profiles: {} }`.',
    path: ['profiles'],
  });
type GroupEntry = z.output<typeof groupEntry>;

export const locationEntry = z.strictObject({
  timeZone: TimeZone,
  dialling: diallingRules.default(defaultDiallingRules),
  settings: functionValues.default({}).describe('By function, for all groups that don’t have their own.'),
  predefinedTargets: z.record(entryName, DialableNumber).default({}),
  profiles: profileEntries.default({}),
  groups: z.record(entryName, groupEntry).default({}),
});
export type LocationEntry = z.output<typeof locationEntry>;

export const locations: Section<LocationEntry> = {
  name: 'locations',
  schema: locationEntry,

  async read({ transaction }) {
    const sample = await readState(transaction, Temporal.Now.instant());
    const rows = await transaction.selectFrom('location').selectAll().orderBy('name').execute();
    const groups = await transaction.selectFrom('configuration_group').selectAll().orderBy('name').execute();
    const targets = await transaction.selectFrom('predefined_target').selectAll().orderBy('name').execute();
    const targetNames = new Map(targets.map(({ id, name }) => [id, name]));
    const directory = await readDirectory(transaction);
    const profiles = await profilesOf(transaction, {
      locationIds: rows.map(({ id }) => id),
      groupIds: groups.map(({ id }) => id),
    });
    const byLocation = Map.groupBy(profiles, ({ locationId }) => locationId);
    const byGroup = Map.groupBy(profiles, ({ groupId }) => groupId);
    const entries = (of: StoredProfile[] = []): ProfileEntries =>
      Object.fromEntries(of.map((profile) => [profile.name, entryOf(profile, targetNames)]));
    const shown = rows.filter(({ id }) => id !== sample?.locationId);
    return Object.fromEntries(
      shown.map((row) => [
        row.name,
        {
          timeZone: row.time_zone,
          dialling: diallingRulesOf(row.dialling),
          settings: functionsOf(row.settings, directory),
          predefinedTargets: Object.fromEntries(
            targets.filter(({ location_id }) => location_id === row.id).map(({ name, number }) => [name, number]),
          ),
          profiles: entries(byLocation.get(row.id)),
          groups: Object.fromEntries(
            groups
              .filter((group) => group.location_id === row.id && group.id !== sample?.groupId)
              .map((group) => {
                const individual = functionsOf(group.individual, directory);
                return [
                  group.name,
                  { individual, ...(individual.profiles ? { profiles: entries(byGroup.get(group.id)) } : {}) },
                ];
              }),
          ),
        },
      ]),
    );
  },

  base(before, patch) {
    const stands = before ?? { profiles: builtInEntries, dialling: { ...defaultDiallingRules, countryAssumed: true } };
    if (!isValues(patch)) return stands;
    const choosesCountry = isValues(patch.dialling) && Object.hasOwn(patch.dialling, 'country');
    const dialling = choosesCountry ? { ...stands.dialling, countryAssumed: false } : stands.dialling;
    const base = { ...stands, dialling, profiles: renamedByKey(stands.profiles, patch.profiles) };
    if (!isValues(patch.groups)) return base;
    const profiles = mergePatch(base.profiles, patch.profiles ?? {}) as ProfileEntries;
    const groups: Record<string, unknown> = { ...before?.groups };
    for (const [name, group] of Object.entries(patch.groups)) {
      const known = before?.groups[name];
      const individual = mergePatch(known?.individual ?? {}, (isValues(group) && group.individual) || {});
      if (!isValues(group) || !isValues(individual) || !individual.profiles) continue;
      // Going Individual begins with what the group had from its location.
      groups[name] = { ...known, profiles: renamedByKey(known?.profiles ?? profiles, group.profiles) };
    }
    for (const [name, group] of Object.entries(groups)) {
      const change = patch.groups[name];
      const goesDefault = isValues(change) && isValues(change.individual) && change.individual.profiles === null;
      if (goesDefault && isValues(group)) groups[name] = { ...group, profiles: undefined };
    }
    return { ...base, groups };
  },

  faults: ({ all }, changes) =>
    kept(changes).flatMap(({ name, after: { settings, groups } }) => {
      const own = silentRule(settings);
      const path = [name, 'settings', 'activation', 'rules'];
      const ofLocation = own ? [{ path: [...path, own.index], message: silentRuleRefusal(own, name) }] : [];
      const ofGroups = Object.entries(groups).flatMap(([group, { individual }]) => {
        const silent = silentRule(effective(settings, individual));
        if (silent === null) return [];
        const at = individual.activation ? [name, 'groups', group, 'individual', 'activation', 'rules'] : path;
        return [{ path: [...at, silent.index], message: silentRuleRefusal(silent, group) }];
      });
      const stray = [
        ...strayConnections(settings, all, [name, 'settings']),
        ...Object.entries(groups).flatMap(([group, { individual }]) =>
          strayConnections(individual, all, [name, 'groups', group, 'individual']),
        ),
      ];
      return [...ofLocation, ...ofGroups, ...stray];
    }),

  async write(context, changes) {
    for (const { name, before, after } of kept(changes)) await writeLocation(context, name, before, after);
  },

  async remove(context, changes) {
    const { transaction, actor } = context;
    for (const { name, before, after } of kept(changes))
      for (const group of Object.keys(before?.groups ?? {}))
        if (!Object.hasOwn(after.groups, group))
          await at([name, 'groups', group], deleteGroup(transaction, await groupId(context, name, group), actor));
    for (const { name } of removed(changes))
      await at([name], deleteLocation(transaction, await locationId(context, name), actor));
  },

  exported: (_, entry) =>
    withoutEmpty({
      timeZone: entry.timeZone,
      dialling: withoutDefaults(entry.dialling, { ...defaultDiallingRules }),
      settings: exportedFunctions(entry.settings),
      predefinedTargets: entry.predefinedTargets,
      profiles: exportedProfiles(entry.profiles, builtInEntries),
      groups: mapValues(entry.groups, (group) => exportedGroup(group, entry.profiles)),
    }),
};

const exportedGroup = ({ individual, profiles }: GroupEntry, inherited: ProfileEntries) => ({
  ...withoutEmpty({ individual: mapValues(individual, withoutFunctionDefaults) }),
  ...(profiles && withoutEmpty({ profiles: exportedProfiles(profiles, inherited) })),
});

const withoutFunctionDefaults = (value: unknown, name: string) =>
  withoutDefaults(value as object, functionDefaults(name as FunctionName));
/** A location's function that has all its defaults is as if it were not there. */
const exportedFunctions = (values: FunctionValues) => withoutEmpty(mapValues(values, withoutFunctionDefaults));

async function writeLocation(
  context: ApplyContext,
  name: string,
  before: LocationEntry | null,
  after: LocationEntry,
): Promise<void> {
  const { transaction, actor } = context;
  const id = before
    ? await locationId(context, name)
    : await createLocation(transaction, { name, timeZone: after.timeZone }, actor);
  if (before && before.timeZone !== after.timeZone)
    await changeLocation(transaction, id, { timeZone: after.timeZone }, actor);
  const stands = before?.dialling ?? (await firstDiallingRules(after.timeZone));
  // Nothing said of the country: it is the one that the location was made with.
  const unsaid = before === null && after.dialling.countryAssumed && after.dialling.country === null;
  const dialling: DiallingRules = unsaid ? { ...after.dialling, country: stands.country } : after.dialling;
  if (!same(stands, dialling)) await at([name, 'dialling'], setDiallingRules(transaction, actor, id, dialling));
  for (const each of functionNames) {
    const wanted = after.settings[each] ?? functionDefaults(each);
    if (same(before?.settings[each] ?? functionDefaults(each), wanted)) continue;
    const path = [name, 'settings', each];
    const value = await withIdsOf(transaction, each, wanted, path);
    await at(path, setLocationFunction(transaction, id, each, value, actor, { rulesChecked: true }));
  }
  const targets = await writeTargets(context, name, id, after.predefinedTargets);
  // Rules of groups let go of a profile before it is removed.
  for (const [group, entry] of Object.entries(after.groups)) {
    const stands = before?.groups[group];
    if (stands) await writeFunctions(context, { location: name, group }, stands, entry, ['activation']);
  }
  await at([name, 'profiles'], writeProfiles(transaction, actor, { locationId: id }, after.profiles, targets));
  for (const [group, entry] of Object.entries(after.groups))
    await writeGroup(context, { location: name, locationId: id, targets }, group, before?.groups[group] ?? null, entry);
}

async function writeGroup(
  context: ApplyContext,
  {
    location,
    locationId: at_,
    targets,
  }: { location: string; locationId: string; targets: ReadonlyMap<string, string> },
  name: string,
  before: GroupEntry | null,
  after: GroupEntry,
): Promise<void> {
  const { transaction, actor } = context;
  const id = before
    ? await groupId(context, location, name)
    : await createGroup(transaction, { name, locationId: at_ }, actor);
  const others = functionNames.filter((each) => before === null || each !== 'activation');
  await writeFunctions(context, { location, group: name }, before, after, others);
  if (after.profiles)
    await at(
      [location, 'groups', name, 'profiles'],
      writeProfiles(transaction, actor, { groupId: id }, after.profiles, targets),
    );
}

/** What the group has of its own of these functions. */
async function writeFunctions(
  context: ApplyContext,
  of: { location: string; group: string },
  before: GroupEntry | null,
  after: GroupEntry,
  which: readonly FunctionName[],
): Promise<void> {
  const { transaction, actor } = context;
  const id = await groupId(context, of.location, of.group);
  for (const each of which) {
    const wanted = after.individual[each] as object | undefined;
    if (same(before?.individual[each], wanted)) continue;
    const path = [of.location, 'groups', of.group, 'individual', each];
    const change: GroupFunctionChange = wanted
      ? { mode: 'individual', value: await withIdsOf(transaction, each, wanted, path) }
      : { mode: 'default' };
    await at(path, setGroupFunction(transaction, id, each, change, actor, { rulesChecked: true }));
  }
}

/** @returns their ids by name. */
async function writeTargets(
  { transaction, actor }: ApplyContext,
  location: string,
  id: string,
  wanted: Readonly<Record<string, string>>,
): Promise<Map<string, string>> {
  const stored = await transaction.selectFrom('predefined_target').selectAll().where('location_id', '=', id).execute();
  const ids = new Map<string, string>();
  for (const [name, number] of Object.entries(wanted)) {
    const known = stored.find((each) => each.name === name);
    const target = known
      ? await at(
          [location, 'predefinedTargets', name],
          changePredefinedTarget(transaction, actor, known.id, { number }),
        )
      : await at(
          [location, 'predefinedTargets', name],
          createPredefinedTarget(transaction, actor, id, { name, number }),
        );
    ids.set(name, target.id);
  }
  for (const { id: targetId, name } of stored)
    if (!Object.hasOwn(wanted, name))
      await at([location, 'predefinedTargets', name], deletePredefinedTarget(transaction, actor, targetId));
  return ids;
}

async function locationId({ transaction }: ApplyContext, name: string): Promise<string> {
  const { id } = await transaction
    .selectFrom('location')
    .select('id')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return id;
}

async function groupId({ transaction }: ApplyContext, location: string, name: string): Promise<string> {
  const { id } = await transaction
    .selectFrom('configuration_group')
    .innerJoin('location', 'location.id', 'location_id')
    .select('configuration_group.id')
    .where('location.name', '=', location)
    .where('configuration_group.name', '=', name)
    .executeTakeFirstOrThrow();
  return id;
}
