import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { SetupState } from '../../../server/src/api/schemas/users.ts';
import { AgendaPage } from '../agenda/agenda-page.tsx';
import { ApiError, get } from './api.ts';
import { NotFound, PageFailed } from './failures.tsx';
import { Layout } from './layout.tsx';
import { meQuery, queries } from './session.ts';

/** The pages. The agenda comes with the first load, everything else when it is asked for. */

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: PageFailed });

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (search: Record<string, unknown>) => ({ token: text(search.token) }),
  component: lazyRouteComponent(() => import('../setup/setup-page.tsx')),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string | undefined; error?: string | undefined } => ({
    next: text(search.next),
    error: text(search.error),
  }),
  component: lazyRouteComponent(() => import('../setup/sign-in-page.tsx')),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation/$token',
  component: lazyRouteComponent(() => import('../setup/invitation-page.tsx')),
});

/** Everything that needs a signed-in user. */
const home = createRoute({
  getParentRoute: () => root,
  id: 'home',
  component: Layout,
  async beforeLoad({ location }) {
    try {
      const me = await queries.ensureQueryData(meQuery);
      // Until then the server answers nothing else.
      if (me.secondFactorMissing && location.pathname !== '/settings/security')
        throw redirect({ to: '/settings/security' });
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      const { needed } = await get<SetupState>('/setup');
      if (needed) throw redirect({ to: '/setup', search: { token: undefined } });
      throw redirect({ to: '/sign-in', search: { next: location.href === '/' ? undefined : location.href } });
    }
  },
});
const agenda = createRoute({
  getParentRoute: () => home,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { day?: string } => {
    const day = text(search.day);
    return day && /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) ? { day } : {};
  },
  component: AgendaPage,
});

const page = <Path extends string>(path: Path, load: Parameters<typeof lazyRouteComponent>[0]) =>
  createRoute({ getParentRoute: () => home, path, component: lazyRouteComponent(load) });

const start = page('/start', () => import('../setup/start-page.tsx'));
const team = page('/colleagues', () => import('../team/team-page.tsx'));
const calls = page('/calls', () => import('../presence/forwarding-log-page.tsx'));
const accounts = page('/accounts', () => import('../accounts/accounts-page.tsx'));
const addAccount = page('/accounts/add', () => import('../accounts/add-account-page.tsx'));
const settings = page('/settings', () => import('../settings/settings-page.tsx'));
const ownProfiles = page('/settings/profiles', () => import('../settings/profiles/own-profiles-page.tsx'));
const ownRules = page('/settings/rules', () => import('../settings/rules/own-rules-page.tsx'));
const colleagues = page('/settings/colleagues', () => import('../settings/colleagues/colleagues-page.tsx'));
const history = page('/settings/history', () => import('../settings/history/history-page.tsx'));
const security = page('/settings/security', () => import('../settings/security/security-page.tsx'));
const admin = page('/administration', () => import('../administration/administration-page.tsx'));
const adminRoom = page('/administration/$', () => import('../administration/administration-page.tsx'));

export const router = createRouter({
  routeTree: root.addChildren([
    setup,
    signIn,
    invitation,
    home.addChildren([
      agenda,
      start,
      team,
      calls,
      accounts,
      addAccount,
      settings,
      ownProfiles,
      ownRules,
      colleagues,
      history,
      security,
      admin,
      adminRoom,
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
