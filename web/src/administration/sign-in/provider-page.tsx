import './sign-in.css';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Empty, PageHead, Problem, Skeleton } from '../../shell/parts.tsx';
import { useTitle } from '../../shell/use-title.ts';
import { ProviderForm } from './provider-form.tsx';
import { identityProvidersQuery } from './sign-in.queries.ts';

/** One identity provider, known (by its id) or new. */
export default function ProviderPage({ id }: { id: string }) {
  const { t } = useTranslation('administration/sign-in');
  const providers = useQuery(identityProvidersQuery);
  const provider = providers.data?.find((one) => one.id === id);
  const title = provider?.name ?? t('add');
  useTitle(title);
  if (providers.isPending) return <Skeleton rows={6} />;
  if (providers.isError) return <Problem error={providers.error} retry={() => void providers.refetch()} />;
  if (id !== '' && !provider) return <Empty icon="search" title={t('gone')} />;
  return (
    <>
      <PageHead title={title} intro={t('formIntro')} />
      <ProviderForm provider={provider ?? null} />
    </>
  );
}
