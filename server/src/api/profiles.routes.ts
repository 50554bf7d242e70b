import { z } from '@hono/zod-openapi';
import type { Context } from '../context.ts';
import { ensureDefaultGroup } from '../organization/setup.ts';
import {
  centralOwnerOfGroup,
  createProfile,
  deleteProfile,
  ProfileRefused,
  profileById,
  profilesForUser,
  type StoredProfile,
  updateProfile,
} from '../presence/profiles.queries.ts';
import { isBuiltInKey } from '../presence/profiles.ts';
import type { Executor } from '../store/database.ts';
import { ApiError } from './errors.ts';
import { type Route, route, type Viewer } from './route.ts';
import { Id } from './schemas/common.ts';
import { NewProfile, Profile, ProfileChange, ProfileList } from './schemas/presence.ts';

const tag = 'Profiles and settings';
const params = z.object({ profileId: Id });

const shown = ({ userId, ...profile }: StoredProfile) => ({
  ...profile,
  owner: userId ? ('user' as const) : profile.groupId ? ('group' as const) : ('location' as const),
});

/** A user's own profiles are the user's, central ones the administrators'. */
async function mayChange(db: Executor, viewer: Viewer, profileId: string): Promise<StoredProfile> {
  const profile = await profileById(db, profileId);
  if (!profile) throw new ApiError('notFound', 'There is no such profile.');
  if (profile.userId !== viewer.userId && viewer.role !== 'administrator')
    throw new ApiError(
      'forbidden',
      profile.userId ? 'This belongs to somebody else.' : 'Only an administrator may change central profiles.',
    );
  return profile;
}

function refused(error: unknown): never {
  if (error instanceof ProfileRefused) throw new ApiError('invalid', error.message, { field: error.field });
  throw error;
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
      description: 'One’s own and the group’s; an own one with a key replaces the group’s with that key.',
      answer: ProfileList,
      handle: async ({ viewer }) => ({ profiles: (await profilesForUser(db, viewer.userId)).map(shown) }),
    }),
    route({
      access: 'signedIn',
      method: 'post',
      path: '/profiles',
      tag,
      operation: 'createProfile',
      summary: 'Create a presence profile',
      description: 'With owner `user` one’s own; with owner `group` a central one, for administrators.',
      body: NewProfile,
      status: 201,
      answer: Profile,
      async handle({ viewer, body: { owner, groupId, ...fields } }) {
        if (owner === 'group' && viewer.role !== 'administrator')
          throw new ApiError('forbidden', 'Only an administrator may create central profiles.', { field: 'owner' });
        if (fields.key !== null && !isBuiltInKey(fields.key))
          throw new ApiError('invalid', 'The key is that of a built-in profile, such as "appointment".', {
            field: 'key',
          });
        return db.transaction().execute(async (transaction) => {
          const of =
            owner === 'user'
              ? { userId: viewer.userId }
              : await centralOwnerOfGroup(transaction, groupId ?? (await ensureDefaultGroup(transaction, 'UTC')));
          if (!of) throw new ApiError('invalid', 'There is no such group.', { field: 'groupId' });
          return shown(await createProfile(transaction, of, fields).catch(refused));
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
      description: 'Whoever it concerns gets the new presence and forwarding at once.',
      params,
      body: ProfileChange,
      answer: Profile,
      handle: ({ viewer, params: { profileId }, body }) =>
        db.transaction().execute(async (transaction) => {
          const before = await mayChange(transaction, viewer, profileId);
          return shown((await updateProfile(transaction, profileId, body).catch(refused)) ?? before);
        }),
    }),
    route({
      access: 'signedIn',
      method: 'delete',
      path: '/profiles/{profileId}',
      tag,
      operation: 'deleteProfile',
      summary: 'Delete a presence profile',
      description: 'The built-in ones of a group can be switched off, not deleted.',
      params,
      answer: null,
      handle: ({ viewer, params: { profileId } }) =>
        db.transaction().execute(async (transaction) => {
          const { userId, key } = await mayChange(transaction, viewer, profileId);
          if (!userId && key)
            throw new ApiError('conflict', 'Appointments lead to this built-in profile: switch it off instead.');
          await deleteProfile(transaction, profileId);
          return undefined;
        }),
    }),
  ];
}
