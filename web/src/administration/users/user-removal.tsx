import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { UserOverview } from '../../../../server/src/api/schemas/user-list.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { useQuickChange } from '../administration.queries.ts';
import { RemovalSteps } from '../leaving/removal-steps.tsx';

/** Asks before a user is removed, and says what of this user goes, step by step. */
export function UserRemoval({ overview, onClose }: { overview: UserOverview; onClose(): void }) {
  const { t } = useTranslation(['administration/users', 'administration/leaving']);
  const navigate = useNavigate();
  const quick = useQuickChange('users', 'leavings');
  const { user, accounts } = overview;
  const leaving = { ns: 'administration/leaving' } as const;
  const phones = [...new Set((user.extensions ?? []).map(({ number }) => number))];
  const connected = accounts.map(({ name }) => name);
  return (
    <Confirm
      title={t('removeTitle', { name: user.displayName })}
      text={t('removeText')}
      confirm={t('removeYes')}
      busy={quick.isPending}
      onClose={onClose}
      onConfirm={() =>
        quick.run({ method: 'DELETE', path: `/users/${user.id}` }, () =>
          navigate({ to: '/administration/$', params: { _splat: 'leaving' } }),
        )
      }
    >
      <RemovalSteps
        steps={[
          { name: 'endSignIn', detail: t('willDo.endSignIn', leaving) },
          {
            name: 'giveForwardingBack',
            detail:
              phones.length > 0
                ? t('willDo.giveBack', { ...leaving, count: phones.length, names: phones.join(', ') })
                : t('willDo.noPhone', leaving),
          },
          {
            name: 'revokeTokens',
            detail:
              connected.length > 0
                ? t('willDo.revoke', { ...leaving, count: connected.length, names: connected.join(', ') })
                : t('willDo.noAccount', leaving),
          },
          { name: 'eraseData', detail: t('willDo.eraseUser', leaving) },
        ]}
      />
    </Confirm>
  );
}
