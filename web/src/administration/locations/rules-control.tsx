import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Rule } from '../../rules/rules.queries.ts';
import { DefaultRules, RulesEditor } from '../../rules/rules-editor.tsx';
import { centralProfilesQuery } from '../profiles/profiles.queries.ts';
import { functionQuery, type Owner } from './locations.queries.ts';

interface Props {
  owner: Owner;
  rules: readonly Rule[];
  tentativeCounts: boolean;
  errorOf?(index: number): string | undefined;
  /** Left out: they are only shown. */
  change?(rules: Rule[]): void;
}

/** The rules of a location or a group, with what decides where none applies. */
export function RulesControl({ owner, rules, tentativeCounts, errorOf, change }: Props) {
  const { t } = useTranslation('rules');
  const profiles = useQuery(centralProfilesQuery(owner.kind, owner.id)).data ?? [];
  const synchronization = useQuery(functionQuery(owner, 'synchronization')).data;
  return (
    <div className="rules-control">
      <p className="hint">{t('intro')}</p>
      <RulesEditor
        rules={rules}
        profiles={profiles}
        freeBusyOnly={synchronization?.value.freeBusyOnly === true}
        {...(errorOf && { errorOf })}
        {...(change && { change })}
      />
      <DefaultRules tentativeCounts={tentativeCounts} />
    </div>
  );
}
