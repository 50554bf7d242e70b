/** Routes about a location or a group that their path names: whose they are, for all of them alike. */
import { z } from '@hono/zod-openapi';
import { locationExists, locationOfGroup } from '../organization/tree.ts';
import type { Executor } from '../store/database.ts';
import { Id } from './schemas/common.ts';

/** For paths with {locationId}. */
export const atLocation = {
  params: z.object({ locationId: Id }),
  locationOf: async (db: Executor, { locationId }: Record<string, string>) =>
    (await locationExists(db, locationId!)) ? locationId! : null,
} as const;

/** For paths with {groupId}. */
export const atGroup = {
  params: z.object({ groupId: Id }),
  locationOf: (db: Executor, { groupId }: Record<string, string>) => locationOfGroup(db, groupId!),
} as const;
