import { NativeSelect, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { groupsQuery, phoneSystemsQuery } from '../administration.queries.ts';
import { GroupOptions } from '../users/group-options.tsx';

export interface Common {
  groupId: string | null;
  phoneSystemId: string | null;
  whole: boolean;
}
export const commonOf = (settings: Record<string, unknown>): Common => ({
  groupId: (settings.groupId as string | null | undefined) ?? null,
  phoneSystemId: (settings.phoneSystemId as string | null | undefined) ?? null,
  whole: settings.whole !== false,
});

/** What files and directories have alike: where new users go, whose extensions are told, and whether it names everybody. */
export function CommonSettings({ value, change }: { value: Common; change(wish: Partial<Common>): void }) {
  const { t } = useTranslation('administration/import');
  const { data: groups = [] } = useQuery(groupsQuery);
  const { data: systems = [] } = useQuery(phoneSystemsQuery);
  return (
    <>
      <div className="form-pair">
        <NativeSelect
          label={t('common.group')}
          description={t('common.groupHint')}
          value={value.groupId ?? ''}
          onChange={(event) => change({ groupId: event.currentTarget.value || null })}
        >
          <option value="">{t('common.firstGroup')}</option>
          <GroupOptions groups={groups} />
        </NativeSelect>
        <NativeSelect
          label={t('common.phoneSystem')}
          description={t('common.phoneSystemHint')}
          value={value.phoneSystemId ?? ''}
          data={[
            { value: '', label: t('common.noPhoneSystem') },
            ...systems.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => change({ phoneSystemId: event.currentTarget.value || null })}
        />
      </div>
      <Switch
        size="md"
        label={t('common.whole')}
        description={t('common.wholeHint')}
        checked={value.whole}
        onChange={(event) => change({ whole: event.currentTarget.checked })}
      />
    </>
  );
}
