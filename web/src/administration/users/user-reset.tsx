import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UserReset as Reset } from '../../../../server/src/api/schemas/user-list.ts';
import type { User } from '../../../../server/src/api/schemas/users.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { notify } from '../../shell/notices.tsx';
import { useErrorText } from '../../shell/parts.tsx';
import { useChange } from '../administration.queries.ts';
import { useMayChange } from '../may-change.ts';

const parts = ['profiles', 'manualChoices', 'relationships', 'reminders', 'rules', 'appointmentChoices'] as const;

/** Takes a user back to how they began, where what they chose for themselves has got in their way. */
export function UserReset({ user }: { user: User }) {
  const { t } = useTranslation('administration/users');
  const [asking, setAsking] = useState(false);
  const errorText = useErrorText();
  const reset = useChange<Reset>('users', 'presence');
  if (!useMayChange()) return null;

  function confirmed(): void {
    reset.mutate(
      { method: 'POST', path: `/users/${user.id}/reset` },
      {
        onSuccess(gone) {
          const what = parts
            .filter((part) => gone[part] > 0)
            .map((part) => t(`page.gone.${part}`, { count: gone[part] }));
          notify(what.length === 0 ? t('page.resetNothing') : t('page.resetDone', { what: what.join(', ') }));
        },
        onError: (error) => notify(errorText(error), { tone: 'problem' }),
        onSettled: () => setAsking(false),
      },
    );
  }

  return (
    <section className="card stack" aria-label={t('page.reset')}>
      <h2>{t('page.reset')}</h2>
      <p>{t('page.resetText')}</p>
      <div className="actions">
        <button type="button" className="button" onClick={() => setAsking(true)}>
          {t('page.resetYes')}
        </button>
      </div>
      {asking && (
        <Confirm
          title={t('page.resetTitle', { name: user.displayName })}
          text={t('page.resetText')}
          confirm={t('page.resetYes')}
          busy={reset.isPending}
          onClose={() => setAsking(false)}
          onConfirm={confirmed}
        />
      )}
    </section>
  );
}
