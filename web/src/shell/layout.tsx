import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MyPresence } from '../presence/my-presence.tsx';
import { Brand } from './brand.tsx';
import { Icon, type IconName } from './icons.tsx';
import { chooseLanguage } from './language.ts';
import { useLiveCache } from './live-cache.ts';
import { MailboxAsk } from './mailbox-ask.tsx';
import { Notices } from './notices.tsx';
import { OfflineNotice } from './offline-notice.tsx';
import { openAlertsQuery } from './open-alerts.ts';
import { Skeleton } from './parts.tsx';
import { useMe } from './session.ts';
import { useShortcut } from './shortcuts.ts';

/** For administrators and readers. */
const AlertBanner = lazy(() => import('../administration/trust/alert-banner.tsx'));
const ShortcutsDialog = lazy(() => import('./shortcuts-dialog.tsx'));

/** The frame of every page: a sidebar where there is room, a bar at the foot of a phone; my presence in the head. */
export function Layout() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const [showShortcuts, setShowShortcuts] = useState(false);
  useLiveCache();
  useFocusOnNewPage();
  useEffect(() => void chooseLanguage(me.language), [me.language]);
  useShortcut('a', () => void navigate({ to: '/' }));
  useShortcut('c', () => void navigate({ to: '/colleagues' }));
  useShortcut('f', () => void navigate({ to: '/calls' }));
  useShortcut('k', () => void navigate({ to: '/accounts' }));
  useShortcut('s', () => void navigate({ to: '/settings' }));
  useShortcut('?', () => setShowShortcuts(true));

  return (
    <div className="frame">
      <a className="skip-link" href="#main">
        {t('skip')}
      </a>
      <header className="head">
        <Link to="/" className="brand-link" aria-label={t('home')}>
          <Brand />
        </Link>
        <MyPresence />
      </header>
      <nav className="rooms" aria-label={t('rooms.label')}>
        <Room to="/" icon="agenda" label={t('rooms.agenda')} />
        <Room to="/colleagues" icon="team" label={t('rooms.team')} />
        <Room to="/calls" icon="calls" label={t('rooms.calls')} />
        <Room to="/accounts" icon="accounts" label={t('rooms.accounts')} />
        <span className="rooms-gap" />
        {me.role !== 'user' && <Room to="/administration" icon="admin" label={t('rooms.admin')} />}
        <Room to="/settings" icon="settings" label={t('rooms.settings')} />
        <button type="button" className="room room-keys" onClick={() => setShowShortcuts(true)}>
          <Icon name="keyboard" />
          <span>{t('shortcuts.title')}</span>
        </button>
      </nav>
      <main id="main" tabIndex={-1}>
        <OfflineNotice />
        {me.role !== 'user' && <Alerts />}
        <Suspense fallback={<Skeleton />}>
          <Outlet />
        </Suspense>
      </main>
      <Notices />
      <MailboxAsk />
      {showShortcuts && (
        <Suspense>
          <ShortcutsDialog onClose={() => setShowShortcuts(false)} />
        </Suspense>
      )}
    </div>
  );
}

function Alerts() {
  const alerts = useQuery(openAlertsQuery);
  return alerts.data?.length ? (
    <Suspense>
      <AlertBanner />
    </Suspense>
  ) : null;
}

/** A keyboard goes on from the new page's content, not from the link in the sidebar that led there. */
function useFocusOnNewPage(): void {
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    document.getElementById('main')?.focus({ preventScroll: true });
  }, [pathname]);
}

function Room({ to, icon, label }: { to: NonNullable<LinkProps['to']>; icon: IconName; label: string }) {
  return (
    <Link to={to} className="room" activeOptions={{ exact: to === '/', includeSearch: false }}>
      <Icon name={icon} />
      <span>{label}</span>
    </Link>
  );
}
