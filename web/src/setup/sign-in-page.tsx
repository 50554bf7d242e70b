import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../shell/api.ts';
import { Problem } from '../shell/parts.tsx';
import { signIn } from '../shell/session.ts';
import { Entrance } from './entrance.tsx';

export default function SignInPage() {
  const { t } = useTranslation('setup');
  const navigate = useNavigate();
  const { next } = useSearch({ from: '/sign-in' });
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const enter = useMutation({
    mutationFn: () => signIn(email, password),
    onSuccess: () => navigate({ href: ownPath(next) }),
  });
  const wrong = enter.error instanceof ApiError && enter.error.status === 401;

  function submit(event: FormEvent): void {
    event.preventDefault();
    enter.mutate();
  }

  return (
    <Entrance title={t('signIn')}>
      <form className="form" onSubmit={submit}>
        <TextInput
          label={t('email')}
          type="email"
          required
          autoFocus
          autoComplete="username"
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={t('password.label')}
          required
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {wrong ? (
          <p className="problem" role="alert">
            {t('wrong')}
          </p>
        ) : (
          enter.isError && <Problem error={enter.error} />
        )}
        <div className="actions">
          <button type="submit" className="button primary" disabled={enter.isPending}>
            {t('signIn')}
          </button>
        </div>
      </form>
    </Entrance>
  );
}

/** Only ever a page of ours: a link may not send people elsewhere after they signed in. */
function ownPath(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}
