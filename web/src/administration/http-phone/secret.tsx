import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { fieldError } from '../../shell/field-errors.ts';

const kinds = ['none', 'basic', 'bearer', 'header', 'client', 'password', 'refresh'] as const;
export type SecretKind = (typeof kinds)[number];

export interface SecretDraft {
  kind: SecretKind;
  username: string;
  password: string;
  name: string;
  value: string;
  clientId: string;
  clientSecret: string;
}
export const noSecret: SecretDraft = {
  ...{ kind: 'none', username: '', password: '', name: '', value: '', clientId: '', clientSecret: '' },
};

/** @param keep the system has a secret already: an untouched draft leaves it as it is (undefined). */
export function secretOf(system: 'asterisk' | 'http', draft: SecretDraft, keep: boolean) {
  const { kind, username, password, name, value, clientId, clientSecret } = draft;
  if (system === 'asterisk') return password === '' ? undefined : { password };
  switch (kind) {
    case 'none':
      return keep ? undefined : { kind };
    case 'basic':
      return { kind, username, password };
    case 'bearer':
      return { kind, token: value };
    case 'header':
      return { kind, name, value };
    case 'client':
      return { kind, clientId, clientSecret };
    case 'password':
      return { kind, username, password, clientId, clientSecret };
    case 'refresh':
      return { kind, clientId, clientSecret, refreshToken: value };
  }
}

const fieldsOf: Record<SecretKind, (keyof SecretDraft)[]> = {
  none: [],
  basic: ['username', 'password'],
  bearer: ['value'],
  header: ['name', 'value'],
  client: ['clientId', 'clientSecret'],
  password: ['username', 'password', 'clientId', 'clientSecret'],
  refresh: ['clientId', 'clientSecret', 'value'],
};
const hidden = new Set<keyof SecretDraft>(['password', 'value', 'clientSecret']);

export function PhoneSecret(props: {
  draft: SecretDraft;
  change(draft: SecretDraft): void;
  isKnown: boolean;
  error?: unknown;
}) {
  const { t } = useTranslation(['administration/http-phone', 'setup']);
  const { draft, change } = props;
  const label = (field: keyof SecretDraft) =>
    field === 'value' && draft.kind === 'refresh' ? t('secret.refreshToken') : t(`secret.${field as 'username'}`);
  const wrong = fieldError(props.error, 'secret');
  return (
    <>
      <NativeSelect
        label={t('secret.title')}
        error={wrong}
        value={draft.kind}
        data={kinds.map((value) => ({
          value,
          label: t(value === 'none' && props.isKnown ? 'secret.kept' : `secret.kinds.${value}`),
        }))}
        onChange={(event) => change({ ...draft, kind: kinds.find((one) => one === event.currentTarget.value)! })}
      />
      <div className="form-pair">
        {fieldsOf[draft.kind].map((field) => {
          const common = {
            label: label(field),
            required:
              field !== 'password' &&
              !(field === 'clientSecret' && draft.kind !== 'client') &&
              !(field === 'clientId' && draft.kind !== 'client'),
            autoComplete: 'off',
            value: draft[field],
          };
          return hidden.has(field) ? (
            <PasswordInput
              key={field}
              {...common}
              visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
              onChange={(event) => change({ ...draft, [field]: event.currentTarget.value })}
            />
          ) : (
            <TextInput
              key={field}
              {...common}
              onChange={(event) => change({ ...draft, [field]: event.currentTarget.value })}
            />
          );
        })}
      </div>
    </>
  );
}
