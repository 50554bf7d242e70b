import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { User } from '../../../../server/src/api/schemas/users.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { useQuickChange } from '../administration.queries.ts';

/** Deactivates a user, after a question, and brings them back without one. */
export function UserActivity({ user }: { user: User }) {
  const { t } = useTranslation('administration/users');
  const [asking, setAsking] = useState(false);
  const quick = useQuickChange('users');
  const set = (active: boolean) =>
    quick.run({ method: 'PATCH', path: `/users/${user.id}`, body: { active } }, () => setAsking(false));
  if (user.leaving) return null;
  if (user.active === false)
    return (
      <button type="button" className="button" disabled={quick.isPending} onClick={() => set(true)}>
        {t('activate')}
      </button>
    );
  return (
    <>
      <button type="button" className="button quiet" onClick={() => setAsking(true)}>
        {t('deactivate')}
      </button>
      {asking && (
        <Confirm
          title={t('deactivateTitle', { name: user.displayName })}
          text={t('deactivateText')}
          confirm={t('deactivate')}
          busy={quick.isPending}
          onClose={() => setAsking(false)}
          onConfirm={() => set(false)}
        />
      )}
    </>
  );
}
