import { z } from '@hono/zod-openapi';
import { CheckStep } from './accounts.ts';
import { Id, Instant } from './common.ts';
import { Role } from './users.ts';

export const SignInWays = z
  .object({
    local: z.literal(true).openapi({ description: 'E-mail address and password always work.' }),
    providers: z.array(z.object({ id: Id, name: z.string() })),
  })
  .openapi('SignInWays');
export type SignInWays = z.infer<typeof SignInWays>;

const code = z
  .string()
  .trim()
  .min(1, 'The code is missing.')
  .max(60)
  .openapi({ description: 'Of the authenticator app (six digits), or a recovery code.', example: '287082' });

export const SecondFactor = z
  .object({
    state: z.enum(['off', 'unconfirmed', 'on']),
    since: Instant.nullable(),
    recoveryCodesLeft: z.int(),
    required: z.boolean().openapi({ description: 'Whether the user’s role needs one.' }),
  })
  .openapi('SecondFactor');
export type SecondFactor = z.infer<typeof SecondFactor>;

export const NewSecondFactor = z
  .object({
    secret: z.string().openapi({ description: 'Base32, for typing into an authenticator app.' }),
    uri: z.string().openapi({ description: 'The same as an otpauth address.' }),
    qr: z.string().openapi({ description: 'The address as a QR code: the text of an SVG picture.' }),
  })
  .openapi('NewSecondFactor');
export type NewSecondFactor = z.infer<typeof NewSecondFactor>;

export const SecondFactorCode = z.object({ code }).openapi('SecondFactorCode');
export const CurrentPassword = z.object({ password: z.string().min(1).max(256) }).openapi('CurrentPassword');
export const RecoveryCodes = z
  .object({ recoveryCodes: z.array(z.string()) })
  .openapi('RecoveryCodes', { description: 'Shown only this once. Each works once in place of a code of the app.' });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

export const LoginSession = z
  .object({
    id: Id,
    current: z.boolean().openapi({ description: 'Whether it is the one that asks.' }),
    createdAt: Instant,
    lastUsedAt: Instant.openapi({ description: 'To within an hour.' }),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    provider: z.string().nullable().openapi({ description: 'Who vouched for the user; null: a password.' }),
  })
  .openapi('Session');
export type LoginSession = z.infer<typeof LoginSession>;
export const LoginSessionList = z.object({ sessions: z.array(LoginSession) }).openapi('SessionList');
export type LoginSessionList = z.infer<typeof LoginSessionList>;

export const SignInSettings = z
  .strictObject({
    secondFactorRequiredFor: z
      .array(Role)
      .max(4)
      .openapi({
        description:
          'Roles whose users must have a second factor beside a password. Until it is set up they can do nothing else.',
        example: ['administrator', 'locationAdministrator'],
      }),
  })
  .openapi('SignInSettings');
export type SignInSettings = z.infer<typeof SignInSettings>;

const groupRole = z
  .strictObject({
    group: z.string().trim().min(1, 'The group is missing.').max(300).openapi({ example: 'whenabouts-admins' }),
    role: Role,
    locations: z.array(Id).max(500).optional().openapi({ description: 'Ids; for the role locationAdministrator.' }),
  })
  .refine(({ role, locations }) => role !== 'locationAdministrator' || (locations?.length ?? 0) > 0, {
    path: ['locations'],
    error: 'Name at least one location that this group administers.',
  })
  .openapi('GroupRole');

/** As it is stored, each field with its default. */
export const IdentityProviderSettings = z
  .strictObject({
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'A scope has no spaces and no quotation marks.'))
      .max(30)
      .default(['openid', 'profile', 'email'])
      .openapi({ description: '`openid` is always asked for.' }),
    groupsClaim: z.string().trim().min(1).max(200).default('groups').openapi({
      description: 'The claim that lists groups; a path with dots for one inside another (realm_access.roles).',
    }),
    groupRoles: z
      .array(groupRole)
      .max(500)
      .default([])
      .openapi({
        description:
          'Roles by group, given at each sign-in; the strongest counts, and users in none of the groups have the role ' +
          '`user`. Empty: roles are left as they are.',
      }),
    createUsers: z
      .boolean()
      .default(false)
      .openapi({ description: 'Whether the first sign-in of somebody unknown makes a user.' }),
    groupId: Id.nullable()
      .default(null)
      .openapi({ description: 'The configuration group of users made so; null: the default group.' }),
    linkByEmail: z
      .boolean()
      .default(false)
      .openapi({
        description:
          'Whether somebody with the verified e-mail address of a user is that user. Only for a provider that lets ' +
          'nobody choose the address of another.',
      }),
  })
  .openapi('IdentityProviderSettings');
export type IdentityProviderSettings = z.infer<typeof IdentityProviderSettings>;

const name = z.string().trim().min(1, 'A name is needed.').max(100).openapi({ example: 'Example Ltd' });
const issuer = z
  .url({ protocol: /^https?$/, error: 'Write an address such as https://login.example.com/realms/company.' })
  .max(1000)
  .openapi({ description: 'As the provider names itself (OpenID Connect Discovery).' });
const clientId = z.string().trim().min(1, 'The client id is missing.').max(500);
const secret = z.string().min(1).max(2000).nullable().openapi({ description: 'The client secret; null: none.' });

export const IdentityProvider = z
  .object({
    id: Id,
    name: z.string(),
    issuer: z.string(),
    clientId: z.string(),
    hasSecret: z.boolean(),
    settings: IdentityProviderSettings,
    enabled: z.boolean(),
    redirectUri: z.string().openapi({ description: 'The redirect address to register at the provider.' }),
    users: z.int().openapi({ description: 'Users who have signed in there.' }),
    createdAt: Instant,
  })
  .openapi('IdentityProvider');
export type IdentityProvider = z.infer<typeof IdentityProvider>;
export const IdentityProviderList = z
  .object({ identityProviders: z.array(IdentityProvider) })
  .openapi('IdentityProviderList');
export type IdentityProviderList = z.infer<typeof IdentityProviderList>;

export const NewIdentityProvider = z
  .strictObject({
    name,
    issuer,
    clientId,
    secret: secret.default(null),
    settings: IdentityProviderSettings.prefault({}),
    enabled: z.boolean().default(true),
  })
  .openapi('NewIdentityProvider');
export type NewIdentityProvider = z.input<typeof NewIdentityProvider>;

export const IdentityProviderChange = z
  .strictObject({ name, issuer, clientId, secret, settings: IdentityProviderSettings, enabled: z.boolean() })
  .partial()
  .openapi('IdentityProviderChange', { description: '`settings` are replaced whole.' });
export type IdentityProviderChange = z.input<typeof IdentityProviderChange>;

export const IdentityProviderCheck = z.object({ steps: z.array(CheckStep) }).openapi('IdentityProviderCheck');
export type IdentityProviderCheck = z.infer<typeof IdentityProviderCheck>;
