import '../../accounts/accounts.css';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../server/src/api/schemas/accounts.ts';
import { Health } from '../../accounts/account-card.tsx';
import { useSyncNow } from '../../accounts/accounts.queries.ts';
import { Icon } from '../../shell/icons.tsx';
import { notify } from '../../shell/notices.tsx';
import { useErrorText } from '../../shell/parts.tsx';
import { useMayChange } from '../may-change.ts';

/** The user's calendar accounts and how they are; all can be read again at once. */
export function UserAccounts({ accounts }: { accounts: readonly Account[] }) {
  const { t } = useTranslation(['administration/users', 'accounts']);
  const sync = useSyncNow();
  const errorText = useErrorText();
  const mayChange = useMayChange();
  return (
    <section className="card stack" aria-label={t('page.accounts')}>
      <div className="section-head">
        <h2>{t('page.accounts')}</h2>
        {accounts.length > 0 && mayChange && (
          <button
            type="button"
            className="button"
            disabled={sync.isPending}
            onClick={() =>
              sync.mutate([...accounts], {
                onSuccess: () => notify(t('page.syncAsked')),
                onError: (error) => notify(errorText(error), { tone: 'problem' }),
              })
            }
          >
            <Icon name="refresh" />
            {t('page.syncNow')}
          </button>
        )}
      </div>
      {accounts.length === 0 && (
        <p className="hint">
          {t('page.noAccounts')} {t('page.noAccountsText')}
        </p>
      )}
      {accounts.map((account) => (
        <article key={account.id} className="user-account" aria-label={account.name}>
          <h3>
            {account.name}{' '}
            <span className="hint">
              {t(`kindName.${account.kind as 'caldav'}`, { ns: 'accounts', defaultValue: account.kind })}
            </span>
          </h3>
          <Health account={account} />
        </article>
      ))}
    </section>
  );
}
