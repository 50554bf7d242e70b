import { z } from '@hono/zod-openapi';
import { errorClasses } from '../../calendars/connector.ts';
import { forwardingModes } from '../../presence/presence.ts';
import { Id } from './common.ts';

const one = z.object({
  mode: z.enum(forwardingModes),
  target: z.string().nullable().openapi({ description: 'A number, or `voicemail`.' }),
});
const able = z.record(z.string(), z.union([z.literal(true), z.string()]));

export const PhoneTrialRequest = z
  .object({
    phoneSystemId: Id.nullable().default(null).openapi({
      description:
        'Whose stored sign-in to use where `secret` is left out. It is only sent to the servers it was entered for.',
    }),
    settings: z.record(z.string(), z.unknown()).openapi({ description: 'Of a phone system of kind `http`.' }),
    secret: z.record(z.string(), z.unknown()).optional(),
    extension: z
      .string()
      .trim()
      .regex(/^[0-9A-Za-z_.+-]{1,40}$/, 'Write the extension as the phone system knows it, such as 201.'),
  })
  .openapi('PhoneTrialRequest');
export type PhoneTrialRequest = z.input<typeof PhoneTrialRequest>;

export const PhoneTrial = z
  .object({
    exchanges: z
      .array(
        z.object({
          purpose: z.enum(['request', 'token']),
          method: z.string(),
          url: z.string(),
          headers: z.record(z.string(), z.string()),
          body: z.string().nullable(),
          status: z.int().nullable(),
          answer: z.string().nullable(),
        }),
      )
      .openapi({ description: 'Each request as it went out and what came back. Secrets and tokens are hidden.' }),
    found: z.object({ always: one, busy: one, unanswered: one }).nullable().openapi({
      description: 'How the answers were understood; null where they were not.',
    }),
    list: z.enum(['same', 'different', 'missing']).nullable().openapi({
      description: 'Whether the list of all extensions says the same of this one; null where none is read.',
    }),
    bootId: z.string().nullable(),
    capabilities: z.object({ modes: able, slots: able, voicemail: z.boolean() }).openapi({
      description: 'True, or why this system can’t do it.',
    }),
    problem: z.object({ errorClass: z.enum(errorClasses), message: z.string() }).nullable(),
  })
  .openapi('PhoneTrial');
export type PhoneTrial = z.infer<typeof PhoneTrial>;
