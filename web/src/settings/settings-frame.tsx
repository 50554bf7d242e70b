import './settings.css';
import { useMutation } from '@tanstack/react-query';
import { Link, type LinkProps, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Controls } from '../shell/controls.tsx';
import { Icon } from '../shell/icons.tsx';
import { notify } from '../shell/notices.tsx';
import { PageHead, useErrorText } from '../shell/parts.tsx';
import { signOut, useMe } from '../shell/session.ts';
import { useTitle } from '../shell/use-title.ts';

const pages = {
  me: '/settings',
  profiles: '/settings/profiles',
  rules: '/settings/rules',
  security: '/settings/security',
  colleagues: '/settings/colleagues',
  history: '/settings/history',
} as const satisfies Record<string, NonNullable<LinkProps['to']>>;

/** What all pages of the settings share: who one is, the way out, and the way to the other pages. */
export function SettingsFrame({ page, children }: { page: keyof typeof pages; children: ReactNode }) {
  const { t } = useTranslation('settings');
  useTitle(t(`pages.${page}`));
  const me = useMe();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => navigate({ to: '/sign-in' }),
    onError: (error) => notify(errorText(error), { tone: 'problem' }),
  });
  return (
    <Controls>
      <div className="page">
        <PageHead title={t('title')} intro={me.email}>
          {me.role !== 'user' && (
            <Link className="button" to="/administration">
              <Icon name="admin" />
              {t('rooms.admin', { ns: 'shell' })}
            </Link>
          )}
          <button type="button" className="button" disabled={leave.isPending} onClick={() => leave.mutate()}>
            <Icon name="signOut" />
            {t('signOut')}
          </button>
        </PageHead>
        <nav className="tabs" aria-label={t('title')}>
          {(Object.keys(pages) as (keyof typeof pages)[]).map((name) => (
            <Link
              key={name}
              to={pages[name]}
              activeOptions={{ exact: true }}
              aria-current={name === page ? 'page' : undefined}
            >
              {t(`pages.${name}`)}
            </Link>
          ))}
        </nav>
        {children}
      </div>
    </Controls>
  );
}
