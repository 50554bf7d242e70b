import { z } from '@hono/zod-openapi';
import { pauseLevels } from '../../telephony/trust/pauses.ts';
import { Id, Instant, InstantInput } from './common.ts';

export const Pause = z
  .object({
    level: z.enum(pauseLevels).openapi({ description: 'What is paused: the user, the group or the phone system.' }),
    by: z.object({ id: Id.nullable(), name: z.string() }).openapi({
      description: 'Without an id: the command line, a company file, or Whenabouts itself (`guard`).',
    }),
    since: Instant,
    reason: z.string().nullable(),
    giveBack: z.boolean().openapi({ description: 'False: what is set at the phones stays as it is.' }),
    until: Instant.nullable().openapi({ description: 'Null: until somebody resumes.' }),
    guard: z.boolean().openapi({
      description: 'The phone system paused itself, because too much would have changed outside known times.',
    }),
  })
  .openapi('Pause');
export type Pause = z.infer<typeof Pause>;

export const NewPause = z
  .object({
    giveBack: z.boolean().default(true).openapi({
      description: 'Give back what is ours on the phones first; false: leave the phones as they are.',
    }),
    reason: z.string().trim().max(200).nullable().default(null),
    until: InstantInput.nullable().default(null),
  })
  .openapi('NewPause', { example: { giveBack: true, reason: 'The phone system is being moved.' } });
export type NewPause = z.input<typeof NewPause>;

export const PauseState = z
  .object({
    pause: Pause.nullable().openapi({ description: 'Of all phone systems: one when all of them are paused.' }),
    phones: z.int().openapi({ description: 'How many belong to users here.' }),
    inForce: z.int().openapi({ description: 'Phones that had something of ours when it was paused.' }),
    waiting: z.int().openapi({ description: 'Those that still have. 0: nothing of Whenabouts is on any phone here.' }),
    waitingPhones: z
      .array(
        z.object({
          extension: z.string(),
          user: z.object({ id: Id, displayName: z.string() }),
          phoneSystem: z.string(),
          reason: z.string().nullable().openapi({ description: 'Why it could not be given back so far.' }),
        }),
      )
      .openapi({ description: 'The first hundred of them.' }),
    waitingMailboxes: z
      .array(
        z.object({
          mailbox: z.string(),
          user: z.object({ id: Id, displayName: z.string() }),
          reason: z.string().nullable().openapi({ description: 'Why it could not be taken back so far.' }),
        }),
      )
      .openapi({
        description:
          'Mailboxes with automatic replies of ours, the first hundred. They are taken back with what is given back on phones, not for a phone system alone.',
      }),
    mayResume: z.boolean().openapi({ description: 'Whether the asker may end the pause.' }),
    mayPause: z.boolean().openapi({ description: 'Whether the asker may pause.' }),
  })
  .openapi('PauseState');
export type PauseState = z.infer<typeof PauseState>;
