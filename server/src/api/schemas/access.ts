import { z } from '@hono/zod-openapi';
import { scopeMeanings, scopes } from '../scopes.ts';
import { Id, Instant, InstantInput } from './common.ts';

export const Scope = z.enum(scopes).openapi('Scope', {
  description: Object.entries(scopeMeanings)
    .map(([scope, meaning]) => `\`${scope}\`: ${meaning}.`)
    .join(' '),
});

export const ApiToken = z
  .object({
    id: Id,
    name: z.string(),
    scopes: z.array(Scope),
    expiresAt: Instant,
    lastUsedAt: Instant.nullable().openapi({ description: 'To the minute; null when it never was.' }),
    createdAt: Instant,
  })
  .openapi('ApiToken');
export type ApiToken = z.infer<typeof ApiToken>;
export const ApiTokenList = z.object({ apiTokens: z.array(ApiToken) }).openapi('ApiTokenList');
export type ApiTokenList = z.infer<typeof ApiTokenList>;

export const NewApiToken = z
  .strictObject({
    name: z.string().trim().min(1, 'A name is needed: say what the token is for.').max(100),
    scopes: z.array(Scope).min(1, 'Choose at least one scope.').max(scopes.length),
    expiresAt: InstantInput.optional().openapi({
      description: 'At most a year from now; 90 days from now when left out.',
    }),
  })
  .openapi('NewApiToken');
export type NewApiToken = z.input<typeof NewApiToken>;

export const CreatedApiToken = ApiToken.extend({
  token: z.string().openapi({ description: 'Shown only now. Send it as `Authorization: Bearer …`.' }),
}).openapi('CreatedApiToken');
export type CreatedApiToken = z.infer<typeof CreatedApiToken>;

const changed = z.record(z.string(), z.unknown()).nullable();

export const AuditEntry = z
  .object({
    id: z.int(),
    at: Instant,
    actor: z.object({ id: Id.nullable(), name: z.string() }).openapi({ description: 'The name as it was then.' }),
    via: z.enum(['session', 'token', 'apply', 'import', 'system']),
    action: z.string().openapi({ example: 'change' }),
    subject: z
      .object({ kind: z.string(), id: z.string().nullable(), name: z.string() })
      .openapi({ example: { kind: 'user', id: '0b6ff2f4-6f3c-4c8e-9d6f-2f1f0a2c7a11', name: 'Ada Lovelace' } }),
    before: changed.openapi({ description: 'Of what was changed, the fields that differ; never a secret.' }),
    after: changed,
  })
  .openapi('AuditEntry');
export type AuditEntry = z.infer<typeof AuditEntry>;
export const AuditLog = z
  .object({
    entries: z.array(AuditEntry),
    names: z
      .record(z.string(), z.string())
      .openapi({ description: 'What the ids in the values are called now, or were called at last.' }),
  })
  .openapi('AuditLog');
export type AuditLog = z.infer<typeof AuditLog>;

export const AuditQuery = z.object({
  subjectKind: z.string().max(50).optional().openapi({ example: 'user' }),
  subjectId: z.string().max(100).optional(),
  actorId: Id.optional(),
  from: InstantInput.optional(),
  to: InstantInput.optional(),
  before: z.coerce.number().int().optional().openapi({ description: 'An entry’s id: what is older than that.' }),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const AuditSettings = z
  .strictObject({ keptDays: z.int().min(1).max(3_650).openapi({ description: 'Older entries are removed.' }) })
  .openapi('AuditSettings');
export type AuditSettings = z.infer<typeof AuditSettings>;
