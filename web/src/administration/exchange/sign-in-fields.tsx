import { NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { fieldError } from '../../shell/field-errors.ts';
import { type SignInDraft, type SignInKind, servesKind, signInKinds } from './sign-in-draft.ts';

/** How the service account proves itself: the kind of sign-in, and the fields of that kind. */
export function SignInFields(props: {
  draft: SignInDraft;
  /** Of which kind the stored secret is; null: there is none that could stay. */
  stored: SignInKind | null;
  error: unknown;
  change(draft: SignInDraft): void;
}) {
  const { t } = useTranslation(['administration/exchange', 'setup']);
  const { draft, error, change } = props;
  const { kind } = draft;
  const kept = servesKind(props.stored, kind);
  const text = (
    field: 'userName' | 'servicePrincipal' | 'tokenEndpoint' | 'clientId' | 'scope',
    hint: string | undefined,
    required = true,
  ) => (
    <TextInput
      label={t(field)}
      description={hint}
      required={required}
      autoComplete="off"
      spellCheck={false}
      error={fieldError(error, field)}
      value={draft[field]}
      onChange={(event) => change({ ...draft, [field]: event.currentTarget.value })}
    />
  );
  return (
    <>
      <NativeSelect
        label={t('signIn')}
        description={t(`signInHint.${kind}`)}
        value={kind}
        data={signInKinds.map((value) => ({ value, label: t(`signIns.${value}`) }))}
        onChange={(event) => change({ ...draft, kind: signInKinds.find((one) => one === event.currentTarget.value)! })}
      />
      {(kind === 'basic' || kind === 'ntlm') && text('userName', t('userNameHint'))}
      {kind === 'kerberos' && text('servicePrincipal', t('servicePrincipalHint'), false)}
      {kind === 'oauth' && (
        <>
          {text('tokenEndpoint', t('tokenEndpointHint'))}
          {text('clientId', undefined)}
          {text('scope', t('scopeHint'))}
        </>
      )}
      {kind !== 'kerberos' && (
        <PasswordInput
          label={kind === 'oauth' ? t('clientSecret') : t('password')}
          description={kept ? t('keepHint') : t('secretHint')}
          required={!kept}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
          error={fieldError(error, 'secret')}
          value={draft.secret}
          onChange={(event) => change({ ...draft, secret: event.currentTarget.value })}
        />
      )}
    </>
  );
}
