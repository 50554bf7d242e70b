/** What an administrator sets for a source of users. The secret of a directory is kept beside it, sealed. */
import { z } from 'zod';
import { TimeZone } from '../../api/schemas/common.ts';
import { importFields } from './columns.ts';

const id = z.uuid({ error: 'This is not an id.' });

const GroupRule = z.object({
  value: z.string().trim().min(1).max(200).describe('The department, as the source writes it.'),
  groupId: id,
});
export type GroupRule = z.infer<typeof GroupRule>;

const common = {
  groupId: id
    .nullable()
    .default(null)
    .describe('Where new users go that no rule leads elsewhere; null: the first group.'),
  groups: z.array(GroupRule).max(1_000).default([]).describe('By department; the first that fits counts.'),
  phoneSystemId: id
    .nullable()
    .default(null)
    .describe('Whose extensions the source tells; null: extensions are left out.'),
  whole: z
    .boolean()
    .default(true)
    .describe(
      'It names everybody: who is missing in three runs in a row is deactivated. False: only adds and changes.',
    ),
};

export const CsvSettings = z
  .strictObject({
    ...common,
    delimiter: z.enum([',', ';', '\t']).nullable().default(null).describe('Null: found out.'),
    encoding: z.enum(['utf-8', 'windows-1252', 'utf-16le']).nullable().default(null).describe('Null: found out.'),
    columns: z
      .partialRecord(z.enum(importFields), z.string().max(200))
      .default({})
      .describe('By field, the header of its column; "" for none. What is left out is guessed by the header.'),
  })
  .describe('Users from a file.');
export type CsvSettings = z.infer<typeof CsvSettings>;

const attribute = z
  .string()
  .trim()
  .regex(/^[A-Za-z][A-Za-z0-9;-]{0,99}$|^$/, 'Write the name of an attribute, such as mail.');

export const LdapAttributes = z
  .strictObject({
    email: attribute.default('mail'),
    displayName: attribute.default('displayName'),
    givenName: attribute.default('givenName'),
    familyName: attribute.default('sn'),
    externalId: attribute.default('').describe('"": objectGUID or entryUUID, whichever the directory has.'),
    extension: attribute.default('telephoneNumber'),
    mobileNumber: attribute.default('mobile'),
    department: attribute.default('department'),
    language: attribute.default('preferredLanguage'),
  })
  .describe('Which attribute holds what; "" leaves it out.');

export const Schedule = z
  .strictObject({ hour: z.int().min(0).max(23), timeZone: TimeZone })
  .describe('Once a day, in this hour of this zone.');
export type Schedule = z.infer<typeof Schedule>;

export const LdapSettings = z
  .strictObject({
    ...common,
    address: z
      .string()
      .trim()
      .regex(/^ldaps?:\/\/[^/\s@?#]+\/?$/i, 'Write it as ldaps://directory.example.com, or with ldap:// and a port.')
      .describe('ldap:// or ldaps://, a host and, unless it is the usual one, a port.'),
    startTls: z.boolean().default(true).describe('With ldap://: encrypted before anything is said.'),
    bindDn: z.string().trim().max(1_000).default('').describe('Who reads; "": anonymously.'),
    base: z.string().trim().min(1, 'Say where in the directory the users are.').max(1_000),
    filter: z
      .string()
      .trim()
      .max(4_000)
      .refine(isFilter, 'This is not a filter such as (&(objectClass=person)(mail=*)): check its parentheses.')
      .default('(&(objectClass=person)(mail=*))')
      .describe('RFC 4515.'),
    pageSize: z.int().min(10).max(5_000).default(500),
    attributes: LdapAttributes.prefault({}),
    extensionDigits: z
      .int()
      .min(1)
      .max(12)
      .nullable()
      .default(null)
      .describe('The extension is so many digits at the end of the number; null: the number as it is.'),
    schedule: Schedule.nullable().default(null),
    largestShare: z
      .int()
      .min(1)
      .max(100)
      .default(20)
      .describe('A scheduled run that changes more than so many percent of the users waits for a person.'),
  })
  .describe('Users from a directory.');
export type LdapSettings = z.infer<typeof LdapSettings>;

/** Parentheses only, of which a meant one is written \\28 or \\29 (RFC 4515, 3): ldapts takes what is left open for closed. */
function isFilter(text: string): boolean {
  let open = 0;
  for (const letter of text) {
    if (letter === '(') open++;
    else if (letter === ')') open--;
    if (open < 0) return false;
  }
  return open === 0 && /^\(.+\)$/s.test(text);
}

/** When a schedule is next due after `now`. Where the hour is skipped (daylight saving) the next one counts. Pure. */
export function nextRunAt({ hour, timeZone }: Schedule, now: Temporal.Instant): Temporal.Instant {
  const local = now.toZonedDateTimeISO(timeZone);
  const today = local.toPlainDate();
  for (let days = 0; ; days++) {
    const at = today.add({ days }).toZonedDateTime({ timeZone, plainTime: Temporal.PlainTime.from({ hour }) });
    if (Temporal.ZonedDateTime.compare(at, local) > 0) return at.toInstant();
  }
}
