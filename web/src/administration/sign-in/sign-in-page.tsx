import './sign-in.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { IdentityProvider, IdentityProviderCheck } from '../../../../server/src/api/schemas/sign-in.ts';
import { request } from '../../shell/api.ts';
import { CheckSteps } from '../../shell/check-steps.tsx';
import { Icon } from '../../shell/icons.tsx';
import { Empty, PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { useQuickChange } from '../administration.queries.ts';
import { CopyField } from '../copy-field.tsx';
import { useMayChange } from '../may-change.ts';
import { PlaceLink } from '../place-link.tsx';
import { RemoveButton } from '../remove-button.tsx';
import { RequiredSecondFactor } from './required-second-factor.tsx';
import { identityProvidersQuery } from './sign-in.queries.ts';

/** How people get in: the second step that roles need, and the company's own sign-in. */
export default function SignInSettingsPage() {
  const { t } = useTranslation('administration/sign-in');
  useTitle(t('title'));
  const providers = useQuery(identityProvidersQuery);
  const mayChange = useMayChange();
  return (
    <>
      <PageHead title={t('title')} intro={t('intro')} />
      <RequiredSecondFactor />
      <section className="section">
        <div className="section-head">
          <h2>{t('providers')}</h2>
          {mayChange && (
            <PlaceLink to="sign-in/new" className="button">
              <Icon name="plus" />
              {t('add')}
            </PlaceLink>
          )}
        </div>
        <p className="page-intro">{t('providersText')}</p>
        {providers.isPending && <Skeleton />}
        {providers.isError && <Problem error={providers.error} retry={() => void providers.refetch()} />}
        {providers.data?.length === 0 && <Empty icon="shield" title={t('none')} text={t('noneText')} />}
        {providers.data?.map((provider) => (
          <ProviderCard key={provider.id} provider={provider} />
        ))}
      </section>
    </>
  );
}

function ProviderCard({ provider }: { provider: IdentityProvider }) {
  const { t } = useTranslation('administration/sign-in');
  const mayChange = useMayChange();
  const quick = useQuickChange('identityProviders');
  const path = `/identity-providers/${provider.id}`;
  const check = useMutation({ mutationFn: () => request<IdentityProviderCheck>('POST', `${path}/check`) });
  return (
    <article className="card provider" aria-label={provider.name}>
      <header>
        <h3>{provider.name}</h3>
        {!provider.enabled && <span className="tag">{t('off')}</span>}
        <p className="hint">
          {provider.issuer} · {t('users', { count: provider.users })}
        </p>
      </header>
      <div>
        <p className="hint">{t('redirect')}</p>
        <CopyField label={t('redirectOf', { name: provider.name })} value={provider.redirectUri} />
      </div>
      <div role="status">
        {check.data && <CheckSteps steps={check.data.steps} label={t('checked', { name: provider.name })} />}
        {check.isError && <Problem error={check.error} />}
      </div>
      {mayChange && (
        <div className="actions">
          <PlaceLink to={`sign-in/${provider.id}`} className="button">
            {t('change', { ns: 'shell' })}
            <span className="sr-only"> {provider.name}</span>
          </PlaceLink>
          <button
            type="button"
            className="button"
            aria-label={t('checkLabel', { name: provider.name })}
            disabled={check.isPending}
            onClick={() => check.mutate()}
          >
            {t(check.isPending ? 'checking' : 'check')}
          </button>
          <button
            type="button"
            className="button quiet"
            disabled={quick.isPending}
            onClick={() => quick.run({ method: 'PATCH', path, body: { enabled: !provider.enabled } })}
          >
            {t(provider.enabled ? 'switchOff' : 'switchOn')}
          </button>
          <RemoveButton
            label={t('removeLabel', { name: provider.name })}
            title={t('removeTitle', { name: provider.name })}
            text={t('removeText', { count: provider.users })}
            path={path}
            keys={['identityProviders']}
          />
        </div>
      )}
    </article>
  );
}
