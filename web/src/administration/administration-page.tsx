import './administration.css';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Controls } from '../shell/controls.tsx';
import { Empty, PageHead, Skeleton } from '../shell/parts.tsx';
import { useMe } from '../shell/session.ts';
import { useTitle } from '../shell/use-title.ts';
import { SampleCompany } from './system/sample-company.tsx';

const rooms = {
  users: lazy(() => import('./users/users.tsx')),
  profiles: lazy(() => import('./profiles/profiles.tsx')),
  phones: lazy(() => import('./system/phone-systems.tsx')),
  webhooks: lazy(() => import('./system/webhooks.tsx')),
  network: lazy(() => import('./system/network.tsx')),
  sample: SampleCompany,
} as const;
type Room = keyof typeof rooms;
const roomNames = Object.keys(rooms) as Room[];

export default function AdminPage() {
  const { t } = useTranslation('administration');
  const me = useMe();
  const { room: wanted } = useParams({ strict: false });
  const room = roomNames.find((name) => name === wanted) ?? 'users';
  const Shown = rooms[room];
  useTitle(t(`rooms.${room}`));
  if (me.role !== 'administrator')
    return (
      <div className="page">
        <h1>{t('title')}</h1>
        <Empty icon="admin" title={t('forbidden')} />
      </div>
    );
  return (
    <Controls>
      <div className="page">
        <PageHead title={t('title')} />
        <nav className="admin-rooms" aria-label={t('title')}>
          {roomNames.map((name) => (
            <Link
              key={name}
              to="/administration/$room"
              params={{ room: name }}
              aria-current={name === room ? 'page' : undefined}
              resetScroll={false}
            >
              {t(`rooms.${name}`)}
            </Link>
          ))}
        </nav>
        <Suspense fallback={<Skeleton rows={6} />}>
          <Shown />
        </Suspense>
      </div>
    </Controls>
  );
}
