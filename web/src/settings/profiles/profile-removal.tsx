import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../../server/src/api/schemas/presence.ts';
import { useChange, useQuickChange } from '../../administration/administration.queries.ts';
import { Confirm } from '../../shell/dialog.tsx';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';

const keys = ['profiles', 'timeline', 'outcomes'];

/** Asks before one of one's own profiles goes. One in use is refused, with where; what is gone comes back by "undo". */
export function ProfileRemoval(props: { profile: Profile; replaces: string | null; onClose(): void }) {
  const { t } = useTranslation(['settings/profiles', 'profiles', 'shell']);
  const { profile, replaces, onClose } = props;
  const { key, name, status, active, forwarding, note } = profile;
  const change = useChange(...keys);
  const again = useQuickChange(...keys);
  return (
    <Confirm
      title={t('removeTitle', { ns: 'profiles', name })}
      text={replaces === null ? t('removeText') : t('removeReplacing', { name: replaces })}
      confirm={t('remove', { ns: 'shell' })}
      busy={change.isPending || change.isError}
      onClose={onClose}
      onConfirm={() =>
        change.mutate(
          { method: 'DELETE', path: `/profiles/${profile.id}` },
          {
            onSuccess() {
              const body = { owner: 'user', key, name, status, active, forwarding, note };
              notify(t('removed', { name }), {
                action: { label: t('undo'), run: () => again.run({ method: 'POST', path: '/profiles', body }) },
              });
              onClose();
            },
          },
        )
      }
    >
      {change.isError && <Problem error={change.error} />}
    </Confirm>
  );
}
