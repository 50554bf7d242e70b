import { z } from '@hono/zod-openapi';
import { calendarDetails } from '../../agenda/privacy-settings.ts';
import { levelOrigins, levels } from '../../organization/relationships/levels.ts';
import { DialableNumber, Id } from './common.ts';

export const Level = z.enum(levels).openapi('RelationshipLevel', {
  description: `What somebody is to a user, from the least to the most. external: sees the status. employee: also until when, and the note.
colleague: of the same team. assistant: also reason, forwarding and phones, and may change presence and forwarding for the
user. How much of the agenda each sees, the privacy settings of the user's group say.`,
});

export const Relationship = z
  .object({
    other: z.object({ id: Id, displayName: z.string() }),
    level: Level,
    from: z.enum(levelOrigins).openapi({
      description: 'own: the user has chosen it. assistant: the other is named as the user’s assistant.',
    }),
    workGroup: z
      .object({ id: Id, name: z.string() })
      .nullable()
      .openapi({ description: 'Where it comes from a work group: which.' }),
  })
  .openapi('Relationship', { description: 'What the other one is to the user. Directed.' });
export type Relationship = z.infer<typeof Relationship>;

export const RelationshipList = z
  .object({
    relationships: z.array(Relationship),
    next: Id.nullable().openapi({ description: 'The `after` of the next page; null at the end.' }),
  })
  .openapi('RelationshipList');
export type RelationshipList = z.infer<typeof RelationshipList>;

export const RelationshipChoice = z.object({ level: Level }).openapi('RelationshipChoice');

const detail = z.enum(calendarDetails);
export const OwnPrivacy = z
  .object({
    detail: z.object({ external: detail, employee: detail, colleague: detail, assistant: detail }).openapi({
      description: 'Of the agenda, by what the one who looks is to the user.',
    }),
    externalSees: z.object({ until: z.boolean(), note: z.boolean() }),
    historyDays: z.int(),
  })
  .openapi('OwnPrivacy', { description: 'What the user’s group says about privacy.' });
export type OwnPrivacy = z.infer<typeof OwnPrivacy>;

const fields = {
  name: z.string().trim().min(1, 'A name is needed.').max(100),
  level: Level,
  number: DialableNumber.nullable().openapi({ description: 'Where forwarding to "the team" leads.' }),
  locationId: Id.nullable().openapi({
    description: 'Whose administrators keep it; null: those of the whole system. Members may be of any location.',
  }),
};

export const WorkGroup = z
  .object({ id: Id, ...fields, number: z.string().nullable(), members: z.int() })
  .openapi('WorkGroup');
export type WorkGroup = z.infer<typeof WorkGroup>;

export const WorkGroupList = z.object({ workGroups: z.array(WorkGroup) }).openapi('WorkGroupList');
export type WorkGroupList = z.infer<typeof WorkGroupList>;

export const NewWorkGroup = z
  .object({
    ...fields,
    level: Level.default('colleague'),
    number: fields.number.default(null),
    locationId: fields.locationId.default(null),
  })
  .openapi('NewWorkGroup');
export type NewWorkGroup = z.input<typeof NewWorkGroup>;

export const WorkGroupChange = z.object(fields).partial().openapi('WorkGroupChange');
export type WorkGroupChange = z.input<typeof WorkGroupChange>;

export const Members = z
  .object({ members: z.array(z.object({ id: Id, displayName: z.string() })) })
  .openapi('WorkGroupMembers');
export type Members = z.infer<typeof Members>;

export const MemberChoice = z.object({ userIds: z.array(Id).max(5_000) }).openapi('WorkGroupMemberChoice');
export type MemberChoice = z.input<typeof MemberChoice>;
