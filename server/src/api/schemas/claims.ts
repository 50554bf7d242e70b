import { z } from '@hono/zod-openapi';
import { clientStates } from '../../presence/clients.ts';
import { leaseRange } from '../../presence/program-claims.ts';
import { belowReasons } from '../../presence/stack.ts';
import { Id, Instant, InstantInput } from './common.ts';
import { Forwarding, NoteInput, Reason, Status, setBy } from './presence.ts';

/** A program's name for its claim, as it stands in a path. */
export const ProgramName = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,59}$/u, 'Write a name of up to 60 letters, digits, spaces and . _ -')
  .openapi({ description: 'The program’s name for its claim, told as the reason.', example: 'door panel' });

const seconds = `Write a whole number of seconds from ${leaseRange.least} to ${leaseRange.most}.`;

export const NewProgramClaim = z
  .object({
    status: Status.optional(),
    profile: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .openapi({ description: 'Of the user’s profiles, by key or name.', example: 'doNotDisturb' }),
    note: NoteInput.optional(),
    leaseSeconds: z
      .int(seconds)
      .min(leaseRange.least, seconds)
      .max(leaseRange.most, seconds)
      .default(leaseRange.usual)
      .openapi({ description: 'The claim ends after so many seconds unless it is sent again.' }),
    until: InstantInput.optional().openapi({ description: 'It ends then, however often it is renewed.' }),
  })
  .refine((claim) => (claim.profile === undefined) !== (claim.status === undefined), {
    message: 'Choose either a profile or a status.',
    path: ['profile'],
  })
  .openapi('NewProgramClaim', { example: { status: 'doNotDisturb', note: 'In room 12', leaseSeconds: 300 } });
export type NewProgramClaim = z.input<typeof NewProgramClaim>;

export const ProgramClaim = z
  .object({
    origin: z.string().openapi({ example: 'door panel' }),
    status: Status,
    profile: z.object({ id: Id, name: z.string() }).nullable(),
    note: z.string().nullable().openapi({ description: 'As it was sent, with its placeholders.' }),
    since: Instant,
    until: Instant.nullable().openapi({ description: 'Null: as long as it is renewed.' }),
    leasedUntil: Instant.openapi({ description: 'It ends then unless it is sent again.' }),
    by: z
      .object({ id: Id, displayName: z.string() })
      .nullable()
      .openapi({ description: 'Whose token or session it was sent with; null: somebody who is gone.' }),
  })
  .openapi('ProgramClaim');
export const ProgramClaimList = z.object({ claims: z.array(ProgramClaim) }).openapi('ProgramClaimList');

export const ClientReport = z
  .object({
    client: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9_-]{8,64}$/, 'Write 8 to 64 letters, digits, - and _ that no other client has.')
      .openapi({ description: 'Tells the user’s clients apart: made up anew by each.', example: 'c1b5f3a2-7d0e' }),
    state: z.enum(clientStates).openapi({
      description:
        'active: somebody is at it. idle: nobody has been for as long as the answer says. locked: its screen is. ended: it is closed.',
    }),
  })
  .openapi('ClientReport');
export type ClientReport = z.infer<typeof ClientReport>;

export const ClientAnswer = z
  .object({
    heeded: z.boolean().openapi({
      description: 'Whether anything follows from it in the user’s group. If not, nothing was kept: ask again later.',
    }),
    inactiveAfterMinutes: z.int(),
    leaseSeconds: z
      .int()
      .openapi({ description: 'Within so many seconds the client reports again, or is taken for closed.' }),
  })
  .openapi('ClientAnswer');
export type ClientAnswer = z.infer<typeof ClientAnswer>;

export const StackEntry = z
  .object({
    running: z.boolean().openapi({ description: 'Whether it is in force now; else it is still to come.' }),
    status: Status,
    profile: z.object({ id: Id, name: z.string() }).nullable(),
    note: z.string().nullable(),
    forwarding: Forwarding,
    reason: Reason,
    setBy,
    from: Instant.nullable().openapi({ description: 'Null: it has no beginning.' }),
    until: Instant.nullable().openapi({ description: 'Null: until something changes.' }),
    appointmentEnd: Instant.nullable().optional().openapi({
      description: 'Of an appointment: its own end, without what a rule adds after it.',
    }),
    shows: Instant.nullable().openapi({
      description: 'When it is next the presence, within the time asked for; null: never, as things stand.',
    }),
    below: z
      .enum(belowReasons)
      .nullable()
      .openapi({
        description: `What decides against it: for a running one beside the entry above, for one to come beside the strongest at its
beginning. origin: a lower rank. status: one that asks for less consideration. length: a shorter one. start: a later one.
order: they are equal, and one has to be first. Null: it is the presence, or will be when it begins.`,
      }),
    above: z
      .int()
      .nullable()
      .openapi({ description: 'The entry that decides against it: its place in the list, from 0.' }),
  })
  .openapi('StackEntry');
export type StackEntry = z.infer<typeof StackEntry>;

export const Stack = z
  .object({
    at: Instant.openapi({ description: 'The moment it is the stack of.' }),
    entries: z.array(StackEntry).openapi({
      description: 'What is in force, the strongest first, then what comes, in the order of time.',
    }),
  })
  .openapi('Stack');
export type Stack = z.infer<typeof Stack>;
