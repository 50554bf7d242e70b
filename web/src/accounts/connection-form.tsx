import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../../../server/src/api/schemas/accounts.ts';

/** What a person types to reach a calendar, before it is known to be complete. */
export interface ConnectionDraft {
  kind: Connection['kind'];
  address: string;
  username: string;
  password: string;
  /** CalDAV only: an access token in place of name and password. */
  token: string;
  signIn: 'password' | 'token';
}

export const emptyDraft = (kind: Connection['kind']): ConnectionDraft => ({
  kind,
  address: '',
  username: '',
  password: '',
  token: '',
  signIn: 'password',
});

export function secretOf(draft: ConnectionDraft): Connection['secret'] {
  if (draft.kind === 'caldav' && draft.signIn === 'token')
    return draft.token === '' ? undefined : { kind: 'bearer', token: draft.token };
  if (draft.password === '') return undefined;
  return { kind: 'basic', username: usernameOf(draft), password: draft.password };
}

/** Who connects by an e-mail address mostly signs in with it, too. */
function usernameOf(draft: ConnectionDraft): string {
  return draft.username === '' && draft.address.includes('@') ? draft.address.trim() : draft.username;
}

export function connectionOf(draft: ConnectionDraft): Connection {
  const secret = secretOf(draft);
  if (draft.kind === 'caldav')
    return { kind: 'caldav', settings: { address: draft.address.trim() }, ...(secret ? { secret } : {}) };
  return {
    kind: 'icalendar-address',
    settings: { url: draft.address.trim() },
    ...(secret?.kind === 'basic' ? { secret } : {}),
  };
}

export function ConnectionFields(props: { draft: ConnectionDraft; change(part: Partial<ConnectionDraft>): void }) {
  const { t } = useTranslation('accounts');
  const { draft, change } = props;
  return (
    <>
      <TextInput
        label={t(`address.${draft.kind}`)}
        description={t(`addressHint.${draft.kind}`)}
        required
        inputMode="url"
        autoCapitalize="none"
        spellCheck={false}
        value={draft.address}
        onChange={(event) => change({ address: event.currentTarget.value })}
      />
      <SecretFields draft={draft} change={change} />
    </>
  );
}

export function SecretFields({
  draft,
  change,
}: {
  draft: ConnectionDraft;
  change(part: Partial<ConnectionDraft>): void;
}) {
  const { t } = useTranslation('accounts');
  const optional = draft.kind === 'icalendar-address';
  return (
    <>
      {draft.kind === 'caldav' && (
        <NativeSelect
          label={t('signInBy')}
          value={draft.signIn}
          data={[
            { value: 'password', label: t('byPassword') },
            { value: 'token', label: t('byToken') },
          ]}
          onChange={(event) => change({ signIn: event.currentTarget.value === 'token' ? 'token' : 'password' })}
        />
      )}
      {draft.kind === 'caldav' && draft.signIn === 'token' ? (
        <PasswordInput
          label={t('token')}
          required
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('show') }}
          value={draft.token}
          onChange={(event) => change({ token: event.currentTarget.value })}
        />
      ) : (
        <div className="form-pair">
          <TextInput
            label={optional ? t('usernameOptional') : t('username')}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            placeholder={draft.address.includes('@') && draft.kind === 'caldav' ? draft.address : ''}
            value={draft.username}
            onChange={(event) => change({ username: event.currentTarget.value })}
          />
          <PasswordInput
            label={optional ? t('passwordOptional') : t('password')}
            required={!optional}
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            value={draft.password}
            onChange={(event) => change({ password: event.currentTarget.value })}
          />
        </div>
      )}
    </>
  );
}
