/** Settings of a phone system that is reached by HTTP requests written as templates. */
import { z } from 'zod';
import { placeholders } from './templates.ts';

const known = new Set<string>(placeholders);
const template = z.string().superRefine((text, check) => {
  for (const [, name] of text.matchAll(/\{\{\s*([^{}]*?)\s*\}\}/g))
    if (!known.has(name!))
      check.addIssue({
        code: 'custom',
        message: `{{${name}}} is unknown. There are: ${placeholders.map((each) => `{{${each}}}`).join(' ')}`,
      });
});
const address = template.refine(
  (text) => /^https?:\/\/[^/{}\s]+(\/|$|\?)/.test(text),
  'The address starts with http:// or https:// and a host; placeholders come after the host.',
);
const headers = z
  .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'A header name has no spaces or colons.'), template)
  .default({});
/** RFC 6901; '' is the whole answer. */
const pointer = z.string().regex(/^(\/[^/]*)*$/, 'A JSON pointer starts with "/", such as /forwarding/target.');

const request = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  address,
  headers,
  body: template.nullable().default(null),
});

export const httpSettings = z.object({
  /** Sent when calls are to be forwarded (or do not disturb), and when they no longer are. */
  set: request.extend({ method: request.shape.method.default('PUT') }),
  clear: request.extend({ method: request.shape.method.default('DELETE') }),
  /** How the phone's state is read back: an answer to `set` is no proof. */
  read: request.omit({ body: true }).extend({
    method: z.enum(['GET', 'POST']).default('GET'),
    /** Where the target stands. An empty or missing one means: not forwarded. */
    target: pointer,
    /** Where the mode stands, when the system has more than one. Its words are translated by `modes`. */
    mode: pointer.nullable().default(null),
    /** Whether "404 Not Found" means: not forwarded (else it means: no such extension). */
    notFoundIsOff: z.boolean().default(false),
  }),
  /** Something that changes with each restart of the system, so that a lost write is told from a person's change. */
  boot: z.object({ address, headers, value: pointer }).nullable().default(null),
  /** What the system can do, and its own word for it: {{mode}} when writing, `read.mode` when reading. */
  modes: z
    .partialRecord(z.enum(['off', 'all', 'internal', 'external', 'doNotDisturb']), z.string())
    .default({ off: 'off', all: 'all' }),
  /** The target that reaches an extension's voice mailbox; null: there is none. */
  voicemail: z
    .string()
    .regex(/^[^{}]*(\{\{extension\}\})?[^{}]*$/, 'Voicemail may contain {{extension}} and nothing else in braces.')
    .nullable()
    .default(null),
  /** A 2xx answer whose JSON has something else here is an error all the same. */
  success: z
    .object({ at: pointer, is: z.union([z.string(), z.boolean(), z.number()]) })
    .nullable()
    .default(null),
  /** Where an error answer tells its reason in words. */
  errorMessage: pointer.nullable().default(null),
  /** Tries for one write or read, at 429, 5xx or no answer. */
  attempts: z.number().int().min(1).max(5).default(3),
  timeoutMs: z.number().int().min(100).max(10_000).default(5_000),
  /** At most this many requests a second are sent to the system. */
  requestsPerSecond: z.number().min(0.1).max(1_000).default(20),
});
export type HttpSettings = z.infer<typeof httpSettings>;
export type HttpRequestTemplate = z.infer<typeof request>;

export const httpSecret = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('basic'), username: z.string().min(1), password: z.string() }),
  z.object({ kind: z.literal('bearer'), token: z.string().min(1) }),
  z.object({
    kind: z.literal('header'),
    name: z.string().regex(/^[A-Za-z0-9-]+$/),
    value: z.string().regex(/^[^\r\n\0]+$/),
  }),
]);
export type HttpSecret = z.infer<typeof httpSecret>;
