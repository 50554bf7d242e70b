import { z } from '@hono/zod-openapi';
import { leavingKinds, stepNames } from '../../organization/leaving/steps.ts';
import { Id, Instant } from './common.ts';

export const LeavingState = z.enum(['running', 'done', 'cancelled']);

export const LeavingStep = z
  .object({
    name: z.enum(stepNames),
    state: z.enum(['waiting', 'running', 'done', 'failed']).openapi({
      description: 'waiting: not begun. failed: could not be done yet and is tried again; the message says why.',
    }),
    message: z.string().nullable(),
    at: Instant.nullable(),
  })
  .openapi('LeavingStep');

export const Leaving = z
  .object({
    id: Id,
    kind: z.enum(leavingKinds),
    subjectId: Id.openapi({ description: 'Of what leaves; it may be gone already. Of a method: the group.' }),
    subjectName: z.string(),
    locationId: Id.nullable().openapi({
      description: 'Whose administrators may see it; null: those of the whole system.',
    }),
    state: LeavingState,
    steps: z.array(LeavingStep).openapi({ description: 'In their order.' }),
    requestedBy: z.object({ id: Id, displayName: z.string() }).nullable(),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
  })
  .openapi('Leaving', { description: 'A removal under way, or done.' });
export type Leaving = z.infer<typeof Leaving>;

export const LeavingStarted = z.object({ leaving: Leaving }).openapi('LeavingStarted');
export type LeavingStarted = z.infer<typeof LeavingStarted>;

export const LeavingList = z.object({ leavings: z.array(Leaving) }).openapi('LeavingList');
export type LeavingList = z.infer<typeof LeavingList>;
