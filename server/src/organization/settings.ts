/**
 * Settings of locations and groups are changed here and nowhere else: what is in force is written in the same
 * transaction, the change is recorded, and everybody it touches is looked at again (presence/upkeep.ts and sync do that
 * portion by portion, also after a restart).
 */
import { ApiError } from '../api/errors.ts';
import { markGroupsDue } from '../presence/due.ts';
import type { Executor } from '../store/database.ts';
import { syncGroupsNow } from '../sync/accounts.ts';
import { synchronizationSettingsOf } from '../sync/settings.ts';
import { type Actor, recordChange } from './audit.ts';
import { functionOf } from './functions.ts';
import { effective, type FunctionName, type Mode, modeOf, withFunction } from './inheritance.ts';
import { alignMethodLeaving, restsOthers } from './leaving/group-method.ts';
import { tellRelationships } from './relationships/relationships.queries.ts';
import { refuseSilentRules } from './silent-rules.ts';
import { storedValue } from './stored-value.ts';
import { refuseStrayIds } from './stray-ids.ts';
import {
  holdGroup,
  holdGroupsOf,
  holdLocation,
  rewriteSettings,
  type StoredGroup,
  type StoredLocation,
} from './tree.queries.ts';
import { groupAsStored, groupsInheriting, locationAsStored } from './tree.ts';

export interface ShownLocationFunction {
  function: FunctionName;
  value: Record<string, unknown>;
  /** How many groups have it from the location. */
  groups: number;
}

/** With the defaults filled in. @throws ApiError notFound */
export async function locationFunction(
  executor: Executor,
  locationId: string,
  name: FunctionName,
): Promise<ShownLocationFunction> {
  const location = await locationAsStored(executor, locationId);
  if (!location) throw new ApiError('notFound', 'There is no such location.');
  const groups = await groupsInheriting(executor, locationId, name);
  const value = storedValue(functionOf(name).schema, location.settings[name]);
  return { function: name, value, groups: groups.length };
}

export interface ShownGroupFunction {
  function: FunctionName;
  mode: Mode;
  value: Record<string, unknown>;
  inherited: Record<string, unknown>;
  previous: Record<string, unknown> | null;
}

/** With the defaults filled in. @throws ApiError notFound */
export async function groupFunction(
  executor: Executor,
  groupId: string,
  name: FunctionName,
): Promise<ShownGroupFunction> {
  const group = await groupAsStored(executor, groupId);
  if (!group) throw new ApiError('notFound', 'There is no such group.');
  const { schema } = functionOf(name);
  const mode = modeOf(group.individual, name);
  const inherited = storedValue(schema, group.inherited[name]);
  return {
    function: name,
    mode,
    value: mode === 'individual' ? storedValue(schema, group.individual[name]) : inherited,
    inherited,
    previous: group.previous[name] ? storedValue(schema, group.previous[name]) : null,
  };
}

export type GroupFunctionChange = { mode: 'default' } | { mode: 'individual'; value: object };

/**
 * Run it in a transaction.
 * @param change its value must have passed the function's schema.
 * @throws ApiError notFound; invalid for rules that could never apply (silent-rules.ts) and ids that lead nowhere
 */
export async function setGroupFunction(
  transaction: Executor,
  groupId: string,
  name: FunctionName,
  change: GroupFunctionChange,
  actor: Actor,
  { rulesChecked = false }: { rulesChecked?: boolean } = {},
): Promise<void> {
  const held = await holdGroup(transaction, groupId);
  if (!held) throw new ApiError('notFound', 'There is no such group.');
  const { group, location } = held;
  const before = group.individual[name] as object | undefined;
  const after = change.mode === 'individual' ? change.value : null;
  const individual = withFunction(group.individual, name, after);
  if (after) await refuseStrayIds(transaction, name, after);
  const changed = { ...group, individual, previous: keptForUndo(group, name, after) };
  const settings = effective(location.settings, individual);
  if (!rulesChecked) refuseSilentRules(name, [{ name: group.name, settings }]);
  await transaction
    .updateTable('configuration_group')
    .set({ individual: JSON.stringify(individual), previous: JSON.stringify(changed.previous) })
    .where('id', '=', groupId)
    .execute();
  if (after && !before) await functionOf(name).becomesIndividual?.(transaction, groupId);
  if (!after && before) await functionOf(name).becomesDefault?.(transaction, groupId);
  await enforce(transaction, location, [changed], name, actor);
  await recordChange(transaction, actor, {
    action: 'change',
    subject: 'groupFunction',
    subjectId: groupId,
    subjectName: `${group.name}: ${name}`,
    locationId: location.id,
    before: { mode: modeOf(group.individual, name), ...before },
    after: { mode: change.mode, ...after },
  });
}

/** Only what was really replaced is worth going back to. */
function keptForUndo({ individual, previous }: StoredGroup, name: FunctionName, after: object | null) {
  const before = individual[name] as object | undefined;
  return !before || JSON.stringify(before) === JSON.stringify(after) ? previous : withFunction(previous, name, before);
}

/**
 * What the location sets for its groups whose function is "Default". Run it in a transaction.
 * @param value must have passed the function's schema.
 * @throws ApiError notFound; invalid for rules that could never apply (silent-rules.ts) and ids that lead nowhere
 */
export async function setLocationFunction(
  transaction: Executor,
  locationId: string,
  name: FunctionName,
  value: object,
  actor: Actor,
  { rulesChecked = false }: { rulesChecked?: boolean } = {},
): Promise<void> {
  const location = await holdLocation(transaction, locationId, 'change');
  if (!location) throw new ApiError('notFound', 'There is no such location.');
  await refuseStrayIds(transaction, name, value);
  const settings = withFunction(location.settings, name, value);
  await transaction
    .updateTable('location')
    .set({ settings: JSON.stringify(settings) })
    .where('id', '=', locationId)
    .execute();
  const inheriting = (await holdGroupsOf(transaction, locationId)).filter(
    ({ individual }) => modeOf(individual, name) === 'default',
  );
  if (!rulesChecked)
    refuseSilentRules(name, [
      { name: location.name, settings },
      ...inheriting.map((group) => ({ name: group.name, settings: effective(settings, group.individual) })),
    ]);
  await enforce(transaction, { ...location, settings }, inheriting, name, actor);
  await recordChange(transaction, actor, {
    action: 'change',
    subject: 'location',
    subjectId: locationId,
    subjectName: location.name,
    locationId,
    before: { [name]: location.settings[name] ?? null },
    after: { [name]: value },
  });
}

/** Writes what is in force for the groups, and has whoever depends on it look again. */
async function enforce(
  transaction: Executor,
  location: StoredLocation,
  groups: readonly StoredGroup[],
  name: FunctionName,
  actor: Actor,
): Promise<void> {
  await rewriteSettings(transaction, location, groups);
  const { wakesPresence, wakesSync } = functionOf(name);
  const ids = groups.map(({ id }) => id);
  if (wakesPresence) await markGroupsDue(transaction, ids);
  if (wakesSync) {
    await syncGroupsNow(transaction, ids);
    // Whose working hours count is a matter of presence.
    const takesHours = (settings: Record<string, unknown>) =>
      synchronizationSettingsOf(settings).microsoft365.mailboxSettings;
    const otherHours = groups.filter(
      ({ settings, individual }) => takesHours(settings) !== takesHours(effective(location.settings, individual)),
    );
    if (otherHours.length > 0)
      await markGroupsDue(
        transaction,
        otherHours.map(({ id }) => id),
      );
    // Only then: accounts whose removal was taken back by hand must not leave because the window was changed.
    const changed = groups.filter(({ settings, individual }) =>
      restsOthers(settings, effective(location.settings, individual)),
    );
    await alignMethodLeaving(
      transaction,
      changed.map(({ id }) => id),
      actor,
    );
  }
  if (name === 'privacy') await tellRelationships(transaction);
}
