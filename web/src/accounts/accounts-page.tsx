import './accounts.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Controls } from '../shell/controls.tsx';
import { Icon } from '../shell/icons.tsx';
import { Empty, PageHead, Problem, Skeleton } from '../shell/parts.tsx';
import { useTitle } from '../shell/use-title.ts';
import { AccountCard } from './account-card.tsx';
import { accountsQuery } from './accounts.queries.ts';

export default function AccountsPage() {
  const { t } = useTranslation('accounts');
  useTitle(t('title'));
  const accounts = useQuery({ ...accountsQuery, refetchInterval: 30_000 });
  return (
    <Controls>
      <div className="page">
        <PageHead title={t('title')} intro={t('intro')}>
          <Link className="button primary" to="/accounts/add">
            <Icon name="plus" />
            {t('add')}
          </Link>
        </PageHead>
        {accounts.isPending && <Skeleton rows={5} />}
        {accounts.isError && !accounts.data && <Problem error={accounts.error} retry={() => void accounts.refetch()} />}
        {accounts.data?.length === 0 && <Empty icon="accounts" title={t('empty')} text={t('emptyText')} />}
        <div className="stack">
          {accounts.data?.map((account) => (
            <AccountCard key={account.id} account={account} />
          ))}
        </div>
      </div>
    </Controls>
  );
}
