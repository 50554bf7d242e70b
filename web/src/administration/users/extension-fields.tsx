import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneSystem } from '../../../../server/src/api/schemas/telephony.ts';
import { request } from '../../shell/api.ts';
import { extensionsQuery } from '../administration.queries.ts';

/** A user's extensions, one a phone system, as they are typed; `save` makes them so. */
export function useExtensions(userId: string | undefined) {
  const { data: all = [] } = useQuery(extensionsQuery);
  const known = all.filter((extension) => extension.userId === userId);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const numberOf = (system: string) =>
    typed[system] ?? known.find((extension) => extension.phoneSystemId === system)?.number ?? '';
  return {
    numberOf,
    type: (system: string, number: string) => setTyped((before) => ({ ...before, [system]: number })),
    async save(owner: string) {
      for (const [phoneSystemId, number] of Object.entries(typed)) {
        const before = known.find((extension) => extension.phoneSystemId === phoneSystemId);
        if ((before?.number ?? '') === number.trim()) continue;
        if (before) await request('DELETE', `/extensions/${before.id}`);
        if (number.trim() !== '')
          await request('POST', '/extensions', { userId: owner, phoneSystemId, number: number.trim() });
      }
    },
  };
}

export function ExtensionFields(props: {
  systems: readonly PhoneSystem[];
  extensions: Pick<ReturnType<typeof useExtensions>, 'numberOf' | 'type'>;
}) {
  const { t } = useTranslation('administration/users');
  if (props.systems.length === 0) return <p className="hint">{t('noPhoneSystem')}</p>;
  return props.systems.map((system) => (
    <TextInput
      key={system.id}
      label={t('extension', { system: system.name })}
      autoComplete="off"
      value={props.extensions.numberOf(system.id)}
      onChange={(event) => props.extensions.type(system.id, event.currentTarget.value)}
    />
  ));
}
