/** The parts that settings of HTTP phone systems are made of: templates, pointers, requests, pages. */
import { z } from 'zod';

/** What templates may name. `found.…`: what an earlier request of the same list has kept. */
export const placeholders = ['extension', 'target', 'mode', 'status', 'until', 'note'] as const;
export const placeholderPattern = /\{\{\s*([^{}]*?)\s*\}\}/g;

export const template = z.string().max(20_000);

export const address = template.refine(
  (text) => /^https?:\/\/[^/{}\s@]+(\/|$|\?)/.test(text),
  'The address starts with http:// or https:// and a host; placeholders come after the host.',
);
export const headers = z
  .record(z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'A header name has no spaces or colons.'), template)
  .default({});

/** RFC 6901; '' is the whole answer. */
export const pointer = z.string().regex(/^(\/[^/]*)*$/, 'A JSON pointer starts with "/", such as /forwarding/target.');

/** By what it is given; a union would only say that nothing fits. */
export function either<A extends z.ZodType, B extends z.ZodType>(
  isFirst: (value: unknown) => boolean,
  first: A,
  second: B,
) {
  return z.unknown().transform((value, context): z.output<A> | z.output<B> => {
    const result = (isFirst(value) ? first : second).safeParse(value);
    if (result.success) return result.data as z.output<A> | z.output<B>;
    for (const { path, message } of result.error.issues)
      context.addIssue({ code: 'custom', path: [...path] as (string | number)[], message });
    return z.NEVER;
  });
}
const isText = (value: unknown) => typeof value !== 'object' || value === null;

const scalar = z.union([z.string(), z.boolean(), z.number()]);
export type Scalar = z.infer<typeof scalar>;

/** Where a value stands: a pointer, or in the element of a list that has certain values (places.ts). */
export const place = either(
  isText,
  pointer,
  z.strictObject({
    /** The name of a further request (`read.more`). */
    of: z.string().optional(),
    list: pointer.optional(),
    /** By pointer into an element: what must stand there. */
    where: z.record(pointer, template).optional(),
    at: pointer,
  }),
);
export const pointers = either(isText, pointer, z.array(pointer));
/** That a certain value stands at a place. */
export const sign = z.strictObject({ at: place, is: scalar });

const json: z.ZodType<unknown> = z.lazy(() =>
  z.union([template, z.number(), z.boolean(), z.null(), z.array(json), z.record(z.string(), json)]),
);

export const request = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  address,
  headers,
  /** A text with placeholders; or JSON, in which a text that is one {{found.…}} becomes what was found, whatever it is. */
  body: z
    .union([template, z.array(json), z.record(z.string(), json)])
    .nullable()
    .default(null),
  /** Kept from the answer for the requests after it in the same list: {{found.name}}. */
  keep: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'A name has letters and digits.'), place).default({}),
});

/** One request, or several in order. */
export const requestsWith = (method: z.infer<typeof request>['method']) => {
  const one = request.extend({ method: request.shape.method.default(method) });
  const several = z.array(one).min(1, 'At least one request is needed.').max(5, 'At most five requests.');
  return either(Array.isArray, several, one);
};

/** How the next page of a list is asked for. */
export const paging = z.discriminatedUnion('by', [
  /** The answer's Link header (RFC 8288), rel="next". */
  z.strictObject({ by: z.literal('link') }),
  /** An address in the answer. */
  z.strictObject({ by: z.literal('next'), at: pointer }),
  /** A parameter that counts items: 0, `size`, 2 × `size` … until a page is not full. */
  z.strictObject({ by: z.literal('offset'), parameter: z.string().min(1), size: z.int().min(1).max(10_000) }),
  /** A parameter that counts pages, until a page is not full. */
  z.strictObject({
    by: z.literal('page'),
    parameter: z.string().min(1),
    first: z.int().min(0).max(1).default(1),
    size: z.int().min(1).max(10_000),
  }),
  /** A parameter that takes a word from the answer before. */
  z.strictObject({ by: z.literal('cursor'), parameter: z.string().min(1), at: pointer }),
]);

/** A list that is read whole. */
export const list = z.object({
  method: z.enum(['GET', 'POST']).default('GET'),
  address,
  headers,
  /** Where the list stands in the answer; '' when it is the answer. */
  list: pointer,
  paging: paging.nullable().default(null),
});

export const errorRules = z
  .array(
    z
      .strictObject({
        /** Answers with one of these HTTP statuses; any answer when it is empty. */
        status: z.array(z.int().min(100).max(599)).default([]),
        /** And that have this value there. */
        at: pointer.nullable().default(null),
        is: scalar.nullable().default(null),
        class: z.enum(['credentials', 'expired', 'notFound', 'refused', 'throttled', 'internal', 'good']),
      })
      .refine((rule) => rule.status.length > 0 || rule.at !== null, 'Name HTTP statuses, or a place in the answer.'),
  )
  .max(50)
  .default([]);
export type ErrorRule = z.infer<typeof errorRules>[number];

export type HttpRequestTemplate = z.infer<typeof request>;
export type HttpList = z.infer<typeof list>;
export type Paging = z.infer<typeof paging>;
export const requestsOf = <T extends object>(requests: T | T[]): T[] =>
  Array.isArray(requests) ? requests : [requests];
