import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { changeProfile, createProfile, deleteProfile } from '../organization/profiles/changes.ts';
import { startAgain } from '../organization/profiles/copies.ts';
import { ensureDefaultGroup } from '../organization/setup.ts';
import { forwardingFor, type TargetInputs } from '../presence/forwarding-target.ts';
import { type ForwardingTarget, type ProfileForwarding, slotOff } from '../presence/presence.ts';
import {
  centralOwnerOfGroup,
  locationOfOwner,
  mayHaveOwnProfiles,
  ownerOf,
  type ProfileOf,
  profileById,
  profilesForUser,
  profilesInForce,
  profilesOf,
  type StoredProfile,
} from '../presence/profiles.queries.ts';
import { isBuiltInKey } from '../presence/profiles.ts';
import { centralTargetInputs, targetInputsOf, targetKindsOf } from '../presence/target-inputs.queries.ts';
import type { Executor } from '../store/database.ts';
import { retrying } from '../store/retrying.ts';
import { administers, requireLocation } from './access.ts';
import { ApiError } from './errors.ts';
import { atGroup, atLocation } from './places.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id } from './schemas/common.ts';
import { NewProfile, Profile, ProfileChange, ProfileList } from './schemas/presence.ts';

const tag = 'Profiles and settings';
const params = z.object({ profileId: Id });
const ofLocation = { ...atLocation, tag } as const;
const ofGroup = { ...atGroup, tag } as const;

/** Targets that come to the same for everybody at a location. */
const sameForAll: readonly (string | undefined)[] = ['number', 'predefined', 'voicemail'];

/** @param inputs of the user, or (for central profiles on their own) of no user. */
function shownFor({ userId, ...profile }: StoredProfile, inputs: TargetInputs | null, forUser: boolean) {
  const resolved = inputs && forwardingFor(forUser ? profile.forwarding : commonPart(profile.forwarding), inputs);
  return {
    ...profile,
    owner: userId ? ('user' as const) : profile.groupId ? ('group' as const) : ('location' as const),
    dialled: resolved?.forwarding.target ?? null,
    dialledBusy: resolved?.forwarding.busy ?? null,
    dialledUnanswered: resolved?.forwarding.unanswered ?? null,
    problem: resolved?.problem ?? null,
    problemSlot: resolved?.problem ? (resolved.problemSlot ?? ('always' as const)) : null,
  };
}

/** What of it comes to the same for everybody. */
function commonPart({ mode, target, busy, unanswered }: ProfileForwarding): ProfileForwarding {
  const common = (each: ForwardingTarget | null) => (sameForAll.includes(each?.kind) ? each : null);
  const always = target && !common(target) ? slotOff : { mode, target };
  return { ...always, busy: common(busy), unanswered: common(unanswered) } as ProfileForwarding;
}

async function shownCentral(db: Executor, profiles: readonly StoredProfile[]) {
  const first = profiles[0];
  const locationId = first ? await locationOfOwner(db, ownerOf(first)) : null;
  const inputs = locationId && (await centralTargetInputs(db, locationId, targetKindsOf(profiles)));
  return profiles.map((profile) => shownFor(profile, inputs || null, false));
}

async function shownOne(db: Executor, profile: StoredProfile) {
  if (profile.userId === null) return (await shownCentral(db, [profile]))[0]!;
  return shownFor(profile, await targetInputsOf(db, profile.userId, targetKindsOf([profile])), true);
}

/** A user's own profiles are the user's and their administrators', central ones those of the location's. */
async function requireOwner(db: Executor, viewer: Viewer, of: ProfileOf): Promise<void> {
  if ('userId' in of && of.userId === viewer.userId) return;
  const locationId = await locationOfOwner(db, of);
  if (administers(viewer, locationId)) return;
  if ('userId' in of) throw new ApiError('forbidden', 'This belongs to somebody else.');
  if (viewer.role === 'locationAdministrator') requireLocation(viewer, locationId);
  throw new ApiError('forbidden', 'Only an administrator may change central profiles.', { field: 'owner' });
}

async function mayChange(db: Executor, viewer: Viewer, profileId: string): Promise<void> {
  const profile = await profileById(db, profileId);
  if (!profile) throw new ApiError('notFound', 'There is no such profile.');
  await requireOwner(db, viewer, ownerOf(profile));
}

export function profileRoutes({ store: { db } }: Context): Route[] {
  return [
    route({
      access: 'signedIn',
      method: 'get',
      path: '/profiles',
      tag,
      operation: 'listProfiles',
      summary: 'The presence profiles one may choose',
      description:
        'The central ones of one’s group or location and, where they are allowed, one’s own; an own one with a key replaces the central one with that key.',
      answer: ProfileList,
      async handle({ viewer: { userId } }) {
        const profiles = await profilesForUser(db, userId);
        const inputs = await targetInputsOf(db, userId, targetKindsOf(profiles));
        return {
          profiles: profiles.map((profile) => shownFor(profile, inputs, true)),
          ownAllowed: await mayHaveOwnProfiles(db, userId),
        };
      },
    }),
    route({
      ...ofLocation,
      access: 'reader',
      method: 'get',
      path: '/locations/{locationId}/profiles',
      operation: 'listLocationProfiles',
      summary: 'The central profiles of a location',
      description: 'Those of all its groups whose function `profiles` is "default".',
      answer: ProfileList,
      handle: async ({ params: { locationId } }) => ({
        profiles: await shownCentral(db, await profilesOf(db, { locationIds: [locationId] })),
      }),
    }),
    route({
      ...ofGroup,
      access: 'reader',
      method: 'get',
      path: '/groups/{groupId}/profiles',
      operation: 'listGroupProfiles',
      summary: 'The central profiles in force in a group',
      description:
        'Its own where its function `profiles` is "individual", else those of its location; `owner` tells which.',
      answer: ProfileList,
      handle: async ({ params: { groupId } }) => ({
        profiles: await shownCentral(db, await profilesInForce(db, groupId)),
      }),
    }),
    route({
      ...ofGroup,
      access: 'locationAdministrator',
      method: 'post',
      path: '/groups/{groupId}/profiles/start-again',
      operation: 'startProfilesAgain',
      summary: 'Replace a group’s own profiles by a copy of its location’s',
      description: 'Running choices move to the copy of the same key or name. 409 while the group has its location’s.',
      answer: ProfileList,
      handle: ({ viewer, params: { groupId } }) =>
        retrying(db, async (transaction) => {
          await startAgain(transaction, actorOf(viewer), groupId);
          return { profiles: await shownCentral(transaction, await profilesInForce(transaction, groupId)) };
        }),
    }),
    route({
      access: 'signedIn',
      method: 'post',
      path: '/profiles',
      tag,
      operation: 'createProfile',
      summary: 'Create a presence profile',
      description: 'With owner `user` one’s own; with owner `location` or `group` a central one, for administrators.',
      body: NewProfile,
      status: 201,
      answer: Profile,
      async handle({ viewer, body: { owner, groupId, locationId, ...fields } }) {
        if (fields.key !== null && !isBuiltInKey(fields.key))
          throw new ApiError('invalid', 'The key is that of a built-in profile, such as "appointment".', {
            field: 'key',
          });
        return retrying(db, async (transaction) => {
          const of =
            owner === 'user'
              ? { userId: viewer.userId }
              : owner === 'location'
                ? { locationId: locationId! }
                : groupId !== undefined
                  ? { groupId }
                  : (await centralOwnerOfGroup(transaction, await ensureDefaultGroup(transaction, 'UTC')))!;
          await requireOwner(transaction, viewer, of);
          return shownOne(transaction, await createProfile(transaction, actorOf(viewer), of, fields));
        });
      },
    }),
    route({
      access: 'signedIn',
      method: 'patch',
      path: '/profiles/{profileId}',
      tag,
      operation: 'changeProfile',
      summary: 'Change a presence profile',
      description:
        'Whoever it concerns gets the new presence and forwarding at once. One in use can’t be switched off (409): the message says where it is used.',
      params,
      body: ProfileChange,
      answer: Profile,
      handle: ({ viewer, params: { profileId }, body }) =>
        retrying(db, async (transaction) => {
          await mayChange(transaction, viewer, profileId);
          return shownOne(transaction, await changeProfile(transaction, actorOf(viewer), profileId, body));
        }),
    }),
    route({
      access: 'signedIn',
      method: 'delete',
      path: '/profiles/{profileId}',
      tag,
      operation: 'deleteProfile',
      summary: 'Delete a presence profile',
      description:
        'Built-in central ones can be switched off, not deleted. One in use can’t be deleted (409): the message says where it is used.',
      params,
      answer: null,
      handle: ({ viewer, params: { profileId } }) =>
        retrying(db, async (transaction) => {
          await mayChange(transaction, viewer, profileId);
          await deleteProfile(transaction, actorOf(viewer), profileId);
          return undefined;
        }),
    }),
  ];
}
