import { z } from '@hono/zod-openapi';
import { errorClasses } from '../../calendars/connector.ts';
import { forwardingParts } from '../../telephony/abilities.ts';
import { CheckStep } from './accounts.ts';
import { Id, Instant } from './common.ts';
import { Pause } from './pause.ts';

const name = z.string().trim().min(1, 'A name is needed.').max(100);
const settings = z.record(z.string(), z.unknown()).openapi({ description: 'By kind; never holds a secret.' });
const secret = z.record(z.string(), z.unknown()).openapi({ description: 'By kind; stored sealed, never shown.' });

export const PhoneSystemMode = z.enum(['active', 'observe', 'paused']).openapi('PhoneSystemMode', {
  description:
    'active: forwarding is written. observe: read and logged only, never written. paused: nothing is wanted of the phones, or they are left as they are (`pause` says which, by whom and why).',
});

export const GuardShare = z.int().min(0).max(100).openapi({
  description:
    'Percent of the phones at which forwarding may change within 15 minutes outside times that were known beforehand; when more would (and at least 5), the phone system pauses itself. 0: no guard.',
});

export const PhoneSystem = z
  .object({
    id: Id,
    name: z.string(),
    kind: z.string().openapi({ example: 'asterisk' }),
    settings,
    hasSecret: z.boolean(),
    mode: PhoneSystemMode,
    status: z.enum(['new', 'ok', 'failing']),
    errorClass: z.enum(errorClasses).nullable(),
    message: z.string().nullable(),
    lastContactAt: Instant.nullable(),
    extensions: z.int().openapi({ description: 'How many are mapped to users.' }),
    inForce: z.int().openapi({ description: 'At how many of them something of Whenabouts is set, or may be.' }),
    pollSeconds: z.int().nullable().openapi({
      description: 'How often forwarded phones are looked at: every 30 s, or as seldom as the request budget makes it.',
    }),
    guardShare: GuardShare,
    pause: Pause.nullable(),
    becomes: z.enum(['active', 'observe']).nullable().openapi({
      description: 'Paused only until everything is given back: what it does then.',
    }),
  })
  .openapi('PhoneSystem');
export type PhoneSystem = z.infer<typeof PhoneSystem>;

export const PhoneSystemList = z.object({ phoneSystems: z.array(PhoneSystem) }).openapi('PhoneSystemList');
export type PhoneSystemList = z.infer<typeof PhoneSystemList>;

export const NewPhoneSystem = z
  .object({
    name,
    kind: z.enum(['asterisk', 'http']),
    settings,
    secret: secret.optional(),
    mode: PhoneSystemMode.default('observe'),
    guardShare: GuardShare.default(20),
  })
  .openapi('NewPhoneSystem');
export type NewPhoneSystem = z.input<typeof NewPhoneSystem>;

export const PhoneSystemChange = z
  .object({
    ...{ name, settings, secret, mode: PhoneSystemMode, guardShare: GuardShare },
    inForce: z.enum(['giveBack', 'leave']).openapi({
      description:
        'With a mode that isn’t `active`: what becomes of what is ours on the phones. giveBack when left out. With settings of another address, while something of ours is on the phones: `leave` says that it is the same phone system at a new address; otherwise that is refused (409).',
    }),
  })
  .partial()
  .openapi('PhoneSystemChange');
export type PhoneSystemChange = z.input<typeof PhoneSystemChange>;

const phoneSystemUnable = {
  id: Id,
  name: z.string(),
  unable: z.array(z.object({ part: z.enum(forwardingParts), reason: z.string() })).openapi({
    description:
      'The modes, the calls (`busy`, `unanswered`) and the target `voicemail` that a profile may name and this system can’t do. Calls of its users then ring as if nothing were set.',
  }),
};

export const PhoneAbilityList = z
  .object({
    phoneSystems: z.array(
      z.object({
        ...phoneSystemUnable,
        users: z.int().openapi({ description: 'Of the location, with an extension there.' }),
        problem: z.string().nullable().openapi({ description: 'Why nothing can be told; null: it can.' }),
      }),
    ),
  })
  .openapi('PhoneAbilityList');
export type PhoneAbilityList = z.infer<typeof PhoneAbilityList>;

export const ProfileOptions = z
  .object({
    predefinedTargets: z.array(z.object({ id: Id, name: z.string(), number: z.string() })).openapi({
      description: 'Of one’s location.',
    }),
    phoneSystems: z.array(z.object(phoneSystemUnable)).openapi({ description: 'Those of one’s own extensions.' }),
  })
  .openapi('ProfileOptions');
export type ProfileOptions = z.infer<typeof ProfileOptions>;

export const PhoneSystemCheckResult = z
  .object({
    steps: z.array(CheckStep),
    modes: z.record(z.string(), z.union([z.literal(true), z.string()])).openapi({
      description: 'For each forwarding mode: true, or why this system can’t do it.',
    }),
    slots: z.record(z.string(), z.union([z.literal(true), z.string()])).openapi({
      description: 'The same for calls that find the user `busy`, or that stay `unanswered`.',
    }),
  })
  .openapi('PhoneSystemCheckResult');
export type PhoneSystemCheckResult = z.infer<typeof PhoneSystemCheckResult>;

export const Extension = z
  .object({
    id: Id,
    userId: Id,
    phoneSystemId: Id,
    number: z.string(),
    warning: z.string().nullable().optional().openapi({
      description:
        'When it is created: what speaks against the number under the dialling rules of the user’s location.',
    }),
  })
  .openapi('Extension');
export type Extension = z.infer<typeof Extension>;

export const ExtensionList = z.object({ extensions: z.array(Extension) }).openapi('ExtensionList');
export type ExtensionList = z.infer<typeof ExtensionList>;

export const NewExtension = z
  .object({
    userId: Id,
    phoneSystemId: Id,
    number: z
      .string()
      .trim()
      .regex(/^[0-9A-Za-z_.+-]{1,40}$/, 'Write the extension as the phone system knows it, such as 201.')
      .openapi({ example: '201' }),
  })
  .openapi('NewExtension');
export type NewExtension = z.input<typeof NewExtension>;
