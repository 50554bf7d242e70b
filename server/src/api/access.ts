/** Who may call a route. Nothing is allowed by default: a route without a rule stops the start. */
import type { Executor } from '../store/database.ts';
import { ApiError } from './errors.ts';
import type { Route, Rule, Viewer } from './route.ts';

const rules: readonly Rule[] = ['public', 'signedIn', 'self', 'selfOrAdministrator', 'administrator'];

/** @throws Error that names every route whose rule is missing, unknown, or has nobody to compare with. */
export function checkRules(routes: readonly Route[]): void {
  const faults = routes.flatMap((route) => {
    const name = `${route.method?.toUpperCase()} ${route.path}`;
    if (!rules.includes(route.access)) return [`${name} has no authorization rule`];
    const comparesOwner = route.access === 'self' || route.access === 'selfOrAdministrator';
    if (comparesOwner && !route.ownerOf && !route.path.includes('{userId}'))
      return [`${name} has the rule "${route.access}", but neither {userId} in its path nor ownerOf`];
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
  switch (route.access) {
    case 'signedIn':
      return;
    case 'administrator':
      if (viewer.role === 'administrator') return;
      throw new ApiError('forbidden', 'Only an administrator may do this.');
    case 'self':
    case 'selfOrAdministrator': {
      const owner = route.ownerOf ? await route.ownerOf(db, params) : (params.userId ?? null);
      if (owner === null) throw new ApiError('notFound', 'There is nothing with this id.');
      if (owner === viewer.userId) return;
      if (route.access === 'selfOrAdministrator' && viewer.role === 'administrator') return;
      throw new ApiError('forbidden', 'This belongs to somebody else.');
    }
    default:
      throw new ApiError('forbidden', 'Nobody may do this.');
  }
}
