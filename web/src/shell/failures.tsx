import type { ErrorComponentProps } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Empty, Problem } from './parts.tsx';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="page page-narrow" id="main">
      <Empty icon="search" title={t('notFound.title')} text={t('notFound.text')}>
        <Link className="button primary" to="/">
          {t('notFound.home')}
        </Link>
      </Empty>
    </main>
  );
}

export function PageFailed({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <main className="page page-narrow" id="main">
      <h1>{t('failed')}</h1>
      <Problem error={error} retry={reset} />
    </main>
  );
}
