import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';

const kinds = ['none', 'basic', 'bearer', 'header'] as const;

export interface SecretDraft {
  kind: (typeof kinds)[number];
  username: string;
  password: string;
  name: string;
  value: string;
}

/** @param keep the system has a secret already: an untouched draft leaves it as it is (undefined). */
export function secretOf(system: 'asterisk' | 'http', draft: SecretDraft, keep: boolean) {
  if (system === 'asterisk') return draft.password === '' ? undefined : { password: draft.password };
  if (draft.kind === 'none') return keep ? undefined : { kind: 'none' };
  if (draft.kind === 'basic') return { kind: 'basic', username: draft.username, password: draft.password };
  if (draft.kind === 'bearer') return { kind: 'bearer', token: draft.value };
  return { kind: 'header', name: draft.name, value: draft.value };
}

export function PhoneSecret(props: { draft: SecretDraft; change(draft: SecretDraft): void; isKnown: boolean }) {
  const { t } = useTranslation(['administration/system', 'setup']);
  const { draft, change } = props;
  const show = { 'aria-label': t('password.show', { ns: 'setup' }) };
  return (
    <>
      <NativeSelect
        label={t('phones.secret')}
        value={draft.kind}
        data={kinds.map((value) => ({
          value,
          label: t(value === 'none' && props.isKnown ? 'phones.secretKept' : `phones.secrets.${value}`),
        }))}
        onChange={(event) => change({ ...draft, kind: kinds.find((one) => one === event.currentTarget.value)! })}
      />
      {draft.kind === 'basic' && (
        <div className="form-pair">
          <TextInput
            label={t('phones.username')}
            required
            autoComplete="off"
            value={draft.username}
            onChange={(event) => change({ ...draft, username: event.currentTarget.value })}
          />
          <PasswordInput
            label={t('phones.password')}
            autoComplete="off"
            visibilityToggleButtonProps={show}
            value={draft.password}
            onChange={(event) => change({ ...draft, password: event.currentTarget.value })}
          />
        </div>
      )}
      {draft.kind === 'header' && (
        <TextInput
          label={t('phones.headerName')}
          required
          value={draft.name}
          onChange={(event) => change({ ...draft, name: event.currentTarget.value })}
        />
      )}
      {(draft.kind === 'header' || draft.kind === 'bearer') && (
        <PasswordInput
          label={t('phones.value')}
          required
          autoComplete="off"
          visibilityToggleButtonProps={show}
          value={draft.value}
          onChange={(event) => change({ ...draft, value: event.currentTarget.value })}
        />
      )}
    </>
  );
}
