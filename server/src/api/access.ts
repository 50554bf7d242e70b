/** Who may call a route. Nothing is allowed by default: a route without a rule stops the start. */
import { sql } from 'kysely';
import type { Executor } from '../store/database.ts';
import { ApiError } from './errors.ts';
import type { Route, Rule, Viewer } from './route.ts';
import { scopesFor, tokenMay } from './scopes.ts';

const rules: readonly Rule[] = [
  'public',
  'signedIn',
  'self',
  'selfOrAdministrator',
  'reader',
  'systemReader',
  'locationAdministrator',
  'administrator',
];

/** @throws Error that names every route whose rule is missing, unknown, or has nobody to compare with. */
export function checkRules(routes: readonly Route[]): void {
  const faults = routes.flatMap((route) => {
    const name = `${route.method?.toUpperCase()} ${route.path}`;
    if (!rules.includes(route.access)) return [`${name} has no authorization rule`];
    const comparesOwner = route.access === 'self' || route.access === 'selfOrAdministrator';
    if (comparesOwner && !route.ownerOf && !route.path.includes('{userId}'))
      return [`${name} has the rule "${route.access}", but neither {userId} in its path nor ownerOf`];
    if ((route.access === 'reader' || route.access === 'systemReader') && route.method !== 'get')
      return [`${name} changes something, but has the rule "${route.access}"`];
    return [];
  });
  const names = routes.map((route) => `${route.method} ${route.path}`);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index)))
    faults.push(`${name} is declared twice`);
  if (faults.length > 0) throw new Error(`The API does not start: ${faults.join('; ')}.`);
}

/** @throws ApiError notSignedIn, forbidden, or notFound when what the path names isn't there. */
export async function authorize(
  route: Route,
  viewer: Viewer | null,
  params: Record<string, string>,
  db: Executor,
): Promise<void> {
  if (route.access === 'public') return;
  if (!viewer) throw new ApiError('notSignedIn', 'Please sign in.');
  if (viewer.secondFactorMissing && !route.withoutSecondFactor)
    throw new ApiError(
      'secondFactorMissing',
      viewer.via === 'token'
        ? 'The role of this API token’s user needs a second factor, which the user hasn’t set up yet: the token works again from then on.'
        : 'Your role needs a second factor: set one up to go on.',
    );
  if (viewer.scopes && !tokenMay(viewer.scopes, route)) throw new ApiError('forbidden', scopeRefusal(route));
  switch (route.access) {
    case 'signedIn':
      return;
    case 'administrator':
      if (viewer.role === 'administrator') return;
      throw new ApiError('forbidden', 'Only an administrator of the whole system may do this.');
    case 'systemReader':
      if (viewer.role === 'administrator' || viewer.role === 'reader') return;
      throw new ApiError('forbidden', 'Only administrators and readers of the whole system may see this.');
    case 'reader':
    case 'locationAdministrator': {
      if (viewer.role === 'administrator' || (viewer.role === 'reader' && route.access === 'reader')) return;
      if (viewer.role !== 'locationAdministrator')
        throw new ApiError('forbidden', 'Only an administrator may do this.');
      if (!route.locationOf) return;
      const location = await route.locationOf(db, params);
      if (location === null) throw new ApiError('notFound', 'There is nothing with this id.');
      return requireLocation(viewer, location);
    }
    case 'self':
    case 'selfOrAdministrator': {
      const owner = route.ownerOf ? await route.ownerOf(db, params) : (params.userId ?? null);
      if (owner === null) throw new ApiError('notFound', 'There is nothing with this id.');
      if (owner === viewer.userId) return;
      if (route.access === 'selfOrAdministrator') {
        const may = route.method === 'get' ? seesUser : administersUser;
        if (await may(db, viewer, owner)) return;
      }
      throw new ApiError('forbidden', 'This belongs to somebody else.');
    }
    default:
      throw new ApiError('forbidden', 'Nobody may do this.');
  }
}

function scopeRefusal(route: Route): string {
  const needed = scopesFor(route);
  if (needed === 'session') return 'No API token may do this: sign in.';
  return `This API token lacks the scope ${needed.map((scope) => `"${scope}"`).join(' or ')}.`;
}

/** Whether the viewer is an administrator of this location (null: of what belongs to the whole system). */
export const administers = (viewer: Viewer, locationId: string | null): boolean =>
  viewer.role === 'administrator' ||
  (viewer.role === 'locationAdministrator' && locationId !== null && viewer.locationIds.includes(locationId));

/** @throws ApiError forbidden */
export function requireLocation(viewer: Viewer, locationId: string | null): void {
  if (!administers(viewer, locationId))
    throw new ApiError('forbidden', 'This belongs to a location that others administer.');
}

/** Whether the viewer is an administrator of the location whose group the user is in. */
export async function administersUser(db: Executor, viewer: Viewer, userId: string): Promise<boolean> {
  if (viewer.role !== 'locationAdministrator') return viewer.role === 'administrator';
  const location = await locationOfUser(db, { userId });
  return location !== null && viewer.locationIds.includes(location);
}

/** Whether the viewer sees of this user what administration sees: readers do, too. */
export const seesUser = async (db: Executor, viewer: Viewer, userId: string): Promise<boolean> =>
  viewer.role === 'reader' || (await administersUser(db, viewer, userId));

/** Of these users those whom the viewer sees as administration does (`seesUser`); always the viewer. */
export async function seenAmong(
  db: Executor,
  viewer: Viewer,
  userIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (viewer.role === 'administrator' || viewer.role === 'reader') return new Set([...userIds, viewer.userId]);
  if (viewer.role === 'user') return new Set([viewer.userId]);
  const rows = await db
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select('users.id')
    .where('users.id', '=', sql<string>`any(${[...userIds]}::uuid[])`)
    .where('location_id', '=', sql<string>`any(${[...viewer.locationIds]}::uuid[])`)
    .execute();
  return new Set([viewer.userId, ...rows.map(({ id }) => id)]);
}

/** The location of the user that the path names, for `locationOf`. */
export async function locationOfUser(db: Executor, { userId }: Record<string, string>): Promise<string | null> {
  const row = await db
    .selectFrom('users')
    .innerJoin('configuration_group', 'configuration_group.id', 'users.group_id')
    .select('location_id')
    .where('users.id', '=', userId ?? '')
    .executeTakeFirst();
  return row?.location_id ?? null;
}

/** What a list is limited to: the viewer's locations, or null for all. */
export const locationsOf = (viewer: Viewer): readonly string[] | null =>
  viewer.role === 'locationAdministrator' ? viewer.locationIds : null;
