import { z } from '@hono/zod-openapi';
import { privacySettingsOf } from '../agenda/privacy-settings.ts';
import type { Context } from '../context.ts';
import { actorOf } from '../organization/audit.ts';
import { chooseRelationship, listRelationships } from '../organization/relationships/relationships.ts';
import { ApiError } from './errors.ts';
import { type Route, route } from './route.ts';
import { Id, UserId } from './schemas/common.ts';
import { OwnPrivacy, Relationship, RelationshipChoice, RelationshipList } from './schemas/relationships.ts';

const tag = 'Relationships';
const params = z.object({ userId: UserId });
const pair = z.object({ userId: UserId, otherId: Id });

export function relationshipRoutes({ store: { db } }: Context): Route[] {
  return [
    route({
      access: 'selfOrAdministrator',
      method: 'get',
      path: '/users/{userId}/relationships',
      tag,
      operation: 'listRelationships',
      summary: 'What others are to a user: what they see, and what they may do',
      description: 'By name. The broadest of location and work groups counts, unless the user has chosen.',
      params,
      query: z.object({
        search: z.string().trim().max(200).optional().openapi({ description: 'Part of a name or address.' }),
        chosen: z.enum(['true', 'false']).optional().openapi({ description: 'true: only what the user has chosen.' }),
        after: Id.optional().openapi({ description: 'The last one of the page before.' }),
        limit: z.coerce.number().int().min(1).max(200).default(50),
      }),
      answer: RelationshipList,
      async handle({ params: { userId }, query: { chosen, ...query } }) {
        const user = await db.selectFrom('users').select('id').where('id', '=', userId).executeTakeFirst();
        if (!user) throw new ApiError('notFound', 'There is no such user.');
        return listRelationships(db, userId, { ...query, chosen: chosen === 'true' });
      },
    }),
    route({
      access: 'self',
      method: 'put',
      path: '/users/{userId}/relationships/{otherId}',
      tag,
      operation: 'chooseRelationship',
      summary: 'Choose what somebody is to oneself',
      description: 'Overrides location and work groups, in both directions of breadth. Only the user chooses.',
      params: pair,
      body: RelationshipChoice,
      answer: Relationship,
      handle: ({ viewer, params: { userId, otherId }, body: { level } }) =>
        db
          .transaction()
          .execute((transaction) => chooseRelationship(transaction, actorOf(viewer), userId, otherId, level)),
    }),
    route({
      access: 'self',
      method: 'delete',
      path: '/users/{userId}/relationships/{otherId}',
      tag,
      operation: 'forgetRelationship',
      summary: 'Take one’s choice back',
      params: pair,
      answer: Relationship,
      handle: ({ viewer, params: { userId, otherId } }) =>
        db
          .transaction()
          .execute((transaction) => chooseRelationship(transaction, actorOf(viewer), userId, otherId, null)),
    }),
    route({
      access: 'selfOrAdministrator',
      method: 'get',
      path: '/users/{userId}/privacy',
      tag,
      operation: 'readPrivacy',
      summary: 'What a user’s group lets others see',
      params,
      answer: OwnPrivacy,
      async handle({ params: { userId } }) {
        const group = await db
          .selectFrom('users')
          .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
          .select('settings')
          .where('users.id', '=', userId)
          .executeTakeFirst();
        if (!group) throw new ApiError('notFound', 'There is no such user.');
        const { detail, externalSees, historyDays } = privacySettingsOf(group.settings);
        return { detail, externalSees, historyDays };
      },
    }),
  ];
}
