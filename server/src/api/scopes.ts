/**
 * What API tokens may be used for. Pure. A token is never more than its user: its scopes cut the user's role down for the
 * request at hand, and then the same rules apply as to everybody (access.ts).
 */
import type { Role } from '../store/schema.ts';
import type { Route, Tag } from './route.ts';

export const scopes = ['read', 'presence', 'claims', 'accounts', 'administration:read', 'administration'] as const;
export type Scope = (typeof scopes)[number];
/** What a route asks of a token: a scope, any token at all, or no token: only somebody who has signed in. */
export type RouteScope = Scope | 'any' | 'session';

export const scopeMeanings: Record<Scope, string> = {
  read: 'see what the user sees: agenda, presence, accounts',
  presence: 'change the user’s presence, profiles and forwarding',
  claims: 'claim the presence of the user, and of whom the user administers, for a time: what another program knows',
  accounts: 'connect, change and remove the user’s calendar accounts; snooze and dismiss reminders',
  'administration:read': 'see what the user sees as an administrator or reader',
  administration: 'change what the user may change as an administrator, and see it',
};

/** Which scopes somebody with this role may give a token. */
export function grantable(role: Role): readonly Scope[] {
  if (role === 'administrator' || role === 'locationAdministrator') return scopes;
  return scopes.filter((scope) => scope !== 'administration' && (scope !== 'administration:read' || role === 'reader'));
}

const covers = (held: readonly Scope[], scope: Scope): boolean =>
  held.includes(scope) || (scope === 'administration:read' && held.includes('administration'));

/**
 * The role in which a token asks: without the scope for it, its user is to this request a user like any other. A program
 * that tells claims for many needs no more of an administrator than that.
 */
export function roleFor(role: Role, held: readonly Scope[], { method, scope }: Pick<Route, 'method' | 'scope'>): Role {
  if (scope === 'claims' && held.includes('claims') && role !== 'reader') return role;
  return covers(held, method === 'get' ? 'administration:read' : 'administration') ? role : 'user';
}

/** By tag, what routes for everybody who is signed in ask of a token that reads, and of one that changes. */
const byTag: Partial<Record<Tag, { read?: readonly Scope[]; change?: readonly Scope[] }>> = {
  Agenda: { read: ['read'], change: ['accounts'] },
  Presence: { change: ['presence'] },
  Accounts: { read: ['read', 'accounts'], change: ['accounts'] },
  'Profiles and settings': { change: ['presence'] },
};
const ownCredentials: readonly Tag[] = ['Set-up and sign-in', 'Access'];

/** Any one of these lets a token call the route; `session`: no token may. Public routes look at no token. */
export function scopesFor(route: Pick<Route, 'access' | 'method' | 'tag' | 'scope'>): readonly Scope[] | 'session' {
  if (route.scope === 'any' || route.access === 'public') return scopes;
  if (route.scope && route.scope !== 'claims') return route.scope === 'session' ? 'session' : [route.scope];
  const reads = route.method === 'get';
  const administration: Scope = reads ? 'administration:read' : 'administration';
  if (!['signedIn', 'self', 'selfOrAdministrator'].includes(route.access)) return [administration];
  // A token makes no tokens, changes no password and no second factor.
  if (ownCredentials.includes(route.tag)) return 'session';
  const tag = byTag[route.tag];
  const own = reads ? (tag?.read ?? ['read', 'administration:read']) : (tag?.change ?? []);
  // Where a handler does more for administrators it looks at the role, which is cut down already.
  const asAdministrator = route.access === 'selfOrAdministrator' || (route.access === 'signedIn' && !reads);
  const needed = asAdministrator ? [...new Set([...own, administration])] : own;
  if (route.scope === 'claims') return [...needed, 'claims'];
  return needed.length > 0 ? needed : 'session';
}

/** Whether a token with these scopes may call the route at all. */
export function tokenMay(held: readonly Scope[], route: Parameters<typeof scopesFor>[0]): boolean {
  if (route.scope === 'any') return true;
  const needed = scopesFor(route);
  return needed !== 'session' && needed.some((scope) => covers(held, scope));
}
