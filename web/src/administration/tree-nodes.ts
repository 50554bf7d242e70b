import type { Me } from '../../../server/src/api/schemas/users.ts';
import type { IconName } from '../shell/icons.tsx';
import type { Group, Location } from './administration.queries.ts';
import { fixed, type Place, type PlaceWord } from './places.ts';

/** A place in the tree, named in the reader's language. */
export interface TreeNode {
  path: string;
  label: string;
  icon?: IconName | undefined;
  hint?: string | undefined;
  children: readonly TreeNode[];
}

export const functionNames = ['profiles', 'activation', 'synchronization', 'privacy'] as const;
export type FunctionName = (typeof functionNames)[number];

export interface TreeWords {
  label(word: PlaceWord): string;
  hint(word: PlaceWord): string;
}

/** The whole tree for this role: what is in every system, and below "Locations" what has been made in this one. */
export function treeOf(
  role: Me['role'],
  words: TreeWords,
  locations: readonly Location[],
  groups: readonly Group[],
): TreeNode[] {
  const named = (path: string, word: PlaceWord, children: readonly TreeNode[] = [], icon?: IconName): TreeNode => ({
    path,
    label: words.label(word),
    hint: words.hint(word),
    icon,
    children,
  });
  const presence = (owner: string) =>
    named(
      `${owner}/presence`,
      'presence',
      functionNames.map((name) => named(`${owner}/${name}`, name)),
    );
  const groupsOf = Map.groupBy(groups, (group) => group.locationId);
  const location = ({ id, name }: Location): TreeNode => ({
    path: `locations/${id}`,
    label: name,
    icon: 'place',
    children: [
      presence(`locations/${id}`),
      named(`locations/${id}/dialling`, 'dialling'),
      named(`locations/${id}/targets`, 'targets'),
      ...(groupsOf.get(id) ?? []).map((group) => ({
        path: `groups/${group.id}`,
        label: group.name,
        icon: 'team' as const,
        children: [presence(`groups/${group.id}`)],
      })),
    ],
  });
  const place = ({ path, word, icon, children = [] }: Place): TreeNode =>
    named(path, word, path === 'locations' ? locations.map(location) : mine(children).map(place), icon);
  const mine = (all: readonly Place[]) => all.filter(({ who }) => !who || who.includes(role));
  return mine(fixed).map(place);
}

/** From the root to the place, or to the nearest one above it (a user's page is below "Users"). */
export function trailOf(nodes: readonly TreeNode[], path: string): TreeNode[] {
  let best: TreeNode[] = [];
  const walk = (level: readonly TreeNode[], above: TreeNode[]): void => {
    for (const node of level) {
      const trail = [...above, node];
      const nearer = node.path.length >= (best.at(-1)?.path.length ?? 0);
      if ((path === node.path || path.startsWith(`${node.path}/`)) && nearer) best = trail;
      walk(node.children, trail);
    }
  };
  walk(nodes, []);
  return best;
}

export interface TreeRow {
  node: TreeNode;
  level: number;
  expanded: boolean;
  position: number;
  siblings: number;
  parent: string | undefined;
}

/** The rows that are open; with a filter those whose names contain it, and what leads to them. */
export function rowsOf(nodes: readonly TreeNode[], open: ReadonlySet<string>, filter: string): TreeRow[] {
  const wanted = filter.trim().toLocaleLowerCase();
  const matches = (node: TreeNode): boolean => node.label.toLocaleLowerCase().includes(wanted);
  const leads = (node: TreeNode): boolean => matches(node) || node.children.some(leads);
  const rows: TreeRow[] = [];
  const walk = (level: readonly TreeNode[], depth: number, parent: string | undefined): void => {
    const shown = wanted === '' ? level : level.filter(leads);
    shown.forEach((node, index) => {
      const expanded = wanted === '' ? open.has(node.path) : node.children.some(leads);
      rows.push({ node, level: depth, expanded, position: index + 1, siblings: shown.length, parent });
      if (expanded) walk(node.children, depth + 1, node.path);
    });
  };
  walk(nodes, 1, undefined);
  return rows;
}
