import { z } from '@hono/zod-openapi';
import { alertKinds } from '../../organization/alerts.ts';
import { slots } from '../../presence/presence.ts';
import { Id, Instant } from './common.ts';
import { ForwardingEntry, ForwardingMode, Reason, Status } from './presence.ts';

export const Alert = z
  .object({
    id: z.int(),
    at: Instant,
    kind: z.enum(alertKinds).openapi({
      description:
        '`guard`: a phone system paused itself. `detail` says how many phones would have changed (`changes`), of how many (`phones`), and the share that is allowed in percent (`share`).',
    }),
    subjectKind: z.literal('phoneSystem'),
    subjectId: Id.nullable(),
    subjectName: z.string(),
    detail: z.record(z.string(), z.unknown()),
    seenAt: Instant.nullable(),
    seenBy: z.object({ id: Id, displayName: z.string() }).nullable(),
  })
  .openapi('Alert');
export type Alert = z.infer<typeof Alert>;

export const AlertList = z
  .object({ alerts: z.array(Alert) })
  .openapi('AlertList', { description: 'The newest first.' });
export type AlertList = z.infer<typeof AlertList>;

const set = z.object({ mode: ForwardingMode, target: z.string().nullable() });

export const OutlookLine = z
  .object({
    extensionId: Id,
    extension: z.string(),
    slot: z.enum(slots),
    user: z.object({ id: Id, displayName: z.string() }),
    actual: set.nullable().openapi({ description: 'What is set at the phone, as last read; null until read.' }),
    actualAt: Instant.nullable(),
    wanted: set.openapi({ description: 'What presence wants there now.' }),
    changes: z.boolean().openapi({ description: 'Whether something else would be set than is set now.' }),
    ours: z.boolean().openapi({ description: 'Whether something of Whenabouts may be set there.' }),
    problem: z.string().nullable().openapi({ description: 'Why it can’t be set, or not be read.' }),
    status: Status,
    until: Instant.nullable(),
    origin: Reason.shape.origin,
  })
  .openapi('OutlookLine');
export type OutlookLine = z.infer<typeof OutlookLine>;

export const Outlook = z
  .object({
    summary: z.object({
      phones: z.int().openapi({ description: 'Phones that belong to users.' }),
      forwarded: z.int().openapi({ description: 'Phones that would be forwarded now.' }),
      changes: z.int().openapi({ description: 'Phones at which something would change now.' }),
      inForce: z.int().openapi({ description: 'Phones that have something of Whenabouts.' }),
      problems: z
        .array(z.object({ reason: z.string(), phones: z.int() }))
        .openapi({ description: 'Why phones can’t be given what is wanted, and how many.' }),
    }),
    lines: z.array(OutlookLine).openapi({ description: 'Those at which something would change first.' }),
    next: z.int().nullable().openapi({ description: 'The offset of the next page; null: there is none.' }),
  })
  .openapi('Outlook', { description: 'What a phone system would do now, were it active.' });
export type Outlook = z.infer<typeof Outlook>;

export const OutlookLog = z
  .object({
    entries: z.array(
      ForwardingEntry.omit({ phoneSystem: true }).extend({ user: z.object({ id: Id, displayName: z.string() }) }),
    ),
  })
  .openapi('OutlookLog', { description: 'The newest first.' });
export type OutlookLog = z.infer<typeof OutlookLog>;
