import { z } from '@hono/zod-openapi';
import { DialableNumber, DisplayName, EmailAddress, Id, Instant, Language, NewPassword, TimeZone } from './common.ts';

const mobileNumber = DialableNumber.nullable().openapi({ description: 'Where "forward to my mobile" leads.' });

const deputyId = Id.nullable().openapi({ description: 'Where "forward to my deputy" leads.' });
const assistantId = Id.nullable().openapi({ description: 'Where "forward to my assistant" leads.' });

export const Role = z.enum(['administrator', 'locationAdministrator', 'reader', 'user']).openapi('Role', {
  description:
    'administrator: of the whole system. locationAdministrator: of some locations. reader: sees what administrators see, and changes nothing.',
});

const locationIds = z
  .array(Id)
  .max(1_000)
  .openapi({ description: 'What a location administrator administers; for this role only.' });
export const UserRole = z.object({ role: Role, locationIds }).openapi('UserRole');
export type UserRole = z.infer<typeof UserRole>;
export const UserRoleChange = z
  .object({ role: Role, locationIds: locationIds.default([]) })
  .openapi('UserRoleChange', { description: 'Counts from the user’s next request on, in running sessions too.' });
export type UserRoleChange = z.input<typeof UserRoleChange>;

export const Me = z
  .object({
    id: Id,
    email: z.string(),
    displayName: z.string(),
    language: Language,
    timeZone: z.string(),
    mobileNumber: z.string().nullable(),
    deputyId,
    deputyName: z.string().nullable(),
    assistantId,
    assistantName: z.string().nullable(),
    role: Role,
    groupId: Id,
    secondFactor: z.boolean().openapi({ description: 'Whether a code is asked for beside the password.' }),
    secondFactorMissing: z.boolean().openapi({
      description: 'The role needs a second factor and there is none: until it is set up nothing else is answered.',
    }),
    hasPassword: z
      .boolean()
      .openapi({ description: 'False for who signs in through an identity provider only: nothing to change here.' }),
    clientHeeded: z.boolean().openapi({
      description: 'Whether presence follows what one’s open pages and programs report (`POST …/presence/client`).',
    }),
  })
  .openapi('Me');
export type Me = z.infer<typeof Me>;

export const MeChange = z
  .strictObject({
    language: Language,
    timeZone: TimeZone,
    mobileNumber,
    deputyId,
    assistantId,
    displayName: DisplayName,
  })
  .partial()
  .openapi('MeChange');
export type MeChange = z.input<typeof MeChange>;

export const SignIn = z
  .object({
    email: EmailAddress,
    password: z.string().min(1, 'The password is missing.').max(256),
    code: z
      .string()
      .trim()
      .max(60)
      .optional()
      .openapi({ description: 'Of the second factor, or a recovery code: when 401 `secondFactorNeeded` asks for it.' }),
  })
  .openapi('SignIn');
export type SignIn = z.input<typeof SignIn>;

export const PasswordChange = z
  .object({ current: z.string().max(256), next: NewPassword })
  .openapi('PasswordChange', { description: 'Every other session of the user is signed out.' });
export type PasswordChange = z.input<typeof PasswordChange>;

export const SetupState = z
  .object({ needed: z.boolean().openapi({ description: 'True while there is no administrator.' }) })
  .openapi('SetupState');
export type SetupState = z.infer<typeof SetupState>;

export const Setup = z
  .object({
    token: z.string().max(200).openapi({ description: 'From the link that the server printed at its start.' }),
    email: EmailAddress,
    password: NewPassword,
    displayName: DisplayName,
    timeZone: TimeZone,
    language: Language.default('en'),
  })
  .openapi('Setup');
export type Setup = z.input<typeof Setup>;

/** What everybody may know of a colleague; the fields from `role` on are for administrators. */
export const User = z
  .object({
    id: Id,
    displayName: z.string(),
    email: z.string(),
    timeZone: z.string(),
    sample: z.boolean().openapi({ description: 'Belongs to the sample company.' }),
    role: Role.optional(),
    language: Language.optional(),
    mobileNumber: z.string().nullable().optional(),
    deputyId: deputyId.optional(),
    assistantId: assistantId.optional(),
    groupId: Id.optional(),
    locationId: Id.optional(),
    active: z.boolean().optional().openapi({ description: 'False: may not sign in; calendars and phones rest.' }),
    leaving: z.boolean().optional().openapi({ description: 'Is being removed.' }),
    origin: z.enum(['manual', 'import', 'code', 'provider']).optional().openapi({ description: 'Who keeps the user.' }),
    importSourceId: Id.nullable().optional(),
    externalId: z.string().nullable().optional().openapi({ description: 'What the import knows the user by.' }),
    extensions: z.array(z.object({ id: Id, phoneSystemId: Id, number: z.string() })).optional(),
    createdAt: Instant.optional(),
    signInReady: z.boolean().optional().openapi({ description: 'Whether the user has a password.' }),
    invited: z.boolean().optional().openapi({ description: 'Whether there is an invitation link that still works.' }),
  })
  .openapi('User');
export type User = z.infer<typeof User>;

export const UserList = z
  .object({
    users: z.array(User),
    next: z.string().nullable().openapi({ description: '`after` of the next page; null: this is the last one.' }),
    total: z.int().openapi({ description: 'How many fit, on all pages.' }),
  })
  .openapi('UserList');
export type UserList = z.infer<typeof UserList>;

export const NewUser = z
  .object({
    email: EmailAddress,
    displayName: DisplayName,
    timeZone: TimeZone.optional().openapi({ description: 'The location’s zone when left out.' }),
    language: Language.default('en'),
    role: Role.default('user'),
    locationIds: locationIds.optional(),
    mobileNumber: mobileNumber.default(null),
    deputyId: deputyId.optional(),
    assistantId: assistantId.optional(),
    groupId: Id.optional().openapi({ description: 'The default group when left out.' }),
  })
  .openapi('NewUser');
export type NewUser = z.input<typeof NewUser>;

export const Invitation = z
  .object({
    url: z.string().openapi({ description: 'Opens the page where the user chooses a password. It works once.' }),
    expiresAt: Instant,
  })
  .openapi('Invitation');
export type Invitation = z.infer<typeof Invitation>;

export const InvitedUser = z.object({ user: User, invitation: Invitation }).openapi('InvitedUser');
export type InvitedUser = z.infer<typeof InvitedUser>;

export const UserChange = z
  .object({
    email: EmailAddress,
    displayName: DisplayName,
    timeZone: TimeZone,
    language: Language,
    role: Role,
    locationIds,
    mobileNumber,
    deputyId,
    assistantId,
    active: z.boolean().openapi({ description: 'False: may not sign in; calendars and phones rest.' }),
    groupId: Id,
  })
  .partial()
  .openapi('UserChange');
export type UserChange = z.input<typeof UserChange>;

export const InvitationAccept = z.object({ password: NewPassword }).openapi('InvitationAccept');
export type InvitationAccept = z.input<typeof InvitationAccept>;
