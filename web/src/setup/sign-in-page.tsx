import { PasswordInput, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../shell/api.ts';
import { askedKey } from '../shell/mailbox-ask.tsx';
import { Problem } from '../shell/parts.tsx';
import { signIn } from '../shell/session.ts';
import { Entrance } from './entrance.tsx';
import { LockedOut, useLockOut } from './locked-out.tsx';
import { ProviderButtons, ProviderFailure } from './provider-buttons.tsx';
import { SecondFactorStep } from './second-factor-step.tsx';

/** Password, then the second factor where the user has one; or the company's own sign-in. */
export default function SignInPage() {
  const { t } = useTranslation('setup');
  const navigate = useNavigate();
  const search = useSearch({ from: '/sign-in' });
  const next = ownPath(search.next);
  useEffect(() => localStorage.removeItem(askedKey), []);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [asksForCode, setAsksForCode] = useState(false);
  const enter = useMutation({
    mutationFn: (code: string | undefined) => signIn({ email, password, code }),
    onSuccess: () => navigate({ href: next }),
    onError(error) {
      if (isCodeNeeded(error)) setAsksForCode(true);
    },
  });
  const lockedUntil = useLockOut(enter.error, enter.submittedAt);
  const inactive = enter.error instanceof ApiError && enter.error.status === 403;
  const refused = enter.error instanceof ApiError && enter.error.status === 401 && !isCodeNeeded(enter.error);

  function submit(event: FormEvent): void {
    event.preventDefault();
    enter.mutate(undefined);
  }

  if (asksForCode)
    return (
      <Entrance title={t('code.title')}>
        <SecondFactorStep
          busy={enter.isPending}
          wrong={refused}
          error={refused || lockedUntil || isCodeNeeded(enter.error) ? null : enter.error}
          lockedUntil={lockedUntil}
          onCode={(code) => enter.mutate(code)}
          onBack={() => {
            setAsksForCode(false);
            setPassword('');
            enter.reset();
          }}
        />
      </Entrance>
    );
  return (
    <Entrance title={t('signIn')}>
      {search.error && !enter.isError && <ProviderFailure error={search.error} />}
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
        {lockedUntil ? (
          <LockedOut until={lockedUntil} />
        ) : inactive ? (
          <p className="problem" role="alert">
            {t('provider.failed.inactive')}
          </p>
        ) : refused ? (
          <p className="problem" role="alert">
            {t('wrong')}
          </p>
        ) : (
          enter.isError && <Problem error={enter.error} />
        )}
        <div className="actions">
          <button type="submit" className="button primary" disabled={enter.isPending || lockedUntil !== null}>
            {t('signIn')}
          </button>
        </div>
      </form>
      <ProviderButtons next={next} />
    </Entrance>
  );
}

const isCodeNeeded = (error: unknown): boolean => error instanceof ApiError && error.code === 'secondFactorNeeded';

/** Only ever a page of ours: a link may not send people elsewhere after they signed in. */
function ownPath(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) ? next : '/';
}
