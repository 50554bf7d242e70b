/**
 * Presence profiles as administrators (central ones) and users (their own) keep them. Every change has the users it
 * touches looked at again in the same transaction.
 */
import { ApiError } from '../../api/errors.ts';
import { markDue, markGroupDue, markGroupsDue } from '../../presence/due.ts';
import { forwardingFor } from '../../presence/forwarding-target.ts';
import type { ForwardingTarget, Profile, ProfileForwarding } from '../../presence/presence.ts';
import {
  hasOwnProfiles,
  locationOfOwner,
  mayHaveOwnProfiles,
  ownerColumns,
  ownerOf,
  type ProfileOf,
  profileById,
  type StoredProfile,
  toProfile,
} from '../../presence/profiles.queries.ts';
import { targetInputsOf, targetKindsOf } from '../../presence/target-inputs.queries.ts';
import type { Executor } from '../../store/database.ts';
import { type Actor, recordChange } from '../audit.ts';
import { enteredNumber } from '../dialling.ts';
import { usesInRules } from './rule-uses.queries.ts';
import { usesOfProfile } from './uses.queries.ts';

export type ProfileFields = Pick<Profile, 'name' | 'status' | 'active' | 'forwarding' | 'note'>;

/**
 * Run it in a transaction.
 * @param fields key: of a built-in profile, for a user's own one that replaces it.
 * @throws ApiError invalid when the owner isn't there or the target can't be dialled; conflict when the name is taken, the
 *   group has its location's profiles, or own profiles aren't allowed.
 */
export async function createProfile(
  transaction: Executor,
  actor: Actor,
  of: ProfileOf,
  fields: ProfileFields & { key: string | null },
): Promise<StoredProfile> {
  const locationId = await locationOfOwner(transaction, of);
  if (locationId === null)
    throw new ApiError('invalid', 'There is no such location, group or user.', { field: 'owner' });
  if ('groupId' in of) await refuseInherited(transaction, of.groupId);
  if ('userId' in of) await refuseUnwanted(transaction, of.userId);
  await refuseTakenName(transaction, of, fields.name, null, fields.key);
  const forwarding = await checkedForwarding(transaction, of, locationId, fields.forwarding);
  const row = await transaction
    .insertInto('profile')
    .values({
      ...columnsOf({ ...fields, forwarding }),
      ...{ name: fields.name, status: fields.status, key: fields.key, position: 100 },
      ...ownerColumns(of),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  const profile = toProfile(row);
  await markOwnerDue(transaction, of);
  await record(transaction, actor, 'create', locationId, { after: profile });
  return profile;
}

/**
 * Run it in a transaction.
 * @throws ApiError notFound; conflict when it is switched off or renamed while it is in use, with where; else as createProfile.
 */
export async function changeProfile(
  transaction: Executor,
  actor: Actor,
  id: string,
  change: Partial<ProfileFields>,
): Promise<StoredProfile> {
  const before = await heldProfile(transaction, id);
  const of = ownerOf(before);
  const locationId = (await locationOfOwner(transaction, of))!;
  if ('userId' in of) await refuseUnwanted(transaction, of.userId);
  if (change.name !== undefined) await refuseTakenName(transaction, of, change.name, id);
  if (change.active === false && before.active) await refuseInUse(transaction, before, 'switched off');
  if (change.name !== undefined && change.name.toLowerCase() !== before.name.toLowerCase())
    await refuseNamed(transaction, before);
  const columns = columnsOf({
    ...change,
    ...(change.forwarding && {
      forwarding: await checkedForwarding(transaction, of, locationId, change.forwarding),
    }),
  });
  if (Object.keys(columns).length === 0) return before;
  const row = await transaction
    .updateTable('profile')
    .set(columns)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  const after = toProfile(row);
  await markOwnerDue(transaction, of);
  await record(transaction, actor, 'change', locationId, { before, after });
  return after;
}

/** Run it in a transaction. @throws ApiError notFound; conflict for a built-in central one, and while it is in use. */
export async function deleteProfile(transaction: Executor, actor: Actor, id: string): Promise<void> {
  const profile = await heldProfile(transaction, id);
  const of = ownerOf(profile);
  await refuseInUse(transaction, profile, 'removed');
  if (!('userId' in of) && profile.key)
    throw new ApiError('conflict', `"${profile.name}" is a built-in profile: switch it off instead.`);
  const locationId = (await locationOfOwner(transaction, of))!;
  await transaction.deleteFrom('profile').where('id', '=', id).execute();
  await markOwnerDue(transaction, of);
  await record(transaction, actor, 'delete', locationId, { before: profile });
}

/** Locked, so that a choice made at this moment is either seen or comes after. */
async function heldProfile(transaction: Executor, id: string): Promise<StoredProfile> {
  await transaction.selectFrom('profile').select('id').where('id', '=', id).forUpdate().execute();
  const profile = await profileById(transaction, id);
  if (!profile) throw new ApiError('notFound', 'There is no such profile.');
  return profile;
}

async function refuseInUse(executor: Executor, profile: StoredProfile, what: string): Promise<void> {
  const uses = await usesOfProfile(executor, profile);
  if (uses.length > 0)
    throw new ApiError('conflict', `"${profile.name}" is in use and can’t be ${what}: ${uses.join('; ')}.`);
}

/** Rules that name it by its name would lose it. */
async function refuseNamed(executor: Executor, profile: StoredProfile): Promise<void> {
  const uses = await usesInRules(executor, profile, 'name');
  if (uses.length > 0)
    throw new ApiError('conflict', `"${profile.name}" is in use and can’t be renamed: ${uses.join('; ')}.`, {
      field: 'name',
    });
}

async function refuseInherited(executor: Executor, groupId: string): Promise<void> {
  const group = await executor
    .selectFrom('configuration_group')
    .select(['name', hasOwnProfiles.as('individual')])
    .where('id', '=', groupId)
    .executeTakeFirstOrThrow();
  if (group.individual) return;
  throw new ApiError(
    'conflict',
    `${group.name} has the profiles of its location. Make its profiles "Individual" first, or add the profile to the location.`,
    { field: 'groupId' },
  );
}

async function refuseUnwanted(executor: Executor, userId: string): Promise<void> {
  if (await mayHaveOwnProfiles(executor, userId)) return;
  throw new ApiError('conflict', 'Your group allows no profiles of one’s own. Choose one of the central profiles.', {
    field: 'owner',
  });
}

/**
 * Profiles are found by their names: in files, and where a group goes back to its location's. Of each key there is one.
 * @param key of a new one.
 */
async function refuseTakenName(
  executor: Executor,
  of: ProfileOf,
  name: string,
  ownId: string | null,
  key: string | null = null,
): Promise<void> {
  const [column, owner] = Object.entries(ownerColumns(of))[0]! as ['location_id' | 'group_id' | 'user_id', string];
  const others = await executor.selectFrom('profile').select(['id', 'name', 'key']).where(column, '=', owner).execute();
  const sameKey = key && others.find((other) => other.key === key);
  if (sameKey)
    throw new ApiError(
      'conflict',
      `"${sameKey.name}" stands for the built-in profile "${key}" already: change that one.`,
      {
        field: 'key',
      },
    );
  if (others.some((other) => other.id !== ownId && other.name.toLowerCase() === name.toLowerCase()))
    throw new ApiError('conflict', `There is a profile "${name}" already. Choose another name.`, { field: 'name' });
}

/** With its numbers as they are kept. A group's profile can't be refused for one of its users: for that one it doesn't forward, and says so. */
async function checkedForwarding(
  executor: Executor,
  of: ProfileOf,
  locationId: string,
  { mode, target, busy, unanswered }: ProfileForwarding,
): Promise<ProfileForwarding> {
  const checked = (each: ForwardingTarget | null, field: string) =>
    each && checkedTarget(executor, locationId, each, `forwarding.${field}`);
  const forwarding: ProfileForwarding = {
    mode,
    target: await checked(target, 'target'),
    busy: await checked(busy, 'busy'),
    unanswered: await checked(unanswered, 'unanswered'),
  };
  const kinds = targetKindsOf([{ forwarding }]);
  if ('userId' in of && kinds.size > 0) {
    const inputs = await targetInputsOf(executor, of.userId, kinds);
    if (inputs && forwardingFor(forwarding, inputs).problem === 'ownExtension')
      throw new ApiError(
        'invalid',
        'This would forward the calls of an extension to itself, and nothing would ring. Choose another number, or voicemail.',
        { field: 'forwarding' },
      );
  }
  return forwarding;
}

async function checkedTarget(
  executor: Executor,
  locationId: string,
  target: ForwardingTarget,
  field: string,
): Promise<ForwardingTarget> {
  if (target.kind === 'number')
    return { kind: 'number', number: await enteredNumber(executor, locationId, target.number, field) };
  if (target.kind !== 'predefined') return target;
  const found = await executor
    .selectFrom('predefined_target')
    .select('id')
    .where('id', '=', target.targetId)
    .where('location_id', '=', locationId)
    .executeTakeFirst();
  if (!found) throw new ApiError('invalid', 'The location has no such predefined target.', { field });
  return target;
}

async function markOwnerDue(executor: Executor, of: ProfileOf): Promise<void> {
  if ('userId' in of) return markDue(executor, [of.userId]);
  if ('groupId' in of) return markGroupDue(executor, of.groupId);
  const inheriting = await executor
    .selectFrom('configuration_group')
    .select('id')
    .where('location_id', '=', of.locationId)
    .where(hasOwnProfiles, '=', false)
    .orderBy('id')
    .execute();
  await markGroupsDue(
    executor,
    inheriting.map(({ id }) => id),
  );
}

function columnsOf({ name, status, active, forwarding, note }: Partial<ProfileFields>) {
  return {
    ...(name !== undefined && { name }),
    ...(status !== undefined && { status }),
    ...(active !== undefined && { active }),
    ...(note !== undefined && { note }),
    ...(forwarding !== undefined && {
      forwarding_mode: forwarding.mode,
      forwarding_target: forwarding.target && JSON.stringify(forwarding.target),
      busy_target: forwarding.busy && JSON.stringify(forwarding.busy),
      unanswered_target: forwarding.unanswered && JSON.stringify(forwarding.unanswered),
    }),
  };
}

/** What users do with their own profiles is their own affair, and no entry. */
async function record(
  executor: Executor,
  actor: Actor,
  action: 'create' | 'change' | 'delete',
  locationId: string,
  { before, after }: { before?: StoredProfile; after?: StoredProfile },
): Promise<void> {
  const profile = (after ?? before)!;
  if (profile.userId !== null && profile.userId === actor.userId) return;
  await recordChange(executor, actor, {
    ...{ action, subject: 'profile', subjectId: profile.id, subjectName: profile.name, locationId },
    ...(before && { before: { ...before } }),
    ...(after && { after: { ...after } }),
  });
}
