import { z } from '@hono/zod-openapi';
import { Account } from './accounts.ts';
import { Id } from './common.ts';
import { Leaving } from './leaving.ts';
import { Phone, Presence, Status } from './presence.ts';
import { User } from './users.ts';

/** As many as one answer holds. */
export const maxUsersInPage = 1_000;

export const UserListQuery = z.object({
  search: z.string().max(200).optional().openapi({
    description: 'Words; each begins a word of the name or e-mail address. One word may also begin an extension.',
    example: 'ada love',
  }),
  locationId: Id.optional(),
  groupId: Id.optional(),
  active: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .openapi({ type: 'string', enum: ['true', 'false'], description: 'Left out: both, for who sees both.' }),
  status: Status.optional().openapi({ description: 'Only those who have it at this moment.' }),
  except: Id.optional().openapi({ description: 'This one is left out, such as oneself.' }),
  after: z.string().max(2_000).optional().openapi({ description: 'The `next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(maxUsersInPage).default(maxUsersInPage),
});

export const UserOverview = z
  .object({
    user: User,
    accounts: z.array(Account),
    presence: Presence.nullable().openapi({ description: 'Null until it is first computed.' }),
    phones: z.array(Phone),
    signIn: z
      .object({
        password: z.boolean(),
        secondFactor: z.boolean(),
        providers: z.array(z.string()).openapi({ description: 'Names of the identity providers that know the user.' }),
      })
      .openapi({ description: 'How the user gets in.' }),
    leaving: Leaving.nullable().openapi({ description: 'The removal of the user that is under way.' }),
    switchingOff: Leaving.nullable().openapi({
      description: 'What is still to be done of switching the user off; switching on again takes it back.',
    }),
  })
  .openapi('UserOverview');
export type UserOverview = z.infer<typeof UserOverview>;

export const UserReset = z
  .object({
    ...{ profiles: z.int(), manualChoices: z.int(), relationships: z.int(), reminders: z.int() },
    ...{ rules: z.int(), appointmentChoices: z.int() },
  })
  .openapi('UserReset', { description: 'How many of each are gone.' });
export type UserReset = z.infer<typeof UserReset>;
