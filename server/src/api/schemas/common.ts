/**
 * What all schemas of the API are made of. Answers carry instants as UTC text (2026-11-22T08:00:00Z); requests may
 * carry any offset. The web client takes its types from these files (`import type`), so nothing is generated.
 */
import { z } from '@hono/zod-openapi';

/** An instant in an answer. */
export const Instant = z.iso.datetime().openapi({ description: 'An instant in UTC.', example: '2026-11-23T09:00:00Z' });

/** An instant in a request: any offset is understood. */
export const InstantInput = z.iso
  .datetime({ offset: true, error: 'Write an instant such as 2026-11-23T09:00:00Z or 2026-11-23T10:00:00+01:00.' })
  .transform((text, context) => {
    try {
      return Temporal.Instant.from(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'This instant does not exist.' });
      return z.NEVER;
    }
  })
  .openapi({ type: 'string', format: 'date-time', example: '2026-11-23T09:00:00Z' });

export const PlainDate = z.iso.date().openapi({ example: '2026-11-23' });

export const Id = z.uuid({ error: 'This is not an id.' }).openapi({ example: '0b6ff2f4-6f3c-4c8e-9d6f-2f1f0a2c7a11' });

/** A user in a path: an id, or `me` for whoever is signed in. */
export const UserId = z
  .union([z.literal('me'), z.uuid()], { error: 'This is neither a user id nor "me".' })
  .openapi({ type: 'string', description: 'A user’s id, or `me`.', example: 'me' });

export const TimeZone = z
  .string()
  .max(100)
  .refine(isTimeZone, 'This is not a time zone of the IANA database (such as Europe/Berlin).')
  .openapi({ description: 'A zone of the IANA database.', example: 'Europe/Berlin' });

export function isTimeZone(name: string): boolean {
  try {
    Temporal.Now.instant().toZonedDateTimeISO(name);
    return /^[A-Za-z]/.test(name); // offsets such as +02:00 know no daylight-saving time
  } catch {
    return false;
  }
}

export const Language = z.enum(['en', 'de']);
export const DisplayName = z.string().trim().min(1, 'A name is needed.').max(200).openapi({ example: 'Ada Lovelace' });
export const EmailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('This is not an e-mail address.'))
  .openapi({ type: 'string', format: 'email', example: 'ada@example.com' });
export const NewPassword = z
  .string()
  .min(10, 'A password has at least 10 characters.')
  .max(256, 'A password has at most 256 characters.')
  .openapi({ example: 'correct horse battery staple' });
export const DialableNumber = z
  .string()
  .trim()
  .regex(/^\+?[0-9][0-9 ()/.-]{0,39}$|^\*?[0-9*#]{1,20}$/, 'Write a number such as +49 30 1234567 or an extension.')
  .openapi({ example: '+49 170 1234567' });

export const ErrorAnswer = z
  .object({
    error: z.object({
      code: z
        .enum([
          'invalid',
          'notSignedIn',
          'secondFactorNeeded',
          'secondFactorMissing',
          'forbidden',
          'notFound',
          'methodNotAllowed',
          'conflict',
          'tooLarge',
          'unprocessable',
          'tooManyRequests',
          'internal',
          'unavailable',
        ])
        .openapi({ description: 'For programs; it stays the same when wording changes.' }),
      message: z.string().openapi({ description: 'For people: what is wrong, where, and what mends it.' }),
      field: z.string().optional().openapi({ description: 'The first field that is wrong, as a path.' }),
      fields: z
        .array(z.object({ field: z.string(), message: z.string() }))
        .optional()
        .openapi({ description: 'Every field that is wrong.' }),
    }),
  })
  .openapi('Error');
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;
export type ErrorCode = ErrorAnswer['error']['code'];

export const Period = z.object({
  from: InstantInput.openapi({ description: 'Start of the interval (inclusive).' }),
  to: InstantInput.openapi({ description: 'End of the interval (exclusive); at most 400 days after the start.' }),
});

/** Ids in one query parameter, with commas between. */
export const UserIds = z
  .string()
  .max(40_000)
  .transform((text) => text.split(',').filter(Boolean))
  .pipe(z.array(Id).max(1_000))
  .openapi({ type: 'string', example: '0b6ff2f4-6f3c-4c8e-9d6f-2f1f0a2c7a11,5f0c7c5e-52c9-4b39-a0d5-0a4c6f3b9b0e' });
