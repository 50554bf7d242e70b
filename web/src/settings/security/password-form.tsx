import { PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NewPasswordField } from '../../setup/password-field.tsx';
import { request } from '../../shell/api.ts';
import { fieldError } from '../../shell/field-errors.ts';
import { FormFoot } from '../../shell/form-foot.tsx';
import { notify } from '../../shell/notices.tsx';

export function PasswordForm({ email }: { email: string }) {
  const { t } = useTranslation(['settings/security', 'setup']);
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => request('POST', '/me/password', { current, next }),
    onSuccess() {
      setCurrent('');
      setNext('');
      notify(t('passwordChanged'));
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    change.mutate();
  }

  return (
    <form className="form" onSubmit={submit}>
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordInput
        label={t('currentPassword')}
        required
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t('password.show', { ns: 'setup' }) }}
        value={current}
        error={fieldError(change.error, 'current')}
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <NewPasswordField
        label={t('newPassword')}
        value={next}
        error={fieldError(change.error, 'next')}
        onChange={setNext}
      />
      <FormFoot change={change} beside={['current', 'next']} label={t('changePassword')} />
    </form>
  );
}
