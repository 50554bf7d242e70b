import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PhoneSystem } from '../../../../server/src/api/schemas/telephony.ts';
import type { User } from '../../../../server/src/api/schemas/users.ts';
import { ApiError, request } from '../../shell/api.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { Icon } from '../../shell/icons.tsx';

/** One extension as it is typed; `known` is the stored one's id. */
interface Row {
  key: string;
  phoneSystemId: string;
  known: string | null;
  before: string;
  number: string;
}

/** The refusal of an extension, and which one it was. */
export class ExtensionRefused extends Error {
  readonly key: string;
  readonly refusal: ApiError;
  constructor(key: string, refusal: ApiError) {
    super(refusal.message);
    this.key = key;
    this.refusal = refusal;
  }
}

/** A user's extensions, any number a phone system, as they are typed; `save` makes them so. */
export function useExtensions(known: NonNullable<User['extensions']>) {
  const [rows, setRows] = useState<readonly Row[]>(() =>
    known.map(({ id, phoneSystemId, number }) => ({ key: id, phoneSystemId, known: id, before: number, number })),
  );
  return {
    /** Of a system without any, an empty one to type into. */
    of(phoneSystemId: string): readonly Row[] {
      const own = rows.filter((row) => row.phoneSystemId === phoneSystemId);
      return own.length > 0 ? own : [emptyRow(phoneSystemId, 0)];
    },
    type: (row: Row, number: string) =>
      setRows((before) =>
        before.some(({ key }) => key === row.key)
          ? before.map((each) => (each.key === row.key ? { ...each, number } : each))
          : [...before, { ...row, number }],
      ),
    add: (phoneSystemId: string) => setRows((before) => [...before, emptyRow(phoneSystemId, before.length)]),
    /** @throws ExtensionRefused; those before it are saved. */
    async save(owner: string) {
      for (const row of rows) {
        const number = row.number.trim();
        if (number === row.before) continue;
        try {
          // The new one first: when it is refused the old one is still there.
          const made =
            number === ''
              ? null
              : await request<{ id: string }>('POST', '/extensions', {
                  userId: owner,
                  phoneSystemId: row.phoneSystemId,
                  number,
                });
          if (row.known) await request('DELETE', `/extensions/${row.known}`);
          const saved = { ...row, known: made?.id ?? null, before: number, number };
          setRows((before) => before.map((each) => (each.key === row.key ? saved : each)));
        } catch (error) {
          throw error instanceof ApiError ? new ExtensionRefused(row.key, error) : error;
        }
      }
    },
  };
}

const emptyRow = (phoneSystemId: string, at: number): Row => ({
  ...{ key: `${phoneSystemId} ${at}`, phoneSystemId },
  ...{ known: null, before: '', number: '' },
});

export function ExtensionFields(props: {
  systems: readonly PhoneSystem[];
  extensions: Pick<ReturnType<typeof useExtensions>, 'of' | 'type' | 'add'>;
  error: unknown;
}) {
  const { t } = useTranslation('administration/users');
  const { error, extensions } = props;
  if (props.systems.length === 0) return <p className="hint">{t('noPhoneSystem')}</p>;
  return props.systems.map((system) => {
    const rows = extensions.of(system.id);
    return (
      <div key={system.id} className="extension-rows">
        {rows.map((row, index) => (
          <TextInput
            key={row.key}
            label={t(index === 0 ? 'extension' : 'extensionMore', { system: system.name, number: index + 1 })}
            autoComplete="off"
            value={row.number}
            error={
              error instanceof ExtensionRefused && error.key === row.key
                ? (fieldError(error.refusal, 'number') ?? error.refusal.message)
                : undefined
            }
            onChange={(event) => extensions.type(row, event.currentTarget.value)}
          />
        ))}
        {rows.every(({ number }) => number.trim() !== '') && (
          <button type="button" className="link-button" onClick={() => extensions.add(system.id)}>
            <Icon name="plus" size={14} /> {t('extensionAdd', { system: system.name })}
          </button>
        )}
      </div>
    );
  });
}
