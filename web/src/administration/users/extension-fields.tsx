import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneSystem } from '../../../../server/src/api/schemas/telephony.ts';
import type { User } from '../../../../server/src/api/schemas/users.ts';
import { ApiError, request } from '../../shell/api.ts';
import { fieldError } from '../../shell/field-errors.ts';

/** The refusal of an extension, and the phone system it was for. */
export class ExtensionRefused extends Error {
  readonly phoneSystemId: string;
  readonly refusal: ApiError;
  constructor(phoneSystemId: string, refusal: ApiError) {
    super(refusal.message);
    this.phoneSystemId = phoneSystemId;
    this.refusal = refusal;
  }
}

/** A user's extensions, one a phone system, as they are typed; `save` makes them so. */
export function useExtensions(known: NonNullable<User['extensions']>) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const numberOf = (system: string) =>
    typed[system] ?? known.find((extension) => extension.phoneSystemId === system)?.number ?? '';
  return {
    numberOf,
    type: (system: string, number: string) => setTyped((before) => ({ ...before, [system]: number })),
    /** @throws ExtensionRefused; those before it are saved. */
    async save(owner: string) {
      for (const [phoneSystemId, number] of Object.entries(typed)) {
        const before = known.find((extension) => extension.phoneSystemId === phoneSystemId);
        if ((before?.number ?? '') === number.trim()) continue;
        try {
          // The new one first: when it is refused the old one is still there.
          if (number.trim() !== '')
            await request('POST', '/extensions', { userId: owner, phoneSystemId, number: number.trim() });
          if (before) await request('DELETE', `/extensions/${before.id}`);
        } catch (error) {
          throw error instanceof ApiError ? new ExtensionRefused(phoneSystemId, error) : error;
        }
        setTyped(({ [phoneSystemId]: _, ...others }) => others);
      }
    },
  };
}

export function ExtensionFields(props: {
  systems: readonly PhoneSystem[];
  extensions: Pick<ReturnType<typeof useExtensions>, 'numberOf' | 'type'>;
  error: unknown;
}) {
  const { t } = useTranslation('administration/users');
  const { error } = props;
  if (props.systems.length === 0) return <p className="hint">{t('noPhoneSystem')}</p>;
  return props.systems.map((system) => (
    <TextInput
      key={system.id}
      label={t('extension', { system: system.name })}
      autoComplete="off"
      value={props.extensions.numberOf(system.id)}
      error={
        error instanceof ExtensionRefused && error.phoneSystemId === system.id
          ? (fieldError(error.refusal, 'number') ?? error.refusal.message)
          : undefined
      }
      onChange={(event) => props.extensions.type(system.id, event.currentTarget.value)}
    />
  ));
}
