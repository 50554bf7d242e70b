import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type PickedUser, UserPicker } from '../administration/users/user-picker.tsx';
import { Controls } from '../shell/controls.tsx';
import { useMe } from '../shell/session.ts';

/** Whose log: somebody found by typing, or with an emptied field one's own. */
export default function ChooseUser({ choose }: { choose(userId: string): void }) {
  const { t } = useTranslation('presence');
  const me = useMe();
  const [picked, setPicked] = useState<PickedUser | null>(null);
  return (
    <Controls>
      <div className="log-user">
        <UserPicker
          label={t('log.user')}
          description={t('log.userHint')}
          picked={picked}
          except={[me.id]}
          pick={(user) => {
            setPicked(user);
            choose(user?.id ?? me.id);
          }}
        />
      </div>
    </Controls>
  );
}
