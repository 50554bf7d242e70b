/** How a phone system gives tokens, and what it takes for one. */
import { z } from 'zod';
import { address, place, requestsWith, template } from './request-settings.ts';

/** Where the token goes in every other request. */
const send = z
  .object({
    header: z
      .string()
      .regex(/^[A-Za-z0-9-]+$/, 'A header name has no spaces or colons.')
      .default('Authorization'),
    prefix: z.string().default('Bearer '),
  })
  .default({ header: 'Authorization', prefix: 'Bearer ' });

const oauth = {
  address,
  scope: z.string().default(''),
  /** More parameters of the token request, such as `audience`. */
  parameters: z.record(z.string().min(1), z.string()).default({}),
  /** Whether client id and secret go into the body or into an Authorization header (RFC 6749 section 2.3.1). */
  client: z.enum(['body', 'header']).default('body'),
  send,
};

export const tokenSettings = z.discriminatedUnion('by', [
  /** RFC 6749 section 4.4. */
  z.strictObject({ by: z.literal('clientCredentials'), ...oauth }),
  /** RFC 6749 section 4.3. */
  z.strictObject({ by: z.literal('password'), ...oauth }),
  /** RFC 6749 section 6; a new refresh token in the answer takes the place of the old one. */
  z.strictObject({ by: z.literal('refreshToken'), ...oauth }),
  /** Requests of the phone system's own. */
  z.strictObject({
    by: z.literal('login'),
    requests: requestsWith('POST'),
    /** Made from what earlier requests have found, in order; {{hash.name}} in the requests after it. */
    hashes: z
      .array(
        z.strictObject({
          name: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'A name has letters and digits.'),
          /** Of the UTF-8 bytes, in hexadecimal; base64 is no hash, but written the same way. */
          with: z.enum(['md5', 'sha1', 'sha256', 'sha512', 'base64']),
          of: template,
        }),
      )
      .max(5)
      .default([]),
    /** Where the token stands in the last answer. */
    token: place,
    /** Where the answer says for how many seconds it is good, or until when (ISO 8601, UTC unless it says otherwise). */
    expiresIn: place.nullable().default(null),
    expiresAt: place.nullable().default(null),
    /** Where it doesn't say. */
    lifetimeSeconds: z.int().min(10).max(31_536_000).default(3_600),
    send,
  }),
]);
export type TokenSettings = z.infer<typeof tokenSettings>;

const text = (name: string) => z.string().min(1, `${name} is missing.`);
export const httpSecret = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('basic'), username: z.string().min(1), password: z.string() }),
  z.object({ kind: z.literal('bearer'), token: z.string().min(1) }),
  z.object({
    kind: z.literal('header'),
    name: z.string().regex(/^[A-Za-z0-9-]+$/),
    value: z.string().regex(/^[^\r\n\0]+$/),
  }),
  z.object({ kind: z.literal('client'), clientId: text('The client id'), clientSecret: text('The client secret') }),
  z.object({
    kind: z.literal('password'),
    username: text('The user name'),
    password: z.string(),
    clientId: z.string().default(''),
    clientSecret: z.string().default(''),
  }),
  z.object({
    kind: z.literal('refresh'),
    clientId: z.string().default(''),
    clientSecret: z.string().default(''),
    refreshToken: text('The refresh token'),
  }),
]);
export type HttpSecret = z.infer<typeof httpSecret>;

/** Why a secret can't get tokens this way; null when it can. */
export function secretProblem(token: TokenSettings | null, secret: HttpSecret): string | null {
  const has = secret.kind;
  if (token === null)
    return has === 'client' || has === 'password' || has === 'refresh'
      ? 'The settings say nothing of tokens ("token"), but the sign-in is made for them.'
      : null;
  if (token.by === 'clientCredentials') return has === 'client' ? null : 'Tokens need a client id and a client secret.';
  if (token.by === 'refreshToken') return has === 'refresh' ? null : 'Tokens need a refresh token.';
  return has === 'basic' || has === 'password' ? null : 'Tokens need a user name and a password.';
}
