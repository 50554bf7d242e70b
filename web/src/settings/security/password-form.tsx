import { PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NewPasswordField } from '../../setup/password-field.tsx';
import { request } from '../../shell/api.ts';
import { fieldError, isFieldError } from '../../shell/field-errors.ts';
import { notify } from '../../shell/notices.tsx';
import { Problem } from '../../shell/parts.tsx';

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
      {change.isError && !isFieldError(change.error, ['current', 'next']) && <Problem error={change.error} />}
      <div className="actions">
        <button type="submit" className="button primary" disabled={change.isPending}>
          {t('changePassword')}
        </button>
      </div>
    </form>
  );
}
