/** What an identity provider's claims mean here. Pure. */
import { EmailAddress } from '../../api/schemas/common.ts';
import type { IdentityProviderSettings } from '../../api/schemas/sign-in.ts';
import type { Role } from '../../store/schema.ts';
import { isStorableText } from '../../store/storable-text.ts';
import type { UserRole } from '../roles.ts';

export type Claims = Readonly<Record<string, unknown>>;

export interface Identity {
  /** Never given to anybody else by its issuer (OpenID Connect Core section 2); the rest may change. Empty: unusable. */
  subject: string;
  email: string | null;
  /** Null: the provider doesn't say. */
  emailVerified: boolean | null;
  displayName: string;
  language: 'en' | 'de';
  timeZone: string | null;
}

/** What can be stored as it is: PostgreSQL takes neither NUL nor half a surrogate pair. */
function text(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const clean = value.replaceAll('\0', '').toWellFormed().trim();
  return clean === '' ? null : clean;
}

/** Who somebody is isn't tidied up: two subjects must never become one. */
function exact(subject: unknown): string {
  const usable = typeof subject === 'string' && isStorableText(subject);
  return usable && subject.length <= 1000 ? subject : '';
}

/** ASCII only: small letters are made of it, and the Kelvin sign would become the k of somebody else. */
function address(email: unknown): string | null {
  if (typeof email !== 'string' || !/^[ -~]+$/.test(email)) return null;
  return EmailAddress.safeParse(email).data ?? null;
}

export function identityOf(claims: Claims): Identity {
  const email = address(claims.email);
  const names = [text(claims.given_name), text(claims.family_name)].filter((name) => name !== null);
  const name = text(claims.name) ?? (names.join(' ') || text(claims.preferred_username) || email || 'Unknown');
  return {
    subject: exact(claims.sub),
    email,
    emailVerified: verified(claims),
    displayName: name.slice(0, 200).toWellFormed(),
    language: /^de\b/i.test(text(claims.locale) ?? '') ? 'de' : 'en',
    timeZone: zone(text(claims.zoneinfo)),
  };
}

/** Amazon Cognito writes the word; Microsoft Entra ID has no email_verified, but xms_edov where it was asked for. */
function verified({ email_verified, xms_edov }: Claims): boolean | null {
  const said = email_verified ?? xms_edov;
  if (said === undefined || said === null) return null;
  return said === true || said === 'true' || said === 1 || said === '1';
}

function zone(name: string | null): string | null {
  try {
    if (name === null || !/^[A-Za-z]/.test(name)) return null;
    Temporal.Now.instant().toZonedDateTimeISO(name);
    return name;
  } catch {
    return null;
  }
}

/** The groups in a claim: a list of texts, one text, or null where the claim isn't there at all. */
export function groupsIn(claims: Claims, groupsClaim: string): string[] | null {
  const value = claims[groupsClaim] ?? at(claims, groupsClaim.split('.'));
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((group) => typeof group === 'string') : null;
}

function at(value: unknown, [name, ...rest]: string[]): unknown {
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return at((value as Record<string, unknown>)[name], rest);
}

const strength: Record<Role, number> = { user: 0, reader: 1, locationAdministrator: 2, administrator: 3 };

/**
 * The role that somebody in these groups has: the strongest; administrators of locations those of all their groups.
 * @returns null where the provider decides no roles.
 */
export function roleOfGroups(
  groups: readonly string[],
  { groupRoles }: Pick<IdentityProviderSettings, 'groupRoles'>,
): UserRole | null {
  if (groupRoles.length === 0) return null;
  const held = groupRoles.filter(({ group }) => groups.includes(group));
  const role = held.reduce<Role>((best, { role }) => (strength[role] > strength[best] ? role : best), 'user');
  if (role !== 'locationAdministrator') return { role, locationIds: [] };
  const locations = held.filter((one) => one.role === role).flatMap((one) => one.locations ?? []);
  return { role, locationIds: [...new Set(locations)].sort() };
}
