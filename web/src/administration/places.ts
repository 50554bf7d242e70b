import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Me } from '../../../server/src/api/schemas/users.ts';
import type { IconName } from '../shell/icons.tsx';
import type words from './en.json';

/**
 * Every page of the administration, by its path below /administration. `$id` stands for an id, which the page gets.
 * A new page: a line here, and one in `fixed` below where it has its place in the tree for everybody.
 */
type Page = LazyExoticComponent<ComponentType<{ id: string }>>;
type Load = () => Promise<{ default: ComponentType<{ id: string }> }>;
/** What locations and groups have alike. */
const ofBoth = (name: string, load: Load): Record<string, Page> => {
  const page = lazy(load);
  return { [`locations/$id/${name}`]: page, [`groups/$id/${name}`]: page };
};
const functionPage: Load = () => import('./locations/function-page.tsx');
const pages: Record<string, Page> = {
  '': lazy(() => import('./overview.tsx')),
  system: lazy(() => import('./places-page.tsx')),
  people: lazy(() => import('./places-page.tsx')),
  graph: lazy(() => import('./places-page.tsx')),
  'graph/calendars': lazy(() => import('./graph/graph-page.tsx')),
  exchange: lazy(() => import('./exchange/exchange-page.tsx')),
  domino: lazy(() => import('./system/connector-to-come.tsx')),
  phones: lazy(() => import('./system/phone-systems.tsx')),
  'phones/$id': lazy(() => import('./trust/outlook-page.tsx')),
  webhooks: lazy(() => import('./system/webhooks.tsx')),
  'sign-in': lazy(() => import('./sign-in/sign-in-page.tsx')),
  'sign-in/new': lazy(() => import('./sign-in/provider-page.tsx')),
  'sign-in/$id': lazy(() => import('./sign-in/provider-page.tsx')),
  audit: lazy(() => import('./audit/audit-page.tsx')),
  leaving: lazy(() => import('./leaving/leaving-page.tsx')),
  network: lazy(() => import('./system/network.tsx')),
  sample: lazy(() => import('./system/sample-company.tsx')),
  locations: lazy(() => import('./locations/locations-page.tsx')),
  'locations/$id': lazy(() => import('./locations/location-page.tsx')),
  'groups/$id': lazy(() => import('./locations/group-page.tsx')),
  ...ofBoth('presence', () => import('./locations/presence-page.tsx')),
  ...ofBoth('profiles', functionPage),
  ...ofBoth('activation', functionPage),
  ...ofBoth('synchronization', functionPage),
  ...ofBoth('privacy', functionPage),
  'locations/$id/dialling': lazy(() => import('./dialling/dialling-page.tsx')),
  'locations/$id/targets': lazy(() => import('./dialling/targets-page.tsx')),
  users: lazy(() => import('./users/users.tsx')),
  import: lazy(() => import('./import/imports-page.tsx')),
  'import/$id': lazy(() => import('./import/import-page.tsx')),
  'work-groups': lazy(() => import('./work-groups/work-groups-page.tsx')),
  'users/$id': lazy(() => import('./users/user-page.tsx')),
};

const ids = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;

/** The page of a path and the first id in it; undefined where there is none. */
export function pageOf(path: string): { Page: Page; id: string } | undefined {
  const Page = pages[path.replaceAll(new RegExp(ids, 'g'), '$id')];
  return Page && { Page, id: ids.exec(path)?.[0] ?? '' };
}

export type PlaceWord = keyof (typeof words)['places'];

/** A place that is there in every system. */
export interface Place {
  path: string;
  word: PlaceWord;
  icon?: IconName;
  /** Whose place it is; everybody's who administers anything when left out. */
  who?: readonly Me['role'][];
  children?: readonly Place[];
}

const whole = ['administrator', 'reader'] as const;

export const fixed: readonly Place[] = [
  {
    path: 'system',
    word: 'system',
    icon: 'settings',
    who: whole,
    children: [
      { path: 'graph', word: 'graph', children: [{ path: 'graph/calendars', word: 'graphCalendars' }] },
      { path: 'exchange', word: 'exchange' },
      { path: 'domino', word: 'domino' },
      { path: 'phones', word: 'phones' },
      { path: 'webhooks', word: 'webhooks' },
      { path: 'sign-in', word: 'signIn' },
      { path: 'network', word: 'network' },
      { path: 'sample', word: 'sample' },
    ],
  },
  {
    path: 'people',
    word: 'people',
    icon: 'team',
    children: [
      { path: 'users', word: 'users' },
      { path: 'import', word: 'import', who: whole },
      { path: 'locations', word: 'locations' },
      { path: 'work-groups', word: 'workGroups' },
      { path: 'leaving', word: 'leaving' },
    ],
  },
  { path: 'audit', word: 'audit', icon: 'clock' },
];
