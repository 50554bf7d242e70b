import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DryRunPanel, type MadeDryRun } from '../../rules/dry-run-panel.tsx';
import { tryRules } from '../../rules/rules.queries.ts';
import { type PickedUser, UserPicker } from '../users/user-picker.tsx';
import type { FunctionWish, Owner } from './locations.queries.ts';

interface Props {
  owner: Owner;
  wish(): FunctionWish;
  /** The wish as text. */
  of: string;
  made: MadeDryRun | null;
  onMade(made: MadeDryRun): void;
}

/** Tries the settings on the first users who have them, or on one who is picked. */
export function RulesTrial({ owner, wish, of, made, onMade }: Props) {
  const { t } = useTranslation('rules');
  const [picked, setPicked] = useState<PickedUser | null>(null);
  return (
    <DryRunPanel
      text={t('dryRun.text')}
      of={of}
      made={made}
      run={() => tryRules(owner, { ...wish(), ...(picked && { userIds: [picked.id] }) })}
      onMade={onMade}
    >
      <UserPicker
        label={t('dryRun.whose')}
        description={t('dryRun.whoseHint')}
        picked={picked}
        except={[]}
        pick={setPicked}
      />
    </DryRunPanel>
  );
}
