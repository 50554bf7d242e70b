import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SignInWays } from '../../../server/src/api/schemas/sign-in.ts';
import { get, withQuery } from '../shell/api.ts';
import { Icon } from '../shell/icons.tsx';

/** The company's own sign-ins. Local accounts go on when they can't be read or aren't there. */
export function ProviderButtons({ next }: { next: string }) {
  const { t } = useTranslation('setup');
  const { data } = useQuery({ queryKey: ['signIn'], queryFn: ({ signal }) => get<SignInWays>('/sign-in', signal) });
  if (!data || data.providers.length === 0) return null;
  return (
    <section className="providers" aria-label={t('provider.label')}>
      <p className="providers-or">{t('provider.or')}</p>
      {data.providers.map(({ id, name }) => (
        <a
          key={id}
          className="button"
          href={withQuery(`/api/v1/sign-in/providers/${id}/start`, { returnTo: next === '/' ? undefined : next })}
        >
          <Icon name="signIn" />
          {t('provider.with', { name })}
        </a>
      ))}
    </section>
  );
}

const failures = ['unavailable', 'refused', 'expired', 'unknownUser', 'inactive'] as const;

/** Why the way over a provider led back here. */
export function ProviderFailure({ error }: { error: string }) {
  const { t } = useTranslation('setup');
  const known = failures.find((one) => one === error);
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <p>{t(`provider.failed.${known ?? 'refused'}`)}</p>
    </div>
  );
}
